"""The pictures of README.md and docs/portal.md, taken anew by `make screenshots`.

The demo's year, as far as it had come by a day, is loaded into a ledger that lasts as long as this, under a clock that
stands still, and served. So a picture changes where a page does.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn
from playwright.sync_api import Browser

from api.application import create_app
from api.cli.demo import STORY
from api.portal.frame.addresses import link_address
from ledger.door.batches import Ledger
from ledger.kernel.settings import Settings
from ledger.plans.loader import load_catalogue
from ledger.store import EventStore, open_store
from ledger.store.sign_ins import create_link
from ledger.store.tokens import create_token
from projections.runner import Projector
from tests.clock import Clock
from tests.http.door import TICK
from tests.portal.browser import chromium
from tests.senders import imported

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
NOW = "2026-05-19T12:30:00Z"  # half an hour before a promise is missed, with a session in the week
WIDE, HIGH = 1280, 720
MOST_BYTES, MOST_PICTURES = 150_000, 6
WHO: dict[str, dict[str, str]] = {
    "customer": {"provider": "groupios", "customer": "moewe"},
    "operator": {},
    "finance": {"provider": "groupios"},
}


@dataclass(frozen=True)
class Picture:
    """`address` is below `/portal/`."""

    name: str
    role: str
    address: str
    scheme: str = "light"


PICTURES = [
    Picture("home", "customer", ""),
    Picture("time", "customer", "time"),
    Picture("today", "operator", ""),
    Picture("contract", "operator", "contracts/moewe-l"),
    Picture("month", "finance", ""),
    Picture("promises", "operator", "sla", "dark"),
]


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, chromium() as browser:
        url, clock = f"sqlite:///{folder}/ledger.db", Clock(NOW, TICK)
        store = open_store(url, clock)
        load_year(url, store, clock)
        with serving(Settings(database_url=url, catalogue=None), clock) as address:
            for picture in PICTURES:
                token_id, _ = create_token(store.database, picture.role, **WHO[picture.role])
                content = taken(browser, link_address(address, create_link(store.database, token_id, clock)), picture)
                if len(content) > MOST_BYTES:
                    sys.exit(f"{picture.name}.png has {len(content)} bytes; {MOST_BYTES} are the most.")
                (FOLDER / f"{picture.name}.png").write_bytes(content)
                print(f"docs/pictures/{picture.name}.png: {len(content):,} bytes")
        store.close()


def load_year(url: str, store: EventStore, clock: Clock) -> None:
    story = b"".join(takewhile(is_told_by_now, STORY.read_bytes().splitlines(keepends=True)))
    refused = imported(Ledger(store, load_catalogue(None), clock), story)
    assert not refused, f"{STORY.name}, line {refused[0][0]}: {refused[0][1].detail}"
    projector = Projector(url)
    projector.prepare()
    projector.catch_up()
    projector.close()


def is_told_by_now(line: bytes) -> bool:
    """Lines stand in the order in which they happened; some do not say when."""
    at = json.loads(line).get("at")
    return at is None or datetime.fromisoformat(at) <= datetime.fromisoformat(NOW)


@contextmanager
def serving(settings: Settings, clock: Clock) -> Iterator[str]:
    """The address of the application, on a free port of this machine."""
    config: Any = uvicorn.Config(create_app(settings, clock), port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(30)


def taken(browser: Browser, link: str, picture: Picture) -> bytes:
    context = browser.new_context(
        viewport={"width": WIDE, "height": HIGH},
        color_scheme="dark" if picture.scheme == "dark" else "light",
        reduced_motion="reduce",
        locale="en",
    )
    page = context.new_page()
    page.goto(link)
    page.click("main form button")
    page.goto(f"{link.partition('/sign-in')[0]}/{picture.address}")
    page.wait_for_load_state("networkidle")
    content = page.screenshot()
    context.close()
    return content


if __name__ == "__main__":
    main()
