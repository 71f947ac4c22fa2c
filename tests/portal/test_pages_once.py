"""A form that is sent again in a real browser, by going back or by a second click: nothing is recorded twice."""

import pytest
from playwright.sync_api import Page, expect

from tests.portal.served import Site, faults_of


def filled(page: Page, typed: dict[str, str]) -> None:
    """Fills in the form that records something; what a browser brought back itself is typed over with the same."""
    for selector, text in typed.items():
        field = page.locator(selector)
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)


@pytest.mark.parametrize("with_script", [True, False])
@pytest.mark.parametrize(
    ("role", "address", "typed", "button"),
    [
        (
            "customer",
            "/portal/tickets/new?contract_id=mine",
            {"#title": "Backups", "#kind": "incident", "#priority": "3"},
            "main form.stack .chief",
        ),
        (
            "customer",
            "/portal/sessions/new?contract_id=mine",
            {"#starts_at": "2026-04-01T09:00", "#estimate_minutes": "90"},
            "main form.stack .chief",
        ),
        (
            "operator",
            "/portal/tickets/mine-t",
            {"#work-minutes": "25", "#work-engineer": "Ola"},
            "form[aria-labelledby=step-work] .chief",
        ),
        ("operator", "/portal/contracts/mine/top-up", {"#minutes": "90"}, "form.stack button:not([name])"),
        (
            "operator",
            "/portal/contracts/mine/grant",
            {"#minutes": "90", "#reason": "Sorry"},
            "form.stack button:not([name])",
        ),
    ],
)
def test_going_back_and_sending_again_records_once(
    site: Site, role: str, address: str, typed: dict[str, str], button: str, with_script: bool
) -> None:
    page = site.signed_in(role, with_script=with_script)
    page.goto(address)
    filled(page, typed)
    page.click(button)
    page.wait_for_load_state()
    recorded, before = page.url, site.door.count()
    page.go_back()
    filled(page, typed)
    page.click(button)
    expect(page.locator("h1")).to_have_text("This was recorded already")
    assert site.door.count() == before
    if with_script:  # axe is one
        assert faults_of(page) == ""
    page.get_by_role("link", name="To what was recorded").click()
    page.wait_for_load_state()
    assert page.url.partition("form=")[0].rstrip("?&") == recorded.partition("form=")[0].rstrip("?&")


def test_the_second_half_of_a_double_click_presses_nothing_that_has_come_below_it(site: Site) -> None:
    page = site.signed_in("customer", width=1280)
    page.goto("/portal/time?status=pending")
    button = page.locator("button[name=one]").nth(1)
    button.scroll_into_view_if_needed()
    place, before = button.bounding_box(), site.door.count()
    assert place
    page.mouse.click(place["x"] + 10, place["y"] + 10)
    expect(page.locator(".results")).to_contain_text("1 went through.")
    below = page.evaluate("at => document.elementFromPoint(at.x + 10, at.y + 10).closest('button').value", place)
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    page.wait_for_load_state("networkidle")
    expect(page.locator(f"button[value={below}]")).to_be_visible()
    assert site.door.count() == before + 1
