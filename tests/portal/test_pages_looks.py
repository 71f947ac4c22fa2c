"""How pages look on a phone and on paper, in a real browser: what a look at their pictures found, and holds since."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.http.world import MINE, OF
from tests.portal.served import NOW, Site, faults_of
from tests.words import book, close_month, sign


def box(one: Locator) -> dict[str, float]:
    found = one.bounding_box()
    assert found is not None
    return {**found}


@pytest.mark.parametrize(("role", "address"), [("admin", "/portal/books"), ("finance", "/portal/periods")])
def test_the_pages_at_the_head_wrap_on_a_phone_and_the_current_one_is_seen(site: Site, role: str, address: str) -> None:
    page = site.signed_in(role, width=360, language="de")
    page.goto(address)
    links = page.locator(".main-nav a")
    for link in links.all():
        place = box(link)
        assert 0 <= place["x"] <= place["x"] + place["width"] <= 360, link.inner_text()
    tops = {box(link)["y"] for link in links.all()}
    assert len(tops) > 1, "they do not fit in one line"
    current = page.locator(".main-nav [aria-current=page]")
    assert current.get_attribute("href") == address
    assert box(current)["y"] < 400


@pytest.mark.parametrize("language", ["en", "de", "pl", "cs", "sk"])
def test_the_months_to_close_are_short_on_a_phone_and_no_state_breaks(site: Site, language: str) -> None:
    page = site.signed_in("finance", width=360, language=language)
    page.goto("/portal/periods")
    rows = page.locator("#periods tbody tr")
    assert rows.count() == 3
    assert {box(row)["height"] <= 60 for row in rows.all()} == {True}
    assert {box(one)["height"] < 30 for one in page.locator("#periods :is(.badge, th a)").all()} == {True}
    assert faults_of(page) == ""


def test_on_a_phone_each_sum_of_a_closed_month_says_what_it_is(site: Site) -> None:
    site.door.ok(close_month("2026-01", "north"))
    assert site.door.see("contracts", limit=1)
    page = site.signed_in("finance", width=360)
    page.goto("/portal/periods")
    label = "them => them.map(one => getComputedStyle(one, '::before').content)"
    said = page.locator("#periods tbody tr").first.locator("td").evaluate_all(label)
    assert said == ["none", '"Charged, net"', '"Invoiced, net"']


def test_a_long_id_of_a_contract_does_not_widen_the_documents(site: Site) -> None:
    site.door.ok(sign(contract_id="c" * 64, **OF[MINE]))
    assert site.door.see("contracts", limit=1)
    page = site.signed_in("customer", width=360)
    page.goto("/portal/documents")
    assert page.get_by_role("link", name="c" * 64).is_visible()
    assert faults_of(page) == ""


@pytest.mark.parametrize("address", ["/portal/sessions", "/portal/periods"])
def test_columns_of_tables_below_one_another_stand_in_line(site: Site, address: str) -> None:
    site.door.all_ok([book(60, f"2026-0{n}-02T10:00:00Z", NOW, f"s-{n}", contract_id=MINE) for n in (4, 5)])
    site.door.all_ok([close_month("2026-01", "north")])
    assert site.door.see("contracts", limit=1)
    page = site.signed_in("admin")
    page.goto(address)
    tables = page.locator(".alike table")
    assert tables.count() > 1
    lefts = [[box(cell)["x"] for cell in one.locator("thead th").all()] for one in tables.all()]
    assert all(one == lefts[0] for one in lefts)


def test_on_paper_the_name_of_a_page_begins_where_its_content_does(site: Site) -> None:
    page = site.signed_in("customer")
    page.goto("/portal/time")
    expect(page.locator(".on-paper").first).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".main-nav")).to_be_hidden()
    expect(page.locator(".on-paper").first).to_contain_text("Customer kunde at north", use_inner_text=True)
    left = box(page.locator("main h1"))["x"]
    assert box(page.locator(".brand"))["x"] == left
    assert box(page.locator("#entries table"))["x"] == left


@pytest.mark.parametrize(
    ("address", "field"),
    [("/portal/contracts/mine/top-up", "#minutes"), ("/portal/tickets/mine-t", "#work-minutes")],
)
def test_a_cost_is_told_to_nobody_whose_sign_in_has_ended_and_what_was_typed_stays(
    site: Site, address: str, field: str
) -> None:
    page = site.signed_in("operator")
    page.goto(address)
    before = page.locator("#cost").inner_text()
    at = page.url
    page.context.clear_cookies()
    page.fill(field, "90")
    expect(page.locator("#signed-out")).to_be_visible()
    expect(page.locator(field)).to_have_value("90")
    assert page.locator("#cost").inner_text() == before
    assert page.url == at


def test_the_head_of_a_page_is_short_on_a_phone_and_no_state_breaks_in_a_window(site: Site) -> None:
    page = site.signed_in("customer", width=360, language="de")
    out, who = page.locator(".account form"), page.locator(".account .who")
    assert abs(box(out)["y"] - box(who)["y"]) < 8
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/portal/time")
    page.locator("#entries .badge").evaluate_all(
        "them => them.forEach(one => one.lastChild.data = 'keine Bestätigung nötig')"
    )
    assert {box(one)["height"] < 30 for one in page.locator("#entries .badge").all()} == {True}


@pytest.mark.parametrize("width", [1440, 768])
def test_no_word_of_ours_breaks_beside_an_endless_one(site: Site, width: int) -> None:
    page = site.signed_in("customer", width=width)
    page.goto("/portal/time")
    statements = page.locator("#entries a.part", has_text="Statement")
    assert statements.count() > 5
    assert {box(one)["height"] < 34 for one in statements.all()} == {True}
    assert faults_of(page) == ""
