"""Another language or other colours in a real browser: what is half filled in stays, and so does what is looked at."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.portal.served import Site, complaints_of, faults_of

NEW_TICKET = "/portal/tickets/new?contract_id=mine"


def spoken(page: Page, language: str) -> None:
    """The page in another language, by the form at its foot."""
    page.select_option("#language", language)
    page.click(".appearance button")
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_what_is_half_filled_in_stays(site: Site) -> None:
    page = site.signed_in("customer")
    page.goto(NEW_TICKET)
    page.fill("#title", "Backups \u201efail\u201c <b>\nagain")
    page.select_option("#kind", "incident")
    at = page.url
    spoken(page, "de")
    assert page.url == at
    expect(page.locator("#title")).to_have_value("Backups \u201efail\u201c <b>\nagain")
    expect(page.locator("#kind")).to_have_value("incident")
    assert complaints_of(page) == []
    page.goto("/portal/")
    page.goto(NEW_TICKET)
    expect(page.locator("#title")).to_have_value("")  # given back once
    assert page.evaluate("sessionStorage.getItem('filled-in')") is None


def test_marks_and_longer_texts_stay_and_a_cost_is_told_again(site: Site) -> None:
    page = site.signed_in("operator")
    page.goto("/portal/contracts/mine/top-up")
    page.fill("#minutes", "90")
    spoken(page, "pl")
    expect(page.locator("#minutes")).to_have_value("90")
    expect(page.locator("#cost")).to_contain_text("90,00")
    page = site.signed_in("customer")
    page.goto("/portal/time?status=pending")
    page.get_by_label("Choose Step 2 of mine").check()
    page.fill("#by", "Ola Nowak")
    page.select_option("#scheme", "dark")
    page.click(".appearance button")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_label("Choose Step 2 of mine")).to_be_checked()
    expect(page.get_by_label("Choose Step 3 of mine")).not_to_be_checked()
    expect(page.locator("#by")).to_have_value("Ola Nowak")


def test_without_a_script_going_back_brings_it_back(site: Site) -> None:
    page = site.signed_in("customer", with_script=False)
    page.goto(NEW_TICKET)
    page.fill("#title", "Backups fail")
    spoken(page, "de")
    page.go_back()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#title")).to_have_value("Backups fail")


def test_nobody_else_finds_it_and_who_signs_in_anew_does(site: Site) -> None:
    page = site.signed_in("customer")
    page.goto("/portal/time/mine-1")
    page.get_by_label("What is not right").fill("Nobody was there")
    page.context.clear_cookies()
    spoken(page, "de")
    expect(page.locator("#token")).to_be_visible()
    page.goto(site.link("customer"))
    page.click("main form button")
    page.goto("/portal/time/mine-1")
    assert page.evaluate("sessionStorage.getItem('filled-in')") is None
    page = site.signed_in("operator")
    page.goto("/portal/time/mine-1")
    page.locator("textarea").first.fill("Seen by operators alone")
    page.context.clear_cookies()
    spoken(page, "de")
    page.goto(site.link("customer"))
    page.click("main form button")
    page.goto("/portal/time/mine-1")
    assert "Seen by operators alone" not in page.locator("main").inner_text()


def test_it_leads_back_to_what_was_swapped_in(site: Site) -> None:
    page = site.signed_in("customer")
    page.goto("/portal/time")
    page.get_by_role("link", name="Disputed", exact=True).click()
    page.wait_for_url("**/portal/time?status=disputed")
    spoken(page, "de")
    assert page.url == f"{site.address}/portal/time?status=disputed"
    assert faults_of(page) == ""


def test_a_link_that_signs_in_is_still_there(site: Site) -> None:
    for with_script in (True, False):
        page = site.page(with_script=with_script)
        page.goto(site.link("customer"))
        at = page.url
        spoken(page, "de")
        assert page.url == at
        page.click("main form button")
        page.wait_for_url(f"{site.address}/portal/")


def test_a_page_that_carries_what_was_written_has_no_such_choice(site: Site) -> None:
    page = site.signed_in("customer")
    page.goto("/portal/time/mine-1")
    page.get_by_label("What is not right").fill("Nobody was there")
    page.context.clear_cookies()
    page.get_by_role("button", name="Dispute").click()
    expect(page.locator("#token")).to_be_visible()
    expect(page.locator("#language")).to_have_count(0)
    assert faults_of(page) == ""
