"""Debts settled by credit that is still to come, and what becomes of them when it does not (C4, C6, C9, C15)."""

from typing import Any

from ledger.events import (
    ContractTerminated,
    DebtSettlementWithdrawn,
    GrantExpiryMoved,
    GrantTakenBack,
    LumpSumReversed,
)
from tests.outcomes import deducted, fact, filled, granted, reserved
from tests.scenario import Given, given
from tests.words import PREPAID, Steps, book, contract, grant, renew, reverse, terminate, top_up, worked

POOL = "lump-sum"
SUM: dict[str, Any] = {"pools.lump-sum.allotment": "1000.00", "rates.macros": {"kind": "hourly", "rate": "600.00"}}
MARCH, APRIL = "2026-03-01T10:00:00+01:00", "2026-04-01T09:00:00+02:00"
NOVEMBER = "2026-11-02T10:00:00+01:00"
NEXT_YEAR = "2027-01-01T00:00:00+01:00"
APOLOGY = grant(None, NOVEMBER, grant_id="gift", pool=POOL, amount="100.00")


def owing_five_hundred(*later: Steps) -> Given:
    """1500.00 of work on a lump sum of 1000.00, and the next term already recorded."""
    work = worked(150, MARCH, entry_id="W", service="macros")
    return given(contract("dytron-sbp", agreed=SUM), work, renew(at=APRIL), *later)


def test_the_next_terms_sum_settles_a_debt_when_it_begins_and_never_before() -> None:
    work = worked(150, MARCH, entry_id="W", service="macros")
    renewed = given(contract("dytron-sbp", agreed=SUM), work).when(renew(at=APRIL))
    assert "W" in {getattr(one, "deduction_id", None) for one in renewed.facts}
    renewed.left(-500_00, at="2026-12-31T23:59:59+01:00", pool=POOL, consumed=1500_00)
    renewed.left(500_00, at=NEXT_YEAR, pool=POOL, consumed=1500_00)


def test_a_term_that_is_taken_back_gives_nothing_and_the_debt_stands_again() -> None:
    outcome = owing_five_hundred().when(terminate("2026-12-31"))
    outcome.then(
        fact(ContractTerminated, ends_on="2026-12-31"),
        fact(LumpSumReversed, amount_cents="-1000.00"),
        fact(
            DebtSettlementWithdrawn,
            deduction_id="W",
            grant_id="C.allotment.2",
            quantity="500.00",
            effective_at=NEXT_YEAR,
        ),
        fact(GrantTakenBack, grant_id="C.allotment.2", quantity="1000.00", effective_at=NEXT_YEAR),
        fact(GrantExpiryMoved, grant_id="C.allotment.1", expires_at=NEXT_YEAR),
    ).left(-500_00, at="2027-01-02T00:00:00Z", pool=POOL, granted=1000_00, consumed=1500_00, expired=0)


def test_a_debt_stands_again_also_where_the_term_is_taken_back_after_it_was_settled() -> None:
    outcome = owing_five_hundred().when(terminate("2026-12-31", heard="2027-01-05T09:00:00Z"))
    assert [one for one in outcome.facts if isinstance(one, DebtSettlementWithdrawn)]
    outcome.left(-500_00, pool=POOL, granted=1000_00, consumed=1500_00, expired=0)


def test_a_term_that_is_taken_back_gives_nothing_however_long_ago_it_settled_a_debt() -> None:
    """Work of the second term was reversed, a day and more after its sum had settled the 500.00 of the first."""
    late = worked(10, "2027-01-11T10:00:00+01:00", entry_id="late", service="macros")
    history = owing_five_hundred(late, reverse("late", at="2027-01-12T10:00:00+01:00"))
    outcome = history.when(terminate("2026-12-31", heard="2027-01-20T09:00:00Z"))
    outcome.then(
        fact(ContractTerminated),
        fact(LumpSumReversed, amount_cents="-1000.00"),
        fact(DebtSettlementWithdrawn, deduction_id="W", quantity="500.00", debt_no=1, effective_at=NEXT_YEAR),
        fact(GrantTakenBack, grant_id="C.allotment.2", quantity="1000.00", effective_at=NEXT_YEAR),
        fact(GrantExpiryMoved, grant_id="C.allotment.1"),
    ).left(-500_00, pool=POOL, granted=1000_00, consumed=1500_00, expired=0)


def test_two_terms_that_are_taken_back_give_nothing_though_both_settled_a_debt() -> None:
    """750.00 each of two entries are owed: 1000.00 of that the next term settles, and 500.00 the one after it."""
    works = [worked(minutes, MARCH, entry_id=id_, service="macros") for minutes, id_ in [(175, "W"), (75, "V")]]
    history = given(contract("dytron-sbp", agreed=SUM), works, renew(at=APRIL), renew(at=APRIL))
    history.when().left(-500_00, at=NEXT_YEAR, pool=POOL).left(500_00, at="2028-01-01T00:00:00+01:00", pool=POOL)
    history.when(terminate("2026-12-31")).then(
        fact(ContractTerminated),
        fact(LumpSumReversed, amount_cents="-1000.00"),
        fact(LumpSumReversed, amount_cents="-1000.00"),
        fact(DebtSettlementWithdrawn, deduction_id="V", grant_id="C.allotment.3", quantity="500.00"),
        fact(GrantTakenBack, grant_id="C.allotment.3", quantity="1000.00"),
        fact(DebtSettlementWithdrawn, deduction_id="W", grant_id="C.allotment.2", quantity="750.00"),
        fact(DebtSettlementWithdrawn, deduction_id="V", grant_id="C.allotment.2", quantity="250.00"),
        fact(GrantTakenBack, grant_id="C.allotment.2", quantity="1000.00"),
        fact(GrantExpiryMoved, grant_id="C.allotment.1"),
    ).left(-1500_00, at="2028-01-02T00:00:00Z", pool=POOL, granted=1000_00, consumed=2500_00, expired=0)


def test_a_term_that_is_recorded_later_takes_nothing_from_the_one_before() -> None:
    """Of the 300 of the second quarter 200 settle what the first owes, and 100 expire; the third has its 300 whole."""
    hours = {"kind": "minutes", "allotment_minutes": 300, "allotment_expires": "term_end"}
    quarters = contract("cloudempiere-sla", agreed={"pools.included": hours, "term_months": 3}, ticket="portal")
    history = given(quarters, worked(500, MARCH, entry_id="W"), renew(at=MARCH))
    outcome = history.when(renew(at="2026-03-02T10:00:00+01:00")).then(granted(300, grant_id="C.allotment.3"))
    outcome.left(-200, at="2026-03-31T00:00:00Z", pool="included", granted=300, consumed=500, expired=0)
    outcome.left(100, at="2026-04-01T00:00:00Z", pool="included", granted=600, consumed=500, expired=0)
    outcome.left(300, at="2026-07-01T00:00:00Z", pool="included", granted=900, consumed=500, expired=100)


def test_nearer_credit_takes_the_place_of_credit_that_has_not_begun() -> None:
    outcome = owing_five_hundred().when(APOLOGY)
    outcome.then(
        granted(100_00, grant_id="gift"),
        fact(DebtSettlementWithdrawn, deduction_id="W", grant_id="C.allotment.2", quantity="500.00"),
        filled("W", 100_00, grant_id="gift", effective_at=NOVEMBER),
        filled("W", 400_00, grant_id="C.allotment.2", effective_at=NEXT_YEAR),
    )
    outcome.left(-400_00, at=NOVEMBER, pool=POOL).left(600_00, at=NEXT_YEAR, pool=POOL, granted=2100_00)


def test_a_booking_is_judged_by_what_its_start_shows_and_told_the_shortfall_in_money() -> None:
    history = owing_five_hundred(APOLOGY)
    half_an_hour = book(30, "2026-12-10T10:00:00+01:00", NOVEMBER, service="macros")
    history.when(half_an_hour).refused(
        "insufficient-credit", short_by="700.00", available="-400.00", needed="300.00", currency="CZK"
    )
    history.when(half_an_hour.but(session_id="later", starts_at="2027-01-11T10:00:00+01:00")).then(
        reserved(300_00, allocations={"C.allotment.2": 300_00})
    )


def test_what_came_back_to_an_expired_grant_is_gone_even_for_work_dated_inside_its_life() -> None:
    lot = top_up(480, top_up_id="lot", expires_on="2026-04-01")
    entries = [worked(480, "2026-02-01T09:00:00Z", entry_id="e1"), worked(600, MARCH, entry_id="e2")]
    history = given(contract(PREPAID), lot, entries)
    undone_late = history.when(reverse("e1", at="2026-05-01T09:00:00Z"))
    undone_late.left(-120, granted=960, consumed=600, expired=480)
    late = undone_late.when(worked(10, "2026-03-10T09:00:00Z", entry_id="e3"))
    late.then(deducted(0, owed=10, draws={None: 10})).left(-130, granted=960, consumed=610, expired=480)
