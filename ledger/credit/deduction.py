"""One deduction: what was billed, where it was drawn from, and the customer's word on it. Rules C8, C9, C13."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ledger.credit.account import Settlement
from ledger.credit.confirmation import status_at
from ledger.credit.deduction_events import (
    ChargeReversed,
    DeductionConfirmed,
    DeductionDisputed,
    DeductionReversed,
    DisputeUpheld,
    DrawSettled,
    HoursDeducted,
    LateChangePenaltyDeducted,
    NoShowPenaltyDeducted,
    OverageCharged,
    ServiceCharged,
    ServiceDelivered,
    SurchargeCharged,
)
from ledger.credit.draws import settled
from ledger.credit.events import Draw
from ledger.credit.pricing import OverageLine
from ledger.kernel.aggregate import LedgerAggregate, Stamp, applies
from ledger.kernel.errors import Refusal
from ledger.kernel.fact import Sealed
from ledger.kernel.values import show_instant

Deducted = HoursDeducted | LateChangePenaltyDeducted | NoShowPenaltyDeducted | ServiceDelivered
Charged = OverageCharged | ServiceCharged | SurchargeCharged


class Deduction(LedgerAggregate):
    """Named after what caused it: a work entry, a session, a penalty, or a flat-rate service."""

    CATEGORY = "deduction"

    def begin(self) -> None:
        super().begin()
        self.status = ""
        self.moment: datetime | None = None
        self.deemed_at: datetime | None = None
        self.draws: dict[str | None, int] = {}
        self.charges: list[Charged] = []
        self.billed_minutes = 0
        self.overage_minutes = 0
        self.pool: str | None = None
        self.ticket_id: str | None = None
        self.term_no = 1

    @property
    def deduction_id(self) -> str:
        return str(self.id).partition(":")[2]

    def status_at(self, now: datetime) -> str:
        """The status, with silence taken as a yes once the terms' days are over (C8)."""
        return status_at(self.status, self.deemed_at, now)

    # -- decisions -------------------------------------------------------------------------------------------

    def deduct(
        self, fact_class: type[Deducted], contract_id: str, moment: datetime, stamp: Stamp, **fields: object
    ) -> None:
        """What happened and how it is billed; `moment` is when it happened, its effective time."""
        self.contract_id = contract_id
        self.record(fact_class, moment, stamp, deduction_id=self.deduction_id, **fields)

    def charge_overage(self, lines: list[OverageLine], currency: str, moment: datetime, stamp: Stamp) -> None:
        """One charge a tier (C3)."""
        for number, line in enumerate(lines, 1):
            self.record(
                OverageCharged,
                moment,
                stamp,
                charge_id=f"{self.deduction_id}.overage.{number}",
                deduction_id=self.deduction_id,
                minutes=line.minutes,
                rate_cents_per_hour=line.rate_cents_per_hour,
                amount_cents=line.amount_cents,
                currency=currency,
            )

    def cover(self, settlement: Settlement, stamp: Stamp) -> None:
        """Later credit bears what was owed (C4)."""
        self.record(
            DrawSettled,
            settlement.effective_at,
            stamp,
            deduction_id=self.deduction_id,
            grant_id=settlement.grant_id,
            quantity=settlement.quantity,
        )

    def confirm(self, by: Sealed, on_behalf: bool, at: datetime, stamp: Stamp) -> None:
        """The customer's yes. Raises Refusal nothing-to-confirm unless it is pending (C8)."""
        self._check_pending(at, stamp)
        self.record(DeductionConfirmed, at, stamp, deduction_id=self.deduction_id, by=by, on_behalf=on_behalf)

    def dispute(self, by: Sealed, reason: Sealed, on_behalf: bool, at: datetime, stamp: Stamp) -> None:
        """The customer's no. Raises Refusal nothing-to-confirm unless it is pending (C8)."""
        self._check_pending(at, stamp)
        self.record(
            DeductionDisputed, at, stamp, deduction_id=self.deduction_id, by=by, reason=reason, on_behalf=on_behalf
        )

    def uphold(self, reason: Sealed, at: datetime, stamp: Stamp) -> None:
        """The provider stands by a disputed deduction (C8)."""
        self.check_disputed(at)
        self.record(DisputeUpheld, at, stamp, deduction_id=self.deduction_id, reason=reason)

    def reverse(
        self, reason: Sealed, correction: str | None, settles_dispute: bool, at: datetime, stamp: Stamp
    ) -> None:
        """Undoes the deduction in full, its charges by equal negative ones (C9)."""
        charges = list(self.charges)
        self.record(
            DeductionReversed,
            at,
            stamp,
            deduction_id=self.deduction_id,
            reason=reason,
            returns=self.drawn(),
            correction_grant_id=correction,
            settles_dispute=settles_dispute,
        )
        for charge in charges:
            self._reverse_charge(charge, at, stamp)

    def _reverse_charge(self, charge: Charged, at: datetime, stamp: Stamp) -> None:
        kind: Literal["overage", "service", "surcharge"] = "surcharge"
        minutes = rate = None
        if isinstance(charge, OverageCharged):
            kind, minutes, rate = "overage", -charge.minutes, charge.rate_cents_per_hour
        elif isinstance(charge, ServiceCharged):
            kind, rate = "service", charge.rate_cents
            minutes = -charge.minutes if charge.minutes is not None else None
        self.record(
            ChargeReversed,
            at,
            stamp,
            charge_id=f"{charge.charge_id}.reversal",
            reverses=charge.charge_id,
            deduction_id=self.deduction_id,
            kind=kind,
            amount_cents=-charge.amount_cents,
            currency=charge.currency,
            minutes=minutes,
            rate_cents=rate,
        )

    def drawn(self) -> list[Draw]:
        """The draws as they stand, debts included."""
        return [Draw(grant_id, quantity) for grant_id, quantity in self.draws.items() if quantity]

    def check_reversible(self, at: datetime) -> None:
        if self.status == "reversed":
            raise Refusal("invalid-transition", f"Deduction {self.deduction_id} has been reversed already.")
        self._check_after(at)

    def check_disputed(self, at: datetime) -> None:
        if self.status != "disputed":
            raise Refusal(
                "invalid-transition",
                f"Deduction {self.deduction_id} is {self.status}; no dispute is open.",
                state=self.status,
            )
        self._check_after(at)

    def _check_pending(self, at: datetime, stamp: Stamp) -> None:
        status = self.status_at(max(at, stamp.now))
        if status != "pending":
            raise Refusal(
                "nothing-to-confirm",
                f"Deduction {self.deduction_id} is {status.replace('_', ' ')}; it awaits no word of the customer.",
                state=status,
            )
        self._check_after(at)

    def _check_after(self, at: datetime) -> None:
        if self.moment is not None and at < self.moment:
            raise Refusal(
                "invalid-transition",
                f"{show_instant(at)} lies before deduction {self.deduction_id} itself, {show_instant(self.moment)}.",
                field="at",
            )

    # -- history ---------------------------------------------------------------------------------------------

    @applies(HoursDeducted, LateChangePenaltyDeducted, NoShowPenaltyDeducted, ServiceDelivered)
    def _deducted(self, fact: Deducted) -> None:
        self.contract_id = fact.contract_id
        self.status = fact.status
        self.moment, self.deemed_at = fact.true_at, fact.deemed_at
        self.draws = {draw.grant_id: draw.quantity for draw in fact.draws}
        self.pool = fact.pool
        if not isinstance(fact, ServiceDelivered):
            self.ticket_id = fact.ticket_id
        if isinstance(fact, HoursDeducted):
            self.billed_minutes, self.overage_minutes = fact.billed_minutes, fact.overage_minutes
            self.term_no = fact.term_no

    @applies(OverageCharged, ServiceCharged, SurchargeCharged)
    def _charged(self, fact: Charged) -> None:
        self.charges.append(fact)

    @applies(DrawSettled)
    def _covered(self, fact: DrawSettled) -> None:
        self.draws = settled(self.draws, fact.grant_id, fact.quantity)

    @applies(DeductionConfirmed)
    def _confirmed(self, fact: DeductionConfirmed) -> None:
        self.status = "confirmed"

    @applies(DeductionDisputed)
    def _disputed(self, fact: DeductionDisputed) -> None:
        self.status = "disputed"

    @applies(DisputeUpheld)
    def _upheld(self, fact: DisputeUpheld) -> None:
        self.status = "upheld"

    @applies(DeductionReversed)
    def _reversed(self, fact: DeductionReversed) -> None:
        self.status = "reversed"
        self.draws, self.charges = {}, []

    @applies(ChargeReversed)
    def _charge_reversed(self, fact: ChargeReversed) -> None:
        """DeductionReversed has emptied the charges."""
