"""Small histories that once went wrong (tests/cases), told and asked over HTTP, and what must hold afterwards.

They are asked before 2027, where a term that is recorded has not begun.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clock import Clock
from tests.http.door import TICK, Door, Json, opened
from tests.words import book, issue

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with opened(database_url, Clock("2026-11-26T12:00:00Z", TICK)) as door:
        yield door


def refused(door: Door, case: str) -> list[Json]:
    """Tells a case, line by line; the refusals among the answers."""
    return [one for one in door.lines((CASES / f"{case}.jsonl").read_bytes()) if "code" in one]


def figures(door: Door, contract: str, pool: str, **query: Any) -> list[int | str]:
    account = door.account(contract, pool, **query)
    return [account[name] for name in ("granted", "consumed", "reserved", "expired", "available")]


def charges(door: Door, contract: str, **query: Any) -> list[tuple[str, str, str, str | None]]:
    listed = door.walk(f"contracts/{contract}/charges", **query)
    return [(one["kind"], one["amount"], one["effective_at"], one["settled_by"]) for one in listed]


def test_a_term_that_was_taken_back_gave_nothing_and_its_debt_stands(door: Door) -> None:
    assert refused(door, "term-taken-back") == []
    owed = ["1000.00", "1500.00", "0.00", "0.00", "-500.00"]
    assert figures(door, "SB", "lump-sum", as_of="2027-01-02") == owed
    assert figures(door, "SB", "lump-sum") == owed


def test_what_came_back_to_an_expired_grant_is_gone_and_late_work_is_a_debt(door: Door) -> None:
    assert refused(door, "reversed-hour") == []
    assert figures(door, "C", "server-support") == [960, 610, 0, 480, -130]


def test_credit_of_november_settles_at_once_what_a_later_term_was_to_settle(door: Door) -> None:
    assert refused(door, "credit-not-begun") == []
    assert figures(door, "FC", "lump-sum") == ["1100.00", "1500.00", "0.00", "0.00", "-400.00"]
    assert figures(door, "FC", "lump-sum", as_of="2026-11-02T08:59:59Z")[-1] == "-500.00"
    assert figures(door, "FC", "lump-sum", as_of="2026-11-02T09:00:00Z")[-1] == "-400.00"
    booking = book(30, "2026-12-01T09:00:00Z", contract_id="FC", pool="lump-sum", service="macros", ticket_id=None)
    answer = door.send(booking).json()
    assert (answer["code"], answer["short_by"], answer["available"], answer["currency"]) == (
        "insufficient-credit",
        "700.00",
        "-400.00",
        "CZK",
    )


def test_a_fee_and_a_lump_sum_are_two_charges_and_a_share_is_of_the_fee(door: Door) -> None:
    assert refused(door, "fee-and-lump-sum") == []
    assert charges(door, "F") == [
        ("fee", "1000.00", "2025-12-31T23:00:00Z", None),
        ("lump_sum", "5000.00", "2025-12-31T23:00:00Z", None),
        ("service_credit", "-100.00", "2026-02-03T09:00:00Z", None),
    ]


def test_a_response_entered_after_the_ticket_was_closed_meets_its_reaction(door: Door) -> None:
    assert refused(door, "late-response") == []
    (reaction,) = door.see("tickets/A1")["sla"]
    assert (reaction["target"], reaction["state"], reaction["ended_at"]) == ("reaction", "met", "2026-03-02T08:20:00Z")


def test_work_of_before_the_closing_is_accepted_after_it(door: Door) -> None:
    assert refused(door, "late-work") == []
    deduction = door.see("deductions/LW1")
    assert (deduction["worked_minutes"], deduction["billed_minutes"]) == (50, 60)
    assert door.see("tickets/LWT")["state"] == "closed"


def test_whether_a_call_is_due_goes_by_effective_time(door: Door) -> None:
    assert refused(door, "call-due") == []
    assert door.see("tickets/CD1")["call_due"] is False
    assert door.see("tickets/CD2")["call_due"] is True


def test_a_contract_that_was_withdrawn_has_its_fee_and_the_opposite_and_nothing_to_invoice(door: Door) -> None:
    """Both are dated 2027: a list without a moment has what is recorded, one of a moment what is effective by then."""
    assert refused(door, "withdrawn") == []
    both = [
        ("fee", "899.00", "2026-12-31T23:00:00Z", "W.fee.1.reversal"),
        ("reversal", "-899.00", "2026-12-31T23:00:00Z", "W.fee.1"),
    ]
    assert charges(door, "W") == charges(door, "W", as_of="2027-01-01") == both
    assert charges(door, "W", invoiced="false") == both
    assert charges(door, "W", as_of="2026-12-31") == charges(door, "W", as_of="2026-11-26T13:00:00Z") == []
    across = door.walk("charges", customer_id="w")
    assert [(one["contract_id"], one["amount"]) for one in across] == [("W", "899.00"), ("W", "-899.00")]
    for query in ({}, {"through_on": "2027-01-31"}):
        draft = door.see("contracts/W/invoice-draft", **query)
        assert (draft["lines"], draft["gross"]) == ([], "0.00")
    assert door.send(issue("W", "2027-01-31")).json()["code"] == "nothing-to-invoice"
    assert door.see("contracts/W")["state"] == "withdrawn"


def test_a_term_that_was_used_has_begun(door: Door) -> None:
    (last,) = refused(door, "used-term")
    assert (last["line"], last["code"], last["deductions"]) == (4, "term-in-use", ["u1"])


def test_a_byte_order_mark_is_no_part_of_the_first_line(door: Door) -> None:
    assert refused(door, "bom") == []
    assert door.see("tickets/BOT")["contract_id"] == "BO"
