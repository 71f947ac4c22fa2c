"""One term of a contract: its days, its instants, and the terms in force in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ledger.contracts.events import FeeCharged
from ledger.plans.terms import Terms


@dataclass(slots=True)
class Term:
    """One term: its days, its instants and the terms in force in it."""

    number: int
    plan: str
    starts_on: date
    ends_on: date | None
    starts_at: datetime
    ends_at: datetime
    terms: Terms
    holidays: dict[str, frozenset[date]]
    fee: FeeCharged | None = None

    def holds(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.ends_at
