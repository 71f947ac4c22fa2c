"""Credit: the order in which it is drawn, overage, reversals, expiry (C2, C3, C9, C10)."""

import pytest

from tests.outcomes import charged_back, deducted, granted, overage, undone
from tests.scenario import given
from tests.words import (
    MONDAY,
    PREPAID,
    TUESDAY,
    book,
    change_plan,
    complete,
    contract,
    grant,
    log_work,
    open_ticket,
    reverse,
    top_up,
    worked,
)

# -- C2: drawdown order ---------------------------------------------------------------------------------------------

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


def test_a_grant_that_is_used_up_is_drawn_on_no_more_and_no_draw_is_of_nothing() -> None:
    lots = [top_up(480, top_up_id="first", expires_on="2026-06-01"), top_up(480, top_up_id="second")]
    history = given(contract(PREPAID), lots)
    history.when(worked(480)).then(deducted(480, draws={"first": 480}))
    history.when(worked(10)).then(deducted(10, draws={"second": 10}))


@pytest.mark.parametrize("plan", ["groupios-m", "groupios-s"])
def test_where_no_credit_bears_anything_no_draw_is_recorded(plan: str) -> None:
    """240 are included in M, nothing in S; what goes beyond is overage."""
    history = given(contract(plan), worked(240))
    outcome = history.when(worked(15))
    assert [one.draws for one in outcome.facts if one.TOPIC == "HoursDeducted"] == [[]]
    assert "CreditDrawn" not in [one.TOPIC for one in outcome.facts]


def test_one_entry_spans_several_grants_and_ends_in_overage_each_part_with_its_source() -> None:
    gift = grant(30, "2026-01-05T09:00:00Z", grant_id="gift", pool="included", expires_on="2026-06-01")
    given(contract("groupios-m"), gift).when(worked(300)).then(
        deducted(270, billed=300, draws={"gift": 30, "C.allotment.1": 240}, overage_minutes=30),
        overage(30, rate="99.00", amount="49.50"),
    )


# -- C3: overage ----------------------------------------------------------------------------------------------------


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


# -- C9: reversal ---------------------------------------------------------------------------------------------------


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


def test_a_deduction_is_reversed_once_and_with_effect_at_the_deduction_at_the_earliest() -> None:
    history = given(contract("groupios-l"), worked(60, TUESDAY, entry_id="W"))
    outcome = history.when(reverse("W", at=MONDAY))
    outcome.then(undone("W", effective_at=TUESDAY)).left(480, pool="included", at=MONDAY)
    history.when(reverse("W", at=TUESDAY)).refused("invalid-transition")
    history.when(reverse("nothing", at=TUESDAY)).refused("unknown-deduction")


# -- C10: expiry ----------------------------------------------------------------------------------------------------


def test_a_grant_counts_until_the_first_instant_of_its_expiry_day_in_the_providers_zone() -> None:
    history = given(contract(PREPAID), top_up(480, top_up_id="short", expires_on="2026-03-01"))
    history.when(worked(10, "2026-02-28T22:59:59.999999Z")).then(deducted(10, draws={"short": 10}))
    last = history.when(worked(10, "2026-02-28T23:00:00Z"))
    last.then(deducted(0, owed=10))
    last.left(470, at="2026-02-28T22:59:59.999999Z", expired=0)
    last.left(-10, at="2026-02-28T23:00:00Z", expired=470)
