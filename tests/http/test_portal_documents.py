"""Statements and documents at the portal: what a customer reads and takes away, and nothing of anybody else's."""

import re
from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser
from tests.http.door import Door, opened
from tests.http.world import ANOTHERS, MINE, OF, OPENED, SIDES, TEN, token
from tests.words import issue, log_work, open_ticket, sign, top_up

STATEMENT, DOCUMENTS = "/portal/statements/mine", "/portal/documents"


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """A contract of each side with two entries and an invoice over its fee."""
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        for side in SIDES:
            door.all_ok([sign(contract_id=side, **OF[side]), open_ticket(f"{side}-t", contract_id=side, at=OPENED)])
            door.all_ok(
                [
                    log_work(25, TEN, entry_id=f"{side}-1", ticket_id=f"{side}-t", note=f"First of {side}"),
                    log_work(50, "2026-03-02T10:00:00Z", entry_id=f"{side}-2", ticket_id=f"{side}-t"),
                    issue(side, "2026-02-28", issued_on="2026-03-02"),
                ]
            )
        assert door.see("contracts", limit=1)
        yield door


@pytest.fixture
def browser(door: Door) -> Browser:
    return Browser(door).signed_in(token(door, "customer"))


def cells(text: str) -> list[list[str]]:
    """The rows of the page's table, without markup."""
    body = text.partition("<tbody")[2].partition("</tbody>")[0]
    rows = [re.findall(r'<span class="cell">(.*?)</span></t', row, re.DOTALL) for row in body.split("</tr>")]
    return [[re.sub(r"<[^>]*>", " ", cell).split() for cell in row] for row in rows if row]  # type: ignore[misc]


def test_a_statement_has_each_movement_with_the_balance_after_it(browser: Browser) -> None:
    rows = cells(browser.get(STATEMENT, accept_language="de").text)
    figures = [(row[2], row[3], row[4]) for row in rows]
    assert figures == [
        (["Betreuung"], ["100:00"], ["100:00"]),
        (["Betreuung"], ["−0:30"], ["99:30"]),
        (["Betreuung"], ["−0:50"], ["98:40"]),
    ]


def test_a_month_begins_with_what_was_owned_before_and_leads_to_its_neighbours(browser: Browser) -> None:
    page = browser.get(f"{STATEMENT}?month=2026-03").text
    rows = cells(page)
    assert [row[4] for row in rows] == [["99:30"], ["98:40"]]
    assert rows[0][1] == ["Owned", "before"]
    assert "/portal/statements/mine?from=2026-02-01&amp;to=2026-02-28" in page
    assert "/portal/statements/mine?from=2026-04-01&amp;to=2026-04-30" in page
    assert [row[4] for row in cells(browser.get(f"{STATEMENT}?as_of=2026-02-15").text)] == [["100:00"], ["99:30"]]
    for wrong in ("month=2026-13", "from=soon", "from=2026-03-02&to=2026-03-01", "as_of=2026-02-30", "cursor=odd"):
        assert browser.get(f"{STATEMENT}?{wrong}").status_code == 422


def head_on_paper(page: str) -> list[tuple[str, str]]:
    """What stands at the head of a page that is printed: names with what is said of them."""
    head = page.partition('<div class="on-paper">')[2].partition("</dl>")[0]
    return re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", re.sub(r"<[^/d>][^>]*>|[\u2068\u2069]", "", head))


@pytest.mark.parametrize(
    ("asked", "period"),
    [
        ("?month=2026-03", "1 Mar 2026 to 31 Mar 2026"),
        ("?from=2026-03-02", "from 2 Mar 2026"),
        ("?to=2026-03-02", "until 2 Mar 2026"),
        ("", "all movements"),
    ],
)
def test_a_printed_statement_says_whose_it_is_and_of_when(browser: Browser, asked: str, period: str) -> None:
    assert head_on_paper(browser.get(STATEMENT + asked).text) == [
        ("Provider", "North"),
        ("Customer", "kunde at north"),
        ("Contract", "mine"),
        ("Period", period),
        ("Time zone", "Central European Time (Europe/Berlin)"),
    ]


@pytest.mark.parametrize(
    ("role", "asked", "head"),
    [
        ("customer", "", [("Provider", "North"), ("Customer", "kunde at north"), ("Which", "All")]),
        (
            "admin",
            "?contract_id=mine&status=pending",
            [("Provider", "North"), ("Customer", "kunde at north"), ("Contract", "mine"), ("Which", "To be confirmed")],
        ),
        ("admin", "?status=confirmed", [("Which", "confirmed")]),
    ],
)
def test_printed_time_says_whose_it_is_and_which(
    door: Door, role: str, asked: str, head: list[tuple[str, str]]
) -> None:
    browser = Browser(door).signed_in(token(door, role))
    assert head_on_paper(browser.get(f"/portal/time{asked}").text) == head


def test_a_printed_draft_and_a_report_say_of_whom_they_are(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "finance"))
    assert head_on_paper(browser.get("/portal/drafts/mine?through_on=2026-03-10").text) == [
        ("Provider", "North"),
        ("Customer", "kunde at north"),
        ("Contract", "mine"),
        ("Period", "until 10 Mar 2026"),
    ]
    assert head_on_paper(browser.get("/portal/reports").text) == [("Provider", "North")]


def test_the_files_of_a_statement_are_those_of_the_api(door: Door, browser: Browser) -> None:
    taken = browser.get(f"{STATEMENT}/csv?from=2026-03-01&to=2026-03-31")
    assert taken.headers["content-type"] == "text/csv; charset=utf-8"
    there = door.get("contracts/mine/statement", headers={"accept": "text/csv"}, from_="2026-03-01", to="2026-03-31")
    assert taken.content == there.content
    assert taken.headers["content-disposition"] == 'attachment; filename="statement-mine.csv"'
    printed = browser.get(f"{STATEMENT}/pdf?month=2026-03")
    there = door.get(
        "contracts/mine/statement", headers={"accept": "application/pdf"}, from_="2026-03-01", to="2026-03-31"
    )
    assert printed.content == there.content
    assert printed.content.startswith(b"%PDF")


def test_documents_stand_newest_first_with_their_files(door: Door, browser: Browser) -> None:
    bought = top_up(60, "2026-03-03T09:00:00Z", top_up_id="more", contract_id=MINE, pool="care", price="60.00")
    door.all_ok([bought, issue(MINE, "2026-03-10")])
    assert door.see("contracts", limit=1)
    page = browser.get(DOCUMENTS).text
    numbers = [row[0][0] for row in cells(page)]
    assert numbers == ["NO-2026-00003", "NO-2026-00001"]
    for file in ("NO-2026-00003/lines.csv", "NO-2026-00001/lines.csv"):  # no PDF or XML: no address was told
        assert f'href="/portal/documents/{file}"' in page
    assert "anothers" not in page
    taken = browser.get(f"{DOCUMENTS}/NO-2026-00001/lines.csv")
    assert taken.content == door.get("invoices/NO-2026-00001/lines", headers={"accept": "text/csv"}).content


@pytest.mark.parametrize("file", ["", "/csv", "/pdf"])
@pytest.mark.parametrize("contract", [ANOTHERS, "abroad", "none"])
def test_anothers_statement_is_not_there(browser: Browser, contract: str, file: str) -> None:
    assert browser.get(f"/portal/statements/{contract}{file}").status_code == 404


def test_anothers_document_is_not_there(browser: Browser, door: Door) -> None:
    numbers = [one["number"] for one in door.walk("invoices") if one["contract_id"] != MINE]
    assert numbers
    for number in numbers:
        assert browser.get(f"{DOCUMENTS}/{number}/lines.csv").status_code == 404
    assert cells(browser.get(f"{DOCUMENTS}?contract_id=anothers").text) == []
    partner = Browser(door).signed_in(token(door, "partner"))
    assert cells(partner.get(DOCUMENTS).text) == [], "the customer is billed, not the partner (M2)"
