"""Whose a ticket, an entry of time, a session or a statement is: said to whoever sees several customers' things."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser
from tests.http.door import Door, opened
from tests.http.world import OF, OPENED, TEN, token
from tests.words import book, dispute, grant, issue, log_work, open_ticket, sign

STAFF = ("operator", "finance", "auditor", "admin")
THINGS = ("tickets/mine-t", "time/mine-1", "sessions/mine-s", "statements/mine")
LINK = '<a href="/portal/contracts?customer_id=kunde">kunde at north</a>'


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    url = f"sqlite:///{tmp_path_factory.mktemp('whose') / 'ledger.db'}"
    with opened(url, Clock("2026-03-10T18:00:00Z")) as door:
        door.all_ok([sign(contract_id="mine", **OF["mine"]), open_ticket("mine-t", contract_id="mine", at=OPENED)])
        door.all_ok([log_work(25, TEN, entry_id=f"mine-{n}", ticket_id="mine-t") for n in (1, 2)])
        door.ok(dispute("mine-2"))
        door.ok(grant(60, TEN, contract_id="mine", pool="care", grant_id="mine-g", expires_on="2026-03-25"))
        door.all_ok([open_ticket("mine-u", contract_id="mine", at="2026-03-10T17:00:00Z")])
        door.all_ok([book(60, "2026-03-20T10:00:00Z", "2026-03-02T09:00:00Z", "mine-s", contract_id="mine")])
        door.ok(issue("mine", "2026-02-28", issued_on="2026-03-02"))
        assert door.see("contracts", limit=1)
        yield door


def shown(door: Door, role: str, address: str) -> str:
    page = Browser(door).signed_in(token(door, role)).get(f"/portal/{address}")
    assert page.status_code == 200, address
    return unescape(page.text.partition("<main")[2])


@pytest.mark.parametrize("role", [*STAFF, "partner"])
@pytest.mark.parametrize("address", THINGS)
def test_the_customer_is_named_and_leads_to_its_contracts(door: Door, role: str, address: str) -> None:
    assert LINK in shown(door, role, address)
    assert "mine" in shown(door, role, "contracts?customer_id=kunde")


@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("operator", ""),
        ("operator", "urgent"),
        ("operator", "unanswered"),
        ("operator", "credit/expiring"),
        ("partner", ""),
    ],
)
def test_the_lists_of_a_day_name_the_customer_beside_the_contract(door: Door, role: str, address: str) -> None:
    beside = re.findall(r">mine</a>(.{100})", shown(door, role, address), re.DOTALL)
    assert beside
    assert [one for one in beside if "kunde at north" not in one] == []


@pytest.mark.parametrize(("role", "label"), [("operator", "Today"), ("finance", "Month"), ("admin", "Month")])
def test_what_waits_for_an_answer_leads_back_to_where_it_belongs(door: Door, role: str, label: str) -> None:
    page = shown(door, role, "unanswered")
    assert f">{label}</a></p>" in page.partition('<p class="above">')[2].partition("\n")[0]


def test_an_address_that_is_none_still_has_the_head_of_the_page(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "operator"))
    page = browser.get("/portal/no-such-page")
    assert page.status_code == 404
    assert '<nav class="main-nav"' in page.text
    assert 'action="/portal/sign-out"' in page.text
    assert "<nav" not in Browser(door).get("/portal/no-such-page").text


@pytest.mark.parametrize("address", THINGS)
def test_a_customer_is_not_led_to_itself(door: Door, address: str) -> None:
    assert "?customer_id=" not in shown(door, "customer", address)


@pytest.mark.parametrize("role", STAFF)
def test_a_line_of_an_invoice_says_whose_it_is_and_its_unit(door: Door, role: str) -> None:
    page = shown(door, role, "documents/NO-2026-00001/lines/2")
    assert "<dt>Customer</dt><dd>kunde at north</dd>" in page
    assert '<a href="/portal/contracts/mine">mine</a>' in page
    assert "<dt>Quantity (h:mm)</dt><dd>0:30</dd>" in page


def test_a_reserved_time_says_its_unit(door: Door) -> None:
    assert "<dt>Reserved (h:mm)</dt><dd>1:00</dd>" in shown(door, "customer", "sessions/mine-s")


def test_a_statement_leads_back_to_the_page_that_it_belongs_to(door: Door) -> None:
    above = {
        role: shown(door, role, "statements/mine").partition('<p class="above">')[2] for role in (*STAFF, "customer")
    }
    assert above["operator"].startswith('<a href="/portal/contracts">Contracts</a>')
    assert above["customer"].startswith('<a href="/portal/documents">Documents</a>')


@pytest.mark.parametrize(("address", "name"), [("contracts", "state"), ("books", "provider"), ("sla", "contract_id")])
def test_what_narrows_nothing_is_called_all(door: Door, address: str, name: str) -> None:
    choice = shown(door, "admin", address).partition(f'name="{name}"')[2].partition("</select>")[0]
    assert '<option value="">All</option>' in choice


def test_more_contracts_than_statements_are_named_lead_on(door: Door) -> None:
    assert "All contracts" not in shown(door, "customer", "documents")
    door.all_ok([sign(contract_id=f"more-{n:02}", **OF["mine"]) for n in range(20)])
    assert door.see("contracts", limit=1)
    assert '<a href="/portal/contracts">All contracts</a>' in shown(door, "customer", "documents")
