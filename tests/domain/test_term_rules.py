"""Terms of a contract: signing, renewal, change of plan, termination; leap days and clocks that skip midnight (C15)."""

import pytest

from ledger.events import (
    ContractTerminated,
    FeeReversed,
    GrantExpiryMoved,
    GrantTakenBack,
    PlanChanged,
    SessionEnded,
    TermEndBroughtForward,
    TermStarted,
)
from tests.outcomes import deducted, fact, fee, filled, granted, overage, released, reserved
from tests.scenario import given
from tests.words import (
    MONDAY,
    PREPAID,
    book,
    change_plan,
    complete,
    contract,
    grant,
    renew,
    reverse,
    terminate,
    top_up,
    worked,
)

DECEMBER = "2026-12-01T09:00:00Z"
FEBRUARY = "2026-02-05T09:00:00Z"


# -- signing and renewing ---------------------------------------------------------------------------------------


def test_a_term_of_a_year_ends_on_the_day_before_its_anniversary() -> None:
    given().when(contract("groupios-l", "2026-03-15")).then(
        fact(TermStarted, term_no=1, starts_on="2026-03-15", ends_on="2027-03-14", plan="groupios-l", plan_version=1),
        fee("899.00", effective_at="2026-03-14T23:00:00Z"),
        granted(480, valid_from="2026-03-14T23:00:00Z", expires_at="2027-03-14T23:00:00Z"),
    )


def test_a_plan_without_a_term_runs_until_further_notice_and_is_not_renewed() -> None:
    signed = given().when(contract("groupios-s"))
    signed.then(fact(TermStarted, ends_on=None))
    signed.when(renew(at=FEBRUARY)).refused("invalid-transition")
    signed.when(worked(15, "2040-01-02T10:00:00Z")).then(deducted(0), overage(15, rate="149.00", amount="37.25"))


def test_a_renewal_appends_the_next_term_directly_after_the_last() -> None:
    renewed = given(contract("groupios-l")).when(renew(at=DECEMBER))
    renewed.then(
        fact(TermStarted, term_no=2, starts_on="2027-01-01", ends_on="2027-12-31"),
        fee("899.00", charge_id="C.fee.2"),
        granted(480, grant_id="C.allotment.2"),
    )
    renewed.when(renew(at=DECEMBER)).then(
        fact(TermStarted, term_no=3, starts_on="2028-01-01"), fee("899.00"), granted(480, grant_id="C.allotment.3")
    )


def test_a_lapsed_contract_is_renewed_from_where_it_ended_not_from_today() -> None:
    history = given(contract("groupios-l"))
    history.when(worked(15, "2027-05-03T10:00:00Z")).refused("contract-not-active")
    history.when(renew(at="2027-05-03T10:00:00Z")).then(
        fact(TermStarted, starts_on="2027-01-01"), fee("899.00", effective_at="2026-12-31T23:00:00Z"), granted(480)
    )
    history.when(worked(15, "2027-05-03T10:00:00Z")).then(deducted(15, draws={"C.allotment.2": 15}, term_no=2))


def test_naming_another_first_day_is_refused_with_the_right_one() -> None:
    history = given(contract("groupios-l"))
    history.when(renew(starts_on="2027-01-02", at=DECEMBER)).refused("invalid-transition", expected="2027-01-01")
    history.when(renew(starts_on="2027-01-01", at=DECEMBER)).then(fee("899.00"), granted(480))


def test_the_allotment_of_a_new_term_fills_an_old_debt() -> None:
    history = given(contract("house-prepaid"), worked(90, entry_id="debt"))
    outcome = history.when(renew(at=DECEMBER))
    outcome.then(
        fee("120.00"),
        granted(60, grant_id="C.allotment.2"),
        filled("debt", 30, grant_id="C.allotment.2", effective_at="2027-01-01T00:00:00+01:00"),
    ).left(30, at="2027-01-01T00:00:00+01:00", pool="care")


# -- change of plan ---------------------------------------------------------------------------------------------


def test_a_change_of_plan_ends_the_old_allotment_and_begins_term_fee_and_allotment_without_prorating() -> None:
    history = given(contract("groupios-m"), worked(60))
    outcome = history.when(change_plan("groupios-l", "2026-07-01"))
    outcome.then(
        fact(PlanChanged, old_plan="groupios-m", new_plan="groupios-l", effective_at="2026-06-30T22:00:00Z"),
        fact(TermEndBroughtForward, term_no=1, ends_on="2026-06-30"),
        fact(GrantExpiryMoved, grant_id="C.allotment.1", expires_at="2026-07-01T00:00:00+02:00"),
        fact(TermStarted, term_no=2, starts_on="2026-07-01", ends_on="2027-06-30", plan="groupios-l"),
        fee("899.00", effective_at="2026-06-30T22:00:00Z"),
        granted(480, grant_id="C.allotment.2", expires_at="2027-07-01T00:00:00+02:00"),
    )
    outcome.left(180, at="2026-06-30T21:59:59Z", pool="included", expired=0)
    outcome.left(480, at="2026-06-30T22:00:00Z", pool="included", expired=180)


def test_bought_credit_outlives_a_change_of_plan() -> None:
    gift = grant(30, MONDAY, grant_id="gift", pool="included")
    outcome = given(contract("groupios-m"), gift).when(change_plan("groupios-l", "2026-07-01"))
    outcome.left(510, at="2026-07-01T00:00:00+02:00", pool="included", expired=240)


def test_later_sessions_are_released_by_a_change_of_plan_and_earlier_ones_stay() -> None:
    held = [
        book(60, "2026-06-30T23:59:59+02:00", FEBRUARY, session_id="before"),
        book(60, "2026-07-01T00:00:00+02:00", FEBRUARY, session_id="after"),
    ]
    outcome = given(contract("groupios-m"), held).when(
        change_plan("groupios-l", "2026-07-01", heard="2026-05-04T09:00Z")
    )
    outcome.then(
        fee("899.00"),
        granted(480),
        fact(GrantExpiryMoved),
        released(60, session_id="after"),
        fact(SessionEnded, session_id="after", outcome="released"),
    )
    outcome.when(complete(60, "2026-07-01T00:00:00+02:00", "after")).refused("invalid-transition", state="released")
    outcome.when(complete(60, "2026-06-30T23:59:59+02:00", "before")).then(released(60), deducted(60))


def test_a_term_that_was_renewed_ahead_gives_its_fee_and_allotment_back_when_the_plan_changes() -> None:
    history = given(contract("groupios-m"), renew(at=FEBRUARY))
    outcome = history.when(change_plan("groupios-l", "2026-07-01"))
    outcome.then(
        fact(TermEndBroughtForward, term_no=1, ends_on="2026-06-30"),
        fact(TermEndBroughtForward, term_no=2, ends_on="2026-12-31"),
        fact(
            FeeReversed,
            reverses="C.fee.2",
            charge_id="C.fee.2.reversal",
            amount_cents="-499.00",
            effective_at="2027-01-01T00:00:00+01:00",
        ),
        fact(GrantExpiryMoved, grant_id="C.allotment.1"),
        fact(GrantTakenBack, grant_id="C.allotment.2", quantity=240, effective_at="2027-01-01T00:00:00+01:00"),
        fee("899.00"),
        granted(480, grant_id="C.allotment.3"),
    )
    outcome.left(480, at="2027-01-01T00:00:00+01:00", pool="included", expired=240, granted=720)


def test_a_plan_may_change_from_the_first_day_of_a_term_that_was_renewed_ahead() -> None:
    history = given(contract("groupios-m"), renew(at=FEBRUARY))
    outcome = history.when(change_plan("groupios-l", "2027-01-01"))
    outcome.then(
        fact(TermEndBroughtForward, term_no=2, ends_on="2026-12-31"),
        fact(FeeReversed, amount_cents="-499.00"),
        fact(GrantTakenBack, grant_id="C.allotment.2", quantity=240),
        fact(TermStarted, term_no=3, starts_on="2027-01-01", ends_on="2027-12-31"),
        fee("899.00"),
        granted(480, grant_id="C.allotment.3"),
    )


def test_a_plan_may_change_from_the_very_first_day_of_the_contract() -> None:
    outcome = given(contract("groupios-m")).when(change_plan("groupios-l", "2026-01-01"))
    outcome.then(
        fact(FeeReversed, amount_cents="-499.00"),
        fact(GrantTakenBack, grant_id="C.allotment.1", effective_at="2026-01-01T00:00:00+01:00"),
        fee("899.00"),
        granted(480, grant_id="C.allotment.2"),
    )


def test_a_renewal_may_begin_where_a_term_that_never_came_would_have_begun() -> None:
    year, half = {"term_months": 12}, {"term_months": 6}
    ahead = [*contract("easyredmine-individual", agreed=year), renew(at=FEBRUARY)]
    history = given(ahead, change_plan("easyredmine-individual", "2026-07-01", agreed=half))
    outcome = history.when(renew(starts_on="2027-01-01", at=DECEMBER))
    outcome.then(fact(TermStarted, term_no=4, starts_on="2027-01-01", ends_on="2027-06-30"))


def test_a_plan_changes_from_a_day_inside_the_terms_to_a_plan_of_the_same_provider() -> None:
    history = given(contract("groupios-m"))
    history.when(change_plan("groupios-l", "2027-01-01")).refused("contract-not-active", field="from_on")
    history.when(change_plan("groupios-l", "2025-12-31")).refused("contract-not-active", field="from_on")
    history.when(change_plan("eurolinux-basic", "2026-07-01")).refused("malformed", field="plan")
    history.when(change_plan("groupios-xl", "2026-07-01")).refused("unknown-plan")


# -- termination ------------------------------------------------------------------------------------------------


def test_a_terminated_contract_works_through_its_last_day_and_its_allotment_expires_then() -> None:
    outcome = given(contract("groupios-l")).when(terminate("2026-06-30"))
    outcome.then(
        fact(ContractTerminated, ends_on="2026-06-30"),
        fact(TermEndBroughtForward, ends_on="2026-06-30"),
        fact(GrantExpiryMoved, expires_at="2026-07-01T00:00:00+02:00"),
    )
    outcome.left(480, at="2026-06-30T23:59:59+02:00", pool="included", expired=0)
    outcome.left(0, at="2026-07-01T00:00:00+02:00", pool="included", expired=480)
    outcome.when(worked(15, "2026-07-01T00:00:00+02:00")).refused("contract-not-active")
    outcome.when(worked(15, "2026-06-30T23:59:59+02:00")).then(deducted(15))


def test_a_terminated_contract_is_not_renewed_changed_or_terminated_again() -> None:
    history = given(contract("groupios-l"), terminate("2026-06-30"))
    history.when(renew(at=FEBRUARY)).refused("contract-not-active")
    history.when(change_plan("groupios-m", "2026-03-01")).refused("contract-not-active")
    history.when(terminate("2026-03-31")).refused("contract-not-active")


def test_a_term_that_holds_a_deduction_has_begun_until_that_is_reversed() -> None:
    used = given(contract("groupios-l"), worked(480, entry_id="W"), worked(15, entry_id="X"), reverse("X"))
    used.when(change_plan("groupios-s", "2026-01-01")).refused("term-in-use", term_no=1, deductions=["W"])
    used.when(terminate("2025-12-31")).refused("term-in-use", deductions=["W"])
    used.when(reverse("W")).when(terminate("2025-12-31")).then(
        fact(ContractTerminated), fact(TermEndBroughtForward), fact(FeeReversed), fact(GrantTakenBack, quantity=480)
    )


def test_a_contract_is_withdrawn_by_ending_it_the_day_before_it_began() -> None:
    bought = grant(60, MONDAY, grant_id="gift", pool="included")
    outcome = given(contract("groupios-l"), bought).when(terminate("2025-12-31"))
    outcome.then(
        fact(ContractTerminated, ends_on="2025-12-31"),
        fact(TermEndBroughtForward, term_no=1, ends_on="2025-12-31", ends_at="2026-01-01T00:00:00+01:00"),
        fact(FeeReversed, reverses="C.fee.1", amount_cents="-899.00", effective_at="2026-01-01T00:00:00+01:00"),
        fact(GrantTakenBack, grant_id="C.allotment.1", quantity=480),
    ).left(60, pool="included", granted=60, expired=0)
    outcome.when(worked(15)).refused("contract-not-active")
    given(contract("groupios-l")).when(terminate("2025-12-30")).refused("contract-not-active", field="ends_on")


def test_a_contract_ends_on_a_day_of_its_terms() -> None:
    given(contract("groupios-l")).when(terminate("2027-01-01")).refused("contract-not-active", field="ends_on")
    given(contract("groupios-l")).when(terminate("2026-12-31")).then(fact(ContractTerminated))
    given(contract("groupios-s")).when(terminate("2031-05-31")).then(fact(TermEndBroughtForward, ends_on="2031-05-31"))


def test_a_term_that_was_renewed_ahead_gives_its_fee_back_when_the_contract_ends_before_it() -> None:
    outcome = given(contract("groupios-l"), renew(at=FEBRUARY)).when(terminate("2026-06-30"))
    outcome.then(
        fact(FeeReversed, reverses="C.fee.2", amount_cents="-899.00"),
        fact(GrantExpiryMoved, grant_id="C.allotment.1"),
        fact(GrantTakenBack, grant_id="C.allotment.2", quantity=480),
    ).left(0, at="2027-06-01T00:00:00Z", pool="included", expired=480, granted=480)


def test_a_term_that_has_begun_keeps_its_fee() -> None:
    history = given(contract("groupios-l"), renew(at=FEBRUARY))
    history.when(terminate("2027-01-01")).then(fact(GrantExpiryMoved, grant_id="C.allotment.2"))


def test_later_sessions_are_released_by_a_termination() -> None:
    held = [
        book(60, "2026-06-30T23:59:59+02:00", FEBRUARY, session_id="before"),
        book(60, "2026-07-01T00:00:00+02:00", FEBRUARY, session_id="after"),
    ]
    outcome = given(contract(PREPAID), top_up(480), held).when(terminate("2026-06-30", heard="2026-05-04T09:00Z"))
    outcome.then(
        released(60, session_id="after", effective_at="2026-05-04T09:00:00Z"),
        fact(SessionEnded, session_id="after", outcome="released"),
        fact(GrantExpiryMoved, grant_id="E1", expires_at="2026-07-01T00:00:00+02:00"),
    ).left(420, reserved=60)


def test_sessions_are_released_when_the_ledger_is_told_not_when_the_end_was_agreed() -> None:
    """Agreed on 2 May, told on 4 May: in between the session held its credit, whatever was said elsewhere."""
    booked = book(60, "2026-07-01T10:00:00+02:00", "2026-05-01T09:00:00Z", "after")
    history = given(contract(PREPAID), top_up(480), booked)
    outcome = history.when(terminate("2026-06-30", at="2026-05-02T09:00:00Z", heard="2026-05-04T09:00:00Z"))
    outcome.left(420, at="2026-05-03T09:00:00Z", reserved=60).left(480, at="2026-05-04T09:00:00Z", reserved=0)


@pytest.mark.parametrize("plan", ["groupios-s", "cloudempiere-standard"])
def test_later_sessions_that_reserve_nothing_are_released_too(plan: str) -> None:
    history = given(contract(plan, ticket=None), book(60, "2026-07-01T10:00:00+02:00", FEBRUARY, session_id="after"))
    history.when(terminate("2026-06-30")).then(fact(SessionEnded, session_id="after", outcome="released"))


def test_credit_that_a_termination_releases_fills_a_debt() -> None:
    held = book(480, "2026-07-01T10:00:00+02:00", FEBRUARY, session_id="after")
    history = given(contract(PREPAID), top_up(480, top_up_id="top"), held, worked(60, FEBRUARY, entry_id="debt"))
    history.when(terminate("2026-06-30")).then(
        released(480), filled("debt", 60, grant_id="top"), fact(GrantExpiryMoved, grant_id="top")
    )


def test_what_expired_with_the_contract_fills_no_debt_when_the_ledger_learns_of_it_later() -> None:
    held = book(60, "2026-08-10T10:00:00+02:00", FEBRUARY, session_id="after", pool="care")
    history = given(contract("house-prepaid"), held, worked(10, FEBRUARY, entry_id="debt"))
    outcome = history.when(terminate("2026-06-30", heard="2026-07-20T09:00:00Z"))
    outcome.then(released(60, effective_at="2026-07-01T00:00:00+02:00"), fact(GrantExpiryMoved))
    outcome.left(-10, pool="care", expired=60, reserved=0)


# -- days that some years lack, and clocks that skip midnight ---------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "starts_on", "ends_on", "next_ends_on"),
    [
        ("groupios-l", "2028-02-29", "2029-02-28", "2030-02-28"),
        ("groupios-l", "2027-03-01", "2028-02-29", "2029-02-28"),
        ("groupios-l", "2027-02-28", "2028-02-27", "2029-02-27"),
        ("house-tiers", "2026-08-31", "2027-02-28", "2027-08-31"),
        ("house-tiers", "2026-07-15", "2027-01-14", "2027-07-14"),
    ],
)
def test_a_term_ends_before_the_day_that_would_be_its_anniversary(
    plan: str, starts_on: str, ends_on: str, next_ends_on: str
) -> None:
    signed = given().when(contract(plan, starts_on))
    signed.then(fact(TermStarted, ends_on=ends_on), *([fee("899.00"), granted(480)] if plan == "groupios-l" else []))
    renewed = signed.when(renew(at=f"{starts_on}T12:00:00Z"))
    assert [str(f.ends_on) for f in renewed.facts if isinstance(f, TermStarted)] == [next_ends_on]


def test_days_are_the_providers_days_also_where_its_clocks_change() -> None:
    history = given(contract(PREPAID))
    history.when(top_up(480, "2026-03-20T09:00:00Z", expires_on="2026-03-29")).then(
        granted(480, expires_at="2026-03-28T23:00:00Z")
    )
    history.when(top_up(480, "2026-03-20T09:00:00Z", expires_on="2026-03-30")).then(
        granted(480, expires_at="2026-03-29T22:00:00Z")
    )
    history.when(top_up(480, "2026-10-20T09:00:00Z", expires_on="2026-10-26")).then(
        granted(480, expires_at="2026-10-25T23:00:00Z")
    )


def test_where_the_clocks_skip_midnight_the_day_begins_with_its_first_instant() -> None:
    signed = given().when(contract("havana-yearly", "2026-03-08"))
    signed.then(fee("10.00", effective_at="2026-03-08T05:00:00Z"), granted(600, valid_from="2026-03-08T05:00:00Z"))
    signed.when(worked(5, "2026-03-08T04:59:59Z")).refused("contract-not-active")
    signed.when(worked(5, "2026-03-08T05:00:00Z")).then(deducted(5))
    ended = given(contract("havana-yearly", "2025-06-01")).when(terminate("2026-03-07"))
    ended.then(fact(GrantExpiryMoved, expires_at="2026-03-08T05:00:00Z"))


def test_where_midnight_comes_twice_the_day_begins_with_the_first() -> None:
    given().when(contract("havana-yearly", "2026-11-01")).then(
        fee("10.00", effective_at="2026-11-01T04:00:00Z"),
        granted(600, valid_from="2026-11-01T04:00:00Z", expires_at="2027-11-01T04:00:00Z"),
    )
    # 2027-11-01 is a Monday on summer time: that year's clocks change on the 7th.


def test_a_session_on_the_first_day_of_a_renewed_term_reserves_that_terms_hours() -> None:
    booked = book(60, "2027-01-01T00:00:00+01:00", DECEMBER)
    history = given(contract("groupios-l"), renew(at=DECEMBER))
    history.when(booked).then(reserved(60, allocations={"C.allotment.2": 60}))
