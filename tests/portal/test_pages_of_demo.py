"""The demo that `make run` serves, in a real browser: each role finds on its first page what this product is for."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from api.cli.demo import load_story
from api.cli.demo_day import load_day
from ledger.door.batches import Ledger
from ledger.plans.loader import load_catalogue
from ledger.store.tokens import create_token
from tests.http.browsing import link_of
from tests.http.door import Door
from tests.portal.served import Site, faults_of, served

NOW = "2026-11-26T20:30:00Z"
WHO: dict[str, dict[str, str]] = {
    "customer": {"provider": "easyredmine", "customer": "bystrzanka"},
    "operator": {},
    "finance": {},
}
# Tables that reach out of the part of the page that they stand in.
TOO_WIDE = """() => [...document.querySelectorAll("section table")].filter(table => {
  const place = table.closest(".scroll, section")
  return !place.matches(".scroll") && table.getBoundingClientRect().right > place.getBoundingClientRect().right + 1
}).map(table => table.caption?.innerText ?? "")"""


def load(door: Door) -> None:
    ledger = Ledger(door.store, load_catalogue(None), door.clock)
    load_story(ledger)
    assert load_day(ledger, datetime.fromisoformat(NOW)) == []
    assert {one.code for one in load_day(ledger, datetime.fromisoformat("2026-11-27T08:00:00Z"))} == {"already-exists"}


@pytest.fixture
def demo(browser: Browser, tmp_path: Path) -> Iterator[Site]:
    with served(tmp_path, browser, NOW, load, catalogue=None) as site:
        yield site
    for context in browser.contexts:
        context.close()


def first_page(demo: Site, role: str, width: int = 1440) -> Page:
    page = demo.page(width)
    page.goto(demo.address + link_of(demo.door, create_token(demo.door.store.database, role, **WHO[role])[0]))
    page.click("main form button")
    page.wait_for_url(f"{demo.address}/portal/")
    return page


def test_the_customer_confirms_an_hour_disputes_another_and_finds_why_it_was_an_hour(demo: Site) -> None:
    page = first_page(demo, "customer")
    page.get_by_role("link", name="Look at what waits").click()
    row = page.get_by_role("row").filter(has_text="Odtworzono indeks wyszukiwania")
    assert "0:55 worked, 1:00 billed: in steps of 10 minutes" in row.inner_text()
    row.get_by_role("button", name="Confirm").click()
    assert "1 went through." in page.locator(".results").inner_text()
    page.get_by_role("link", name="Zwiększono pamięć dla raportów", exact=True).click()
    assert "in steps of 10 minutes" in page.get_by_role("region", name="Why it is so").inner_text()
    page.get_by_label("What is not right").fill("Nobody was there")
    page.get_by_role("button", name="Dispute").click()
    found = demo.door.see("contracts/bystrzanka-server/deductions", limit=500)["items"]
    states = {one["deduction_id"]: one["status"] for one in found}
    assert [states[f"BY-10{n}"] for n in (1, 2, 3, 4)] == ["confirmed", "pending", "disputed", "pending"]


@pytest.mark.parametrize("width", [360, 1440])
def test_the_operators_day_has_clocks_that_run_and_one_that_was_missed_and_credit_that_ends(
    demo: Site, width: int
) -> None:
    page = first_page(demo, "operator", width)
    urgent, ending = page.locator("#urgent").inner_text(), page.locator("main").inner_text()
    assert "missed its time" in urgent
    assert "running" in urgent
    assert "BY-G9" in ending
    for address in ("/portal/", "/portal/sla", "/portal/unanswered", "/portal/urgent", "/portal/contracts"):
        page.goto(address)  # rows of several providers, whose zones differ
        assert faults_of(page) == "", address


def test_finance_finds_a_draft_that_lacks_data(demo: Site) -> None:
    page = first_page(demo, "finance")
    page.goto("/portal/drafts")
    row = page.get_by_role("row").filter(has_text="zagajnik-premium").inner_text()
    assert "incomplete" in row
    assert "the customer's address" in row
    assert faults_of(page) == ""


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_or_table_of_all_providers_is_wider_than_its_place(demo: Site, width: int) -> None:
    page = first_page(demo, "operator", width)
    for address in (
        *("", "tickets", "tickets?which=all", "tickets?which=open", "sessions", "contracts", "time", "sla", "urgent"),
        *("unanswered", "credit/low", "credit/expiring", "contracts/bystrzanka-server", "calendar", "account"),
    ):
        page.goto(f"/portal/{address}")  # the rows' zones differ, and are said in the rows
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert page.evaluate(TOO_WIDE) == [], address
