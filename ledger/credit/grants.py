"""Where a grant stands: what is left of it, what expired unused, and one word for it. Rules C2, C10, C17. Pure.

Instants are of one kind, datetimes or microseconds; quantities are in the account's unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal

from ledger.credit.events import Source
from ledger.credit.expiry import lost
from ledger.kernel.values import AnyInstant

GrantState = Literal["upcoming", "active", "used_up", "expired", "taken_back"]


def is_valid_at(valid_from: AnyInstant, expires_at: AnyInstant, at: AnyInstant) -> bool:
    """Whether credit counts at an instant: from its beginning on, and at its end no more (§ 6)."""
    return valid_from <= at < expires_at


def figures_at(counts_from: AnyInstant, at: AnyInstant) -> AnyInstant:
    """The instant whose movements make a grant's figures: one that is still to come is shown as it will begin."""
    return max(counts_from, at)


@dataclass(slots=True, frozen=True)
class GrantFigures(Generic[AnyInstant]):
    """What the movements up to `figures_at` come to; granted = consumed + remaining + expired."""

    granted: int
    consumed: int
    counts_from: AnyInstant
    expires_at: AnyInstant

    def expired(self, at: AnyInstant) -> int:
        """What is left at its end is lost (C10): 480 granted and 420 consumed are 60 from the end on, 0 before it."""
        return lost(self.granted - self.consumed) if self.expires_at <= figures_at(self.counts_from, at) else 0

    def remaining(self, at: AnyInstant) -> int:
        return self.granted - self.consumed - self.expired(at)

    def state(self, at: AnyInstant) -> GrantState:
        """Taken back where nothing was granted after all; used up, also after its end, where nothing was lost."""
        if self.granted == 0:
            return "taken_back"
        if self.counts_from > at:
            return "upcoming"
        if self.consumed >= self.granted:
            return "used_up"
        return "expired" if self.expires_at <= at else "active"


# The rules by which credit follows from something else.
_FOLLOWS = {
    "C9": "stands in the place of what came back to credit that had expired",
    "S4": "answers a missed promise; reverse-service-credit takes that back",
}


def what_it_follows_from(source: Source, rule: str) -> str | None:
    """What credit is that is undone with something else (C17), by its source and the rule that gave it.

    None for a top-up and a grant, which are taken back for themselves.
    """
    if source == "allotment":
        return "is the allotment of a term, and ends with it"
    return _FOLLOWS.get(rule)
