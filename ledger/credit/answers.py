"""Commands that answer a deduction: the customer's word, the provider's answer to a dispute, the reversal. C8, C9."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from ledger.contracts.finding import contract_of
from ledger.credit.deduction import Deduction
from ledger.credit.finding import OnDeduction, account_of, tell_settled, the_deduction
from ledger.credit.giving_back import GivenBack
from ledger.credit.settlement import Settlement
from ledger.kernel.access import CUSTOMER, FINANCE, OPERATOR
from ledger.tickets.finding import ticket_of
from ledger.work.case import Case
from ledger.work.declaration import command
from ledger.work.fields import EffectiveAt, Name, ReasonText


class ConfirmDeduction(OnDeduction):
    by: Name = Field(description="Who at the customer says so.")
    at: EffectiveAt | None = None


class DisputeDeduction(ConfirmDeduction):
    reason: ReasonText


class SettleDispute(OnDeduction):
    outcome: Literal["upheld", "reversed"] = Field(description="Whether the deduction stays or is undone.")
    reason: ReasonText
    at: EffectiveAt | None = None


class ReverseDeduction(OnDeduction):
    reason: ReasonText
    at: EffectiveAt | None = None


@command("confirm-deduction", ConfirmDeduction, roles=OPERATOR | CUSTOMER, about=the_deduction)
def confirm_deduction(case: Case, body: ConfirmDeduction) -> None:
    """The customer says that a deduction is right (C8)."""
    by = case.seal_customer(body.by)
    case.get(Deduction, body.deduction_id).confirm(by, case.actor.on_behalf, case.at(body.at), case.stamp)


@command("dispute-deduction", DisputeDeduction, roles=OPERATOR | CUSTOMER, about=the_deduction)
def dispute_deduction(case: Case, body: DisputeDeduction) -> None:
    """The customer says that a deduction is not right, and why (C8)."""
    by, reason = case.seal_customer(body.by), case.seal_customer(body.reason)
    case.get(Deduction, body.deduction_id).dispute(by, reason, case.actor.on_behalf, case.at(body.at), case.stamp)


@command("settle-dispute", SettleDispute, roles=FINANCE, about=the_deduction)
def settle_dispute(case: Case, body: SettleDispute) -> None:
    """The provider's answer to a dispute, and why: the deduction is `upheld`, or it is `reversed` (C8)."""
    deduction = case.get(Deduction, body.deduction_id)
    at = case.at(body.at)
    if body.outcome == "upheld":
        deduction.uphold(case.seal_customer(body.reason), at, case.stamp)
        return
    deduction.check_disputed(at)
    _reverse(case, deduction, body.reason, at, settles_dispute=True)


@command("reverse-deduction", ReverseDeduction, roles=OPERATOR | FINANCE, about=the_deduction)
def reverse_deduction(case: Case, body: ReverseDeduction) -> None:
    """Undoes a deduction in full: credit goes back to its grants, charges by equal negative ones (C9).

    It takes effect at `at`, but not before the deduction itself.
    """
    deduction = case.get(Deduction, body.deduction_id)
    at = deduction.undone_at(case.at(body.at))
    deduction.check_reversible()
    _reverse(case, deduction, body.reason, at, settles_dispute=False)


def _reverse(case: Case, deduction: Deduction, reason: str, at: datetime, *, settles_dispute: bool) -> None:
    given_back = GivenBack()
    settled: list[Settlement] = []
    if deduction.draws and deduction.pool is not None:
        account, later = account_of(case, deduction.pool), deduction.settled_after(case.stamp.open_from(at))
        account.unsettle(later, case.stamp)
        tell_settled(case, later)
        given_back, settled = account.give_back(deduction.deduction_id, deduction.drawn(), at, case.stamp)
        if given_back.correction_id is not None:
            case.reserve_id("grant", given_back.correction_id)
    billed, overage = deduction.billed_minutes, deduction.overage_minutes
    deduction.reverse(case.seal_customer(reason), given_back, settles_dispute, at, case.stamp)
    tell_settled(case, settled)
    if deduction.is_work and deduction.ticket_id is not None:
        ticket_of(case, deduction.ticket_id).reverse_work(deduction.deduction_id, billed, overage, at, case.stamp)
    if overage:
        contract_of(case).count_overage(deduction.deduction_id, -overage, at, case.stamp)
