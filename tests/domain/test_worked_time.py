"""Worked time: how it is rounded, and which terms and grants the date of the work selects (C1, C14)."""

from typing import Any

import pytest

from tests.outcomes import deducted, overage
from tests.scenario import given
from tests.words import MONDAY, PREPAID, TUESDAY, change_plan, contract, log_work, top_up, worked

# -- C1: rounding ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "minutes", "billed"),
    [
        ("groupios-l", 1, 15),
        ("groupios-l", 14, 15),
        ("groupios-l", 15, 15),
        ("groupios-l", 16, 30),
        ("groupios-l", 480, 480),
        ("house-prepaid", 10, 10),
        ("house-prepaid", 11, 20),
        ("easyredmine-basic", 7, 7),
    ],
)
def test_work_is_rounded_up_to_the_increment_of_the_terms(plan: str, minutes: int, billed: int) -> None:
    (deduction,) = [f for f in given(contract(plan)).when(worked(minutes)).facts if f.TOPIC == "HoursDeducted"]
    assert (deduction.worked_seconds, deduction.billed_minutes) == (minutes * 60, billed)


@pytest.mark.parametrize(
    ("ended_at", "seconds", "shown", "billed"),
    [
        ("2026-02-02T10:00:01+01:00", 1, 1, 15),
        ("2026-02-02T10:00:00.000001+01:00", 1, 1, 15),
        ("2026-02-02T10:15:00+01:00", 900, 15, 15),
        ("2026-02-02T10:15:00.5+01:00", 901, 16, 30),
        ("2026-02-02T10:15:01+01:00", 901, 16, 30),
        ("2026-02-02T09:30:00Z", 1800, 30, 30),
    ],
)
def test_the_exact_seconds_between_start_and_end_are_what_is_rounded(
    ended_at: str, seconds: int, shown: int, billed: int
) -> None:
    outcome = given(contract("groupios-l")).when(log_work(started_at=MONDAY, ended_at=ended_at))
    outcome.then(deducted(billed, worked_seconds=seconds, worked=shown, billed=billed))


def test_a_flat_plan_rounds_one_second_up_to_a_minute() -> None:
    outcome = given(contract("easyredmine-basic")).when(
        log_work(started_at=MONDAY, ended_at="2026-02-02T10:02:01+01:00")
    )
    outcome.then(deducted(0, worked_seconds=121, billed=3, basis="flat"))


def test_elapsed_time_counts_where_the_clocks_change_while_somebody_works() -> None:
    spring = log_work(started_at="2026-03-29T01:30:00+01:00", ended_at="2026-03-29T03:30:00+02:00")
    given(contract("groupios-l")).when(spring).then(deducted(60, worked=60, billed=60))
    autumn = log_work(started_at="2026-10-25T01:30:00+02:00", ended_at="2026-10-25T03:30:00+01:00")
    given(contract("groupios-l")).when(autumn).then(deducted(180, worked=180, billed=180))


def test_each_entry_is_rounded_by_itself() -> None:
    outcome = given(contract("groupios-l")).when(worked(5), worked(5))
    outcome.then(deducted(15, worked=5), deducted(15, worked=5)).left(450, pool="included")


@pytest.mark.parametrize(
    "fields",
    [
        {"minutes": 0},
        {"minutes": -5},
        {"minutes": 1.5},
        {"minutes": "50"},
        {"minutes": True},
        {"started_at": MONDAY, "ended_at": MONDAY},
        {"started_at": MONDAY, "ended_at": "2026-02-02T09:59:59+01:00"},
        {"started_at": MONDAY},
        {"minutes": 5, "started_at": MONDAY, "ended_at": TUESDAY},
        {"minutes": 5, "at": "2026-02-02T10:00:00"},
        {},
    ],
)
def test_no_time_at_all_and_time_told_in_two_ways_are_malformed(fields: dict[str, Any]) -> None:
    given(contract("groupios-l")).when(log_work(**{"at": None} | fields)).refused("malformed")


# -- C14: by the date of the work -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "inside"),
    [
        ("2025-12-31T23:59:59+01:00", False),
        ("2026-01-01T00:00:00+01:00", True),
        ("2026-12-31T23:59:59+01:00", True),
        ("2027-01-01T00:00:00+01:00", False),
    ],
)
def test_work_dated_outside_the_terms_of_the_contract_is_refused(at: str, inside: bool) -> None:
    outcome = given(contract("groupios-l")).when(worked(15, at, heard="2027-06-01T00:00:00Z"))
    outcome.then(deducted(15)) if inside else outcome.refused("contract-not-active", field="at")


def test_an_effective_time_lies_at_most_one_day_ahead_of_the_clock() -> None:
    history = given(contract("groupios-l"))
    noon = "2026-02-02T12:00:00Z"
    history.when(worked(15, "2026-02-03T12:00:00.000001Z", heard=noon)).refused("malformed", field="at")
    history.when(worked(15, "2026-02-03T12:00:00Z", heard=noon)).then(deducted(15))
    history.when(worked(15, "2027-02-03T12:00:00Z", heard=noon)).refused("contract-not-active", field="at")
    begun = log_work(started_at="2026-02-04T12:00:00Z", ended_at="2026-02-04T13:00:00Z", heard=noon)
    history.when(begun).refused("malformed", field="started_at")


def test_work_recorded_late_draws_on_the_grants_of_its_own_date() -> None:
    lots = [top_up(480, top_up_id="short", expires_on="2026-03-01"), top_up(480, MONDAY, top_up_id="long")]
    history = given(contract(PREPAID), lots)
    february = worked(60, "2026-02-20T10:00:00Z", heard="2026-05-01T10:00:00Z")
    history.when(february).then(deducted(60, draws={"short": 60}))


def test_what_is_left_in_a_grant_is_judged_over_everything_recorded_whatever_its_date() -> None:
    history = given(contract("groupios-m"), worked(240, "2026-06-01T10:00:00Z"))
    backdated = worked(15, "2026-02-02T10:00:00Z", heard="2026-06-02T10:00:00Z")
    history.when(backdated).then(deducted(0, billed=15), overage(15, rate="99.00", amount="24.75"))


def test_backdated_overage_takes_the_tier_that_is_left_and_prices_nothing_again() -> None:
    history = given(contract("groupios-s"), worked(60, TUESDAY))
    history.when(worked(15, MONDAY, heard=TUESDAY)).then(deducted(0), overage(15, rate="129.00", amount="32.25"))


def test_the_terms_in_force_at_the_moment_of_the_work_price_it() -> None:
    history = given(contract("groupios-m"), worked(240), change_plan("groupios-s", "2026-07-01"))
    june = worked(15, "2026-06-30T23:59:59+02:00", heard="2026-08-01T00:00:00Z")
    history.when(june).then(deducted(0), overage(15, rate="99.00", amount="24.75"))
    july = worked(15, "2026-07-01T00:00:00+02:00", heard="2026-08-01T00:00:00Z")
    history.when(july).then(deducted(0), overage(15, rate="149.00", amount="37.25"))
