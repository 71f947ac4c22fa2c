"""The whole application on a port of its own, with a small ledger of every kind, for a real browser to walk through.

It runs in this process under a clock that stands where it is put: so a test sets what a page speaks of, and sees in the
ledger what a page did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Page

from ledger.store.tokens import create_token
from tests.clock import Clock
from tests.http.browsing import link_of
from tests.http.door import TICK, Door, opened
from tests.http.world import ANOTHERS, MINE, OF, OPENED, SIDES, TEN, WHO
from tests.portal.browser import violations_of
from tests.words import Step, book, confirm, issue, log_work, open_ticket, record_service, sign

NOW = "2026-03-10T18:00:00Z"
HOSTILE = "<script>document.title='taken'</script> \u202e [/red] & 'x' \"y\" " + "Donaudampfschifffahrt" * 8


class Site:
    """A ledger behind an address, and browsers that are signed in there."""

    def __init__(self, door: Door, address: str, browser: Browser) -> None:
        self.door = door
        self.address = address
        self.browser = browser

    def link(self, role: str) -> str:
        """A link that signs in who has the role on the own side (`tests.http.world.WHO`), once."""
        return self.address + link_of(self.door, create_token(self.door.store.database, role, **WHO[role])[0])

    def page(self, width: int = 1440, scheme: str = "light", with_script: bool = True, language: str = "en") -> Page:
        """A browser's window in which nobody is signed in. What it complains of fails a test (`complaints_of`)."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=with_script,
            reduced_motion="reduce",
            locale=language,
            base_url=self.address,
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        found: list[str] = []
        _complaints[page] = found
        page.on("console", lambda one: found.append(one.text) if one.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: found.append(str(error)))
        return page

    def signed_in(
        self, role: str, width: int = 1440, scheme: str = "light", with_script: bool = True, language: str = "en"
    ) -> Page:
        """A window in which the role has signed in by a link, on its first page."""
        page = self.page(width, scheme, with_script, language)
        page.goto(self.link(role))
        page.click("main form button")
        page.wait_for_url(f"{self.address}/portal/")
        return page


_complaints: dict[Page, list[str]] = {}


def complaints_of(page: Page) -> list[str]:
    """What the content policy or a script said; that an answer was a refusal is no complaint of a page."""
    return [one for one in _complaints[page] if not one.startswith("Failed to load resource")]


def faults_of(page: Page) -> str:
    """What axe finds, what is wider than the window, and what the page complained of; nothing of a good page."""
    found = violations_of(page)
    faults = [found.generate_report()] if found.violations_count else []
    widest, window = page.evaluate("document.documentElement.scrollWidth"), page.evaluate("window.innerWidth")
    if widest > window:
        faults.append(f"{page.url} is {widest} pixels wide in a window of {window}")
    return "\n".join(faults + complaints_of(page))


def small_ledger() -> list[Step]:
    """The own customer with three contracts (hours, a lump sum, prepaid), a neighbour, and one at another provider."""
    steps: list[Step] = []
    for side in SIDES:
        steps += [
            sign(contract_id=side, **OF[side]),
            open_ticket(f"{side}-t", contract_id=side, title="Backups fail", at=OPENED),
        ]
        steps += [
            log_work(25, TEN, entry_id=f"{side}-{n}", ticket_id=f"{side}-t", note=f"Step {n} of {side}")
            for n in (1, 2, 3)
        ]
    return [
        *steps,
        log_work(65, "2026-02-10T10:00:00Z", entry_id="mine-4", ticket_id="mine-t", note="Restored the mail"),
        confirm("mine-4", "2026-02-11T10:00:00Z"),
        issue(MINE, "2026-02-28", issued_on="2026-03-02"),
        open_ticket("odd-t", contract_id=MINE, title=HOSTILE, at="2026-03-10T16:30:00Z"),
        log_work(20, "2026-03-10T17:00:00Z", entry_id="odd", ticket_id="odd-t", note=HOSTILE),
        book(60, "2026-03-20T10:00:00Z", "2026-03-02T09:00:00Z", "mine-s", contract_id=MINE),
        sign(contract_id="mine-sum", **{**OF[MINE], "plan": "north-sum"}),
        record_service("visit", 1, "2026-02-17T09:00:00Z", service_id="mine-visit", contract_id="mine-sum"),
        sign(contract_id="mine-hours", **{**OF[MINE], "plan": "north-prepaid"}),
        open_ticket("hours-t", contract_id="mine-hours", title="New laptop", at="2026-02-03T09:00:00Z"),
        log_work(130, "2026-02-04T10:00:00Z", entry_id="hours-1", ticket_id="hours-t", note="Set it up"),
        open_ticket(f"{ANOTHERS}-u", contract_id=ANOTHERS, title="Of nobody else's concern", at=OPENED),
    ]


def with_small_ledger(door: Door) -> None:
    door.all_ok(small_ledger())


@contextmanager
def served(
    folder: Path, browser: Browser, now: str = NOW, fill: Callable[[Door], None] = with_small_ledger, **settings: Any
) -> Iterator[Site]:
    """The application with what `fill` puts into it, until the end of the block."""
    with opened(f"sqlite:///{folder / 'ledger.db'}", Clock(now, TICK), **settings) as door:
        fill(door)
        assert door.see("contracts", limit=1)  # the views have read it all
        server = uvicorn.Server(uvicorn.Config(door.client.app, port=0, lifespan="off", log_level="error"))

        async def begin() -> asyncio.Task[None]:
            serving = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            return serving

        async def end(serving: asyncio.Task[None]) -> None:
            server.should_exit = server.force_exit = True
            await serving

        serving = door.client.run(begin())
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Site(door, f"http://127.0.0.1:{port}", browser)
        door.client.run(end(serving))
