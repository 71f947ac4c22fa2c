"""The customer's word on a deduction: confirmation, dispute, silence, on whose behalf (C8)."""

from ledger.events import (
    DeductionConfirmed,
    DeductionDisputed,
    DisputeUpheld,
)
from ledger.kernel.access import Actor
from tests.outcomes import deducted, fact, undone
from tests.scenario import given
from tests.words import MONDAY, PREPAID, TUESDAY, confirm, contract, dispute, log_work, reverse, settle, top_up, worked

CUSTOMER = Actor("card", "customer", "easyredmine", "K")
PENDING = [*contract(PREPAID), top_up(480), worked(60, entry_id="W")]


def test_a_deduction_is_confirmed_once() -> None:
    history = given(PENDING)
    history.when(confirm()).then(fact(DeductionConfirmed, deduction_id="W"))
    history.when(confirm()).refused("nothing-to-confirm", state="confirmed")
    history.when(dispute()).refused("nothing-to-confirm", state="confirmed")


def test_a_dispute_is_upheld_or_reversed_by_the_provider_and_then_over() -> None:
    upheld = given(PENDING, dispute())
    upheld.when(confirm()).refused("nothing-to-confirm", state="disputed")
    upheld.when(settle("upheld")).then(fact(DisputeUpheld)).left(420)
    upheld.when(settle("reversed")).refused("invalid-transition")
    upheld.when(confirm()).refused("nothing-to-confirm", state="upheld")
    back = given(PENDING, dispute()).when(settle("reversed"))
    back.then(undone("W", settles_dispute=True, returns={"E1": 60})).left(480)
    back.when(confirm()).refused("nothing-to-confirm", state="reversed")


def test_a_dispute_is_not_settled_before_the_work_that_it_is_about() -> None:
    history = given(PENDING, dispute())
    for outcome in ("upheld", "reversed"):
        history.when(settle(outcome, at="2026-02-02T09:59:59+01:00")).refused("invalid-transition", field="at")
    history.when(settle("upheld", at=MONDAY)).then(fact(DisputeUpheld))


def test_only_what_is_disputed_is_settled() -> None:
    given(PENDING).when(settle("upheld")).refused("invalid-transition")
    given(PENDING).when(settle("reversed")).refused("invalid-transition")


def test_where_the_terms_ask_for_no_confirmation_there_is_nothing_to_confirm() -> None:
    outcome = given(contract("groupios-l")).when(worked(60, entry_id="W"))
    outcome.then(deducted(60, status="not_required"))
    outcome.when(confirm()).refused("nothing-to-confirm", state="not_required")
    outcome.when(dispute()).refused("nothing-to-confirm", state="not_required")


def test_the_event_keeps_whose_token_spoke_and_whether_on_behalf_of_the_customer() -> None:
    given(PENDING).when(confirm(actor=CUSTOMER)).then(
        fact(DeductionConfirmed, on_behalf=False, token_id="card", role="customer")
    )
    given(PENDING).when(confirm()).then(fact(DeductionConfirmed, on_behalf=True, token_id="scenario", role="admin"))
    given(PENDING).when(dispute(actor=CUSTOMER)).then(fact(DeductionDisputed, on_behalf=False))


def test_silence_is_a_yes_only_where_the_terms_say_after_how_many_days() -> None:
    history = [*contract("house-prepaid"), worked(60, MONDAY, entry_id="W")]
    deadline = "2026-02-16T10:00:00+01:00"
    given(history).when(dispute(at="2026-02-16T09:59:59+01:00")).then(fact(DeductionDisputed))
    given(history).when(dispute(at=deadline)).refused("nothing-to-confirm", state="deemed_confirmed")
    given(history).when(confirm(at=TUESDAY, heard=deadline)).refused("nothing-to-confirm", state="deemed_confirmed")
    outcome = given(contract("house-prepaid")).when(log_work(60, MONDAY))
    outcome.then(deducted(60, status="pending", deemed_at=deadline))
    given(PENDING).when(confirm(at="2027-02-16T10:00:00+01:00")).then(fact(DeductionConfirmed))


def test_a_word_on_a_deduction_does_not_lie_before_it() -> None:
    history = given(*contract(PREPAID), top_up(480), worked(60, TUESDAY, entry_id="W"))
    history.when(confirm(at=MONDAY)).refused("invalid-transition", field="at")
    history.when(confirm("nobody")).refused("unknown-deduction", deduction_id="nobody")


def test_a_reversal_of_a_confirmed_deduction_stays_possible() -> None:
    history = given(contract(PREPAID), top_up(480), worked(60, entry_id="W"), confirm())
    step = reverse(reason="Agreed afterwards")
    history.when(step).then(undone("W", settles_dispute=False)).left(480)
