"""Prepaid credit: debts and what settles them, top-ups, penalties below zero (C4, C5, C16)."""

import pytest

from ledger.events import TopUpCharged
from tests.outcomes import deducted, fact, filled, granted, penalised, released, undone
from tests.scenario import given
from tests.words import MONDAY, PREPAID, TUESDAY, book, cancel, contract, grant, renew, reverse, top_up, worked

SBP = {
    "pools.lump-sum.allotment": "50000.00",
    "rates.training": "1200.00",
    "rates.macros": {"kind": "flat", "amount": "5000.00"},
}


# -- C4: prepaid without overage ------------------------------------------------------------------------------------


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


def test_credit_that_was_valid_before_a_debt_settles_it_from_the_debts_own_moment() -> None:
    """The top-up of 5 January is told when the work of 2 February is owed already."""
    history = given(contract(PREPAID), worked(30, entry_id="debt"))
    outcome = history.when(top_up(480, "2026-01-05T09:00:00Z", top_up_id="top"))
    outcome.then(granted(480), filled("debt", 30, grant_id="top", effective_at=MONDAY)).left(450)


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


# -- C5: top-ups ----------------------------------------------------------------------------------------------------


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


# -- C16: conservation; tests/domain/test_properties.py searches for a counterexample -------------------------------


def test_a_penalty_may_take_the_account_negative_and_conservation_holds() -> None:
    held = book(480, "2026-01-20T10:00:00+01:00", "2026-01-06T09:00:00+01:00")
    outcome = given(contract(PREPAID), top_up(480), held).when(cancel("2026-01-20T09:00:00+01:00"), worked(380))
    outcome.then(released(480), penalised(120), deducted(360, owed=20))
    outcome.left(-20, granted=480, reserved=0, consumed=500, expired=0)
