"""Small histories of truth that was entered late, and what must hold afterwards (T4, T5)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.door import Door, opened
from tests.sla.week import check

CASES = Path(__file__).parent.parent / "cases"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with opened(f"sqlite:///{tmp_path / 'ledger.db'}") as door:
        yield door


def carry_out(door: Door, case: str) -> None:
    answers = door.lines((CASES / f"{case}.jsonl").read_bytes())
    assert [one for one in answers if "code" in one] == []


def test_a_response_entered_after_the_ticket_was_closed_meets_its_reaction(door: Door) -> None:
    carry_out(door, "late-response")
    (reaction,) = door.see("tickets/A1")["sla"]
    check(reaction, target="reaction", state="met", ended_at="2026-03-02T09:20:00+01:00")


def test_work_of_before_the_closing_is_accepted_after_it(door: Door) -> None:
    carry_out(door, "late-work")
    deduction = door.see("deductions/LW1")
    assert (deduction["worked_minutes"], deduction["billed_minutes"]) == (50, 60)
    assert door.see("tickets/LWT")["state"] == "closed"


def test_whether_a_call_is_due_goes_by_effective_time(door: Door) -> None:
    carry_out(door, "call-due")
    assert door.see("tickets/CD1")["call_due"] is False
    assert door.see("tickets/CD2")["call_due"] is True
