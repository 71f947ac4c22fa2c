"""Debts and the credit that settles them: which credit bears which debt, and from when on (C4). Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Grant:
    """A lot of credit as the account knows it; `order` is that of granting."""

    grant_id: str
    order: int
    source: str
    remaining: int
    valid_from: datetime
    expires_at: datetime
    reserved: int = 0

    @property
    def free(self) -> int:
        return self.remaining - self.reserved

    def drawable_at(self, moment: datetime, open_from: datetime) -> bool:
        """Valid at a moment, and not expired in a month that is closed, which is before `open_from` (C2, M5)."""
        return self.valid_from <= moment < self.expires_at and open_from <= self.expires_at


@dataclass(slots=True)
class Debt:
    """What a deduction drew that no credit covered, and when it did."""

    deduction_id: str
    quantity: int
    moment: datetime


@dataclass(slots=True, frozen=True)
class Settlement:
    """So much of a deduction's debt rests on a grant from an instant on; the deduction's own stream is told too."""

    deduction_id: str
    grant_id: str
    quantity: int
    effective_at: datetime


def settlements(
    debts: Sequence[Debt], grants: Iterable[Grant], at: datetime, open_from: Callable[[datetime], datetime]
) -> list[Settlement]:
    """What becomes available at an instant settles the oldest debt first, and later credit does when it begins.

    Credits in the order in which they become valid, then of their ends, then of granting. One that is over by the time
    at which it would settle, or that ended in a closed month, settles nothing.
    """
    if not debts:
        return []
    with_credit = [grant for grant in grants if grant.free > 0]
    free = {grant.grant_id: grant.free for grant in with_credit}
    found: list[Settlement] = []
    for debt in debts:
        owed, since = debt.quantity, max(at, debt.moment)
        for grant in sorted(with_credit, key=lambda g: (max(since, g.valid_from), g.expires_at, g.order)):
            when = max(since, grant.valid_from)
            is_over = when >= grant.expires_at or grant.expires_at < open_from(when)
            quantity = min(free[grant.grant_id], owed)
            if quantity > 0 and not is_over:
                found.append(Settlement(debt.deduction_id, grant.grant_id, quantity, when))
                free[grant.grant_id] -= quantity
                owed -= quantity
    return found
