"""An auditor's slow reading of the stored facts: an account's figures at an instant, with none of the ledger's code.

Credit is read from the account's facts, consumption from the deductions' own, so that one checks the other (C16).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ledger.events import (
    CreditDrawn,
    CreditGranted,
    CreditReserved,
    CreditReturned,
    DebtSettled,
    DebtSettlementWithdrawn,
    DeductionReversed,
    Draw,
    Fact,
    GrantExpiryMoved,
    GrantTakenBack,
    HoursDeducted,
    LateChangePenaltyDeducted,
    NoShowPenaltyDeducted,
    ReservationReleased,
    ServiceDelivered,
)
from ledger.kernel.mapper import decode
from ledger.store import EventStore

DEDUCTIONS = HoursDeducted | LateChangePenaltyDeducted | NoShowPenaltyDeducted | ServiceDelivered


@dataclass(frozen=True)
class Figures:
    """What an account shows at an instant, in its unit."""

    granted: int
    available: int
    reserved: int
    consumed: int
    expired: int


def everything(store: EventStore, contract_id: str | None = None) -> list[Fact]:
    """All stored facts by position, or those of one contract."""
    rows = store.database.query("SELECT topic, state FROM stored_events ORDER BY notification_id")
    facts = [decode(topic, bytes(state)) for topic, state in rows]
    return [fact for fact in facts if contract_id in (None, fact.contract_id)]


def total(draws: Iterable[Draw]) -> int:
    return sum(draw.quantity for draw in draws)


def consumed(facts: Iterable[Fact], pool: str, at: datetime) -> int:
    """What the deductions of a pool say that they took, less what their reversals say that they gave back."""
    quantity = 0
    pool_of: dict[str, str | None] = {}
    for fact in facts:
        if isinstance(fact, DEDUCTIONS):
            pool_of[fact.deduction_id] = fact.pool
        if fact.effective_at > at:
            continue
        if isinstance(fact, DEDUCTIONS) and fact.pool == pool:
            quantity += total(fact.draws)
        elif isinstance(fact, DeductionReversed) and pool_of[fact.deduction_id] == pool:
            quantity -= total(fact.returns)
    return quantity


def figures(facts: list[Fact], pool: str, at: datetime) -> Figures:
    """The account's figures, counting what is effective at or before an instant, grants while valid_from ≤ at."""
    quantity: dict[str, int] = {}
    ends: dict[str, datetime | None] = {}
    taken: dict[str | None, int] = defaultdict(int)
    reserved = 0
    for fact in facts:
        if fact.effective_at > at or getattr(fact, "pool", None) != pool:
            continue
        if isinstance(fact, CreditGranted):
            quantity[fact.grant_id], ends[fact.grant_id] = fact.quantity, fact.expires_at
        elif isinstance(fact, GrantExpiryMoved):
            ends[fact.grant_id] = fact.expires_at
        elif isinstance(fact, CreditDrawn):
            for draw in fact.draws:
                taken[draw.grant_id] += draw.quantity
        elif isinstance(fact, CreditReturned):
            for draw in fact.returns:
                taken[draw.grant_id] -= draw.quantity
        elif isinstance(fact, DebtSettled):
            taken[None] -= fact.quantity
            taken[fact.grant_id] += fact.quantity
        elif isinstance(fact, DebtSettlementWithdrawn):
            taken[None] += fact.quantity
            taken[fact.grant_id] -= fact.quantity
        elif isinstance(fact, GrantTakenBack):
            quantity[fact.grant_id] -= fact.quantity
        elif isinstance(fact, CreditReserved):
            reserved += fact.quantity
        elif isinstance(fact, ReservationReleased):
            reserved -= fact.quantity
    live = expired = 0
    for grant_id in quantity.keys() | taken.keys() - {None}:
        rest = quantity.get(grant_id, 0) - taken[grant_id]
        end = ends.get(grant_id)  # what was drawn from a grant may be given back as of a moment before it began
        if end is not None and end <= at and rest > 0:  # what is missing of a grant is owed
            expired += rest
        else:
            live += rest
    available = live - reserved - taken[None]
    return Figures(sum(quantity.values()), available, reserved, consumed(facts, pool, at), expired)
