"""Signing in, in a real browser: by a link, by a token, and what a sign-in that ended keeps."""

from __future__ import annotations

import pytest

from tests.http.world import token
from tests.portal.served import Site, faults_of


def test_a_link_signs_in_by_its_button_and_only_once(site: Site) -> None:
    link = site.link("customer")
    for _ in range(2):  # programs that look through mail open links too
        assert site.page().goto(link).status == 200
    page = site.page()
    page.goto(link)
    assert faults_of(page) == ""
    page.click("main form button")
    assert page.locator("h1").inner_text() == "Home"
    again = site.page()
    again.goto(link)
    assert again.locator("main [role=alert]").is_visible()
    assert faults_of(again) == ""


@pytest.mark.parametrize("with_script", [True, False])
def test_a_token_signs_in_and_leads_where_the_reader_wanted_to_go(site: Site, with_script: bool) -> None:
    page = site.page(with_script=with_script)
    page.goto("/portal/time?status=pending")
    page.fill("#token", token(site.door, "customer"))
    page.click("main form button")
    assert page.url == f"{site.address}/portal/time?status=pending"
    page.click(".account button")
    page.goto("/portal/time")
    assert page.url.startswith(f"{site.address}/portal/sign-in")


@pytest.mark.parametrize(("language", "said"), [("de", "Anmelden"), ("pl", "Zaloguj się"), ("en", "Sign in")])
def test_the_browsers_language_is_spoken_and_another_is_chosen_at_the_foot(
    site: Site, language: str, said: str
) -> None:
    page = site.page(language=language)
    page.goto("/portal/")
    assert said in page.locator("h1").inner_text()
    page.select_option("#language", "sk")
    page.select_option("#scheme", "dark")
    page.click(".appearance button")
    assert page.locator("html").get_attribute("lang") == "sk"
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert faults_of(page) == ""
