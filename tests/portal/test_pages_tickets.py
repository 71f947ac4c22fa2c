"""Tickets and sessions in a real browser: opened, followed to the minute, worked on, moved at a price that is said."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.portal.served import Site, complaints_of, faults_of

PAGES = (
    "/portal/tickets",
    "/portal/tickets?which=closed",
    "/portal/tickets/mine-t",
    "/portal/tickets/odd-t",
    "/portal/tickets/mine-t?as_of=2026-02-03",
    "/portal/tickets/new?contract_id=mine",
    "/portal/tickets/new",
    "/portal/sessions",
    "/portal/sessions?which=past",
    "/portal/sessions/mine-s",
    "/portal/sessions/new?contract_id=mine",
)


@pytest.mark.parametrize(
    ("role", "width", "scheme"),
    [("operator", 360, "dark"), ("operator", 768, "light"), ("customer", 1440, "light")],
)
def test_pages_have_no_fault_for_whoever_reads_them(site: Site, role: str, width: int, scheme: str) -> None:
    page = site.signed_in(role, width, scheme)
    for address in PAGES:
        page.goto(address)
        for details in page.locator("main details").all():
            details.evaluate("one => one.open = true")
        assert faults_of(page) == "", address
        assert page.title() != "taken"


@pytest.mark.parametrize("with_script", [True, False])
def test_a_customer_opens_a_ticket_by_what_the_page_says(site: Site, with_script: bool) -> None:
    page = site.signed_in("customer", with_script=with_script)
    page.goto("/portal/tickets/new?contract_id=mine")
    expect(page.locator(".rules")).to_contain_text("Work on site is included.")
    page.fill("#title", "The printer <b>burns</b>")
    page.select_option("#kind", "incident")
    page.select_option("#channel", "phone")
    page.select_option("#priority", "3")
    page.click("main form.stack .chief")
    assert page.locator("h1").inner_text() == "The printer <b>burns</b>"
    page.click("main details summary >> text=First answer")
    expect(page.locator("main table").first).to_contain_text("around the clock")


@pytest.mark.parametrize("with_script", [True, False])
def test_a_late_move_says_its_price_and_is_made_once(site: Site, with_script: bool) -> None:
    site.door.clock.put("2026-03-19T10:00:01Z")  # type: ignore[attr-defined]
    page = site.signed_in("customer", with_script=with_script)
    page.goto("/portal/sessions/mine-s")
    said = "Moving now costs 2:00 hours; until 19 Mar 2026, 11:00 it was free."
    expect(page.get_by_text(said)).to_be_visible()
    page.fill("#starts_at", "2026-03-24T09:00")
    page.click("form[aria-labelledby=move] button")
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.get_by_text("2:00 from mine.allotment.1")).to_be_visible()
    if with_script:  # axe is one
        assert faults_of(page) == ""
    page.dblclick("main form button.bad")
    page.wait_for_url("**/portal/sessions/mine-s")
    expect(page.locator("h1")).to_have_text("Session on 24 Mar 2026, 09:00")
    moves = [one for one in site.door.events() if one["type"] == "SessionMoved"]
    penalties = [one for one in site.door.events() if one["type"] == "LateChangePenaltyDeducted"]
    assert (len(moves), len(penalties)) == (1, 1)


def test_booking_twice_by_a_double_click_books_once(site: Site) -> None:
    page = site.signed_in("customer")
    page.goto("/portal/sessions/new?contract_id=mine")
    page.fill("#starts_at", "2026-04-01T09:00")
    page.fill("#estimate_minutes", "90")
    page.dblclick("main form.stack .chief")
    expect(page.locator("h1")).to_have_text("Session on 1 Apr 2026, 09:00")
    assert len([one for one in site.door.events() if one["type"] == "SessionBooked"]) == 2  # the ledger's own and this


def test_the_cost_of_work_appears_as_one_types(site: Site) -> None:
    page = site.signed_in("operator")
    page.goto("/portal/tickets/mine-t")
    before = site.door.count()
    page.fill("[name=minutes]", "41")
    expect(page.locator("#cost")).to_contain_text("0:41 worked, 0:50 billed")
    page.fill("[name=minutes]", "much")
    expect(page.locator("#cost")).to_contain_text("Please enter minutes, or hours as")
    page.fill("[name=minutes]", "20")
    expect(page.locator("#cost")).to_contain_text("0:20 billed")
    assert faults_of(page) == ""
    assert site.door.count() == before
    page.fill("[name=engineer]", "Eva")
    page.click("form[aria-labelledby=step-work] .chief")
    expect(page.locator(".definitions")).to_contain_text("Time billed (h:mm)3:00")  # 2:40 before
    assert site.door.count() > before
    assert complaints_of(page) == []


def test_without_a_script_a_button_says_the_cost(site: Site) -> None:
    page = site.signed_in("operator", with_script=False)
    page.goto("/portal/tickets/mine-t")
    before = site.door.count()
    page.fill("[name=minutes]", "41")
    page.fill("[name=engineer]", "Eva")
    page.click("[name=only_cost]")
    expect(page.locator("#cost")).to_contain_text("0:41 worked, 0:50 billed")
    assert page.input_value("[name=engineer]") == "Eva"
    assert site.door.count() == before


def test_a_refusal_is_reached_from_above_at_its_field(site: Site) -> None:
    page = site.signed_in("customer", language="de")
    page.goto("/portal/sessions/new?contract_id=mine")
    page.fill("#starts_at", "2026-04-01T09:00")
    page.fill("#estimate_minutes", "long")
    page.click("main form.stack .chief")
    expect(page.locator("#estimate_minutes-error")).to_contain_text("Bitte Minuten eingeben, oder Stunden wie 1:30.")
    page.click(".banner.bad a")
    assert page.evaluate("document.activeElement.id || location.hash.slice(1)") == "estimate_minutes"
    assert faults_of(page) == ""
