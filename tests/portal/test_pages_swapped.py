"""Lists in a real browser: tabs, days, filters and confirmations replace the content, and load no page anew."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.portal.served import Site, faults_of
from tests.portal.test_pages_customer import statuses


def marked(page: Page) -> Page:
    """A mark on the window, which no page keeps that is loaded anew."""
    page.evaluate("window.isTheSame = true")
    return page


def is_the_same(page: Page) -> bool:
    return page.evaluate("window.isTheSame === true") is True


def test_tabs_and_days_swap_the_content_and_keep_the_address(site: Site) -> None:
    page = marked(site.signed_in("customer"))
    page.goto("/portal/time")
    marked(page)
    page.get_by_role("link", name="Disputed", exact=True).click()
    expect(page.locator("#content")).to_contain_text("Nothing is disputed.")
    expect(page.locator("#which-disputed")).to_have_attribute("aria-current", "true")
    expect(page.locator("#which-disputed")).to_be_focused()
    expect(page).to_have_url(f"{site.address}/portal/time?status=disputed")
    page.get_by_role("link", name="All", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="Step 3 of mine")).to_be_visible()
    page.get_by_label("As of the end of").fill("2026-02-05")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".banner.wait")).to_contain_text("As of the end of 5 Feb 2026")
    expect(page).to_have_url(f"{site.address}/portal/time?as_of=2026-02-05")
    page.get_by_role("link", name="Back to now").click()
    expect(page.locator(".banner.wait")).to_have_count(0)
    expect(page.locator("#content")).to_be_focused()  # what was pressed is gone
    assert is_the_same(page)
    assert faults_of(page) == ""


@pytest.mark.parametrize(
    ("role", "address", "link", "there"),
    [
        ("customer", "/portal/tickets", "Closed", "No ticket is closed."),
        ("customer", "/portal/sessions", "The last 90 days", "There was no session in the last 90 days."),
        ("finance", "/portal/unanswered?status=pending&older_than_days=0", "Disputed", "Nothing is disputed."),
    ],
)
def test_the_tabs_of_every_list_do(site: Site, role: str, address: str, link: str, there: str) -> None:
    page = site.signed_in(role)
    page.goto(address)
    marked(page)
    page.get_by_role("navigation", name="Which").get_by_role("link", name=link).click()
    expect(page.locator("#content")).to_contain_text(there)
    assert is_the_same(page)
    assert page.url != f"{site.address}{address}"
    assert faults_of(page) == ""


def test_what_a_filter_cannot_read_is_told_at_its_field(site: Site) -> None:
    page = site.signed_in("operator")
    page.goto("/portal/sla")
    marked(page)
    page.fill("#asked-from", "2026-03-10")
    page.fill("#asked-to", "2026-03-01")
    page.locator("form.narrow-by button").click()
    expect(page.locator("#asked-from-error")).to_be_visible()
    assert is_the_same(page)


@pytest.mark.parametrize("with_script", [True, False])
def test_confirming_one_some_and_all_loads_no_page_anew(site: Site, with_script: bool) -> None:
    page = site.signed_in("customer", with_script=with_script)
    page.goto("/portal/time?status=pending")
    if with_script:
        marked(page)
    page.get_by_role("row").filter(has_text="Step 3 of mine").get_by_role("button", name="Confirm").click()
    expect(page.locator(".results")).to_contain_text("mine-3 · Step 3 of mine")
    page.get_by_label("Choose Step 2 of mine").check()
    page.get_by_role("button", name="Confirm the chosen").click()
    expect(page.locator(".results")).to_contain_text("mine-2 · Step 2 of mine")
    if with_script:
        expect(page.locator(".results")).to_be_focused()
    page.get_by_role("button", name="Confirm the chosen").click()
    expect(page.locator("#deduction_id-error")).to_be_visible()
    page.get_by_role("button", name="Confirm all of this page").click()
    expect(page.locator(".results")).to_contain_text("mine-1 · Step 1 of mine")
    assert {statuses(site)[one] for one in ("mine-1", "mine-2", "mine-3")} == {"confirmed"}
    if with_script:
        assert is_the_same(page)
        assert faults_of(page) == ""


def test_a_confirmation_after_the_sign_in_ended_is_kept(site: Site) -> None:
    page = site.signed_in("customer")
    page.goto("/portal/time?status=pending")
    page.fill("#by", "Ola Nowak")
    page.context.clear_cookies()
    page.get_by_role("row").filter(has_text="Step 3 of mine").get_by_role("button", name="Confirm").click()
    expect(page.locator("#token")).to_be_visible()
    assert "Ola Nowak" in page.content()
    assert '"mine-3"' in page.locator("[name=kept]").input_value()
