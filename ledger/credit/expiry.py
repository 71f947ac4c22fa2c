"""What is left at a grant's end: breakage (C10), and what comes to a grant after its end, which is over at once (C9).

Where more is drawn of a grant than it has, nothing of it has expired: what is missing is owed, and shows as that (C17).

Pure. Instants are of one kind, datetimes or microseconds; quantities are in the account's unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ledger.kernel.values import AnyInstant

First = TypeVar("First")


def lost(left: int) -> int:
    """What of a grant is lost once it has ended: 60 that are left, and nothing where 480 too many were drawn."""
    return max(left, 0)


def breakage(flows: Iterable[tuple[AnyInstant, int]], expires_at: AnyInstant) -> dict[AnyInstant, int]:
    """What expired of a grant, by the instant at which it did, in order; nothing where it was used up.

    `flows` are its changes (effective at, change of what is left). 480 granted and 420 drawn before the end leave 60 at
    the end; 30 given back ten days later expire that day, and 30 drawn by work told late are missing at the end. 480
    granted, taken back and drawn all the same are 480 owed at the end; once they are given back, nothing expires.
    """
    changes: dict[AnyInstant, int] = defaultdict(int)
    for at, change in flows:
        changes[max(at, expires_at)] += change
    expired: dict[AnyInstant, int] = {}
    left = 0
    for at, change in sorted(changes.items()):
        expired[at] = lost(left + change) - lost(left)
        left += change
    return {at: quantity for at, quantity in expired.items() if quantity}


def expired_by(flows: Iterable[tuple[AnyInstant, int]], expires_at: AnyInstant, at: AnyInstant) -> int:
    """How much of a grant has expired by an instant; the instant of its end counts."""
    return sum(quantity for moment, quantity in breakage(flows, expires_at).items() if moment <= at)


@dataclass(slots=True)
class GrantLife(Generic[First, AnyInstant]):
    """What became of a grant: what was told of it first, its end as it was told last, and its changes since."""

    first: First
    expires_at: AnyInstant
    flows: list[tuple[AnyInstant, int]] = field(default_factory=list)

    def breakage(self) -> dict[AnyInstant, int]:
        return breakage(self.flows, self.expires_at)
