"""One deduction: what was billed, where it was drawn from, and the customer's word on it. Rules C8, C9, C13."""

from __future__ import annotations

from datetime import datetime

from ledger.credit.confirmation import STATUS_AFTER, status_at
from ledger.credit.deduction_events import (
    Answered,
    ChargeReversed,
    Deducted,
    DeductionConfirmed,
    DeductionDisputed,
    DeductionFact,
    DeductionReversed,
    DeductionStatus,
    DisputeUpheld,
    DrawSettled,
    DrawSettlementWithdrawn,
    HoursDeducted,
    LateChangePenaltyDeducted,
    NoShowPenaltyDeducted,
    OverageCharged,
    ServiceCharged,
    ServiceDelivered,
    SurchargeCharged,
)
from ledger.credit.draws import owed_again, settled
from ledger.credit.events import Draw
from ledger.credit.giving_back import GivenBack
from ledger.credit.pricing import OverageLine, Surcharge
from ledger.credit.settlement import Settlement
from ledger.kernel.aggregate import LedgerAggregate, Stamp, applies
from ledger.kernel.errors import Refusal
from ledger.kernel.fact import Sealed
from ledger.kernel.ids import overage_id_of, reversal_id_of, service_charge_id_of, surcharge_id_of
from ledger.kernel.values import show_instant
from ledger.plans.terms import Overage

DeductionCharge = OverageCharged | ServiceCharged | SurchargeCharged


class Deduction(LedgerAggregate):
    """Named after what caused it: a work entry, a session, a penalty, or a flat-rate service."""

    FACTS = DeductionFact

    def begin(self) -> None:
        super().begin()
        self.status: DeductionStatus
        self.moment: datetime | None = None
        self.deemed_at: datetime | None = None
        self.draws: dict[str | None, int] = {}
        self.settled: list[
            tuple[datetime, str, int]
        ] = []  # when so much came to rest on a grant, negative where it left
        self.charges: list[DeductionCharge] = []
        self.billed_minutes = 0
        self.overage_minutes = 0
        self.is_work = False
        self.pool: str | None = None
        self.ticket_id: str | None = None

    @property
    def deduction_id(self) -> str:
        return self.key

    def status_at(self, now: datetime) -> DeductionStatus:
        """The status, with silence taken as a yes once the terms' days are over (C8)."""
        return status_at(self.status, self.deemed_at, now)

    def undone_at(self, at: datetime) -> datetime:
        """When a reversal takes effect: not before the deduction itself (C9)."""
        return max(at, self.moment) if self.moment is not None else at

    def drawn(self) -> list[Draw]:
        """The draws as they stand, debts included."""
        return [Draw(grant_id, quantity) for grant_id, quantity in self.draws.items() if quantity]

    def settled_after(self, at: datetime) -> list[Settlement]:
        """The opposites of what settled it after an instant, or was withdrawn, the last first: undone as of that
        instant the deduction never came to them.
        """
        assert self.moment is not None, "it was deducted"
        return [
            Settlement(self.key, grant_id, abs(rests), when, self.moment, self.moment, is_withdrawn=rests > 0)
            for when, grant_id, rests in reversed(self.settled)
            if when > at
        ]

    # -- decisions -------------------------------------------------------------------------------------------

    def deduct(self, contract_id: str, deducted: Deducted, moment: datetime, stamp: Stamp) -> None:
        """What happened and how it is billed; `moment` is when it happened, its effective time."""
        self.contract_id = contract_id
        self.record(deducted, moment, stamp)

    def charge_overage(
        self, overage: Overage, lines: list[OverageLine], currency: str, moment: datetime, stamp: Stamp
    ) -> None:
        """One charge a tier, with all that its price follows from (C3)."""
        for number, line in enumerate(lines, 1):
            charged = OverageCharged(
                charge_id=overage_id_of(self.key, number),
                scope=overage.scope,
                tier=line.tier,
                from_minute=line.from_minute,
                minutes=line.minutes,
                rate_cents_per_hour=line.rate_cents_per_hour,
                amount_cents=line.amount_cents,
                currency=currency,
                deduction_id=self.key,
            )
            self.record(charged, moment, stamp)

    def charge_service(
        self,
        service: str,
        amount_cents: int,
        rate_cents: int,
        currency: str,
        moment: datetime,
        stamp: Stamp,
        *,
        minutes: int | None = None,
        quantity: int | None = None,
    ) -> None:
        """A service at its agreed rate: by the hour (`minutes`) or flat (`quantity`) (M1)."""
        charged = ServiceCharged(
            charge_id=service_charge_id_of(self.key),
            service=service,
            amount_cents=amount_cents,
            currency=currency,
            minutes=minutes,
            quantity=quantity,
            rate_cents=rate_cents,
            deduction_id=self.key,
        )
        self.record(charged, moment, stamp)

    def charge_surcharge(self, surcharge: Surcharge, currency: str, moment: datetime, stamp: Stamp) -> None:
        """The agreed surcharge of a visit on site (T7)."""
        charged = SurchargeCharged(
            charge_id=surcharge_id_of(self.key),
            subscriptions=surcharge.subscriptions,
            minimum_subscriptions=surcharge.minimum,
            amount_cents=surcharge.amount_cents,
            currency=currency,
            deduction_id=self.key,
        )
        self.record(charged, moment, stamp)

    def settle(self, settlement: Settlement, stamp: Stamp) -> None:
        """Later credit bears what was owed, or does not after all (C4)."""
        told = DrawSettlementWithdrawn if settlement.is_withdrawn else DrawSettled
        fact = told(settlement.grant_id, settlement.quantity, deduction_id=self.key)
        self.record(fact, settlement.effective_at, stamp)

    def confirm(self, by: Sealed, on_behalf: bool, at: datetime, stamp: Stamp) -> None:
        """The customer's yes. Raises Refusal nothing-to-confirm unless it is pending (C8)."""
        self._check_pending(at, stamp)
        self.record(DeductionConfirmed(by, on_behalf, deduction_id=self.key), at, stamp)

    def dispute(self, by: Sealed, reason: Sealed, on_behalf: bool, at: datetime, stamp: Stamp) -> None:
        """The customer's no. Raises Refusal nothing-to-confirm unless it is pending (C8)."""
        self._check_pending(at, stamp)
        self.record(DeductionDisputed(by, reason, on_behalf, deduction_id=self.key), at, stamp)

    def uphold(self, reason: Sealed, at: datetime, stamp: Stamp) -> None:
        """The provider stands by a disputed deduction (C8)."""
        self.check_disputed(at)
        self.record(DisputeUpheld(reason, deduction_id=self.key), at, stamp)

    def reverse(self, reason: Sealed, given_back: GivenBack, settles_dispute: bool, at: datetime, stamp: Stamp) -> None:
        """Undoes the deduction in full, its charges by equal negative ones (C9)."""
        charges = list(self.charges)
        reversed_ = DeductionReversed(
            reason=reason,
            returns=self.drawn(),
            gone=given_back.gone,
            correction_grant_id=given_back.correction_id,
            settles_dispute=settles_dispute,
            deduction_id=self.key,
        )
        self.record(reversed_, at, stamp)
        for charge in charges:
            self.record(_reversal_of(charge), at, stamp)

    def check_reversible(self) -> None:
        if self.status == "reversed":
            raise Refusal("invalid-transition", f"Deduction {self.key} has been reversed already.")

    def check_disputed(self, at: datetime) -> None:
        if self.status != "disputed":
            raise Refusal(
                "invalid-transition", f"Deduction {self.key} is {self.status}; no dispute is open.", state=self.status
            )
        self._check_after(at)

    def _check_pending(self, at: datetime, stamp: Stamp) -> None:
        status = self.status_at(max(at, stamp.now))
        if status != "pending":
            raise Refusal(
                "nothing-to-confirm",
                f"Deduction {self.key} is {status.replace('_', ' ')}; it awaits no word of the customer.",
                state=status,
            )
        self._check_after(at)

    def _check_after(self, at: datetime) -> None:
        if self.moment is not None and at < self.moment:
            raise Refusal(
                "invalid-transition",
                f"{show_instant(at)} lies before deduction {self.key} itself, {show_instant(self.moment)}.",
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
            self.is_work = True
            self.billed_minutes, self.overage_minutes = fact.billed_minutes, fact.overage_minutes

    @applies(OverageCharged, ServiceCharged, SurchargeCharged)
    def _charged(self, fact: DeductionCharge) -> None:
        self.charges.append(fact)

    @applies(DrawSettled)
    def _settled(self, fact: DrawSettled) -> None:
        self.draws = settled(self.draws, fact.grant_id, fact.quantity)
        self.settled.append((fact.effective_at, fact.grant_id, fact.quantity))

    @applies(DrawSettlementWithdrawn)
    def _settlement_withdrawn(self, fact: DrawSettlementWithdrawn) -> None:
        self.draws = owed_again(self.draws, fact.grant_id, fact.quantity)
        settlement = (fact.effective_at, fact.grant_id, fact.quantity)
        if settlement in self.settled:  # it was never so
            self.settled.remove(settlement)
        else:
            self.settled.append((fact.effective_at, fact.grant_id, -fact.quantity))

    @applies(DeductionConfirmed, DeductionDisputed, DisputeUpheld, DeductionReversed)
    def _answered(self, fact: Answered) -> None:
        self.status = STATUS_AFTER[type(fact)]
        if isinstance(fact, DeductionReversed):
            self.draws, self.settled, self.charges = {}, [], []

    @applies(ChargeReversed)
    def _charge_reversed(self, fact: ChargeReversed) -> None:
        """DeductionReversed has emptied the charges."""


def _reversal_of(charge: DeductionCharge) -> ChargeReversed:
    """The equal negative charge (C9)."""
    minutes = None if isinstance(charge, SurchargeCharged) else charge.minutes
    rate_cents = None
    if isinstance(charge, OverageCharged):
        rate_cents = charge.rate_cents_per_hour
    elif isinstance(charge, ServiceCharged):
        rate_cents = charge.rate_cents
    return ChargeReversed(
        charge_id=reversal_id_of(charge.charge_id),
        reverses=charge.charge_id,
        kind=charge.KIND,
        amount_cents=-charge.amount_cents,
        currency=charge.currency,
        minutes=-minutes if minutes is not None else None,
        rate_cents=rate_cents,
        deduction_id=charge.deduction_id,
    )
