"""A customer's first page: what waits, what is left and what is open of each contract; and what it costs to show it."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.kernel.access import Actor
from projections.contracts.across import ContractsAsked
from projections.credit.waiting_deductions import count_waiting
from projections.reader import NOW, SqliteReader, open_reader
from tests.clock import Clock
from tests.http.browsing import Browser
from tests.http.door import Door, opened
from tests.http.world import MINE, OF, OPENED, SIDES, TEN, token
from tests.words import confirm, log_work, open_ticket, resolve, respond, reverse, sign

HOME = "/portal/"
CUSTOMER = Actor("t", "customer", "north", "kunde")


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        for side in SIDES:
            door.all_ok([sign(contract_id=side, **OF[side])])
            door.all_ok([open_ticket(f"{side}-t", contract_id=side, title=f"Backups of {side} fail", at=OPENED)])
            door.all_ok([log_work(25, TEN, entry_id=f"{side}-{n}", ticket_id=f"{side}-t") for n in (1, 2, 3)])
        assert door.see("contracts", limit=1)
        yield door


@pytest.fixture
def browser(door: Door) -> Browser:
    return Browser(door).signed_in(token(door, "customer"))


def waiting(url: str, door: Door, most: int = 100) -> int:
    reader = open_reader(url, door.clock)

    async def ask() -> int:
        async with reader.snapshot() as snapshot:
            found = await count_waiting(snapshot, CUSTOMER, ContractsAsked(), NOW, most)
        await reader.close()
        return found

    return asyncio.run(ask())


def test_home_says_what_waits_what_is_left_and_what_is_open(browser: Browser) -> None:
    page = browser.get(HOME, accept_language="de").text
    for said in ("3 Zeiteinträge warten auf Ihr Wort", "98:30", "Betreuung", "Backups of mine fail"):
        assert said in page
    assert 'href="/portal/time?status=pending"' in page
    assert '<svg class="burn-down"' in page
    assert "anothers" not in page
    assert "abroad" not in page


def test_home_as_of_a_day_is_as_it_was_then(door: Door, browser: Browser) -> None:
    door.all_ok([confirm("mine-1", by="K"), reverse("mine-2")])
    assert door.see("contracts", limit=1)
    assert "1 entry of time waits for your word" in browser.get(HOME).text
    then = browser.get(f"{HOME}?as_of=2026-02-02").text
    assert "As of the end of 2 Feb 2026" in then
    assert "3 entries of time wait for your word" in then
    assert "98:30" in then
    before = browser.get(f"{HOME}?as_of=2026-02-01").text
    assert "100:00" in before
    assert "wait for your word" not in before
    assert "begins later" in browser.get(f"{HOME}?as_of=2025-12-31").text
    assert browser.get(f"{HOME}?as_of=soon").status_code == 422


def test_home_as_of_a_day_has_the_tickets_that_were_open_then(door: Door, browser: Browser) -> None:
    """Their clocks stand as they stood, and each leads to its page as of that day."""
    door.all_ok([respond("2026-02-03T10:00:00Z", "mine-t"), resolve("2026-02-04T10:00:00Z", "mine-t")])
    assert door.see("contracts", limit=1)
    assert "Backups of mine fail" not in browser.get(HOME).text
    then = browser.get(f"{HOME}?as_of=2026-02-03").text
    assert 'href="/portal/tickets/mine-t?as_of=2026-02-03">Backups of mine fail</a>' in then
    assert "in progress" in then
    assert "Backups of mine fail" not in browser.get(f"{HOME}?as_of=2026-02-04").text
    assert "Backups of mine fail" not in browser.get(f"{HOME}?as_of=2026-02-01").text


def test_many_contracts_come_page_by_page(door: Door, browser: Browser) -> None:
    door.all_ok([sign(contract_id=f"more-{n}", **OF[MINE]) for n in range(6)])
    assert door.see("contracts", limit=1)
    found, address = [], HOME
    while address:
        page = browser.get(address).text
        found += re.findall(r">Contract ([a-z0-9-]+)</h2>", page)
        address = "".join(re.findall(r'rel="next" href="([^"]*)"', page)[:1]).replace("&amp;", "&")
    assert found == ["mine", *(f"more-{n}" for n in range(6))]


@pytest.mark.parametrize("role", ["operator", "finance", "partner", "auditor", "admin"])
def test_the_first_page_of_other_roles_is_of_today_alone(door: Door, role: str) -> None:
    browser = Browser(door).signed_in(token(door, role))
    assert browser.get(HOME).status_code == 200
    assert browser.get(f"{HOME}?as_of=2026-02-02").status_code == 422


def test_what_waits_is_what_nobody_answered_and_silence_has_not(database_url: str, door: Door) -> None:
    tiers = {**OF[MINE], "plan": "north-tiers"}  # silence is a yes after a day
    door.all_ok([sign(contract_id="silent", **tiers), open_ticket("silent-t", contract_id="silent", at=OPENED)])
    door.ok(log_work(15, TEN, ticket_id="silent-t"))
    door.clock.put("2026-03-12T18:00:00Z")  # type: ignore[attr-defined]
    door.ok(log_work(15, "2026-03-12T12:00:00Z", ticket_id="silent-t"))
    assert door.see("contracts", limit=1)
    assert waiting(database_url, door) == 4
    assert waiting(database_url, door, most=2) == 2
    door.all_ok([confirm("mine-1", by="K"), reverse("mine-2")])
    assert door.see("contracts", limit=1)
    assert waiting(database_url, door) == 2


def test_counting_what_waits_does_not_read_what_silence_has_answered(tmp_path: Path) -> None:
    steps = {}
    for answered in (5, 400):
        url = f"sqlite:///{tmp_path / f'{answered}.db'}"
        with opened(url, Clock("2026-03-10T18:00:00Z")) as door:
            tiers = {**OF[MINE], "plan": "north-tiers"}
            door.all_ok([sign(contract_id="silent", **tiers), open_ticket("silent-t", contract_id="silent", at=OPENED)])
            door.all_ok([log_work(1, TEN, ticket_id="silent-t") for _ in range(answered)])
            door.clock.put("2026-03-12T18:00:00Z")  # type: ignore[attr-defined]
            door.all_ok([log_work(1, "2026-03-12T12:00:00Z", ticket_id="silent-t") for _ in range(3)])
            assert door.see("contracts", limit=1)
            reader = open_reader(url, door.clock)
            assert isinstance(reader, SqliteReader)
            count = 0

            def tick() -> int:
                nonlocal count
                count += 1
                return 0

            async def ask(asked: SqliteReader) -> int:
                async with asked.snapshot() as snapshot:
                    return await count_waiting(snapshot, CUSTOMER, ContractsAsked(), NOW, 1000)

            reader.database.connection().set_progress_handler(tick, 10)
            assert asyncio.run(ask(reader)) == 3
            reader.database.close()
            steps[answered] = count
    assert steps[400] <= steps[5] + 5, steps
