"""Pools and services by the names that the catalogue gives them, on every page that a reader chooses or reads them."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser, form_to
from tests.http.door import Door, opened
from tests.http.world import OF, OPENED, token
from tests.words import open_ticket, sign, top_up

SOON = "2026-03-20"


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        mine = {"contract_id": "mine"}
        door.all_ok([sign(**mine, **OF["mine"]), open_ticket("mine-t", **mine, at=OPENED)])
        door.all_ok([top_up(60, OPENED, top_up_id="u-1", **mine, pool="care", price="1.00")])
        assert door.see("contracts", limit=1), "the views have caught up"
        yield door


def words_of(page: str) -> str:
    return unescape(re.sub(r"<[^>]*>", " ", page))


@pytest.mark.parametrize("address", ["contracts/mine", "contracts/mine/top-up", "sessions/new?contract_id=mine"])
def test_a_pool_is_said_by_its_name(door: Door, address: str) -> None:
    browser = Browser(door).signed_in(token(door, "operator"))
    said = words_of(browser.get(f"/portal/{address}", accept_language="de").text)
    assert "Betreuung" in said
    assert not re.search(r"\bcare\b", said)


def test_what_would_be_left_is_said_by_the_pools_name(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "operator"))
    form = form_to(browser.get("/portal/contracts/mine/top-up"), "/portal/contracts/mine/top-up")
    typed = dict(form.fields) | {"pool": "care", "minutes": "60", "price": "1"}
    bought = browser.post(form.action, [*typed.items(), ("word", "cost")], accept_language="de")
    work = {"csrf": typed["csrf"], "word": "work", "minutes": "30", "pool": "care", "entry_id": "w-1"}
    logged = browser.post("/portal/tickets/mine-t/cost", list(work.items()), accept_language="de")
    for page in (bought, logged):
        (cost,) = re.findall(r'<div id="cost".*?</div>', page.text, re.DOTALL)
        assert "Betreuung" in cost
        assert "care" not in cost


@pytest.mark.parametrize("address", ["", "credit/expiring", "credit/low"])
def test_the_operators_lists_of_credit_say_a_pool_by_its_name(door: Door, address: str) -> None:
    door.all_ok([top_up(60, OPENED, top_up_id="u-2", contract_id="mine", pool="care", price="1.00", expires_on=SOON)])
    assert door.see("contracts", limit=1)
    browser = Browser(door).signed_in(token(door, "operator"))
    said = words_of(browser.get(f"/portal/{address}", accept_language="de").text)
    assert not re.search(r"\bcare\b", said)
    assert ("Betreuung" in said) == (address != "credit/low")
