"""Where a link of one page narrows another: it leads to that alone which it names."""

from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser
from tests.http.door import Door, opened
from tests.http.world import ANOTHERS, MINE, OF, OPENED, token
from tests.words import open_ticket, respond, sign


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """Two contracts of one customer: twelve tickets of the one, of which one is answered, and one of the other."""
    with opened(database_url, Clock("2026-03-10T07:00:00Z")) as door:
        door.all_ok([sign(contract_id=MINE, **OF[MINE]), sign(contract_id="second", **OF[MINE])])
        tickets = [open_ticket(f"t-{n}", contract_id=MINE, title=f"Fault {n}", at=OPENED) for n in range(1, 13)]
        door.all_ok([*tickets, open_ticket("t-13", contract_id="second", title="Of the second", at=OPENED)])
        door.all_ok([respond("2026-02-02T09:30:00Z", "t-1")])
        assert door.see("contracts", limit=1), "the views have caught up"
        yield door


def test_home_leads_to_the_tickets_of_the_contract_that_it_speaks_of(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "customer"))
    assert f'href="/portal/tickets?contract_id={MINE}"' in browser.get("/portal/").text
    found = browser.get(f"/portal/tickets?contract_id={MINE}").text
    assert "Fault 12" in found
    assert "Of the second" not in found
    assert f'href="/portal/tickets?which=closed&amp;contract_id={MINE}"' in found
    assert "Of the second" in browser.get("/portal/tickets").text


def test_the_operators_day_leads_to_the_tickets_without_an_answer(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "operator"))
    assert 'href="/portal/tickets?which=open"' in browser.get("/portal/").text
    found = browser.get("/portal/tickets?which=open").text
    assert "Fault 1<" not in found
    assert "Fault 2" in found


def test_tickets_of_a_contract_of_somebody_else_are_not_found(door: Door) -> None:
    door.all_ok([sign(contract_id="theirs", **OF[ANOTHERS])])
    browser = Browser(door).signed_in(token(door, "customer"))
    assert browser.get("/portal/tickets?contract_id=theirs").status_code == 404
