"""Events of one deduction: what was worked, how it was billed and charged, and the customer's word on it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from ledger.credit.events import Draw
from ledger.kernel.fact import Movement, Sealed, topic

Basis = Literal["pool", "overage", "service", "flat", "goodwill", "warranty"]
DeductionStatus = Literal["pending", "confirmed", "deemed_confirmed", "disputed", "upheld", "reversed", "not_required"]
ConfirmationStatus = Literal["pending", "not_required"]  # what a deduction begins with (C8)

PenaltyCause = Literal["move", "cancel", "no_show"]


class DeductionFact(Movement, frozen=True, kw_only=True, omit_defaults=True):
    """A fact of one deduction: what it drew and charged, and the word on it."""

    CATEGORY: ClassVar[str] = "deduction"

    deduction_id: str

    @property
    def key(self) -> str:
        return self.deduction_id


@topic("HoursDeducted")
class HoursDeducted(DeductionFact, frozen=True):
    """Worked time and how it was billed. `effective_at` is the moment of the work, its start (C2, C14).

    `billed_minutes` is the worked time rounded up to `increment_minutes` (C1). `draws` is what the pool gave, in
    its unit; `overage_minutes` what no grant covered (each tier has an OverageCharged of its own). `basis` says what
    bears the time: a pool and its overage, overage alone, a service's rate, a flat plan, goodwill or warranty (C13).
    `note` is what was done, in words for the customer.
    """

    kind: Literal["work", "session"]
    worked_seconds: int
    billed_minutes: int
    increment_minutes: int
    engineer: Sealed
    status: ConfirmationStatus
    basis: Basis
    draws: list[Draw] = []
    overage_minutes: int = 0
    ticket_id: str | None = None
    pool: str | None = None
    service: str | None = None
    rate_cents_per_hour: int | None = None
    cost_cents: int | None = None
    reason: Sealed | None = None
    note: Sealed | None = None
    on_site: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None
    deemed_at: datetime | None = None
    term_no: int = 1
    rule: str = "C1"


@topic("LateChangePenaltyDeducted")
class LateChangePenaltyDeducted(DeductionFact, frozen=True):
    """A booked session was moved or cancelled with less than the notice: credit deducted without work (C7)."""

    session_id: str
    change: Literal["move", "cancel"]
    starts_at: datetime
    notice_minutes: int
    billed_minutes: int
    status: ConfirmationStatus
    draws: list[Draw] = []
    pool: str | None = None
    ticket_id: str | None = None
    deemed_at: datetime | None = None
    rule: str = "C7"

    @property
    def cause(self) -> PenaltyCause:
        return self.change


@topic("NoShowPenaltyDeducted")
class NoShowPenaltyDeducted(DeductionFact, frozen=True):
    """The customer did not appear at a booked session: credit deducted without work (C7)."""

    session_id: str
    starts_at: datetime
    billed_minutes: int
    status: ConfirmationStatus
    draws: list[Draw] = []
    pool: str | None = None
    ticket_id: str | None = None
    deemed_at: datetime | None = None
    rule: str = "C7"

    @property
    def cause(self) -> PenaltyCause:
        return "no_show"


@topic("ServiceDelivered")
class ServiceDelivered(DeductionFact, frozen=True):
    """An agreed flat-rate service: quantity times its price, drawn from a pool of money or charged (C11)."""

    service: str
    quantity: int
    price_cents: int
    cost_cents: int
    currency: str
    status: ConfirmationStatus
    draws: list[Draw] = []
    pool: str | None = None
    deemed_at: datetime | None = None
    note: Sealed | None = None
    rule: str = "C11"


@topic("OverageCharged")
class OverageCharged(DeductionFact, frozen=True):
    """Overage at one tier's rate: minutes × rate / 60, half-up to the cent (C3).

    `tier` counts from 1; `from_minute` is how many overage minutes the `scope` had before the first of these.
    """

    KIND: ClassVar[Literal["overage"]] = "overage"

    charge_id: str
    scope: Literal["ticket", "contract"]
    tier: int
    from_minute: int
    minutes: int
    rate_cents_per_hour: int
    amount_cents: int
    currency: str
    rule: str = "C3"


@topic("ServiceCharged")
class ServiceCharged(DeductionFact, frozen=True):
    """A service at its agreed rate: by the hour (`minutes`) or flat (`quantity`) (M1)."""

    KIND: ClassVar[Literal["service"]] = "service"

    charge_id: str
    service: str
    amount_cents: int
    currency: str
    minutes: int | None = None
    quantity: int | None = None
    rate_cents: int = 0
    rule: str = "M1"


@topic("SurchargeCharged")
class SurchargeCharged(DeductionFact, frozen=True):
    """The agreed surcharge of a visit on site: the contract has fewer subscriptions than include one (T7)."""

    KIND: ClassVar[Literal["surcharge"]] = "surcharge"

    charge_id: str
    subscriptions: int
    minimum_subscriptions: int
    amount_cents: int
    currency: str
    rule: str = "T7"


@topic("DrawSettled")
class DrawSettled(DeductionFact, frozen=True):
    """Later credit settled this deduction's debt: so much of its draw now rests on that grant (C4)."""

    grant_id: str
    quantity: int
    rule: str = "C4"


@topic("DrawSettlementWithdrawn")
class DrawSettlementWithdrawn(DeductionFact, frozen=True):
    """A settlement that was recorded ahead does not come: so much of the draw is a debt as before (C4)."""

    grant_id: str
    quantity: int
    rule: str = "C4"


@topic("DeductionConfirmed")
class DeductionConfirmed(DeductionFact, frozen=True):
    """The customer says the deduction is right; `on_behalf` where the provider's token entered it (C8)."""

    by: Sealed
    on_behalf: bool = False
    rule: str = "C8"


@topic("DeductionDisputed")
class DeductionDisputed(DeductionFact, frozen=True):
    """The customer says it is not, and why (C8)."""

    by: Sealed
    reason: Sealed
    on_behalf: bool = False
    rule: str = "C8"


@topic("DisputeUpheld")
class DisputeUpheld(DeductionFact, frozen=True):
    """The provider stands by the deduction, with a reason (C8)."""

    reason: Sealed
    rule: str = "C8"


@topic("DeductionReversed")
class DeductionReversed(DeductionFact, frozen=True):
    """The deduction is undone in full; `settles_dispute` where a dispute ended so (C8, C9).

    Of the `returns`, those that are `gone` came back to credit that had ended, or was taken back: nothing draws on them
    again. For what had ended the correction stands.
    """

    reason: Sealed
    returns: list[Draw] = []
    gone: list[Draw] = []
    correction_grant_id: str | None = None
    settles_dispute: bool = False
    rule: str = "C9"


@topic("ChargeReversed")
class ChargeReversed(DeductionFact, frozen=True):
    """A charge of a reversed deduction, taken back by an equal negative one (C9)."""

    KIND: ClassVar[Literal["reversal"]] = "reversal"

    charge_id: str
    reverses: str
    kind: Literal["overage", "service", "surcharge"]
    amount_cents: int
    currency: str
    minutes: int | None = None
    rate_cents: int | None = None
    rule: str = "C9"


Deducted = HoursDeducted | LateChangePenaltyDeducted | NoShowPenaltyDeducted | ServiceDelivered
Answered = DeductionConfirmed | DeductionDisputed | DisputeUpheld | DeductionReversed
