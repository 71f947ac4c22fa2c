"""Lists and reports on the command line: whole, with what they add up to."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from api.cli.layouts import LAYOUTS
from api.cli.movement_words import deduction_in_words
from api.cli.printed_tables import print_answer, table_of
from api.cli.totals import added_up
from tests.cli.run import support_ledger
from tests.cli.test_daily import LEDGER, WORK, told
from tests.words import CUSTOMER, MONDAY, as_lines, grant, log_work, reverse


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    assert support_ledger(url, "import", "-", stdin=as_lines(LEDGER)).status == 0
    return url


def cells(lines: list[str], first: str) -> list[str]:
    """The cells of the line of a table that begins so."""
    found = ([cell.strip() for cell in line.split("│")[1:-1]] for line in lines)
    return next(row for row in found if row and row[0] == first)


def test_a_list_of_several_pages_has_the_totals_of_all_of_them(url: str) -> None:
    whole = told(support_ledger(url, "deductions", "--json"))
    assert (whole["totals_of"], whole["totals"]["deductions"]) == ("all", 1)
    lines = [log_work(1, MONDAY, entry_id=f"v{n}") for n in range(150)]
    assert support_ledger(url, "import", "-", stdin=as_lines(lines)).status == 0
    followed = told(support_ledger(url, "deductions", "--json"))
    assert (len(followed["items"]), followed["totals_of"]) == (151, "all")
    assert followed["totals"] == {"deductions": 151, "worked_minutes": 615, "billed_minutes": 2715}  # 465 + 150 × 15
    page = told(support_ledger(url, "deductions", "--json", "--limit", "2"))
    assert (page["totals_of"], page["totals"]["deductions"]) == ("page", 2)
    rest = told(support_ledger(url, "deductions", "--json", "--cursor", page["next"]))
    assert (rest["totals_of"], rest["totals"]["deductions"]) == ("page", 149)
    assert cells(support_ledger(url, "deductions").lines, "total")[4:6] == ["615", "2715"]
    assert cells(support_ledger(url, "deductions", "--limit", "2").lines, "of this page")[4:6] == ["466", "480"]


def test_totals_are_added_up_by_currency_and_to_the_cent() -> None:
    page = [{"currency": "EUR", "charges": 1, "amount": "0.10"}]
    other = [{"currency": "CZK", "charges": 2, "amount": "-5.00"}, {"currency": "EUR", "charges": 1, "amount": "0.20"}]
    assert added_up(page, other) == [
        {"currency": "CZK", "charges": 2, "amount": "-5.00"},
        {"currency": "EUR", "charges": 2, "amount": "0.30"},
    ]
    minutes = [{"unit": "minutes", "currency": None, "granted": 480}]
    assert added_up(minutes, minutes) == [{"unit": "minutes", "currency": None, "granted": 960}]
    assert added_up([], minutes) == minutes


def test_a_month_end_begins_with_one_list_of_drafts(url: str) -> None:
    lines = support_ledger(url, "invoice-drafts", "--through-on", "2026-02-28").lines
    assert cells(lines, "L")[3:8] == ["2", "899.00", "170.81", "1069.81", "EUR"]
    assert cells(lines, "total")[4:8] == ["899.00", "170.81", "1069.81", "EUR"]
    assert told(support_ledger(url, "invoice-drafts", "L"))["net"] == "899.00"


def test_balances_customers_events_and_reports_are_tables(url: str) -> None:
    assert cells(support_ledger(url, "balances").lines, "total")[5:7] == ["480", "465"]
    assert cells(support_ledger(url, "customers").lines, "K")[2:5] == ["groupios", "1", "1"]
    assert cells(support_ledger(url, "events", "--limit", "1").lines, "1")[3] == "ContractSigned"
    report = support_ledger(url, "reports", "time", "--group-by", "plan", "--group-by", "kind").lines
    assert cells(report, "")[1:] == ["groupios-l", "work", "465", "465", "465"]
    assert cells(report, "total")[1:] == ["", "", "465", "465", "465"]


def test_the_table_of_deductions_says_what_was_done_and_on_which_ticket(url: str) -> None:
    told(support_ledger(url, "log-work", *WORK, "--note", "Toner", "--entry-id", "noted"))
    assert any(cell.startswith("Toner") for cell in cells(support_ledger(url, "deductions", "L").lines, "noted"))


def test_several_values_of_a_cell_are_listed() -> None:
    draft = {"contract_id": "L", "customer_id": "K", "missing": ["customer.email", "customer.vat_id"]}
    table = table_of(LAYOUTS["invoice_drafts"], {"items": [draft], "totals": [], "totals_of": "all"})
    assert [str(cell) for cell in table.columns[-1].cells] == ["customer.email, customer.vat_id"]


def test_the_title_of_an_empty_table_stays_whole(url: str) -> None:
    lines = support_ledger(url, "reports", "revenue", "--from", "2020-01-01", "--to", "2020-02-01").lines
    assert lines[0].strip() == "Report on revenue from 2020-01-01 to 2020-02-01"


def test_a_statement_says_in_words_what_a_line_of_work_is_about(url: str) -> None:
    """As documents do: the ticket by its title, what was done, and how time was rounded, where it was."""
    told_of = [
        grant(120, MONDAY, contract_id="L", pool="included", grant_id="g"),
        log_work(50, MONDAY, entry_id="w1", note="Head cleaned"),
        log_work(60, MONDAY, entry_id="w2"),
    ]
    assert support_ledger(url, "import", "-", stdin=as_lines(told_of)).status == 0
    notes: list[str] = []  # of lines of work, those that are folded put together again
    for line in support_ledger(url, "statement", "L").lines:
        cells_of = [cell.strip() for cell in line.split("│")[1:-1]]
        if cells_of[2:3] == ["work"]:
            notes.append(cells_of[6])
        elif cells_of[:1] == [""]:
            notes[-1] += f" {cells_of[6]}"
    rounded = "T: Nothing works · Head cleaned · 0:50 worked, 1:00 billed: steps of 15 minutes"
    assert notes == ["T: Nothing works", rounded, "T: Nothing works"]  # 465 and 60 minutes are steps as they are


def test_a_deduction_says_how_its_time_was_rounded_and_what_went_beyond_the_credit(url: str) -> None:
    noted = log_work(50, MONDAY, entry_id="w1", note="Head cleaned")  # beside 465 minutes that say nothing
    assert support_ledger(url, "import", "-", stdin=as_lines([noted])).status == 0
    table = table_of(LAYOUTS["deductions"], json.loads(support_ledger(url, "deductions", "L", "--json").out))
    (column,) = (one for one in table.columns if str(one.header) == "what was done")
    # 480 minutes are included: 15 of the 60 are left, and 45 beyond them.
    said = "Head cleaned · 0:50 worked, 1:00 billed: steps of 15 minutes · 0:45 at 89.00 EUR"
    assert [str(cell) for cell in column.cells] == ["", said]


@pytest.mark.parametrize(
    ("quantity", "billed", "said"),
    [(2, 0, "Visited · 2 × 600.00 = 1200.00 EUR"), (None, 75, "Visited · 1:15 at 600.00 EUR")],
)
def test_a_deduction_of_a_service_says_its_price(quantity: int | None, billed: int, said: str) -> None:
    absent = dict.fromkeys(("penalty", "worked_minutes", "increment_minutes"))
    told_of = {"quantity": quantity, "billed_minutes": billed, "rate": "600.00", "cost": "1200.00", "currency": "EUR"}
    assert deduction_in_words({**absent, **told_of, "note": "Visited", "overage": []}) == said


def test_customers_say_what_is_open_and_a_charge_that_nobody_invoices_says_why(url: str) -> None:
    """15 of 480 minutes are left: the second 465 charge 450 at 89.00, which are 667.50, and give it back."""
    over = [log_work(465, MONDAY, entry_id="w1"), reverse("w1", MONDAY)]
    assert support_ledger(url, "import", "-", stdin=as_lines(over)).status == 0
    row = cells(support_ledger(url, "customers").lines, CUSTOMER["customer_id"])
    assert row[3:] == ["1", "1", "1", "0", "899.00 EUR"]
    found = told(support_ledger(url, "charges", "L", "--json"))["items"]
    table = table_of(LAYOUTS["charges_of"], {"items": found, "contract_id": "L"})
    assert "contract" not in [str(one.header) for one in table.columns], "the title names it"
    (column,) = (one for one in table.columns if str(one.header) == "invoice")
    said = ["", "none: cancelled by w1.overage.1.reversal", "none: cancelled by w1.overage.1"]
    assert [str(cell) for cell in column.cells] == said


def test_a_title_says_what_was_asked(url: str) -> None:
    for arguments, title in (
        (["reports", "time", "--group-by", "plan"], "Report on time from the beginning to today"),
        (["reports", "breakage", "--to", "2026-02-01"], "Report on breakage from the beginning to 2026-02-01"),
        (["charges", "L", "--invoiced", "false"], "Charges of L, invoiced false"),
        (["deductions", "--limit", "1"], "Deductions"),
        (["balance", "L", "--as-of", "2026-02-01"], "Balance of L, as of 2026-02-01"),
    ):
        assert support_ledger(url, *arguments).lines[0].strip() == title


def printed(width: int, layout: str, *items: dict[str, Any], **answer: Any) -> list[str]:
    told = io.StringIO()
    print_answer(LAYOUTS[layout], {"items": list(items), **answer}, console=Console(file=told, width=width))
    return [line.rstrip() for line in told.getvalue().splitlines()]


TICKET = {
    "ticket_id": "T-1",
    "contract_id": "L",
    "title": "Kalenderfreigaben fehlen nach dem Update",
    "kind": "question",
    "priority": 3,
    "level": "L1",
    "state": "resolved",
    "worked_minutes": 1250,
}


def test_a_narrow_table_breaks_between_words_alone() -> None:
    lines = printed(95, "tickets", TICKET)
    assert max(map(len, lines)) <= 95
    text = " ".join(line.split("│")[3].strip() for line in lines if line.startswith("│"))
    assert text.split() == TICKET["title"].split()
    assert cells(lines, "T-1")[3:] == ["question", "3", "L1", "resolved", "1250"]


@pytest.mark.parametrize("width", [95, 90, 80])
def test_an_instant_breaks_nowhere(width: int) -> None:
    """What nobody dated is dated by the clock, to a millionth of a second."""
    session = {"session_id": "S", "contract_id": "a-contract-of-24-letters", "starts_at": "2026-11-27T01:11:51.667420Z"}
    lines = printed(width, "sessions", session | {"estimate_minutes": 60, "state": "completed", "reserved": 0})
    assert max(map(len, lines)) <= width
    assert any(session["starts_at"] in line for line in lines)


def test_a_long_title_makes_no_table_wider_than_the_terminal() -> None:
    told = io.StringIO()
    asked = ", customer id a-customer-whose-id-is-rather-long"
    print_answer(LAYOUTS["tickets"], {"items": [TICKET]}, asked, Console(file=told, width=95))
    print_answer(LAYOUTS["plans"], {"items": []}, asked, Console(file=told, width=50))
    assert max(len(line.rstrip()) for line in told.getvalue().splitlines()) <= 95
    assert "rather-long" in told.getvalue()


def test_what_has_no_room_for_its_words_is_told_line_by_line() -> None:
    assert printed(40, "tickets", TICKET) == [
        "Tickets",
        "ticket      T-1",
        "contract    L",
        "title       Kalenderfreigaben fehlen",
        "            nach dem Update",
        "kind        question",
        "priority    3",
        "level       L1",
        "state       resolved",
        "worked min  1250",
        "",
    ]
    totals = {"totals": {"charges": 2, "amount": "66.75"}, "totals_of": "all"}
    assert printed(20, "reports", {"plan": "groupios-l", "charges": 2, "amount": "66.75"}, argument="x", **totals)[
        -4:
    ] == [
        "total",
        "charges  2",
        "amount   66.75",
        "",
    ]
