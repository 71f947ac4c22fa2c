"""Credit that was given by mistake is taken back: a top-up or a grant, and what had come of it (C17, C4, C9, M5)."""

from collections.abc import Sequence

import pytest

from ledger.door.batches import Answer, Ledger
from ledger.events import DebtSettlementWithdrawn, GrantExpiryMoved, GrantTakenBack, TopUpReversed
from ledger.kernel.errors import Refusal
from ledger.store import EventStore, Prior, open_store
from tests.outcomes import Expected, deducted, fact, filled, granted, released, undone
from tests.scenario import catalogue, given
from tests.senders import WriteDoor
from tests.words import (
    MONDAY,
    PREPAID,
    TUESDAY,
    book,
    cancel,
    close_month,
    contract,
    grant,
    renew,
    reverse,
    reverse_credit,
    sign,
    terminate,
    top_up,
    worked,
)

WEDNESDAY, FRIDAY = "2026-02-04T10:00:00+01:00", "2026-02-06T10:00:00+01:00"
BOUGHT = top_up(480, MONDAY, top_up_id="lot", price="480.00")


def taken_back(grant_id: str, quantity: int, at: str = TUESDAY) -> Expected:
    return fact(GrantTakenBack, grant_id=grant_id, quantity=quantity, effective_at=at, rule="C17")


def test_a_wrong_top_up_of_4800_minutes_is_taken_back_with_its_price() -> None:
    wrong = top_up(4800, MONDAY, top_up_id="lot", price="4800.00")
    undoing = reverse_credit(top_up_id="lot", at=TUESDAY, reason="One nought too many")
    outcome = given(contract(PREPAID), top_up(480, MONDAY, top_up_id="right"), wrong).when(undoing)
    outcome.then(
        taken_back("lot", 4800),
        fact(
            TopUpReversed,
            charge_id="lot.price.reversal",
            reverses="lot.price",
            quantity=-4800,
            amount_cents="-4800.00",
            effective_at=TUESDAY,
        ),
    )
    outcome.left(5280, at=MONDAY, granted=5280).left(480, granted=480, consumed=0, expired=0)


def test_a_price_by_the_terms_rate_goes_with_its_rate() -> None:
    bought = top_up(90, MONDAY, top_up_id="lot", pool="care")
    outcome = given(contract("house-prepaid", ticket=None), bought).when(reverse_credit("lot", TUESDAY))
    rate = fact(TopUpReversed, amount_cents="-90.00", quantity=-90, rate_cents_per_hour="60.00")
    outcome.then(taken_back("lot", 90), rate).left(60, pool="care", granted=60)


@pytest.mark.parametrize("source", ["goodwill", "correction"])
def test_a_grant_has_no_price_to_take_back(source: str) -> None:
    gift = grant(60, MONDAY, grant_id="gift", source=source)
    outcome = given(contract(PREPAID, ticket=None), gift).when(reverse_credit("gift", TUESDAY))
    outcome.then(taken_back("gift", 60)).left(0, granted=0)


def test_it_takes_effect_at_the_credit_itself_at_the_earliest() -> None:
    """Said for the day before; and at once for credit that counts from tomorrow on, which so never was."""
    early = given(contract(PREPAID), BOUGHT).when(reverse_credit("lot", "2026-02-01T10:00:00+01:00"))
    early.then(taken_back("lot", 480, MONDAY), fact(TopUpReversed, effective_at=MONDAY)).left(0, at=MONDAY, granted=0)
    tomorrow = top_up(480, TUESDAY, top_up_id="lot", price="480.00")
    tomorrow.heard = MONDAY
    never = given(contract(PREPAID), tomorrow).when(reverse_credit("lot"))
    never.then(taken_back("lot", 480, TUESDAY), fact(TopUpReversed, effective_at=TUESDAY))
    never.left(0, at=MONDAY, granted=0).left(0, at=TUESDAY, granted=0)


def test_credit_that_deductions_draw_on_stays_until_these_are_reversed() -> None:
    history = given(contract(PREPAID), BOUGHT, worked(60, entry_id="b"), worked(60, entry_id="a"))
    refused = history.when(reverse_credit("lot", TUESDAY))
    refused.refused("credit-in-use", deductions=["a", "b"], sessions=None)
    refused.when(reverse("a", TUESDAY)).when(reverse_credit("lot", TUESDAY)).refused("credit-in-use", deductions=["b"])
    freed = refused.when(reverse("b", WEDNESDAY)).when(reverse_credit("lot", WEDNESDAY))
    freed.then(taken_back("lot", 480, WEDNESDAY), fact(TopUpReversed)).left(0, granted=0, consumed=0)


def test_credit_that_a_session_holds_stays_until_it_is_cancelled() -> None:
    booked = [book(120, FRIDAY, MONDAY, "S2"), book(60, FRIDAY, MONDAY, "S1")]
    refused = given(contract(PREPAID), BOUGHT, booked).when(reverse_credit("lot", TUESDAY))
    refused.refused("credit-in-use", sessions=["S1", "S2"], deductions=None)
    both = refused.when(worked(60, entry_id="e"), reverse_credit("lot", TUESDAY))
    both.refused("credit-in-use", sessions=["S1", "S2"], deductions=["e"])
    dropped = [cancel(TUESDAY, "provider", "S1"), cancel(TUESDAY, "provider", "S2"), reverse("e", TUESDAY)]
    freed = both.when(dropped, reverse_credit("lot", TUESDAY))
    freed.then(
        released(60), released(120), undone("e"), taken_back("lot", 480), fact(TopUpReversed, amount_cents="-480.00")
    ).left(0, granted=0, reserved=0)


def test_only_what_rests_on_this_credit_keeps_it() -> None:
    first = top_up(480, "2026-01-05T09:00:00Z", top_up_id="first")
    history = given(contract(PREPAID), first, BOUGHT, worked(480, entry_id="W"))
    history.when(reverse_credit("lot", TUESDAY)).then(taken_back("lot", 480), fact(TopUpReversed))
    history.when(reverse_credit("first", TUESDAY)).refused("credit-in-use", deductions=["W"])


def test_debts_that_it_settled_stand_again_the_oldest_first_and_other_credit_settles_them_at_once() -> None:
    """Owed 100 and 200. The gift of 250 settles 100 and 150 of them. Then it goes, and the lot of 480 bears all."""
    owing = [worked(100, "2026-01-20T09:00:00Z", entry_id="D1"), worked(200, "2026-01-21T09:00:00Z", entry_id="D2")]
    gift = grant(250, MONDAY, grant_id="gift")
    history = given(contract(PREPAID), owing, gift)
    alone = history.when(reverse_credit("gift", TUESDAY))
    alone.then(
        taken_back("gift", 250),
        fact(DebtSettlementWithdrawn, deduction_id="D1", quantity=100, debt_no=1, effective_at=TUESDAY),
        fact(DebtSettlementWithdrawn, deduction_id="D2", quantity=150, debt_no=2, effective_at=TUESDAY),
    ).left(-50, at=MONDAY, granted=250).left(-300, granted=0, consumed=300)
    small = alone.when(grant(120, WEDNESDAY, grant_id="small"))
    small.then(granted(120), filled("D1", 100, grant_id="small"), filled("D2", 20, grant_id="small"))
    borne = given(contract(PREPAID), owing, gift, top_up(480, TUESDAY, top_up_id="lot")).when(
        reverse_credit("gift", WEDNESDAY)
    )
    borne.then(
        taken_back("gift", 250, WEDNESDAY),
        fact(DebtSettlementWithdrawn, deduction_id="D1", quantity=100, effective_at=WEDNESDAY),
        fact(DebtSettlementWithdrawn, deduction_id="D2", quantity=150, effective_at=WEDNESDAY),
        filled("D1", 100, grant_id="lot", effective_at=WEDNESDAY),
        filled("D2", 150, grant_id="lot", effective_at=WEDNESDAY),
    ).left(180, granted=480, consumed=300)


def test_said_for_tomorrow_a_debt_stands_again_tomorrow_and_no_hour_counts_twice() -> None:
    gift = grant(100, MONDAY, grant_id="gift")
    history = given(
        contract(PREPAID),
        worked(100, "2026-01-20T09:00:00Z", entry_id="D"),
        gift,
        top_up(480, TUESDAY, top_up_id="lot"),
    )
    outcome = history.when(reverse_credit("gift", WEDNESDAY, heard=TUESDAY))
    outcome.then(
        taken_back("gift", 100, WEDNESDAY),
        fact(DebtSettlementWithdrawn, deduction_id="D", quantity=100, effective_at=WEDNESDAY),
        filled("D", 100, grant_id="lot", effective_at=WEDNESDAY),
    ).left(480, at=TUESDAY, granted=580, consumed=100).left(380, at=WEDNESDAY, granted=480, consumed=100)


def test_a_debt_that_was_to_be_settled_tomorrow_stands_all_along() -> None:
    tomorrow = grant(100, TUESDAY, grant_id="gift")
    tomorrow.heard = MONDAY
    history = given(contract(PREPAID), worked(100, "2026-01-20T09:00:00Z", entry_id="D"), tomorrow)
    outcome = history.when(reverse_credit("gift"))
    outcome.then(
        taken_back("gift", 100), fact(DebtSettlementWithdrawn, deduction_id="D", quantity=100, effective_at=TUESDAY)
    ).left(-100, at=MONDAY, granted=0).left(-100, at=TUESDAY, granted=0)
    outcome.when(top_up(480, MONDAY, top_up_id="lot")).then(
        granted(480), filled("D", 100, grant_id="lot", effective_at=MONDAY)
    )


def test_a_deduction_may_draw_on_credit_and_be_settled_by_it_too() -> None:
    """360 drawn and 40 owed; what comes back of another entry settles the 40. Only the draw keeps the credit."""
    entries = [worked(120, entry_id="E"), worked(400, entry_id="W")]
    history = given(contract(PREPAID), BOUGHT, entries).when(reverse("E", TUESDAY)).left(80)
    history.when(reverse_credit("lot", TUESDAY)).refused("credit-in-use", deductions=["W"])
    gone = history.when(reverse("W", TUESDAY)).when(reverse_credit("lot", TUESDAY))
    gone.then(taken_back("lot", 480), fact(TopUpReversed)).left(0, granted=0, consumed=0)


def test_expired_credit_is_taken_back_too_and_is_no_breakage_any_more() -> None:
    bought = BOUGHT.but(expires_on="2026-04-01")
    late = "2026-05-01T09:00:00Z"
    outcome = given(contract(PREPAID), bought).when(reverse_credit("lot", late))
    outcome.then(taken_back("lot", 480, late), fact(TopUpReversed, effective_at=late))
    outcome.left(0, at="2026-04-15T00:00:00Z", granted=480, expired=480).left(0, granted=0, expired=0)


def test_what_came_back_after_the_end_is_taken_back_with_the_rest() -> None:
    """480 of which 100 came back a month after the end: all of the 480 is undone, and the correction in its place."""
    bought, late = BOUGHT.but(expires_on="2026-04-01"), "2026-05-01T09:00:00Z"
    history = given(contract(PREPAID), bought, worked(100, entry_id="E"), reverse("E", late))
    outcome = history.when(reverse_credit("lot", "2026-05-02T09:00:00Z"))
    outcome.then(
        taken_back("lot", 480, "2026-05-02T09:00:00Z"),
        fact(GrantTakenBack, grant_id="E.correction", quantity=100, stood_for="lot"),
        fact(TopUpReversed),
    ).left(0, granted=0, expired=0, consumed=0)


def test_of_a_correction_goes_what_stands_in_the_place_of_the_credit() -> None:
    """E drew 60 of the gift and 40 of the lot, and both came back late: 100, of which 60 stood for the gift.

    100 of work then drew on it, so that neither can go; 50 leave room for the 40 of the lot alone.
    """
    gift = grant(60, "2026-01-05T09:00:00Z", grant_id="gift", expires_on="2026-03-01")
    late, later = "2026-05-01T09:00:00Z", "2026-05-02T09:00:00Z"
    back = [worked(100, entry_id="E"), reverse("E", late), worked(100, later, entry_id="W")]
    history = given(contract(PREPAID), gift, BOUGHT.but(expires_on="2026-04-01"), back)
    refused = history.when(reverse_credit("gift", later))
    refused.refused("credit-in-use", deductions=["W"])
    less = [reverse("W", later), worked(50, later, entry_id="V")]
    refused.when(less, reverse_credit("gift", later)).refused("credit-in-use", deductions=["V"])
    lot = history.when(reverse("W", later), worked(50, later, entry_id="U"), reverse("V", later)).when(
        reverse_credit("lot", later)
    )
    lot.then(
        taken_back("lot", 480, later),
        fact(GrantTakenBack, grant_id="E.correction", quantity=40, stood_for="lot"),
        fact(TopUpReversed),
    ).left(10, granted=120, consumed=50, expired=60)
    both = lot.when(reverse("U", later), reverse_credit("gift", later))
    both.left(0, granted=0, consumed=0, expired=0)


def test_what_came_back_too_late_to_a_correction_goes_with_the_first_credit() -> None:
    """The lot of 480 gave E 100, its correction gave F 70 of them, and that came back when the correction was over."""
    lot = BOUGHT.but(expires_on="2026-04-01")
    history = given(
        contract(PREPAID),
        [lot, worked(100, entry_id="E"), reverse("E", "2026-05-01T09:00:00Z")],
        [worked(70, "2026-05-02T09:00:00Z", entry_id="F"), reverse("F", "2026-07-01T09:00:00Z")],
    )
    at = "2026-07-02T09:00:00Z"
    history.when(reverse_credit("lot", at)).then(
        taken_back("lot", 480, at),
        fact(GrantTakenBack, grant_id="E.correction", quantity=100, stood_for="lot"),
        fact(GrantTakenBack, grant_id="F.correction", quantity=70, stood_for="E.correction"),
        fact(TopUpReversed),
    ).left(0, granted=0, consumed=0, expired=0)


def test_a_debt_that_expired_credit_had_settled_stands_again() -> None:
    owing = worked(100, "2026-01-20T09:00:00Z", entry_id="D")
    gift, late = grant(60, MONDAY, grant_id="gift", expires_on="2026-03-01"), "2026-05-01T09:00:00Z"
    outcome = given(contract(PREPAID), owing, gift).when(reverse_credit("gift", late))
    outcome.then(taken_back("gift", 60, late), fact(DebtSettlementWithdrawn, quantity=60, effective_at=late))
    outcome.left(-40, at="2026-04-30T00:00:00Z", granted=60, expired=0).left(-100, granted=0, consumed=100, expired=0)


def test_nothing_draws_on_it_afterwards_and_the_end_of_the_contract_does_not_touch_it() -> None:
    history = given(contract(PREPAID), BOUGHT, reverse_credit("lot", TUESDAY))
    history.when(book(60, FRIDAY, TUESDAY)).refused("insufficient-credit", short_by=60)
    late = history.when(worked(60, MONDAY, entry_id="W"))
    late.left(-60, granted=0, consumed=60)
    ended = late.when(terminate("2026-06-30"))
    assert not [one for one in ended.facts if isinstance(one, GrantExpiryMoved)]


def test_nothing_new_rests_on_credit_whose_taking_back_is_recorded_and_a_refusal_says_so() -> None:
    """480 bought on Monday, of which 50 settled a debt, are to go on Wednesday; told on Tuesday. Until then they are
    in the balance. Work of Tuesday is a debt, and no booking counts on what is to go (C14).
    """
    history = given(contract(PREPAID), worked(50, "2026-01-20T09:00:00Z", entry_id="a"), BOUGHT)
    gone = history.when(reverse_credit("lot", WEDNESDAY, heard=TUESDAY)).left(430, at=TUESDAY).left(-50, at=WEDNESDAY)
    work = gone.when(worked(60, TUESDAY, entry_id="b"))
    work.then(deducted(0, owed=60, draws={None: 60}))
    work.left(370, at=TUESDAY, granted=480, consumed=110).left(-110, at=WEDNESDAY, granted=0, consumed=110)
    booking = book(10, "2026-02-03T20:00:00+01:00", TUESDAY)
    refused = work.when(booking)
    refused.refused("insufficient-credit", available=-110, short_by=120)
    assert str(refused.answers[-1]) == (
        "Session S needs 10 minutes; -110 minutes are available. Top up at least 120 minutes first. "
        "Not counted: 480 minutes of lot, taken back at 2026-02-04T09:00:00Z."
    )


def test_it_is_taken_back_once() -> None:
    history = given(contract(PREPAID), BOUGHT, reverse_credit("lot", TUESDAY))
    history.when(reverse_credit(top_up_id="lot", at=TUESDAY)).refused("invalid-transition")


def test_a_contract_that_is_over_lets_mistakes_be_undone() -> None:
    history = given(contract(PREPAID), BOUGHT, terminate("2026-02-28"))
    outcome = history.when(reverse_credit("lot", "2026-04-01T09:00:00Z"))
    outcome.then(taken_back("lot", 480, "2026-04-01T09:00:00Z"), fact(TopUpReversed)).left(0, granted=0, expired=0)
    withdrawn = given(contract(PREPAID), BOUGHT).when(terminate("2025-12-31")).left(480)
    withdrawn.when(reverse_credit("lot", TUESDAY)).then(taken_back("lot", 480), fact(TopUpReversed))


def test_credit_and_price_of_a_closed_month_are_undone_together_in_the_first_open_one() -> None:
    """Bought on 2 February, closed on 3 March: what is undone as of then counts from 1 March, 00:00 in Prague."""
    history = given(contract(PREPAID), BOUGHT, close_month("2026-02", "easyredmine", heard="2026-03-03T09:00:00Z"))
    march = "2026-03-01T00:00:00+01:00"
    outcome = history.when(reverse_credit("lot", TUESDAY))
    outcome.then(
        fact(GrantTakenBack, quantity=480, effective_at=march, dated=TUESDAY),
        fact(TopUpReversed, amount_cents="-480.00", effective_at=march, dated=TUESDAY),
    ).left(480, at="2026-02-28T22:00:00Z").left(0, at=march, granted=0)


def test_what_follows_from_something_else_is_undone_with_that() -> None:
    signed = sign("house-prepaid")
    given(signed).when(reverse_credit("C.allotment.1", MONDAY)).refused("invalid-transition")
    given(signed, renew()).when(reverse_credit("C.allotment.2", MONDAY)).refused("invalid-transition")
    bought = BOUGHT.but(expires_on="2026-04-01")
    back = given(contract(PREPAID), bought, worked(100, entry_id="E"), reverse("E", "2026-05-01T09:00:00Z"))
    back.when(reverse_credit("E.correction")).refused("invalid-transition")


def test_what_nobody_gave_is_unknown_and_one_name_is_given() -> None:
    history = given(contract(PREPAID), BOUGHT)
    history.when(reverse_credit("nothing")).refused("unknown-grant", grant_id="nothing")
    history.when(reverse_credit(top_up_id="nothing")).refused("unknown-grant", top_up_id="nothing")
    history.when(reverse_credit()).refused("malformed", field="grant_id")
    history.when(reverse_credit("lot", top_up_id="lot")).refused("malformed", field="grant_id")
    history.when(reverse_credit("lot", "2026-02-04T10:00:01+01:00", heard="2026-02-03T10:00:00+01:00")).refused(
        "malformed", field="at"
    )


def test_one_batch_gives_and_takes_back() -> None:
    world = given(contract(PREPAID)).world
    answers = world.tell(BOUGHT, reverse_credit("lot", TUESDAY), reverse_credit("lot", TUESDAY))
    assert [type(one) for one in answers] == [Answer, Answer, Refusal]


def test_credit_that_another_process_gave_meanwhile_is_found_when_all_is_decided_again() -> None:
    world = given(contract(PREPAID)).world
    other = open_store(f"sqlite:///{world._file}")
    told = [BOUGHT]

    class AfterTheOther(EventStore):
        def commands_that_took(self, namespace: str, ids: Sequence[str]) -> dict[str, Prior]:
            if told:
                WriteDoor(Ledger(other, catalogue(), world.clock)).ok(told.pop())
            return super().commands_that_took(namespace, ids)

    world.ledger = Ledger(AfterTheOther(world.store.application, world.store.database), catalogue(), world.clock)
    world.ok(reverse_credit("lot", TUESDAY))
    other.close()
    assert told == []
