"""Events of a credit account: what was granted, reserved, drawn and given back, in minutes or minor units of money."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from ledger.kernel.fact import Fact, Sealed, topic
from ledger.kernel.ids import correction_id_of

CreditUnit = Literal["minutes", "money"]
Source = Literal["allotment", "top_up", "goodwill", "correction"]
DeductionKind = Literal["work", "session", "penalty", "service"]
Because = Literal["completed", "cancelled", "no_show", "moved", "contract_end"]


class Draw(msgspec.Struct, frozen=True):
    """Credit taken from one grant, in the account's unit; without a grant it is a debt that later credit settles."""

    grant_id: str | None
    quantity: int


class AccountFact(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A fact of the account of one pool of a contract."""

    CATEGORY: ClassVar[str] = "account"

    pool: str

    @property
    def key(self) -> str:
        return f"{self.contract_id}:{self.pool}"


class AccountMovement(AccountFact, frozen=True, kw_only=True, omit_defaults=True):
    """A fact that moves an account's credit, or what it costs."""

    IS_BOOKED: ClassVar[bool] = True


@topic("AccountOpened")
class AccountOpened(AccountFact, frozen=True):
    """A pool of credit of one unit; `currency` only where the unit is money."""

    unit: CreditUnit
    currency: str | None = None


@topic("CreditGranted")
class CreditGranted(AccountMovement, frozen=True):
    """A lot of credit: counts from `valid_from` until `expires_at` (exclusive; none: for ever) (C2, C10).

    `charge_id` is the charge of what was bought: a lump sum, or a top-up that has a price.
    """

    grant_id: str
    source: Source
    quantity: int
    valid_from: datetime
    expires_at: datetime | None = None
    reason: Sealed | None = None
    term_no: int | None = None
    rule: str = "C2"
    charge_id: str | None = None


@topic("TopUpCharged")
class TopUpCharged(AccountMovement, frozen=True):
    """The price of bought credit: the one named, or the terms' rate (C5, M1)."""

    KIND: ClassVar[Literal["top_up"]] = "top_up"

    charge_id: str
    grant_id: str
    quantity: int
    amount_cents: int
    currency: str
    rate_cents_per_hour: int | None = None
    rule: str = "C5"


@topic("GrantExpiryMoved")
class GrantExpiryMoved(AccountMovement, frozen=True):
    """The end of a grant moved: a change of plan or a termination lets an allotment expire earlier (C15)."""

    grant_id: str
    expires_at: datetime
    rule: str = "C15"


@topic("CreditReserved")
class CreditReserved(AccountMovement, frozen=True):
    """Credit held for a booked session, by the grants it is held on; still owned, no longer available (C6).

    What is held on credit that begins later is an event of its own, which counts from that beginning on.
    """

    session_id: str
    starts_at: datetime
    quantity: int
    allocations: list[Draw]
    rule: str = "C6"


@topic("ReservationReleased")
class ReservationReleased(AccountMovement, frozen=True):
    """The whole reservation of a session ends, and why (C6, C7, C15): an event for each that held credit for it."""

    session_id: str
    quantity: int
    allocations: list[Draw]
    because: Because
    rule: str = "C6"


@topic("CreditDrawn")
class CreditDrawn(AccountMovement, frozen=True):
    """Credit consumed by a deduction, by grant, first to expire first (C2); a draw without grant is a debt (C4)."""

    deduction_id: str
    kind: DeductionKind
    draws: list[Draw]
    rule: str = "C2"


@topic("DebtSettled")
class DebtSettled(AccountMovement, frozen=True):
    """Credit that became available settles the oldest debt: the draw moves to this grant (C4).

    Under C9 it undoes a withdrawal, at the instant of that: the deduction is reversed as of an earlier moment, when it
    still rested on this grant.
    """

    deduction_id: str
    grant_id: str
    quantity: int
    rule: str = "C4"


@topic("DebtSettlementWithdrawn")
class DebtSettlementWithdrawn(AccountMovement, frozen=True):
    """A settlement does not come since nearer credit took its place (C4), or its credit was taken back (C15, C17).

    One that was recorded ahead is withdrawn as of its own instant, so that neither was ever so. The debt, number
    `debt_no` of the account's debts, stands since `owed_since`: since it arose (`arose_at`), or since credit no longer
    bears it. These are the moment of the deduction and 0 where that is reversed as of an earlier one (C9).
    """

    deduction_id: str
    grant_id: str
    quantity: int
    owed_since: datetime
    arose_at: datetime
    debt_no: int = 0
    rule: str = "C4"


@topic("GrantTakenBack")
class GrantTakenBack(AccountMovement, frozen=True):
    """A grant is undone: less was granted, and nothing expired.

    It was the allotment of a term that will not begin (C15), or was given by mistake, and `reason` says which (C17).
    A correction goes as far as it stood in the place of a grant that is undone (`stood_for`).
    """

    grant_id: str
    quantity: int
    reason: Sealed | None = None
    stood_for: str | None = None
    rule: str = "C15"


@topic("TopUpReversed")
class TopUpReversed(AccountMovement, frozen=True):
    """The price of a top-up that was taken back, by an equal negative charge (C17)."""

    KIND: ClassVar[Literal["reversal"]] = "reversal"

    charge_id: str
    reverses: str
    grant_id: str
    quantity: int
    amount_cents: int
    currency: str
    rate_cents_per_hour: int | None = None
    rule: str = "C17"


@topic("CreditReturned")
class CreditReturned(AccountMovement, frozen=True):
    """A reversal gives back what a deduction drew, to the grants it drew from (C9)."""

    deduction_id: str
    returns: list[Draw]
    rule: str = "C9"

    @property
    def correction_id(self) -> str:
        """The grant that stands in the place of what came back too late."""
        return correction_id_of(self.deduction_id)
