"""Pools and services by the names that the catalogue gives them, on every page that a reader chooses or reads them."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser, form_to
from tests.http.door import Door, opened
from tests.http.world import OF, OPENED, token
from tests.words import book, cancel, issue, log_work, open_ticket, sign, top_up

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


# -- plans, providers, parties ---------------------------------------------------------------------------------------


@pytest.fixture
def billed(door: Door) -> Door:
    """The month of `mine` has a fee, and a penalty for a session that was cancelled an hour before it."""
    door.all_ok([book(30, "2026-03-10T12:00:00Z", "2026-03-09T09:00:00Z", "mine-s", contract_id="mine")])
    door.all_ok([cancel("2026-03-10T11:00:00Z", session_id="mine-s")])
    assert door.see("contracts", limit=1)
    return door


@pytest.mark.parametrize(
    ("role", "address", "name", "key"),
    [
        ("finance", "", "Everything", "north-all"),
        ("finance", "drafts", "Everything", "north-all"),
        ("finance", "reports", "Everything", "north-all"),
        ("finance", "periods/north/2026-02", "North", "north"),
        ("admin", "periods", "North", "north"),
        ("admin", "month", "North", "north"),
        ("operator", "contracts", "Everything", "north-all"),
        ("operator", "sessions/new", "Everything", "north-all"),
        ("operator", "contracts/mine", "North", "north"),
        ("customer", "", "Everything", "north-all"),
    ],
)
def test_a_plan_and_a_provider_are_said_by_their_names(
    billed: Door, role: str, address: str, name: str, key: str
) -> None:
    billed.ok(sign(contract_id="second", **OF["mine"]))
    assert billed.see("contracts", limit=1)
    said = words_of(Browser(billed).signed_in(token(billed, role)).get(f"/portal/{address}").text)
    assert re.search(rf"\b{name}\b", said)
    assert not re.search(rf"(?<!\()(?<!at )\b{key}\b(?!-)", said)


def test_an_invoice_says_its_provider_by_name(billed: Door) -> None:
    number = billed.ok(issue("mine", "2026-02-28"))["number"]
    assert billed.see("contracts", limit=1)
    browser = Browser(billed).signed_in(token(billed, "customer"))
    assert re.search(r"<dt>Provider</dt><dd>North</dd>", browser.get(f"/portal/documents/{number}").text)


@pytest.mark.parametrize(
    ("role", "language", "said"),
    [
        ("customer", "en", "kunde at north"),
        ("partner", "en", "haus at north"),
        ("operator", "en", "North"),
        ("admin", "cs", "Správa"),
    ],
)
def test_the_head_of_a_page_says_by_name_who_is_signed_in(billed: Door, role: str, language: str, said: str) -> None:
    page = Browser(billed).signed_in(token(billed, role)).get("/portal/account", accept_language=language).text
    (who,) = re.findall(r'<span class="who">(.*?)</span>', page)
    assert words_of(who).strip("\u2068\u2069 ") == said


def test_a_penaltys_line_is_called_by_its_session(billed: Door) -> None:
    page = Browser(billed).signed_in(token(billed, "finance")).get("/portal/drafts/mine").text
    assert "Penalty for the session of 10 Mar 2026, 13:00" in words_of(page)
    assert "Entry mine-s" not in words_of(page)


def test_low_credit_is_said_by_the_customers_name(door: Door) -> None:
    door.all_ok([log_work(5000, "2026-02-03T09:00:00Z", entry_id="much", ticket_id="mine-t")])
    assert door.see("contracts", limit=1)
    said = words_of(Browser(door).signed_in(token(door, "operator")).get("/portal/credit/low").text)
    assert "kunde at north" in said
