"""A contract that ended in debt can be settled: credit is taken up to what its pool owes, and no more (C4, C15)."""

from typing import Any

import pytest

from ledger.events import TopUpCharged
from tests.outcomes import fact, filled, granted
from tests.scenario import Given, given
from tests.words import MONDAY, PREPAID, TUESDAY, Step, book, contract, grant, move, reverse, terminate, top_up, worked

JULY = "2026-07-10T09:00:00+02:00"
END = "2026-07-01T00:00:00+02:00"
SUM: dict[str, Any] = {"pools.lump-sum.allotment": "1000.00", "rates.macros": {"kind": "hourly", "rate": "600.00"}}
AMOUNT: dict[str, Any] = {"minutes": None, "pool": "lump-sum"}


def ended_in_debt(*more: Step) -> Given:
    """An hour of work without credit, and a contract that was terminated after June."""
    return given(contract(PREPAID), worked(60, entry_id="W"), *more, terminate("2026-06-30", at=TUESDAY))


def test_the_debt_of_a_terminated_contract_is_settled_without_minimum_or_step() -> None:
    outcome = ended_in_debt().when(top_up(25, JULY, top_up_id="part", price="40.00"))
    outcome.then(
        granted(25, source="top_up", expires_at=None),
        filled("W", 25, grant_id="part", effective_at=JULY),
        fact(TopUpCharged, amount_cents="40.00", effective_at=JULY),
    ).left(-35)
    outcome.when(grant(35, JULY, grant_id="rest")).then(granted(35), filled("W", 35, grant_id="rest")).left(0)


@pytest.mark.parametrize("given_credit", [top_up(61, JULY), grant(61, JULY), top_up(480, JULY, price="1.00")])
def test_more_than_the_debt_is_refused_with_the_debt(given_credit: Step) -> None:
    outcome = ended_in_debt().when(given_credit).refused("contract-not-active", debt=60, field="at")
    assert str(outcome.answers[-1]) == (
        "Contract C has no term in force at 2026-07-10T07:00:00Z; its terms run 2026-01-01 to 2026-06-30. "
        "Of server-support 60 minutes are owed; it takes no more than that."
    )


def test_what_is_settled_or_reversed_is_owed_no_more() -> None:
    settled = ended_in_debt().when(top_up(60, JULY))
    settled.when(grant(1, JULY)).refused("contract-not-active", debt=0)
    ended_in_debt().when(reverse("W", at=JULY), grant(10, JULY)).refused("contract-not-active", debt=0)


def test_work_that_is_told_after_the_end_can_be_settled_too() -> None:
    late = ended_in_debt().when(worked(30, "2026-06-29T09:00:00Z", entry_id="late"), top_up(90, JULY, top_up_id="all"))
    late.left(0, at=JULY)
    late.when(grant(1, JULY)).refused("contract-not-active", debt=0)


def test_money_that_is_owed_after_the_end_is_told_with_its_currency() -> None:
    work = worked(150, "2026-03-01T10:00:00+01:00", entry_id="W", service="macros")
    history = given(contract("dytron-sbp", agreed=SUM), work, terminate("2026-06-30"))
    history.when(top_up(at=JULY, amount="500.01", **AMOUNT)).refused(
        "contract-not-active", debt="500.00", currency="CZK"
    )
    history.when(top_up(at=JULY, amount="500.00", top_up_id="all", **AMOUNT)).then(
        granted(500_00), filled("W", 500_00, grant_id="all", effective_at=JULY)
    ).left(0, pool="lump-sum")


def test_a_lapsed_contract_is_settled_pool_by_pool_at_the_rate_of_its_last_terms() -> None:
    """60 minutes are granted and a top-up has a minimum of 60; half an hour at 60.00 an hour is owed."""
    new_year = "2027-01-01T00:00:00+01:00"
    history = given(contract("house-prepaid"), worked(90, entry_id="W"))
    history.when(top_up(31, new_year, pool="care")).refused("contract-not-active", debt=30)
    history.when(grant(1, new_year, pool="implementation")).refused("contract-not-active", debt=0)
    history.when(grant(1, new_year, pool="elsewhere")).refused("unknown-pool", pool="elsewhere")
    history.when(top_up(30, new_year, pool="care", top_up_id="late")).then(
        granted(30),
        filled("W", 30, grant_id="late", effective_at=new_year),
        fact(TopUpCharged, amount_cents="30.00", rate_cents_per_hour="60.00"),
    ).left(0, pool="care")


def test_before_the_end_the_minimum_holds_and_nothing_is_capped() -> None:
    history = ended_in_debt()
    june = "2026-06-30T23:59:59+02:00"
    history.when(top_up(60, june)).refused("below-minimum")
    history.when(grant(600, june, grant_id="gift")).then(
        granted(600, expires_at=END), filled("W", 60, grant_id="gift", effective_at=june)
    )
    history.world.clock.put(JULY)
    history.when(grant(1, None)).refused("contract-not-active", debt=0)


@pytest.mark.parametrize(("expires_on", "ends"), [(None, END), ("2026-08-01", END), ("2026-06-20", "2026-06-20")])
def test_credit_that_is_dated_before_an_end_that_was_told_ends_with_the_contract(
    expires_on: str | None, ends: str
) -> None:
    history = given(contract(PREPAID), terminate("2026-06-30", at=TUESDAY))
    outcome = history.when(top_up(480, "2026-06-10T09:00:00Z", expires_on=expires_on))
    ends_at = ends if "T" in ends else f"{ends}T00:00:00+02:00"
    outcome.then(granted(480, expires_at=ends_at)).left(480, at="2026-06-19T09:00:00Z").left(0, at=JULY, expired=480)


def test_credit_dated_more_than_a_day_ahead_is_malformed_where_it_would_be_taken() -> None:
    history = ended_in_debt()
    told = {"heard": "2026-07-08T09:00:00+02:00"}
    history.when(grant(60, JULY, **told)).refused("malformed", field="at")
    history.when(grant(61, JULY, **told)).refused("contract-not-active", debt=60)


def test_before_the_first_day_nothing_is_said_of_debts() -> None:
    history = given(contract(PREPAID, "2026-03-01", ticket=None))
    history.when(grant(60, MONDAY)).refused("contract-not-active", debt=None)


def test_a_withdrawn_contract_owes_no_work_but_a_penalty_of_before_its_first_day() -> None:
    """A late move on the day before: 125 minutes, which the allotment of the first term would have borne in part."""
    signed = given(contract("house-prepaid", "2026-03-01", ticket=None))
    signed.when(terminate("2026-02-28"), grant(1, MONDAY, pool="care")).refused("contract-not-active", debt=0)
    held = book(60, "2026-03-01T09:00:00+01:00", "2026-02-20T09:00:00+01:00")
    moved = move("2026-03-05T09:00:00+01:00", "2026-02-28T10:00:00+01:00")
    history = given(contract("house-prepaid", "2026-03-01", ticket=None), held, moved, terminate("2026-02-28"))
    history.when(grant(126, MONDAY, pool="care")).refused("contract-not-active", debt=125)
    settled = history.when(top_up(125, "2026-03-05T09:00:00+01:00", pool="care", top_up_id="late"))
    settled.then(
        granted(125), filled("S.penalty.1", 125, grant_id="late"), fact(TopUpCharged, amount_cents="125.00")
    ).left(0, pool="care")
