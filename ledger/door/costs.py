"""What commands would cost: the credit drawn by their facts, their charges, and what is then available. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.billing.charges import CHARGE_FACTS, ChargeFact
from ledger.billing.events import ChargeKind
from ledger.credit.deduction_events import (
    HoursDeducted,
    LateChangePenaltyDeducted,
    NoShowPenaltyDeducted,
    OverageCharged,
    ServiceCharged,
)
from ledger.credit.events import CreditDrawn, CreditReturned, DebtSettled, DebtSettlementWithdrawn, DeductionKind
from ledger.kernel.fact import Fact


@dataclass(slots=True, frozen=True)
class DrawnCredit:
    """Credit taken from a grant, in its pool's unit; less than nothing where it comes back. No grant: a debt (C4)."""

    pool: str
    grant_id: str | None
    quantity: int


@dataclass(slots=True, frozen=True)
class CostCharge:
    """A charge, with its minutes and hourly rate where it is for time."""

    charge_id: str
    kind: ChargeKind
    amount_cents: int
    currency: str
    minutes: int | None
    rate_cents: int | None


@dataclass(slots=True, frozen=True)
class BilledTime:
    """A deduction as it would be recorded: what was worked, and what of it or without it is billed."""

    deduction_id: str
    kind: DeductionKind
    worked_seconds: int
    billed_minutes: int


def billed_time(facts: Iterable[Fact]) -> list[BilledTime]:
    """The deductions of time among these facts, penalties too; services at a flat price bill none."""
    found = []
    for fact in facts:
        if isinstance(fact, HoursDeducted):
            found.append(BilledTime(fact.deduction_id, fact.kind, fact.worked_seconds, fact.billed_minutes))
        elif isinstance(fact, LateChangePenaltyDeducted | NoShowPenaltyDeducted):
            found.append(BilledTime(fact.deduction_id, "penalty", 0, fact.billed_minutes))
    return found


def drawn_credit(facts: Iterable[Fact]) -> list[DrawnCredit]:
    """Of each grant what these facts draw less what they give back; a debt that credit settles moves to its grant."""
    drawn = Counter[tuple[str, str | None]]()
    for fact in facts:
        if isinstance(fact, CreditDrawn):
            for draw in fact.draws:
                drawn[fact.pool, draw.grant_id] += draw.quantity
        elif isinstance(fact, CreditReturned):
            for draw in fact.returns:
                drawn[fact.pool, draw.grant_id] -= draw.quantity
        elif isinstance(fact, DebtSettled | DebtSettlementWithdrawn):
            moved = fact.quantity if isinstance(fact, DebtSettled) else -fact.quantity
            drawn[fact.pool, fact.grant_id] += moved
            drawn[fact.pool, None] -= moved
    return [DrawnCredit(pool, grant_id, quantity) for (pool, grant_id), quantity in drawn.items() if quantity]


def charges_made(facts: Iterable[Fact]) -> list[CostCharge]:
    """The charges among these facts, in their order; what is taken back is negative."""
    return [_charge(fact) for fact in facts if isinstance(fact, CHARGE_FACTS)]


def _charge(fact: ChargeFact) -> CostCharge:
    minutes = rate = None
    if isinstance(fact, OverageCharged):
        minutes, rate = fact.minutes, fact.rate_cents_per_hour
    elif isinstance(fact, ServiceCharged) and fact.minutes is not None:
        minutes, rate = fact.minutes, fact.rate_cents
    return CostCharge(fact.charge_id, fact.KIND, fact.amount_cents, fact.currency, minutes, rate)
