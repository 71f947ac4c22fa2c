"""A penalty says of itself for which session it is, when that was to begin, and why (C7): wherever it is shown."""

import csv
import io

import pytest

from tests.http.door import Door
from tests.words import MONDAY, PREPAID, book, cancel, contract, move, no_show, top_up

MISSED = "Penalty: session M of 2026-02-10T09:00:00Z was missed"
MOVED = "Penalty: session V of 2026-02-11T09:00:00Z was moved late"
CANCELLED = "Penalty: session X of 2026-02-12T09:00:00Z was cancelled late"


@pytest.fixture
def penalised(door: Door) -> Door:
    """Three sessions at 10:00 in Berlin: one is missed, one is moved the evening before, one is cancelled so."""
    door.all_ok([*contract(PREPAID), top_up(960)])
    for session, day in (("M", 10), ("V", 11), ("X", 12)):
        door.ok(book(120, f"2026-02-{day}T10:00:00+01:00", MONDAY, session))
    door.ok(no_show("2026-02-10T11:00:00+01:00", "M"))
    door.ok(move("2026-02-20T10:00:00+01:00", "2026-02-10T20:00:00+01:00", session_id="V"))
    door.ok(cancel("2026-02-11T20:00:00+01:00", session_id="X"))
    return door


def test_a_deduction_says_why_it_was_deducted_without_work(penalised: Door) -> None:
    found = penalised.walk("contracts/C/deductions")
    assert [(one["session_id"], one["penalty"]) for one in found] == [
        ("M", {"cause": "no_show", "session_starts_at": "2026-02-10T09:00:00Z"}),
        ("V", {"cause": "move", "session_starts_at": "2026-02-11T09:00:00Z"}),
        ("X", {"cause": "cancel", "session_starts_at": "2026-02-12T09:00:00Z"}),
    ]
    assert penalised.see("deductions/M.penalty.1")["penalty"] == found[0]["penalty"]
    (of_session,) = penalised.see("sessions/M")["deductions"]
    assert of_session["penalty"] == found[0]["penalty"]


def test_a_line_of_a_statement_says_so_in_its_note(penalised: Door) -> None:
    """In the order in which they took effect; the reversal of one says what it gives back."""
    notes = [one["note"] for one in penalised.walk("contracts/C/statement") if one["kind"] == "penalty"]
    assert sorted(notes) == [MISSED, MOVED, CANCELLED]
    whole = penalised.get("contracts/C/statement", headers={"accept": "text/csv"}).text
    rows = [row for row in csv.DictReader(io.StringIO(whole)) if row["kind"] == "penalty"]
    assert [row["note"] for row in rows] == notes


def test_a_line_of_an_invoice_says_so_in_the_time_of_the_contract(penalised: Door) -> None:
    lines = penalised.see("contracts/C/invoice-draft")["lines"]
    assert [one["description"] for one in lines if one["basis"] == "penalty"] == [
        "Penalty: session M of 2026-02-10 10:00 was missed",
        "Penalty: session V of 2026-02-11 10:00 was moved late",
        "Penalty: session X of 2026-02-12 10:00 was cancelled late",
    ]
