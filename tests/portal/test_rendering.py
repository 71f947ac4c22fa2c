"""What every page has by itself: escaping, clean texts, addresses of files, a small first load."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from api.languages import LANGUAGES
from api.portal.frame.navigation import PAGES, links_for
from api.portal.frame.rendering import Appearance, environment, render, scheme_for, static
from api.portal.words.states import STATES, state_shown
from ledger.kernel.access import ROLES
from tests.portal.specimen import HOSTILE, specimen

LARGEST_FIRST_PAGE = 100_000


def shown(template: str, language: str = "en", **values: object) -> str:
    return environment(language).from_string(template).render(**values)


def test_what_a_template_prints_is_escaped_and_cleaned() -> None:
    found = shown("<p>{{ text }}</p>", text="<b>\N{RIGHT-TO-LEFT OVERRIDE}a\x1b[2J\x00</b>\r\n&")
    assert found == "<p>&lt;b&gt;a[2J&lt;/b&gt;\n&amp;</p>"


def test_markup_of_our_own_stays() -> None:
    assert shown("{{ text }}", text=Markup("<b>1</b>")) == "<b>1</b>"


def test_a_value_of_a_sentence_keeps_to_itself() -> None:
    found = shown('{{ _("As of the end of {day}", day=day) }}', day="<שלום>\N{LEFT-TO-RIGHT OVERRIDE}")
    assert found == "As of the end of \N{FIRST STRONG ISOLATE}&lt;שלום&gt;\N{POP DIRECTIONAL ISOLATE}"
    assert shown('{{ _("As of the end of {day}", day="{day}") }}', "de") == "Stand am Ende des {day}"


def test_a_name_that_a_template_does_not_know_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        shown("{{ unheard_of }}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_says_its_language_and_scheme(language: str) -> None:
    page = render("base.html", Appearance(language, "dark"))
    assert f'<html lang="{language}" data-theme="dark">' in page
    assert "<nav" not in page
    assert "<nav" in render("base.html", Appearance(language), links=links_for("customer", "/portal/"))


@pytest.mark.parametrize("kind", ["ordinary", "hostile", "empty"])
def test_no_page_styles_or_runs_anything_by_itself(kind: str) -> None:
    page = specimen(kind)
    assert re.findall(r"<style|\sstyle=|<script(?! src=)|\son\w+=\"|javascript:", page) == []
    assert "<script>document" not in page
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page
    assert HOSTILE[8:30].replace("'", "&#39;") in page or kind != "hostile"


def test_nothing_is_loaded_from_elsewhere() -> None:
    assert re.findall(r'(?:src|href|action)="(?!/|#)([^"]*)"', specimen("ordinary")) == []
    sheet = (resources.files("api.portal") / "static" / "portal.css").read_text(encoding="utf-8")
    assert re.findall(r"@import|url\((?!#)", sheet) == []


def test_the_first_page_is_small() -> None:
    files = ("portal.css", "portal.js", "htmx.min.js", "icon.svg")
    loaded = sum(len((resources.files("api.portal") / "static" / name).read_bytes()) for name in files)
    frame = render("base.html", Appearance(), links=links_for("customer", "/portal/"))
    # Also for a browser that takes nothing packed; what is left is for what the page itself says.
    assert loaded + len(frame.encode()) < LARGEST_FIRST_PAGE * 17 // 20


def test_the_address_of_a_file_changes_with_its_content() -> None:
    assert re.fullmatch(r"/portal/static/portal\.css\?v=[0-9a-f]{12}", static("portal.css"))
    assert static("portal.css") != static("portal.js").replace(".js", ".css")


def test_a_vendored_file_has_its_licence_beside_it() -> None:
    folder = resources.files("api.portal") / "static"
    assert "Zero-Clause BSD" in (folder / "htmx.LICENSE").read_text(encoding="utf-8")
    assert 'version:"2.0.11"' in (folder / "htmx.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("chosen", "expected"), [("dark", "dark"), ("light", "light"), ("<b>", "auto"), (None, "auto")]
)
def test_a_scheme_that_is_none_is_the_devices(chosen: str | None, expected: str) -> None:
    assert scheme_for(chosen) == expected


def test_every_role_has_its_pages_and_one_is_current() -> None:
    assert PAGES.keys() == set(ROLES)
    assert [link.label for link in links_for("customer", "/portal/tickets/T-1") if link.is_current] == ["Tickets"]
    assert [link.label for link in links_for("operator", "/portal/") if link.is_current] == ["Today"]
    assert links_for(None, "/portal/") == []


@pytest.mark.parametrize(
    ("role", "address", "label"),
    [
        ("operator", "calendar", "Sessions"),
        ("operator", "statements/C", "Contracts"),
        ("operator", "unanswered", "Today"),
        ("operator", "credit/low", "Today"),
        ("customer", "statements/C", "Documents"),
        ("customer", "contracts/C", "Home"),
        ("customer", "calendar", "Sessions"),
        ("partner", "statements/C", "Contracts"),
        ("partner", "time/E", "Tickets"),
        ("finance", "unanswered", "Month"),
        ("finance", "tickets/T", "Time"),
        ("finance", "sessions/S", "Time"),
        ("finance", "contracts/C", "Contracts"),
        ("auditor", "drafts/C", "Closing"),
        ("admin", "unanswered", "Month"),
        ("admin", "credit/expiring", "Today"),
    ],
)
def test_a_page_that_stands_not_at_the_head_marks_the_one_that_it_belongs_to(
    role: str, address: str, label: str
) -> None:
    assert [link.label for link in links_for(role, f"/portal/{address}") if link.is_current] == [label]


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_a_sign_in_and_none_that_is_not_there_belongs_to_another(role: str) -> None:
    for address in ("account", "sign-in", "timeless", "no-such-page"):
        assert not any(link.is_current for link in links_for(role, f"/portal/{address}")), address


def test_an_auditor_finds_the_pages_that_auditors_read() -> None:
    found = {link.href for link in links_for("auditor", "/portal/")}
    assert {"/portal/sla", "/portal/reports", "/portal/periods", "/portal/books"} <= found


def test_a_state_has_a_word_and_an_unknown_one_its_own() -> None:
    assert state_shown("deduction", "deemed_confirmed") == ("good", "confirmed by silence")
    assert state_shown("ticket", "half_done") == ("quiet", "half done")
    assert {mark for states in STATES.values() for mark, _ in states.values()} == {"good", "wait", "bad", "quiet"}
