"""What counts at an instant: a term, a contract, credit. A beginning counts, an end does no more (C14, C15, § 6)."""

from datetime import UTC, datetime

import pytest

from ledger.contracts.term import is_in_force, state_at
from ledger.credit.grants import is_valid_at


@pytest.mark.parametrize(("at", "counts"), [(9, False), (10, True), (19, True), (20, False)])
def test_a_beginning_counts_and_an_end_does_no_more(at: int, counts: bool) -> None:
    assert is_in_force(10, 20, at) == is_valid_at(10, 20, at) == counts


def test_an_instant_may_be_a_datetime() -> None:
    begins, ends = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert is_valid_at(begins, ends, begins)
    assert not is_in_force(begins, ends, ends)
    assert state_at(begins, ends, False, begins) == "active"


@pytest.mark.parametrize(("starts_at", "ends_at"), [(10, 10), (20, 10)])
def test_what_has_no_time_counts_at_no_instant(starts_at: int, ends_at: int) -> None:
    assert not any(is_in_force(starts_at, ends_at, at) or is_valid_at(starts_at, ends_at, at) for at in (9, 10, 15, 20))


@pytest.mark.parametrize(
    ("is_terminated", "at", "state"),
    [
        (False, 9, "upcoming"),
        (False, 10, "active"),
        (False, 19, "active"),
        (False, 20, "lapsed"),
        (True, 9, "upcoming"),
        (True, 19, "active"),
        (True, 20, "terminated"),
    ],
)
def test_a_contract_runs_from_its_first_instant_to_its_end(is_terminated: bool, at: int, state: str) -> None:
    assert state_at(10, 20, is_terminated, at) == state


@pytest.mark.parametrize("at", [9, 10, 11])
def test_a_contract_that_was_terminated_before_it_began_is_withdrawn_at_every_instant(at: int) -> None:
    assert state_at(10, 10, True, at) == "withdrawn"
