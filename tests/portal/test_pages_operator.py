"""The operator's and the partner's pages in a real browser: their looks, what refreshes itself, what it costs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.portal.served import Site, faults_of
from tests.words import respond, top_up

PAGES = ("", "urgent", "credit/low", "credit/expiring", "contracts", "contracts/mine", "contracts/mine/top-up", "sla")


def filled(site: Site) -> None:
    """Credit that ends soon, under a name as long as a name may be, and an answer that came late."""
    site.door.all_ok(
        [
            top_up(
                60, "2026-03-10T12:00:00Z", contract_id="mine", pool="care", top_up_id="x" * 64, expires_on="2026-04-01"
            ),
            respond("2026-03-10T17:45:00Z", "odd-t"),
        ]
    )
    site.door.see("contracts", limit=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(site: Site, scheme: str) -> None:
    filled(site)
    page = site.signed_in("operator", scheme=scheme)
    for address in PAGES:
        page.goto(f"/portal/{address}")
        page.wait_for_load_state("networkidle")
        assert page.title() != "taken"
        assert faults_of(page) == "", address
    partner = site.signed_in("partner", scheme=scheme)
    for address in ("", "contracts/mine", "contracts/mine/authorise"):
        partner.goto(f"/portal/{address}")
        assert faults_of(partner) == "", address


@pytest.mark.parametrize("width", [360, 768])
def test_nothing_is_wider_than_its_window(site: Site, width: int) -> None:
    filled(site)
    operator = site.signed_in("operator", width=width)
    for address in PAGES:
        operator.goto(f"/portal/{address}")
        operator.wait_for_load_state("networkidle")
        assert operator.evaluate("document.documentElement.scrollWidth") == width, address
    partner = site.signed_in("partner", width=width)
    assert partner.evaluate("document.documentElement.scrollWidth") == width


def refreshed(page: Page) -> None:
    """As after thirty seconds."""
    with page.expect_response("**/portal/urgent"):
        page.clock.run_for(31_000)
    page.wait_for_timeout(100)


def test_the_day_refreshes_itself_and_leaves_the_focus_where_it_is(site: Site) -> None:
    page = site.page()
    page.clock.install()
    page.goto(site.link("operator"))
    page.click("main form button")
    late = page.locator("#urgent tbody tr", has_text="mine-t")
    assert late.count() == 1
    page.focus("#clock-mine-t-reaction")
    site.door.ok(respond("2026-03-10T17:59:00Z", "anothers-t"))
    site.door.see("contracts", limit=1)
    refreshed(page)
    assert page.locator("#urgent tbody tr", has_text="anothers-t").count() == 0
    assert page.evaluate("document.activeElement.id") == "clock-mine-t-reaction"
    assert faults_of(page) == ""


def test_refreshing_can_be_stopped(site: Site) -> None:
    page = site.page()
    page.clock.install()
    page.goto(site.link("operator"))
    page.click("main form button")
    page.uncheck("#refreshing")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(95_000)
    page.wait_for_timeout(200)
    assert [one for one in asked if "/urgent" in one] == []


def test_what_credit_costs_is_told_as_one_types_and_the_focus_stays(site: Site) -> None:
    page = site.signed_in("operator")
    page.goto("/portal/contracts/mine/top-up")
    before = site.door.count()
    page.locator("#minutes").press_sequentially("90", delay=20)
    page.locator("#cost", has_text="90.00").wait_for()
    assert page.evaluate("document.activeElement.id") == "minutes"
    assert page.input_value("#minutes") == "90"
    assert site.door.count() == before
    page.fill("#minutes", "95")
    page.locator("#cost", has_text="at least").wait_for()
    page.fill("#minutes", "90")
    page.click("form.stack button:not([name])")
    assert page.url.startswith(f"{site.address}/portal/contracts/mine?done=top-up.")
    assert page.locator(".banner.good").is_visible()
    assert faults_of(page) == ""


def test_without_a_script_the_cost_is_told_by_a_button_and_lists_are_links(site: Site) -> None:
    page = site.signed_in("operator", with_script=False)
    assert page.locator("label.refreshing").is_hidden()
    page.click("#refresh")
    assert page.locator("#urgent tbody tr").count() > 0
    page.click("#low-credit a")
    assert page.locator("h1").inner_text() == "Low credit"
    page.goto("/portal/contracts/mine/top-up")
    page.fill("#minutes", "90")
    page.click("button[value=cost]")
    assert "90.00" in page.locator("#cost").inner_text()
    page.click("form.stack button:not([name])")
    assert page.url.startswith(f"{site.address}/portal/contracts/mine?done=top-up.")


def test_the_map_of_promises_is_read_without_colours(site: Site) -> None:
    filled(site)
    page = site.signed_in("operator")
    page.goto("/portal/sla")
    page.emulate_media(forced_colors="active")
    squares = page.locator("svg.heat-map rect.heat").count()
    figures = page.locator("svg.heat-map text.heat-text").all_text_contents()
    assert len(figures) == squares > 0
    assert all(one.endswith("%") for one in figures)
    page.click("figure summary")
    assert page.locator("figure table tbody tr").count() == squares
    page.click("#missed tbody a >> nth=0")
    assert "/portal/tickets/" in page.url
