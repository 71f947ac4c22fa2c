"""Credit: rounding, drawdown, overage, debts, top-ups, reversals, expiry, pools, bins, dates (C1–C5, C9–C14, C16)."""

from typing import Any

import pytest

from ledger.events import ServiceCharged, TopUpCharged
from tests.scenario import given
from tests.words import (
    MONDAY,
    PREPAID,
    TUESDAY,
    Expected,
    Step,
    book,
    cancel,
    change_plan,
    charged_back,
    complete,
    contract,
    deducted,
    do,
    fact,
    filled,
    grant,
    granted,
    log_work,
    lump_sum,
    open_ticket,
    overage,
    penalised,
    released,
    renew,
    reverse,
    top_up,
    undone,
    worked,
)

SBP = {
    "pools.lump-sum.allotment": "50000.00",
    "rates.training": "1200.00",
    "rates.macros": {"kind": "flat", "amount": "5000.00"},
}
PAY = {"rates.training": "1500.00", "rates.macros": {"kind": "flat", "amount": "7000.00"}}


def record_service(service: str, quantity: int, **fields: Any) -> Step:
    return do("record-service", contract_id="C", service=service, quantity=quantity, at=MONDAY, **fields)


# -- C1: rounding -----------------------------------------------------------------------------------------------


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
    given(contract("groupios-l")).when(do("log-work", ticket_id="T", engineer="Eva", **fields)).refused("malformed")


# -- C2: drawdown order -----------------------------------------------------------------------------------------

THREE_LOTS = [
    top_up(480, top_up_id="for-ever"),
    top_up(480, top_up_id="summer", expires_on="2026-09-01"),
    top_up(480, top_up_id="spring", expires_on="2026-06-01"),
]


def test_the_grant_that_expires_first_is_used_first_and_one_without_expiry_last() -> None:
    history = given(contract(PREPAID), THREE_LOTS, worked(470))
    history.when(worked(20)).then(deducted(20, draws={"spring": 10, "summer": 10}))
    history.when(worked(480)).then(deducted(480, draws={"summer": 470, "for-ever": 10}))


def test_grants_that_expire_together_are_used_in_the_order_of_granting() -> None:
    together = [top_up(480, top_up_id=name, expires_on="2026-06-01") for name in ("z-first", "a-second")]
    given(contract(PREPAID), together).when(worked(490)).then(deducted(490, draws={"z-first": 480, "a-second": 10}))
    endless = [top_up(480, top_up_id=name) for name in ("z-first", "a-second")]
    given(contract(PREPAID), endless).when(worked(490)).then(deducted(490, draws={"z-first": 480, "a-second": 10}))


def test_the_moment_of_the_work_is_its_start_though_it_ends_after_the_grant_has_expired() -> None:
    late = log_work(started_at="2026-05-31T23:50:00+02:00", ended_at="2026-06-01T00:30:00+02:00")
    given(contract(PREPAID), THREE_LOTS).when(late).then(deducted(40, draws={"spring": 40}))


def test_a_grant_does_not_count_before_its_own_moment() -> None:
    lots = [top_up(480, "2026-02-02T10:00:00Z", top_up_id="later", expires_on="2026-06-01"), top_up(480, top_up_id="x")]
    history = given(contract(PREPAID), lots)
    history.when(worked(10, "2026-02-02T09:59:59Z")).then(deducted(10, draws={"x": 10}))
    history.when(worked(10, "2026-02-02T10:00:00Z")).then(deducted(10, draws={"later": 10}))


def test_one_entry_spans_several_grants_and_ends_in_overage_each_part_with_its_source() -> None:
    gift = grant(30, "2026-01-05T09:00:00Z", grant_id="gift", pool="included", expires_on="2026-06-01")
    given(contract("groupios-m"), gift).when(worked(300)).then(
        deducted(270, billed=300, draws={"gift": 30, "C.allotment.1": 240}, overage_minutes=30),
        overage(30, rate="99.00", amount="49.50"),
    )


# -- C3: overage ------------------------------------------------------------------------------------------------


def test_the_example_of_the_conventions() -> None:
    (
        given(contract("groupios-l"), worked(465))
        .when(log_work(minutes=50, at=MONDAY))
        .then(deducted(15, worked=50, billed=60), overage(45, rate="89.00", amount="66.75"))
    )


def test_covered_goodwill_and_warranty_minutes_do_not_use_up_a_tier() -> None:
    free = [worked(60, treatment="goodwill", reason="Our fault"), worked(60, treatment="warranty", reason="A defect")]
    given(contract("groupios-s"), free).when(worked(60)).then(
        deducted(0, billed=60), overage(60, rate="149.00", amount="149.00")
    )


def test_reversed_minutes_leave_the_tier_and_what_was_recorded_before_is_not_priced_again() -> None:
    history = given(contract("groupios-s"), worked(30, entry_id="first"), worked(45))
    outcome = history.when(reverse("first", at=TUESDAY))
    outcome.then(undone("first"), charged_back("-74.50", minutes=-30))
    outcome.when(worked(30)).then(
        deducted(0), overage(15, rate="149.00", amount="37.25"), overage(15, rate="129.00", amount="32.25")
    )


def test_a_tier_of_the_contract_is_shared_by_its_tickets() -> None:
    history = given(contract("house-tiers"), worked(50), open_ticket("B", at=MONDAY))
    history.when(worked(25, ticket_id="B")).then(
        deducted(0, billed=25), overage(10, rate="100.00", amount="16.67"), overage(15, rate="80.00", amount="20.00")
    )


def test_reversed_minutes_leave_the_tier_of_the_contract_too() -> None:
    history = given(contract("house-tiers"), worked(50, entry_id="first"))
    outcome = history.when(reverse("first", at=TUESDAY))
    outcome.then(undone("first"), charged_back("-83.33", minutes=-50))
    outcome.when(worked(60)).then(deducted(0), overage(60, rate="100.00", amount="100.00"))


def test_overage_counts_in_the_tier_of_the_contract_whatever_rate_it_bore() -> None:
    history = given(contract("house-single"), worked(40), change_plan("house-tiers", "2026-03-01"))
    history.when(worked(30, "2026-03-02T10:00:00+01:00")).then(
        deducted(0, billed=30), overage(20, rate="100.00", amount="33.33"), overage(10, rate="80.00", amount="13.33")
    )


def test_sessions_without_a_ticket_have_a_first_hour_each() -> None:
    booked = [book(60, "2026-02-02T09:00:00Z", "2026-01-05T09:00:00Z", session_id=name) for name in ("S1", "S2")]
    outcome = given(contract("groupios-s"), booked, complete(60, MONDAY, "S1")).when(complete(60, MONDAY, "S2"))
    outcome.then(deducted(0, kind="session"), overage(60, rate="149.00", amount="149.00"))


# -- C4: prepaid without overage --------------------------------------------------------------------------------


def test_work_without_credit_is_recorded_and_the_account_goes_negative() -> None:
    given(contract(PREPAID)).when(worked(95)).then(deducted(0, owed=100, draws={None: 100})).left(-100, consumed=100)


def test_a_top_up_fills_the_oldest_debt_first_and_only_as_far_as_it_reaches() -> None:
    history = given(contract(PREPAID), worked(300, entry_id="old"), worked(400, TUESDAY, entry_id="new"))
    outcome = history.when(top_up(480, "2026-02-05T09:00:00Z", top_up_id="top"))
    outcome.then(
        granted(480, source="top_up"),
        filled("old", 300, grant_id="top", effective_at="2026-02-05T09:00:00Z"),
        filled("new", 180, grant_id="top", effective_at="2026-02-05T09:00:00Z"),
    ).left(-220, consumed=700, granted=480)
    outcome.when(top_up(480, "2026-02-06T09:00:00Z", top_up_id="more")).then(
        granted(480), filled("new", 220, grant_id="more")
    ).left(260)


def test_an_entry_may_be_partly_covered_and_partly_owed() -> None:
    outcome = given(contract(PREPAID), top_up(480, top_up_id="top")).when(worked(500))
    outcome.then(deducted(480, owed=20, draws={"top": 480, None: 20})).left(-20)


def test_a_goodwill_grant_fills_a_debt_as_a_top_up_does() -> None:
    outcome = given(contract(PREPAID), worked(30, entry_id="debt")).when(
        grant(40, "2026-02-05T09:00:00Z", grant_id="gift")
    )
    outcome.then(granted(40, source="goodwill"), filled("debt", 30, grant_id="gift")).left(10)


def test_a_released_reservation_fills_a_debt() -> None:
    held = book(480, "2026-03-10T10:00:00+01:00", "2026-01-06T09:00:00Z")
    history = given(contract(PREPAID), top_up(480, top_up_id="top"), held, worked(60, entry_id="debt"))
    outcome = history.when(cancel("2026-03-01T09:00:00Z"))
    outcome.then(released(480), filled("debt", 60, grant_id="top", effective_at="2026-03-01T09:00:00Z")).left(
        420, reserved=0, consumed=60
    )


def test_a_reversal_fills_a_debt() -> None:
    history = given(
        contract(PREPAID), top_up(480, top_up_id="top"), worked(480, entry_id="A"), worked(60, entry_id="B")
    )
    outcome = history.when(reverse("A", at=TUESDAY))
    outcome.then(undone("A", returns={"top": 480}), filled("B", 60, grant_id="top", effective_at=TUESDAY)).left(420)


def test_the_correction_of_a_late_reversal_fills_a_debt() -> None:
    lot = top_up(480, top_up_id="top", expires_on="2026-03-01")
    history = given(contract(PREPAID), lot, worked(480, entry_id="A"), worked(60, entry_id="B"))
    outcome = history.when(reverse("A", at="2026-03-10T09:00:00+01:00"))
    outcome.then(
        undone("A", correction_grant_id="A.correction"),
        granted(480, grant_id="A.correction"),
        filled("B", 60, grant_id="A.correction"),
    ).left(420, expired=480)


def test_a_grant_that_is_valid_only_later_fills_a_debt_when_it_begins() -> None:
    renewed_ahead = renew(at="2026-02-01T09:00:00Z")
    history = given(contract("house-prepaid"), renewed_ahead)
    outcome = history.when(worked(90, entry_id="debt"))
    outcome.then(
        deducted(60, owed=30), filled("debt", 30, grant_id="C.allotment.2", effective_at="2027-01-01T00:00:00+01:00")
    )
    outcome.left(-30, at="2026-12-31T23:59:59+01:00", pool="care")
    outcome.left(30, at="2027-01-01T00:00:00+01:00", pool="care", consumed=90)


def test_the_credit_that_becomes_available_first_fills_a_debt_though_another_grant_expires_earlier() -> None:
    june = top_up(480, "2026-06-01T09:00:00Z", contract_id="C", pool="care", top_up_id="june")
    history = given(contract("house-prepaid"), renew(at="2026-02-01T09:00:00Z"), june)
    backdated = worked(90, "2026-05-04T09:00:00Z", entry_id="debt")
    history.when(backdated).then(
        deducted(60, owed=30), filled("debt", 30, grant_id="june", effective_at="2026-06-01T09:00:00Z")
    )


def test_a_grant_that_expired_before_the_debt_arose_does_not_fill_it() -> None:
    lot = top_up(480, top_up_id="gone", expires_on="2026-02-01")
    given(contract(PREPAID), lot).when(worked(30)).then(deducted(0, owed=30)).left(-30, expired=480)


def test_a_debt_that_is_reversed_leaves_no_hole() -> None:
    outcome = given(contract(PREPAID), worked(30, entry_id="debt")).when(reverse("debt", at=TUESDAY))
    outcome.then(undone("debt", returns={None: 30}, correction_grant_id=None)).left(0, consumed=0)
    outcome.when(top_up(480, "2026-02-05T09:00:00Z")).then(granted(480)).left(480)


def test_reversing_a_debt_that_was_filled_gives_the_credit_back() -> None:
    history = given(contract(PREPAID), worked(30, entry_id="debt"), top_up(480, TUESDAY, top_up_id="top"))
    outcome = history.when(reverse("debt", at="2026-02-04T10:00:00Z"))
    outcome.then(undone("debt", returns={"top": 30})).left(480)


# -- C5: top-ups ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [1, 10, 470, 479])
def test_a_top_up_below_the_minimum_is_refused(minutes: int) -> None:
    given(contract(PREPAID)).when(top_up(minutes)).refused("below-minimum", minimum=480, step=10, minutes=minutes)


def test_a_top_up_between_two_steps_is_refused() -> None:
    given(contract(PREPAID)).when(top_up(485)).refused("below-minimum", minimum=480, step=10)


def test_the_minimum_holds_for_every_top_up_and_whole_steps_above_it_are_welcome() -> None:
    history = given(contract(PREPAID), top_up(480))
    history.when(top_up(10)).refused("below-minimum")
    history.when(top_up(490)).then(granted(490, source="top_up")).left(970)


def test_a_top_up_costs_the_price_given_else_the_rate_of_the_terms_else_nothing() -> None:
    given(contract(PREPAID)).when(top_up(480)).then(granted(480))
    given(contract(PREPAID)).when(top_up(480, price="555.50", top_up_id="top")).then(
        granted(480), fact(TopUpCharged, charge_id="top.price", amount_cents="555.50", rate_cents_per_hour=None)
    )
    rated = given(contract("house-prepaid"))
    rated.when(top_up(90, pool="care")).then(
        granted(90), fact(TopUpCharged, amount_cents="90.00", rate_cents_per_hour="60.00", quantity=90)
    )
    rated.when(top_up(60, pool="care", price="0.00")).then(granted(60))


def test_credit_is_told_in_the_unit_of_its_pool() -> None:
    given(contract(PREPAID)).when(top_up(None, amount="100.00")).refused("malformed", field="amount")
    money = given(contract("dytron-sbp", agreed=SBP))
    money.when(top_up(480, pool="lump-sum")).refused("malformed", field="minutes")
    money.when(top_up(None, pool="lump-sum", amount="100.00")).then(granted(10000)).left(5010000, pool="lump-sum")
    money.when(top_up(None, pool="lump-sum", amount="0.00")).refused("malformed", field="amount")


def test_a_grant_may_not_expire_before_it_counts() -> None:
    history = given(contract(PREPAID))
    history.when(top_up(480, "2026-02-02T10:00:00Z", expires_on="2026-02-02")).refused("malformed", field="expires_on")
    history.when(top_up(480, "2026-02-02T10:00:00Z", expires_on="2026-02-03")).then(granted(480))


# -- C9: reversal -----------------------------------------------------------------------------------------------


def test_what_falls_on_an_expired_grant_comes_again_as_a_correction_for_thirty_times_24_hours() -> None:
    lot = top_up(480, top_up_id="short", expires_on="2026-03-01")
    history = given(contract(PREPAID), lot, worked(100, entry_id="W"))
    outcome = history.when(reverse("W", at="2026-03-10T09:00:00+01:00"))
    outcome.then(
        undone("W", returns={"short": 100}, correction_grant_id="W.correction"),
        granted(
            100,
            grant_id="W.correction",
            source="correction",
            valid_from="2026-03-10T08:00:00Z",
            expires_at="2026-04-09T08:00:00Z",
        ),
    ).left(100, expired=480, granted=580, consumed=0)
    outcome.left(0, at="2026-04-09T08:00:00Z", expired=580)


@pytest.mark.parametrize(("at", "expired"), [("2026-02-28T23:59:59+01:00", False), ("2026-03-01T00:00:00+01:00", True)])
def test_a_grant_has_expired_by_a_reversal_at_its_very_last_instant(at: str, expired: bool) -> None:
    lot = top_up(480, top_up_id="short", expires_on="2026-03-01")
    outcome = given(contract(PREPAID), lot, worked(100, entry_id="W")).when(reverse("W", at=at))
    correction = [granted(100, grant_id="W.correction")] if expired else []
    outcome.then(undone("W", returns={"short": 100}), *correction)


def test_only_the_part_on_the_expired_grant_is_corrected() -> None:
    lots = [top_up(480, top_up_id="short", expires_on="2026-03-01"), top_up(480, top_up_id="long")]
    history = given(contract(PREPAID), lots, worked(500, entry_id="W"))
    outcome = history.when(reverse("W", at="2026-03-10T09:00:00+01:00"))
    outcome.then(undone("W", returns={"short": 480, "long": 20}), granted(480, grant_id="W.correction"))
    outcome.left(960, expired=480)


def test_every_overage_line_is_taken_back_by_an_equal_negative_one() -> None:
    history = given(contract("groupios-s"), worked(61, entry_id="W"))
    history.when(reverse("W", at=TUESDAY)).then(
        undone("W"),
        charged_back("-149.00", reverses="W.overage.1", minutes=-60, kind="overage"),
        charged_back("-32.25", reverses="W.overage.2", minutes=-15, kind="overage"),
    )


def test_a_deduction_is_reversed_once_and_not_before_it_happened() -> None:
    history = given(contract("groupios-l"), worked(60, TUESDAY, entry_id="W"))
    history.when(reverse("W", at=MONDAY)).refused("invalid-transition")
    history.when(reverse("W", at=TUESDAY)).then(undone("W"))
    history.when(reverse("W", at=TUESDAY)).refused("invalid-transition")
    history.when(reverse("nothing", at=TUESDAY)).refused("unknown-deduction")


# -- C10: expiry ------------------------------------------------------------------------------------------------


def test_a_grant_counts_until_the_first_instant_of_its_expiry_day_in_the_providers_zone() -> None:
    history = given(contract(PREPAID), top_up(480, top_up_id="short", expires_on="2026-03-01"))
    history.when(worked(10, "2026-02-28T22:59:59.999999Z")).then(deducted(10, draws={"short": 10}))
    last = history.when(worked(10, "2026-02-28T23:00:00Z"))
    last.then(deducted(0, owed=10))
    last.left(470, at="2026-02-28T22:59:59.999999Z", expired=0)
    last.left(-10, at="2026-02-28T23:00:00Z", expired=470)


# -- C11: separate pools and money --------------------------------------------------------------------------------


def test_separate_pools_never_mix() -> None:
    history = given(contract("house-prepaid"), grant(600, MONDAY, pool="implementation"))
    outcome = history.when(worked(90, TUESDAY, entry_id="W"))
    outcome.then(deducted(60, owed=30, pool="care")).left(600, pool="implementation").left(-30, pool="care")
    outcome.when(worked(90, TUESDAY, pool="implementation")).then(deducted(90, pool="implementation"))
    outcome.when(worked(90, TUESDAY, pool="included")).refused("unknown-pool", pool="included")


def test_a_lump_sum_is_granted_and_charged_at_the_start_of_each_term_and_does_not_expire() -> None:
    signed = given().when(contract("dytron-sbp", agreed=SBP))
    signed.then(lump_sum("50000.00"), granted(5000000, expires_at=None)).left(5000000, pool="lump-sum")
    renewed = signed.when(renew(at="2026-12-01T09:00:00Z"))
    renewed.then(lump_sum("50000.00"), granted(5000000)).left(10000000, pool="lump-sum", at="2027-01-01T00:00:00+01:00")


def test_a_service_draws_its_agreed_rate_from_the_lump_sum() -> None:
    history = given(contract("dytron-sbp", agreed=SBP))
    outcome = history.when(worked(91, service="training"))
    outcome.then(
        deducted(182000, worked=91, billed=91, basis="service", cost_cents="1820.00", rate_cents_per_hour="1200.00")
    ).left(4818000, pool="lump-sum")
    outcome.when(record_service("macros", 2, service_id="M")).then(
        deducted(1000000, cost_cents="10000.00", price_cents="5000.00")
    ).left(3818000, pool="lump-sum")
    outcome.when(reverse("M", at=TUESDAY)).then(undone("M")).left(4818000, pool="lump-sum")


def test_services_beyond_the_lump_sum_are_owed() -> None:
    history = given(contract("dytron-sbp", agreed=SBP), record_service("macros", 9))
    outcome = history.when(record_service("macros", 2, service_id="M"))
    outcome.then(deducted(500000, owed=500000)).left(-500000, pool="lump-sum")
    outcome.when(top_up(None, TUESDAY, pool="lump-sum", amount="5000.01")).then(
        granted(500001), filled("M", 500000)
    ).left(1, pool="lump-sum")


def test_a_service_outside_a_pool_is_charged_and_a_reversal_takes_the_charge_back() -> None:
    history = given(contract("dytron-pay", agreed=PAY))
    hourly = history.when(worked(20, service="training", entry_id="W"))
    hourly.then(
        deducted(0, billed=20, basis="service"),
        fact(ServiceCharged, amount_cents="500.00", minutes=20, rate_cents="1500.00"),
    )
    hourly.when(reverse("W", at=TUESDAY)).then(undone("W"), charged_back("-500.00", kind="service", minutes=-20))
    history.when(record_service("macros", 3)).then(
        deducted(0, quantity=3), fact(ServiceCharged, amount_cents="21000.00", quantity=3, rate_cents="7000.00")
    )


def test_a_service_needs_an_agreed_rate_of_its_kind() -> None:
    history = given(contract("dytron-pay", agreed=PAY))
    history.when(worked(20)).refused("malformed", field="service")
    history.when(worked(20, service="surgery")).refused("malformed", field="service")
    history.when(worked(20, service="deployment")).refused("not-agreed", missing=["rates.deployment"])
    history.when(worked(20, service="macros")).refused("invalid-transition")
    history.when(record_service("training", 1)).refused("invalid-transition")
    history.when(record_service("deployment", 1)).refused("not-agreed", missing=["rates.deployment"])


# -- C13: one bin each --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("treatment", ["goodwill", "warranty"])
@pytest.mark.parametrize("plan", ["groupios-l", "groupios-s", "easyredmine-basic", PREPAID])
def test_goodwill_and_warranty_cost_nothing_but_stay_visible_with_their_reason(plan: str, treatment: str) -> None:
    history = given(contract(plan))
    outcome = history.when(worked(30, treatment=treatment, reason="Our own mistake"))
    outcome.then(deducted(0, worked=30, billed=30, basis=treatment, status="not_required", overage_minutes=0))
    assert [f.reason is not None for f in outcome.facts if f.TOPIC == "HoursDeducted"] == [True]
    history.when(worked(30, treatment=treatment)).refused("malformed", field="reason")


BINS: list[tuple[str, dict[str, Any], dict[str, Any], list[Expected]]] = [
    ("groupios-l", {}, {}, [deducted(60, billed=60, basis="pool", overage_minutes=0)]),
    (
        "groupios-s",
        {},
        {},
        [deducted(0, billed=60, basis="overage", overage_minutes=60), overage(60, "149.00", "149.00")],
    ),
    (PREPAID, {}, {}, [deducted(0, billed=60, basis="pool", draws={None: 60}, owed=60)]),
    ("easyredmine-basic", {}, {}, [deducted(0, billed=60, basis="flat", draws={}, overage_minutes=0)]),
    ("groupios-l", {}, {"treatment": "goodwill", "reason": "Sorry"}, [deducted(0, billed=60, basis="goodwill")]),
    (
        "dytron-pay",
        {"agreed": PAY},
        {"service": "training"},
        [deducted(0, billed=60, basis="service"), fact(ServiceCharged, amount_cents="1500.00")],
    ),
]


@pytest.mark.parametrize(("plan", "signed", "told", "expected"), BINS)
def test_every_worked_minute_is_in_exactly_one_bin(
    plan: str, signed: dict[str, Any], told: dict[str, Any], expected: list[Expected]
) -> None:
    given(contract(plan, **signed)).when(worked(60, **told)).then(*expected)


# -- C14: by the date of the work ---------------------------------------------------------------------------------


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


# -- C16: conservation; tests/domain/test_properties.py searches for a counterexample -------------------------------


def test_a_penalty_may_take_the_account_negative_and_conservation_holds() -> None:
    held = book(480, "2026-01-20T10:00:00+01:00", "2026-01-06T09:00:00+01:00")
    outcome = given(contract(PREPAID), top_up(480), held).when(cancel("2026-01-20T09:00:00+01:00"), worked(380))
    outcome.then(released(480), penalised(120), deducted(360, owed=20))
    outcome.left(-20, granted=480, reserved=0, consumed=500, expired=0)
