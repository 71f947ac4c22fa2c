"""Which credit settles which debt first, and what is over by then settles nothing (C4)."""

import pytest

from tests.outcomes import deducted, filled, granted, released
from tests.scenario import given
from tests.words import PREPAID, book, cancel, contract, grant, worked

FEBRUARY_2, FEBRUARY_4 = "2026-02-02T09:00:00+01:00", "2026-02-04T09:00:00+01:00"
MARCH_5, MARCH_10 = "2026-03-05T09:00:00+01:00", "2026-03-10T09:00:00+01:00"


def test_credit_settles_in_the_order_in_which_it_becomes_valid_whenever_it_was_granted() -> None:
    later_first = [grant(60, MARCH_10, grant_id="later"), grant(60, MARCH_5, grant_id="nearer")]
    outcome = given(contract(PREPAID), later_first).when(worked(100, FEBRUARY_2, entry_id="W"))
    outcome.then(
        deducted(0, owed=100),
        filled("W", 60, grant_id="nearer", effective_at=MARCH_5),
        filled("W", 40, grant_id="later", effective_at=MARCH_10),
    )
    outcome.left(-100, at="2026-03-05T08:59:59+01:00").left(-40, at=MARCH_5).left(20, at=MARCH_10)


def test_of_credit_that_becomes_valid_at_once_the_one_granted_first_settles_first_though_another_ends_sooner() -> None:
    at_once = [grant(60, MARCH_5, grant_id="z"), grant(60, MARCH_5, grant_id="a", expires_on="2026-03-20")]
    given(contract(PREPAID), at_once).when(worked(70, FEBRUARY_2, entry_id="W")).then(
        deducted(0, owed=70), filled("W", 60, grant_id="z"), filled("W", 10, grant_id="a")
    )


def test_the_debt_that_was_recorded_first_is_settled_first_whenever_its_work_was() -> None:
    entries = [worked(100, FEBRUARY_4, entry_id="told-first"), worked(100, FEBRUARY_2, entry_id="worked-first")]
    history = given(contract(PREPAID), entries)
    first = history.when(grant(60, MARCH_5, grant_id="one"))
    first.then(granted(60), filled("told-first", 60, grant_id="one"))
    first.when(grant(60, MARCH_10, grant_id="two")).then(
        granted(60), filled("told-first", 40, grant_id="two"), filled("worked-first", 20, grant_id="two")
    )


def test_a_settlement_that_has_taken_effect_stays_where_credit_that_begins_sooner_is_told_later() -> None:
    """What was recorded is never priced again (C14): the nearer credit settles what is still owed, the oldest first."""
    entries = [worked(50, FEBRUARY_4, entry_id="told-first"), worked(60, FEBRUARY_2, entry_id="told-later")]
    history = given(contract(PREPAID), entries).when(grant(30, MARCH_10, grant_id="further"))
    history.then(granted(30), filled("told-first", 30, grant_id="further"))
    nearer = history.when(grant(40, MARCH_5, grant_id="nearer"))
    nearer.then(
        granted(40),
        filled("told-first", 20, grant_id="nearer"),
        filled("told-later", 20, grant_id="nearer"),
    )
    nearer.left(-110, at="2026-03-05T08:59:59+01:00").left(-70, at=MARCH_5).left(-40, at=MARCH_10)


@pytest.mark.parametrize(
    ("freed_at", "is_over"), [("2026-02-09T23:59:59+01:00", False), ("2026-02-10T00:00:00+01:00", True)]
)
def test_credit_that_ends_at_the_instant_that_frees_it_settles_nothing(freed_at: str, is_over: bool) -> None:
    """60 minutes are held for a session, 60 are owed, and the credit's last day is 9 February."""
    held = [
        grant(60, "2026-02-01T09:00:00+01:00", grant_id="lot", expires_on="2026-02-10"),
        book(60, "2026-02-09T20:00:00+01:00", FEBRUARY_2),
        worked(60, FEBRUARY_4, entry_id="W"),
    ]
    outcome = given(contract(PREPAID), held).when(cancel(freed_at, "provider"))
    settled = [filled("W", 60, grant_id="lot", effective_at=freed_at)]
    outcome.then(released(60), *([] if is_over else settled))


def test_credit_that_ended_when_the_work_was_done_settles_nothing_of_it() -> None:
    lot = grant(60, FEBRUARY_2, expires_on="2026-02-10")
    given(contract(PREPAID), lot).when(worked(60, "2026-02-10T00:00:00+01:00")).then(deducted(0, owed=60))
