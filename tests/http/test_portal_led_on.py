"""What a third look at the portal found: ways to the contract, columns and hints for nothing, and words of nothing."""

import re
from collections.abc import Iterator

import pytest

from ledger.kernel.settings import Settings
from tests.clock import Clock
from tests.http.browsing import Browser, browser_of
from tests.http.door import Door, opened
from tests.http.world import MINE, OF, OPENED, PROVIDER, TEN, token
from tests.words import PREPAID, book, confirm, grant, issue, log_work, open_ticket, sign

TO_CONTRACT = f'<a href="/portal/contracts/{MINE}">{MINE}</a>'


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """Time beyond a small credit, so that an invoice has a price an hour; a session to come."""
    with opened(database_url, Clock("2026-03-10T09:00:00Z")) as door:
        door.all_ok(
            [
                sign(contract_id=MINE, **{**OF[MINE], "plan": "north-tiers"}),
                open_ticket("T", contract_id=MINE, at=OPENED),
                log_work(255, TEN, entry_id="E", ticket_id="T"),
                book(60, "2026-03-20T10:00:00Z", contract_id=MINE, session_id="S"),
            ]
        )
        assert door.see("contracts", limit=1)
        yield door


def browser_in(door: Door, role: str) -> Browser:
    return Browser(door).signed_in(token(door, role))


def test_each_page_of_a_thing_leads_to_its_contract(door: Door) -> None:
    number = door.ok(issue(MINE, "2026-02-28"))["number"]
    assert door.see("contracts", limit=1)
    for role in ("operator", "customer"):
        browser = browser_in(door, role)
        for address in ("tickets/T", "time/E", "sessions", "sessions/S", f"documents/{number}"):
            assert TO_CONTRACT in browser.get(f"/portal/{address}").text, (role, address)


def test_the_page_of_a_contract_leads_not_to_itself_and_has_no_column_for_nothing(door: Door) -> None:
    browser = browser_in(door, "admin")
    page = browser.get(f"/portal/contracts/{MINE}").text
    assert TO_CONTRACT not in page
    assert '<th scope="col" role="columnheader">Change</th>' not in page
    door.ok(grant(30, TEN, contract_id=MINE, pool="care", grant_id="G"))
    assert door.see("contracts", limit=1)
    page = browser.get(f"/portal/contracts/{MINE}").text
    assert '<th scope="col" role="columnheader">Change</th>' in page
    assert "reverse?grant_id=G" in page


def test_a_line_by_itself_says_the_currency_of_its_price(door: Door) -> None:
    number = door.ok(issue(MINE, "2026-02-28"))["number"]
    assert door.see("contracts", limit=1)
    browser = browser_in(door, "finance")
    own = f"/portal/documents/{number}/lines"
    found = [
        re.findall(r"<dt>Unit price</dt><dd>\s*([^<]*?)\s*</dd>", browser.get(f"{own}/{one}").text) for one in (1, 2)
    ]
    assert found == [["–"], ["€90.00 an hour"]]


def test_what_waits_for_no_answer_is_said_of_any_age_as_of_one(door: Door) -> None:
    door.ok(confirm("E", by="K"))
    assert door.see("contracts", limit=1)
    browser = browser_in(door, "finance")
    for query, said in (
        ("status=disputed", "Nothing is disputed."),
        ("status=pending", "Nothing waits for a confirmation."),
        ("status=disputed&older_than_days=30", "Nothing waits that long."),
    ):
        page = browser.get(f"/portal/unanswered?{query}&provider={PROVIDER[MINE]}").text
        assert said in page, query


def test_a_contract_with_nothing_says_so_and_draws_nothing(database_url: str) -> None:
    catalogue = Settings().catalogue
    with opened(database_url, Clock("2026-04-10T09:00:00Z"), catalogue=catalogue) as door:
        door.all_ok([sign(PREPAID, contract_id="bare"), sign("easyredmine-basic", contract_id="basic")])
        assert door.see("contracts", limit=1)
        customer = browser_of(door, "customer", provider="easyredmine", customer="K")
        home = customer.get("/portal/").text
        assert "0:00" in home
        assert "<figure" not in home
        statement = "/portal/statements/bare"
        assert "Nothing has moved yet." in customer.get(statement).text
        assert "Nothing moved in this period." in customer.get(f"{statement}?from=2026-02-01").text
        hint = "So much is reserved until the session ends."
        assert hint in customer.get("/portal/sessions/new?contract_id=bare").text
        without = customer.get("/portal/sessions/new?contract_id=basic").text
        assert "No credit is reserved." in without
        assert hint not in without
