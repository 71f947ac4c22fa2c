"""Events of a contract: what was agreed, for how long, and what its terms charge."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Literal

import msgspec

from ledger.kernel.fact import Fact, Sealed, topic
from ledger.kernel.values import show_cents
from ledger.kernel.words import TargetName


class ContractFact(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A fact of a contract's own stream."""

    CATEGORY: ClassVar[str] = "contract"

    @property
    def key(self) -> str:
        return self.contract_id


class ContractMovement(ContractFact, frozen=True, kw_only=True, omit_defaults=True):
    """A fact of a contract that moves money."""

    IS_BOOKED: ClassVar[bool] = True


@topic("ContractSigned")
class ContractSigned(ContractFact, frozen=True):
    """Provider and customer agreed. `party` is name, address, tax ids, mail: personal, therefore sealed.

    `signed_on` is the day on which the ledger heard of it, where the provider is.

    `customer_coverage` are support hours of the customer's own: every plan takes them where the contract has none (S3).
    """

    provider: str
    timezone: str
    currency: str
    starts_on: date
    signed_on: date
    customer_id: str
    customer_country: str
    party: Sealed
    customer_language: str | None = None
    partner_id: str | None = None
    partner: Sealed | None = None
    subscriptions: int | None = None
    customer_coverage: dict[str, Any] | None = None


@topic("TermStarted")
class TermStarted(ContractFact, frozen=True):
    """A term begins: its number, first and last day (none: open-ended) and the full terms in force (C15).

    `starts_at` and `ends_at` (exclusive) are its instants; it was agreed at `agreed_at`: when the contract was signed,
    renewed, or its plan changed.

    `holidays` are the public holidays in force for its calendars, by country and region, from `holidays_source` (S3).
    """

    term_no: int
    plan: str
    plan_version: int
    starts_on: date
    starts_at: datetime
    agreed_at: datetime
    terms: msgspec.Raw
    ends_on: date | None = None
    ends_at: datetime | None = None
    holidays: dict[str, list[date]] = {}
    holidays_source: str | None = None


@topic("TermEndBroughtForward")
class TermEndBroughtForward(ContractFact, frozen=True):
    """A change of plan or a termination ends a term after `ends_on`; a term that never began ends before its start."""

    term_no: int
    ends_on: date
    ends_at: datetime
    rule: str = "C15"


@topic("FeeCharged")
class FeeCharged(ContractMovement, frozen=True):
    """The fee of a term, owed at its first instant (M1)."""

    KIND: ClassVar[Literal["fee"]] = "fee"

    charge_id: str
    term_no: int
    amount_cents: int
    currency: str
    rule: str = "M1"


@topic("FeeReversed")
class FeeReversed(ContractMovement, frozen=True):
    """The fee of a term that will not begin, taken back by an equal negative charge."""

    KIND: ClassVar[Literal["reversal"]] = "reversal"

    charge_id: str
    reverses: str
    term_no: int
    amount_cents: int
    currency: str
    rule: str = "C15"


@topic("LumpSumCharged")
class LumpSumCharged(ContractMovement, frozen=True):
    """A sum paid in advance, owed at its term's first instant beside the fee; the pool is granted as much (C15, M1)."""

    KIND: ClassVar[Literal["lump_sum"]] = "lump_sum"

    charge_id: str
    term_no: int
    pool: str
    amount_cents: int
    currency: str
    rule: str = "C15"


@topic("LumpSumReversed")
class LumpSumReversed(ContractMovement, frozen=True):
    """The lump sum of a term that will not begin, taken back by an equal negative charge."""

    KIND: ClassVar[Literal["reversal"]] = "reversal"

    charge_id: str
    reverses: str
    term_no: int
    pool: str
    amount_cents: int
    currency: str
    rule: str = "C15"


@topic("ServiceCreditCharged")
class ServiceCreditCharged(ContractMovement, frozen=True):
    """A share of a term's fee that the provider owes for a missed promise: a negative charge (M1)."""

    KIND: ClassVar[Literal["service_credit"]] = "service_credit"

    charge_id: str
    ticket_id: str
    target: TargetName
    fee_charge_id: str
    percent: int
    amount_cents: int
    currency: str
    rule: str = "M1"


@topic("ServiceCreditReversed")
class ServiceCreditReversed(ContractMovement, frozen=True):
    """A share of a fee that was given back for a missed promise is owed after all, by an equal positive charge.

    The fee itself was taken back (C15), or the service credit was given by mistake (C17).
    """

    KIND: ClassVar[Literal["reversal"]] = "reversal"

    charge_id: str
    reverses: str
    ticket_id: str
    target: TargetName
    amount_cents: int
    currency: str
    rule: str = "C17"


class Unspent(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is left of a lump sum in a pool: minutes, or minor units of a currency."""

    pool: str
    quantity: int
    currency: str | None = None

    @property
    def shown(self) -> dict[str, Any]:
        if self.currency is None:
            return {"pool": self.pool, "minutes": self.quantity}
        return {"pool": self.pool, "amount": show_cents(self.quantity), "currency": self.currency}


@topic("PlanChanged")
class PlanChanged(ContractFact, frozen=True):
    """From `from_on` the contract runs under another plan; nothing is prorated (C15).

    `unspent` is what is left of lump sums in pools that the new terms lack: it stays in its pool.
    """

    from_on: date
    old_plan: str
    new_plan: str
    agreed_at: datetime
    rule: str = "C15"
    unspent: list[Unspent] = []

    @property
    def answer_fields(self) -> dict[str, Any]:
        return {"unspent": [one.shown for one in self.unspent]}


@topic("ContractTerminated")
class ContractTerminated(ContractFact, frozen=True):
    """The contract ends after `ends_on`; it can't be renewed. `agreed_at` is when that was said."""

    ends_on: date
    reason: Sealed
    agreed_at: datetime
    rule: str = "C15"


@topic("CustomerAmended")
class CustomerAmended(ContractFact, frozen=True):
    """The customer's data as they are from then on, whole; documents of before keep theirs.

    `given` are the members that this amendment is about: what is told later of an earlier day leaves them as they are.
    """

    customer_id: str
    customer_country: str
    party: Sealed
    customer_language: str | None = None
    given: list[str] = []


@topic("DirectContactAuthorised")
class DirectContactAuthorised(ContractFact, frozen=True):
    """The partner allows the provider to speak with the end customer (T3)."""

    by: Sealed
    rule: str = "T3"


@topic("DirectContactWithdrawn")
class DirectContactWithdrawn(ContractFact, frozen=True):
    """The partner takes that permission back (T3)."""

    by: Sealed
    rule: str = "T3"


@topic("ContractOverageCounted")
class ContractOverageCounted(ContractMovement, frozen=True):
    """Overage minutes that move the contract-wide tier position; negative when they were reversed (C3)."""

    deduction_id: str
    minutes: int
    rule: str = "C3"
