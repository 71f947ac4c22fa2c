"""Every macro and drawing in a real browser: nothing breaks the page, axe finds nothing, no policy is hurt."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from api.portal.frame.navigation import links_for
from api.portal.frame.rendering import Appearance, render
from tests.portal.browser import HOST, open_page, violations_of
from tests.portal.specimen import POOLS, specimen

WIDTHS = (360, 768, 1440)


def opened(browser: Browser, kind: str, width: int, scheme: str, language: str = "en") -> tuple[Page, list[str]]:
    """The page, and what it complained of."""
    page = open_page(browser, {"/portal": specimen(kind, language)}, width, scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{HOST}/portal")
    return page, complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["ordinary", "empty", "hostile"])
def test_axe_finds_nothing_in_either_scheme(browser: Browser, kind: str, scheme: str) -> None:
    page, complaints = opened(browser, kind, 1440, scheme)
    found = violations_of(page)
    page.context.close()
    assert found.violations_count == 0, found.generate_report()
    assert complaints == []


def test_axe_would_find_what_is_wrong(browser: Browser) -> None:
    page = open_page(
        browser, {"/portal": "<html><body><img src=/a.png><p>No landmark.</p></body></html>"}, 1440, "light"
    )
    page.goto(f"{HOST}/portal")
    found = {one["id"] for one in violations_of(page).response["violations"]}
    page.context.close()
    assert {"image-alt", "html-has-lang", "document-title"} <= found


@pytest.mark.parametrize("kind", POOLS)
def test_nothing_makes_a_page_wider_than_its_window(browser: Browser, kind: str) -> None:
    page, complaints = opened(browser, kind, WIDTHS[0], "light")
    widest = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        widest[width] = page.evaluate("document.documentElement.scrollWidth")
    title = page.title()
    page.context.close()
    assert widest == {width: width for width in WIDTHS}
    assert title != "taken"
    assert complaints == []


def test_what_is_pressed_is_at_least_24_pixels_large(browser: Browser) -> None:
    page, _ = opened(browser, "ordinary", 360, "light")
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, input:not([type=hidden]), select, summary, nav a, label.tick')]
        .map((one) => one.closest('label.tick') || one)
        .filter((one) => { const box = one.getBoundingClientRect(); return box.width < 24 || box.height < 24; })
        .map((one) => one.outerHTML.slice(0, 80))"""
    )
    page.context.close()
    assert small == []


def test_a_page_is_walked_by_keyboard_and_begins_with_a_way_to_the_content(browser: Browser) -> None:
    frame = render("base.html", Appearance(), links=links_for("customer", "/portal/"))
    page = open_page(browser, {"/portal": frame}, 1440, "light")
    page.goto(f"{HOST}/portal")
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.className")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press("Enter")
    there = page.evaluate("document.activeElement.id")
    page.context.close()
    assert (first, outline, there) == ("skip", "solid", "content")


def test_the_reader_is_taken_to_what_was_said(browser: Browser) -> None:
    page, _ = opened(browser, "ordinary", 1440, "light")
    assert "banner" in page.evaluate("document.activeElement.className")
    page.context.close()


def test_a_lost_answer_is_said_and_what_was_entered_is_kept(browser: Browser) -> None:
    page, _ = opened(browser, "ordinary", 1440, "light")
    page.fill("#minutes", "75")
    assert not page.locator("#no-answer").is_visible()
    page.evaluate("document.body.dispatchEvent(new CustomEvent('htmx:sendError', {bubbles: true}))")
    assert page.locator("#no-answer").is_visible()
    assert page.input_value("#minutes") == "75"
    page.context.close()


def test_a_list_goes_on_in_its_place_without_loading_the_page_anew(browser: Browser) -> None:
    page, complaints = opened(browser, "ordinary", 1440, "light")
    page.evaluate("window.isTheSame = true")
    page.click("a[rel=next]")
    page.wait_for_url(f"{HOST}/portal?after=1")
    assert page.evaluate("window.isTheSame")
    assert page.locator("#entries table").count() == 1
    assert complaints == []
    page.context.close()


def test_without_a_script_the_list_goes_on_too(browser: Browser) -> None:
    page = open_page(browser, {"/portal": specimen("ordinary")}, 1440, "light", with_script=False)
    page.goto(f"{HOST}/portal")
    page.click("a[rel=next]")
    assert page.url == f"{HOST}/portal?after=1"
    page.click("summary >> nth=0")
    assert page.locator("details table").first.is_visible()
    page.context.close()


def test_a_scheme_that_was_chosen_wins_over_the_devices(browser: Browser) -> None:
    def ground(chosen: str, device: str) -> str:
        page = open_page(browser, {"/portal": specimen("empty", "en", chosen)}, 1440, device)
        page.goto(f"{HOST}/portal")
        found = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.context.close()
        return str(found)

    light, dark = ground("auto", "light"), ground("auto", "dark")
    assert light != dark
    assert (ground("light", "dark"), ground("dark", "light")) == (light, dark)


def test_paper_shows_the_content_without_what_is_pressed(browser: Browser) -> None:
    page, _ = opened(browser, "ordinary", 768, "dark")
    page.emulate_media(media="print")
    assert not page.locator(".main-nav").is_visible()
    assert not page.locator("button").first.is_visible()
    assert page.locator("table").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.context.close()
