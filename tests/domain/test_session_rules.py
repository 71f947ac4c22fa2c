"""Booked sessions: booking, completion, late change, no-show (C6, C7)."""

import pytest

from ledger.events import (
    DeductionDisputed,
    SessionBooked,
    SessionEnded,
    SessionMoved,
)
from tests.outcomes import charged_back, deducted, fact, filled, granted, overage, penalised, released, reserved, undone
from tests.scenario import given
from tests.words import (
    MONDAY,
    PREPAID,
    TUESDAY,
    book,
    cancel,
    complete,
    contract,
    dispute,
    grant,
    move,
    no_show,
    reject,
    renew,
    reverse,
    settle,
    top_up,
    worked,
)

START = "2026-01-20T10:00:00+01:00"
LATER = "2026-01-27T10:00:00+01:00"
BOOKED_AT = "2026-01-06T09:00:00+01:00"
BOOKED = book(120, START, BOOKED_AT)
IN_TIME, LATE = "2026-01-19T10:00:00+01:00", "2026-01-19T10:00:00.000001+01:00"
PREPAID_AND_BOOKED = [*contract(PREPAID), top_up(480), BOOKED]


# -- C6: booking ------------------------------------------------------------------------------------------------


def test_a_booking_needs_as_much_credit_as_its_estimate_and_not_a_minute_more() -> None:
    history = given(contract(PREPAID), top_up(480))
    history.when(book(481, START, BOOKED_AT)).refused("insufficient-credit", short_by=1, available=480, needed=481)
    history.when(book(480, START, BOOKED_AT)).then(reserved(480), fact(SessionBooked, reserved=480)).left(0)


def test_what_another_session_reserves_is_not_available() -> None:
    history = given(contract(PREPAID), top_up(480), book(300, LATER, BOOKED_AT, session_id="other"))
    history.when(BOOKED, book(200, START, BOOKED_AT, session_id="S2")).refused("insufficient-credit", short_by=140)


def test_what_filled_a_debt_is_not_available() -> None:
    march = "2026-03-10T10:00:00+01:00"
    held = book(480, march, BOOKED_AT, session_id="other")
    history = given(contract(PREPAID), top_up(480), held, worked(60), top_up(480, TUESDAY, top_up_id="new"))
    history.when(book(430, march, TUESDAY)).refused("insufficient-credit", short_by=10, available=420)


RESERVED = [*contract(PREPAID), top_up(480, top_up_id="top"), book(120, "2026-03-10T10:00:00+01:00", BOOKED_AT)]


def test_work_does_not_draw_on_reserved_minutes_though_the_grant_still_holds_them() -> None:
    outcome = given(RESERVED).when(worked(400))
    outcome.then(deducted(360, owed=40, draws={"top": 360, None: 40})).left(-40, reserved=120, consumed=400)


def test_a_grant_that_is_wholly_reserved_is_drawn_on_for_nothing_at_all() -> None:
    held = book(480, "2026-03-10T10:00:00+01:00", BOOKED_AT)
    outcome = given(contract(PREPAID), top_up(480, top_up_id="top"), held).when(worked(10))
    outcome.then(deducted(0, owed=10, draws={None: 10}))


def test_work_that_reserved_minutes_do_not_bear_is_overage_where_that_has_a_price() -> None:
    """480 included, of which 120 are reserved: of 400 worked, billed as 405, 45 cost 89.00 an hour."""
    history = given(contract("groupios-l"), book(120, "2026-03-10T10:00:00+01:00", BOOKED_AT))
    outcome = history.when(worked(400))
    outcome.then(deducted(360, billed=405), overage(45, rate="89.00", amount="66.75"))
    outcome.left(0, pool="included", reserved=120, consumed=360)


def test_a_booking_under_a_debt_is_short_by_the_debt_too_and_says_so_with_its_sign() -> None:
    """360 were free and 40 are owed: available are 40 less than nothing."""
    outcome = given(RESERVED, worked(400)).when(book(100, LATER, BOOKED_AT, session_id="X"))
    outcome.refused("insufficient-credit", short_by=140, available=-40, needed=100)
    assert str(outcome.answers[-1]) == (
        "Session X needs 100 minutes; -40 minutes are available. Top up at least 140 minutes first. "
        "Not counted: 400 minutes that E1 takes at 2026-02-02T09:00:00Z."
    )


def test_only_credit_that_is_valid_at_the_start_counts() -> None:
    history = given(contract(PREPAID), top_up(480, expires_on="2026-01-20"))
    history.when(book(120, "2026-01-20T00:00:00+01:00", BOOKED_AT)).refused(
        "insufficient-credit", short_by=120, available=0
    )
    history.when(book(120, "2026-01-19T23:59:59+01:00", BOOKED_AT)).then(reserved(120))


def test_where_overage_has_a_price_a_session_reserves_what_there_is_and_the_rest_becomes_overage() -> None:
    booked = given(contract("groupios-l"), worked(420, "2026-01-05T10:00:00+01:00")).when(BOOKED)
    booked.then(reserved(60), fact(SessionBooked, reserved=60, estimate_minutes=120)).left(0, pool="included")
    booked.when(complete(120, START)).then(
        released(60), deducted(60, billed=120, kind="session"), overage(60, rate="89.00", amount="89.00")
    ).left(0, pool="included", reserved=0)


def test_where_nothing_is_left_a_session_is_booked_without_a_reservation() -> None:
    history = given(contract("groupios-l"), worked(480, "2026-01-05T10:00:00+01:00"))
    history.when(BOOKED).then(fact(SessionBooked, reserved=0))


def test_a_plan_without_pools_books_without_credit() -> None:
    given(contract("groupios-s")).when(BOOKED).then(fact(SessionBooked, reserved=0, pool=None))


def test_a_session_needs_a_term_that_holds_at_its_start() -> None:
    history = given(contract("groupios-l"))
    history.when(book(60, "2027-01-01T00:00:00+01:00", MONDAY)).refused("contract-not-active", field="starts_at")
    history.when(book(60, "2026-12-31T23:59:59+01:00", MONDAY)).then(reserved(60))


def test_completing_releases_the_whole_reservation_then_deducts_what_was_worked() -> None:
    shorter = given(PREPAID_AND_BOOKED).when(complete(11, START))
    shorter.then(released(120), deducted(20, worked=11), fact(SessionEnded, outcome="completed"))
    shorter.left(460, reserved=0)
    longer = given(contract(PREPAID), top_up(480), BOOKED).when(complete(490, START))
    longer.then(released(120), deducted(480, owed=10)).left(-10, reserved=0)


def test_a_session_draws_as_of_its_start_and_where_it_really_began_as_of_then() -> None:
    lots = [top_up(480, top_up_id="short", expires_on="2026-01-20"), top_up(480, top_up_id="long")]
    booked = book(60, "2026-01-19T23:30:00+01:00", BOOKED_AT)
    given(contract(PREPAID), lots, booked).when(complete(60, START)).then(
        released(60, effective_at="2026-01-19T23:30:00+01:00"),
        deducted(60, draws={"short": 60}, effective_at="2026-01-19T23:30:00+01:00"),
    )
    begun = {"started_at": "2026-01-20T00:05:00+01:00", "ended_at": "2026-01-20T01:05:00+01:00"}
    given(contract(PREPAID), lots, booked).when(complete(None, **begun)).then(
        released(60), deducted(60, draws={"long": 60}, effective_at="2026-01-20T00:05:00+01:00")
    )


def test_a_reservation_does_not_hold_off_the_expiry_of_its_grant() -> None:
    held = book(120, "2026-01-19T23:00:00+01:00", BOOKED_AT)
    history = given(contract(PREPAID), top_up(480, expires_on="2026-01-20"), held)
    late_start = {"started_at": "2026-01-20T00:10:00+01:00", "ended_at": "2026-01-20T02:10:00+01:00"}
    history.when(complete(None, **late_start)).then(released(120), deducted(0, owed=120)).left(-120, expired=480)


def test_a_session_that_began_before_it_was_booked_releases_what_it_had_from_then_on() -> None:
    early = complete(None, START, started_at="2026-01-05T10:00:00+01:00", ended_at="2026-01-05T11:00:00+01:00")
    outcome = given(PREPAID_AND_BOOKED).when(early)
    outcome.then(released(120, effective_at=BOOKED_AT), deducted(60, effective_at="2026-01-05T09:00:00Z"))


def test_a_session_is_not_completed_more_than_a_day_ahead() -> None:
    history = given(PREPAID_AND_BOOKED)
    history.when(complete(60, None, heard="2026-01-19T08:59:59Z")).refused("malformed", field="starts_at")
    history.when(complete(60, None, heard="2026-01-19T09:00:00Z")).then(released(120), deducted(60))


def test_a_session_costs_the_service_that_it_turned_out_to_be() -> None:
    """Half an hour of deployment at 1800.00, though training at 1200.00 was booked."""
    rates = {"rates.training": "1200.00", "rates.deployment": "1800.00"}
    history = given(contract("dytron-sbp", agreed={"pools.lump-sum.allotment": "50000.00", **rates}))
    booked = history.when(book(60, START, BOOKED_AT, service="training"))
    booked.then(reserved(120000))
    booked.when(complete(30, START, service="deployment")).then(
        released(120000), deducted(90000, service="deployment", cost_cents="900.00")
    )


def test_no_session_is_booked_or_completed_on_a_ticket_that_was_rejected_before() -> None:
    told = book(120, START, BOOKED_AT, ticket_id="T")
    rejected = reject("2026-01-07T09:00:00Z")
    given(contract(PREPAID), top_up(480), reject("2026-01-05T10:00:00Z")).when(told).refused("invalid-transition")
    history = given(contract(PREPAID), top_up(480), told, rejected)
    history.when(complete(60, START)).refused("invalid-transition", state="rejected")


def test_a_goodwill_session_gives_its_reservation_back_and_costs_nothing() -> None:
    done = complete(95, START, treatment="goodwill", reason="Our own mistake")
    given(PREPAID_AND_BOOKED).when(done).then(released(120), deducted(0, billed=100, basis="goodwill")).left(480)


def test_a_session_ends_once() -> None:
    history = given(PREPAID_AND_BOOKED, complete(60, START))
    for step in (complete(60, START), no_show(START), cancel(START, "provider"), move(LATER, START, "provider")):
        history.when(step).refused("invalid-transition")
    history.when(complete(60, START, session_id="nobody")).refused("unknown-session")


# -- C7: late change --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "is_late"), [(IN_TIME, False), (LATE, True)])
@pytest.mark.parametrize("change", ["move", "cancel"])
def test_exactly_24_hours_of_notice_are_in_time_and_less_costs_the_penalty(at: str, is_late: bool, change: str) -> None:
    step = move(LATER, at) if change == "move" else cancel(at)
    kept = [reserved(120)] if change == "move" else []
    penalty = [penalised(120, effective_at=at, change=change, starts_at=START)] if is_late else []
    given(PREPAID_AND_BOOKED).when(step).then(released(120), *kept, *penalty)


@pytest.mark.parametrize(("at", "is_late"), [("2026-03-28T09:00:00+01:00", False), ("2026-03-28T09:00:01+01:00", True)])
def test_notice_is_counted_in_elapsed_hours_across_a_clock_change(at: str, is_late: bool) -> None:
    booked = book(120, "2026-03-29T10:00:00+02:00", BOOKED_AT)
    outcome = given(contract(PREPAID), top_up(480), booked).when(cancel(at))
    outcome.then(released(120), *([penalised(120)] if is_late else []))


def test_notice_runs_to_the_start_before_the_move_however_far_the_new_one_is() -> None:
    outcome = given(PREPAID_AND_BOOKED).when(move("2026-06-20T10:00:00+02:00", LATE))
    outcome.then(penalised(120, starts_at=START), released(120), reserved(120))


def test_each_late_move_costs_and_so_does_the_no_show_after_them() -> None:
    history = given(contract(PREPAID), top_up(480), BOOKED)
    first = history.when(move("2026-01-20T12:00:00+01:00", LATE))
    first.then(penalised(120, deduction_id="S.penalty.1"), released(120), reserved(120)).left(240, reserved=120)
    second = first.when(move("2026-01-20T14:00:00+01:00", "2026-01-20T09:00:00+01:00"))
    second.then(penalised(120, deduction_id="S.penalty.2"), released(120), reserved(120)).left(120, reserved=120)
    third = second.when(no_show("2026-01-20T15:00:00+01:00"))
    third.then(released(120), penalised(120, deduction_id="S.penalty.3", effective_at="2026-01-20T14:00:00+01:00"))
    third.left(120, reserved=0, consumed=360)


@pytest.mark.parametrize("at", [LATE, "2026-01-20T09:59:59+01:00"])
def test_moving_and_cancelling_by_the_provider_cost_nothing(at: str) -> None:
    moved = given(PREPAID_AND_BOOKED).when(move(LATER, at, "provider"))
    moved.then(released(120), reserved(120), fact(SessionMoved, by="provider", penalty_id=None)).left(360)
    cancelled = given(PREPAID_AND_BOOKED).when(cancel(at, "provider"))
    cancelled.then(released(120), fact(SessionEnded, outcome="cancelled", by="provider", penalty_id=None)).left(480)


def test_at_the_very_start_the_customer_may_still_move_and_pays() -> None:
    outcome = given(PREPAID_AND_BOOKED).when(move(LATER, START))
    outcome.then(penalised(120), released(120), reserved(120))


def test_after_the_start_only_completion_no_show_and_the_providers_cancellation_are_left() -> None:
    after = "2026-01-20T10:00:01+01:00"
    history = given(PREPAID_AND_BOOKED)
    for step in (move(LATER, after), move(LATER, after, "provider"), cancel(after)):
        history.when(step).refused("invalid-transition")
    given(PREPAID_AND_BOOKED).when(cancel(after, "provider")).then(released(120))
    given(PREPAID_AND_BOOKED).when(no_show(after)).then(released(120), penalised(120))
    given(PREPAID_AND_BOOKED).when(complete(60, after)).then(released(120), deducted(60))


def test_nobody_has_missed_a_session_before_it_begins() -> None:
    history = given(PREPAID_AND_BOOKED)
    history.when(no_show("2026-01-20T09:59:59+01:00")).refused("invalid-transition")
    history.when(no_show(START)).then(released(120), penalised(120))


def test_a_no_show_that_is_told_later_counts_as_of_the_booked_start() -> None:
    outcome = given(PREPAID_AND_BOOKED).when(no_show("2026-01-21T15:00:00+01:00"))
    outcome.then(released(120, effective_at=START), penalised(120, effective_at=START))


def test_a_session_does_not_move_into_the_past_nor_before_it_was_booked() -> None:
    history = given(PREPAID_AND_BOOKED)
    history.when(move("2026-01-15T10:00:00+01:00", "2026-01-15T10:00:00+01:00")).refused("invalid-transition")
    history.when(cancel("2026-01-06T08:59:59+01:00")).refused("invalid-transition")


def test_a_session_does_not_move_to_where_its_credit_will_have_expired() -> None:
    history = given(contract(PREPAID), top_up(480, expires_on="2026-02-01"), BOOKED)
    history.when(move("2026-02-01T00:00:00+01:00", BOOKED_AT)).refused("insufficient-credit", short_by=120)
    history.when(move("2026-01-31T23:59:59+01:00", BOOKED_AT)).then(released(120), reserved(120))


def test_a_session_lacks_what_is_not_valid_at_its_new_start() -> None:
    """Its 120 expire with January; 60 that last are free."""
    lots = [top_up(480, expires_on="2026-02-01"), grant(60, "2026-01-05T09:00:00Z")]
    history = given(contract(PREPAID), lots, BOOKED)
    history.when(move("2026-02-10T10:00:00+01:00", BOOKED_AT)).refused(
        "insufficient-credit", short_by=60, available=60, needed=120
    )


def test_a_session_does_not_move_to_where_too_much_is_reserved_for_another() -> None:
    """Its own 120 expire with January, and of the 480 that last another session has 400."""
    lots = [top_up(480, top_up_id="short", expires_on="2026-02-01"), top_up(480, top_up_id="long")]
    history = given(contract(PREPAID), lots, book(400, "2026-02-09T10:00:00+01:00", BOOKED_AT, "other"), BOOKED)
    history.when(move("2026-02-10T10:00:00+01:00", BOOKED_AT)).refused(
        "insufficient-credit", short_by=40, available=80, needed=120
    )


def test_where_overage_has_a_price_a_session_moves_with_its_whole_reservation_though_less_is_free() -> None:
    """Of the next term's 480 another session has 400."""
    january = "2027-01-12T10:00:00+01:00"
    history = [*contract("groupios-l"), renew(at=BOOKED_AT), book(400, january, BOOKED_AT, "other"), BOOKED]
    moved = given(history).when(move("2027-01-13T10:00:00+01:00", BOOKED_AT, "provider"))
    moved.then(released(120), reserved(120, allocations={"C.allotment.2": 80, None: 40}))


def test_a_moved_reservation_rests_on_the_grants_that_are_valid_at_the_new_start() -> None:
    lots = [top_up(480, top_up_id="short", expires_on="2026-02-01"), top_up(480, top_up_id="long")]
    booked = given(contract(PREPAID), lots).when(BOOKED)
    booked.then(reserved(120, allocations={"short": 120}))
    booked.when(move("2026-02-10T10:00:00+01:00", BOOKED_AT)).then(
        released(120), reserved(120, allocations={"long": 120})
    )


def test_a_penalty_may_take_the_account_negative_and_later_credit_fills_it() -> None:
    outcome = given(contract(PREPAID), top_up(480), book(480, START, BOOKED_AT)).when(move(LATER, LATE))
    outcome.then(penalised(0, owed=120), released(480), reserved(480)).left(-120, reserved=480, consumed=120)
    outcome.when(top_up(480, "2026-01-19T12:00:00Z")).then(granted(480), filled("S.penalty.1", 120)).left(360)


def test_a_penalty_is_not_rounded_to_the_increment() -> None:
    credit = top_up(480, pool="care", top_up_id="top")
    history = given(contract("house-prepaid", starts_on="2025-06-01"), credit, book(60, START, BOOKED_AT, pool="care"))
    history.when(move(LATER, LATE)).then(penalised(125, billed_minutes=125), released(60), reserved(60))


def test_each_kind_of_penalty_is_a_switch_of_the_terms() -> None:
    history = [*contract("house-prepaid"), book(60, START, BOOKED_AT, pool="care")]
    given(history).when(cancel(LATE)).then(released(60), fact(SessionEnded, penalty_id=None))
    given(history).when(no_show(START)).then(released(60), fact(SessionEnded, penalty_id=None, outcome="no_show"))


def test_plans_without_a_penalty_forgive_everything() -> None:
    given(contract("groupios-l"), BOOKED).when(cancel(LATE)).then(released(120))
    given(contract("groupios-l"), BOOKED).when(no_show(START)).then(released(120))


def test_a_penalty_awaits_the_customers_word_and_can_be_reversed() -> None:
    history = given(PREPAID_AND_BOOKED, no_show(START))
    history.when(dispute("S.penalty.1", LATER)).then(fact(DeductionDisputed))
    history.when(settle("reversed", "S.penalty.1", LATER)).then(undone("S.penalty.1", settles_dispute=True)).left(480)


def test_overage_of_a_session_is_taken_back_with_it() -> None:
    history = given(contract("groupios-l"), worked(480, "2026-01-05T10:00:00+01:00"), BOOKED, complete(60, START))
    step = reverse("S", reason="Never took place")
    history.when(step).then(undone("S"), charged_back("-89.00", minutes=-60))
