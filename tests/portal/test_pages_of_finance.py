"""Finance in a real browser: a month is issued and closed without a command line, and every page is fit to be seen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.http.world import ANOTHERS, MINE
from tests.portal.served import Site, faults_of
from tests.words import dispute, top_up

PAGES = (
    *("/portal/month", "/portal/drafts", f"/portal/drafts/{ANOTHERS}", "/portal/unanswered?status=pending"),
    *("/portal/documents/NO-2026-00001", "/portal/documents/NO-2026-00001/lines/1"),
    *("/portal/documents/NO-2026-00001/credit-note", "/portal/reports", "/portal/periods"),
    *("/portal/periods/north/2026-02", "/portal/books", "/portal/books/file", f"/portal/time/{ANOTHERS}-1"),
)


def pressed(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def led(page: Page, name: str) -> None:
    """By the head of the page."""
    page.locator(".main-nav").get_by_role("link", name=name, exact=True).click()
    page.get_by_role("heading", name=name, level=1, exact=True).wait_for()


@pytest.mark.parametrize("with_script", [True, False])
def test_somebody_in_finance_issues_and_closes_a_month_without_a_command_line(site: Site, with_script: bool) -> None:
    site.door.ok(dispute(f"{ANOTHERS}-1", by="K", reason="Not us"))
    assert site.door.see("contracts", limit=1)
    page = site.signed_in("finance", with_script=with_script)  # from here on nothing is typed as an address
    page.get_by_role("link", name="nachbar at north").click()
    page.fill("[id='customer.address.line1']", "Weg 2")
    page.fill("[id='customer.address.postcode']", "10115")
    page.fill("[id='customer.address.city']", "Ort")
    page.fill("[id='customer.email']", "rechnung@nachbar.example")
    page.fill("[id='customer.buyer_reference']", "K-1")
    pressed(page, "Save")
    assert "the customer's" not in page.locator("main").inner_text()
    pressed(page, "Issue the invoice")
    assert page.locator("h1").inner_text() == "Invoice NO-2026-00002"
    page.get_by_role("link", name="Fee").click()
    assert page.get_by_text("FeeCharged").is_visible()
    led(page, "Month")
    page.locator("a[href*='status=disputed']").click()
    page.get_by_role("link", name="Step 1 of anothers").click()
    page.get_by_label("It stands as it is").check()
    page.get_by_label("Reason").fill("The log says so")
    pressed(page, "Answer")
    assert "The log says so" in page.locator("main").inner_text()
    led(page, "Drafts")
    page.locator(".then [name=through_on]").fill("2026-02-28")
    pressed(page, "Show")
    page.get_by_text("Due until 28 Feb 2026").wait_for()
    pressed(page, "Issue all")
    assert re.search(r"\d invoices? (was|were) issued", page.locator("#results ~ p").first.inner_text())
    led(page, "Closing")
    page.get_by_role("link", name="February 2026").click()
    page.get_by_role("heading", name="February 2026", level=1, exact=True).wait_for()
    assert "All that was due until 28 Feb 2026 is invoiced." in page.locator("main").inner_text()
    pressed(page, "Close the month")
    assert "closed" in page.locator("main .badge").first.inner_text()
    months = {one["month"]: one["state"] for one in site.door.see("periods", provider="north")["items"]}
    assert months == {"2026-01": "closed", "2026-02": "closed", "2026-03": "open"}


def test_an_invoice_is_taken_back_by_a_credit_note(site: Site) -> None:
    page = site.signed_in("finance")
    page.goto("/portal/documents/NO-2026-00001")
    page.get_by_role("link", name="Take it back").click()
    page.get_by_label("Reason").fill("Wrong address")
    pressed(page, "Issue the credit note")
    assert page.locator("h1").inner_text() == "Credit note NO-CN-2026-00001"
    assert faults_of(page) == ""
    with page.expect_download() as download:
        page.goto("/portal/books")
        page.get_by_label("CSV").check()
        pressed(page, "Download")
    assert download.value.suggested_filename == "north-csv.csv"


def test_a_double_click_issues_once(site: Site) -> None:
    page = site.signed_in("finance")
    page.goto(f"/portal/drafts/{ANOTHERS}")
    page.get_by_role("button", name="Issue the invoice").dblclick()
    page.wait_for_url("**/portal/documents/*")
    assert len(site.door.see("invoices")["items"]) == 2


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_every_page_is_fit_to_be_seen(site: Site, width: int, scheme: str) -> None:
    site.door.ok(top_up(60, "2026-02-10T10:00:00Z", top_up_id="u", contract_id=MINE, pool="care", price="100.00"))
    site.door.ok(dispute(f"{ANOTHERS}-1", by="K", reason="Not us"))
    assert site.door.see("contracts", limit=1)
    page = site.signed_in("finance", width, scheme, language="de")
    for address in PAGES:
        page.goto(address)
        assert page.locator("h1").is_visible(), address
        assert faults_of(page) == "", address
