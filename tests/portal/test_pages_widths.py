"""Nothing is wider than its window: every page of the provider's roles and the partner's, in a real browser.

Each page is loaded once and its window made smaller, as one turns a phone or moves an edge.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from api.portal.frame.navigation import PAGES
from tests.http.world import ABROAD, MINE
from tests.portal.served import NOW, Site
from tests.portal.test_pages_of_demo import TOO_WIDE
from tests.words import book, dispute, top_up

THINGS = {
    "tickets": ("tickets/odd-t", "tickets/mine-t", "tickets/new?contract_id=mine"),
    "sessions": ("sessions/mine-s", "sessions/new?contract_id=mine"),
    "time": ("time/mine-1", "time/odd", "time/mine-visit", "statements/mine"),
    "contracts": ("contracts/mine", "contracts/mine-sum"),
    "documents": ("documents/NO-2026-00001", "documents/NO-2026-00001/lines/1"),
    "finance": ("drafts/anothers", "documents/NO-2026-00001/credit-note", "periods/north/2026-02", "unanswered"),
    "forms": ("contracts/mine/top-up", "contracts/mine/grant"),
}
OF_ROLE = {
    "finance": ("time", "documents", "finance"),
    "admin": tuple(THINGS),
    "partner": ("contracts",),
    "auditor": ("time", "contracts", "documents"),
}
READ = {"auditor": ("tickets/odd-t", "sessions/mine-s", "drafts/anothers"), "partner": ("tickets/odd-t",)}

# Days in cells whose figures stand in more than one line.
BROKEN_DAYS = """() => [...document.querySelectorAll("td .cell")].flatMap(cell => {
  const text = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT).nextNode()
  const found = /\\d\\d\\.\\d\\d\\.\\d{4}/.exec(text?.data ?? "")
  if (!found) return []
  const range = document.createRange()
  range.setStart(text, found.index)
  range.setEnd(text, found.index + found[0].length)
  return new Set([...range.getClientRects()].map(one => one.top)).size > 1 ? [found[0]] : []
})"""


def faults_in(page: Page, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": 900})
    widest = page.evaluate("document.documentElement.scrollWidth")
    tables = page.evaluate(TOO_WIDE)
    return [f"{page.url} at {width}: {widest} {tables}"] if widest > width or tables else []


@pytest.mark.parametrize("role", OF_ROLE)
def test_no_page_is_wider_than_its_window(site: Site, role: str) -> None:
    site.door.ok(dispute("mine-3", by="K", reason="Not us"))
    assert site.door.see("contracts", limit=1)
    page = site.signed_in(role, language="de")
    things = [thing for kind in OF_ROLE[role] for thing in THINGS[kind]] + [*READ.get(role, ())]
    found: list[str] = []
    for address in (*(href for href, _ in PAGES[role]), *(f"/portal/{thing}" for thing in things)):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        for width in (1440, 1040, 768, 360):
            found += faults_in(page, width)
    assert found == []


def test_no_day_is_broken_in_its_figures(site: Site) -> None:
    page = site.signed_in("finance", language="de")
    for address in ("time", "statements/mine", "tickets/mine-t", "documents", "contracts/mine", "unanswered"):
        page.goto(f"/portal/{address}")
        for width in (1440, 768, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(BROKEN_DAYS) == [], f"{address} at {width}"


# The lines that a text of a cell stands in, of the cells that a figure or a zone makes wide.
LINES = """([cells, pattern]) => [...document.querySelectorAll(cells)].flatMap(cell => {
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT)
  const found = []
  for (let text = walker.nextNode(); text; text = walker.nextNode())
    for (const one of text.data.matchAll(new RegExp(pattern, "gu"))) {
      const range = document.createRange()
      range.setStart(text, one.index)
      range.setEnd(text, one.index + one[0].length)
      found.push([one[0], new Set([...range.getClientRects()].map(box => box.top)).size])
    }
  return found
})"""


def test_no_figure_and_no_zone_is_broken(site: Site) -> None:
    bought = top_up(60, "2026-03-01T10:00:00Z", top_up_id="dear", contract_id=MINE, pool="care", price="38400.00")
    site.door.all_ok([bought, book(60, "2026-04-02T10:00:00Z", NOW, "far", contract_id=ABROAD)])
    assert site.door.see("contracts", limit=1)
    page = site.signed_in("admin", width=768, language="cs")
    for address, cells, pattern in (
        ("drafts/mine", "td.number", r"\d[\d\u00a0\u202f]*,\d\d"),
        ("sessions", "#sessions tbody th", r"\(\w+/\w+\)"),
    ):
        page.goto(f"/portal/{address}")
        for width in (768, 700, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            found = page.evaluate(LINES, [cells, pattern])
            assert found, address
            assert [text for text, lines in found if lines > 1] == [], f"{address} at {width}"


# How the first row of a table is laid out.
LAID_OUT = "getComputedStyle(document.querySelector('tbody tr')).display"
NOTES_ALIGNED = "[...document.querySelectorAll('td.long .note')].map(one => getComputedStyle(one).textAlign)"


def test_a_table_of_many_columns_is_cards_until_there_is_room_for_them(site: Site) -> None:
    page = site.signed_in("customer", language="de")
    for address, narrow, wide in (("time", "grid", "table-row"), ("statements/mine", "table-row", "table-row")):
        page.goto(f"/portal/{address}")
        page.set_viewport_size({"width": 768, "height": 900})
        assert page.evaluate(LAID_OUT) == narrow, address
        page.set_viewport_size({"width": 1440, "height": 900})
        assert page.evaluate(LAID_OUT) == wide, address


def test_a_long_text_of_a_card_begins_at_its_left_edge(site: Site) -> None:
    page = site.signed_in("customer", width=360)
    page.goto("/portal/statements/mine")
    told = page.evaluate(NOTES_ALIGNED)
    assert told
    assert set(told) <= {"left", "start"}
