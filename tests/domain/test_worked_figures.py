"""The twelve worked figures of the domain, at the level of events; each stands as the table has it."""

from ledger.events import SessionEnded, SessionMoved
from tests.outcomes import charged_back, deducted, fact, fee, granted, overage, penalised, released, reserved, undone
from tests.scenario import given
from tests.words import (
    MONDAY,
    PREPAID,
    TUESDAY,
    book,
    complete,
    contract,
    log_work,
    move,
    no_show,
    open_ticket,
    renew,
    reverse,
    top_up,
    worked,
)

BOOKED = book(120, starts_at="2026-01-20T10:00:00+01:00", at="2026-01-06T09:00:00+01:00")
INCLUDED = "included"


def test_figure_1_fifty_minutes_on_l_are_billed_as_an_hour_of_the_allotment() -> None:
    signed = given().when(contract("groupios-l"))
    signed.then(fee("899.00", effective_at="2025-12-31T23:00:00Z"), granted(480, grant_id="C.allotment.1"))
    logged = signed.when(log_work(50))
    logged.then(deducted(60, worked=50, billed=60)).left(420, pool=INCLUDED, granted=480, consumed=60)


def test_figure_2_work_beyond_the_allotment_of_l_is_charged_as_overage() -> None:
    outcome = given(contract("groupios-l"), worked(50)).when(log_work(425, TUESDAY))
    outcome.then(deducted(420, worked=425, billed=435), overage(15, rate="89.00", amount="22.25"))
    outcome.left(0, pool=INCLUDED, consumed=480)


def test_figure_3_one_long_entry_on_m_spans_allotment_and_overage() -> None:
    signed = given().when(contract("groupios-m"))
    signed.then(fee("499.00"), granted(240))
    logged = signed.when(log_work(241))
    logged.then(deducted(240, worked=241, billed=255), overage(15, rate="99.00", amount="24.75"))


def test_figure_4_the_first_hour_of_a_ticket_on_s_costs_149_however_many_entries_it_takes() -> None:
    first = given(contract("groupios-s")).when(log_work(20))
    first.then(deducted(0, worked=20, billed=30, basis="overage"), overage(30, rate="149.00", amount="74.50"))
    second = first.when(log_work(45))
    second.then(
        deducted(0, worked=45, billed=45),
        overage(30, rate="149.00", amount="74.50"),
        overage(15, rate="129.00", amount="32.25"),
    )


def test_figure_5_the_next_ticket_on_s_has_a_first_hour_of_its_own() -> None:
    history = given(contract("groupios-s"), worked(20), worked(45), open_ticket("B", at=MONDAY))
    history.when(log_work(61, TUESDAY, ticket_id="B")).then(
        deducted(0, worked=61, billed=75),
        overage(60, rate="149.00", amount="149.00"),
        overage(15, rate="129.00", amount="32.25"),
    )


def test_figure_6_a_completed_session_takes_what_was_worked_and_releases_what_was_booked() -> None:
    booked = given(contract(PREPAID), top_up(480)).when(BOOKED)
    booked.then(reserved(120)).left(360, reserved=120)
    outcome = booked.when(complete(95, "2026-01-20T12:00:00+01:00"))
    outcome.then(released(120), deducted(100, worked=95, billed=100, status="pending"))
    outcome.left(380, reserved=0, consumed=100)


def test_figure_7_a_booking_beyond_the_credit_is_refused_with_the_shortfall() -> None:
    history = given(contract(PREPAID), top_up(480), BOOKED, complete(95, "2026-01-20T12:00:00+01:00"))
    outcome = history.when(book(400, "2026-02-20T10:00:00+01:00", "2026-02-06T09:00:00Z", session_id="S2"))
    outcome.refused("insufficient-credit", short_by=20, available=380, needed=400)


def test_figure_8_moving_a_session_exactly_24_hours_before_costs_nothing() -> None:
    outcome = given(contract(PREPAID), top_up(480), BOOKED).when(
        move("2026-01-21T10:00:00+01:00", at="2026-01-19T10:00:00+01:00")
    )
    outcome.then(released(120), reserved(120), fact(SessionMoved, penalty_id=None)).left(360, reserved=120, consumed=0)


def test_figure_9_moving_a_session_one_minute_later_costs_two_hours_and_the_reservation_moves_along() -> None:
    outcome = given(contract(PREPAID), top_up(480), BOOKED).when(
        move("2026-01-21T10:00:00+01:00", at="2026-01-19T10:01:00+01:00")
    )
    outcome.then(
        penalised(120, deduction_id="S.penalty.1", notice_minutes=1440, change="move", status="pending"),
        released(120),
        reserved(120, starts_at="2026-01-21T10:00:00+01:00"),
        fact(SessionMoved, penalty_id="S.penalty.1"),
    ).left(240, reserved=120, consumed=120)


def test_figure_10_a_no_show_costs_two_hours_and_releases_the_reservation() -> None:
    outcome = given(contract(PREPAID), top_up(480), BOOKED).when(no_show("2026-01-20T10:30:00+01:00"))
    outcome.then(
        released(120),
        penalised(120, deduction_id="S.penalty.1", effective_at="2026-01-20T10:00:00+01:00", status="pending"),
        fact(SessionEnded, outcome="no_show"),
    ).left(360, reserved=0, consumed=120)


def test_figure_11_what_is_left_at_the_end_of_the_term_expires_and_the_renewal_brings_new_hours_and_a_new_fee() -> None:
    outcome = given(contract("groupios-l"), worked(420)).when(renew(at="2026-12-20T09:00:00+01:00"))
    outcome.then(
        fee("899.00", effective_at="2026-12-31T23:00:00Z"),
        granted(
            480,
            grant_id="C.allotment.2",
            valid_from="2027-01-01T00:00:00+01:00",
            expires_at="2028-01-01T00:00:00+01:00",
        ),
    )
    outcome.left(60, at="2026-12-31T23:59:59+01:00", pool=INCLUDED, expired=0)
    outcome.left(480, at="2027-01-01T00:00:00+01:00", pool=INCLUDED, expired=60, granted=960)


def test_figure_12_reversing_gives_the_hours_back_to_their_grant_and_the_overage_by_a_negative_charge() -> None:
    history = given(contract("groupios-l"), worked(50), worked(425, TUESDAY, entry_id="row-2"))
    outcome = history.when(reverse("row-2", at="2026-02-10T09:00:00+01:00"))
    outcome.then(undone("row-2", returns={"C.allotment.1": 420}), charged_back("-22.25", kind="overage", minutes=-15))
    outcome.left(420, pool=INCLUDED, consumed=60)
