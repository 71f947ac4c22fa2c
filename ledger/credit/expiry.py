"""What is left at a grant's end: breakage (C10), and what comes to a grant after its end, which is over at once (C9).

Pure. Instants are of one kind, datetimes or microseconds; quantities are in the account's unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

First = TypeVar("First")
Instant = TypeVar("Instant", int, datetime)


def breakage(flows: Iterable[tuple[Instant, int]], expires_at: Instant) -> dict[Instant, int]:
    """What expired of a grant, by the instant at which it did, in order; nothing where it was used up.

    `flows` are its changes (effective at, change of what is left). 480 granted and 420 drawn before the end leave 60 at
    the end; 30 given back ten days later expire that day, and 30 drawn by work told late are missing at the end.
    """
    expired: dict[Instant, int] = defaultdict(int)
    for at, change in flows:
        expired[max(at, expires_at)] += change
    return {at: quantity for at, quantity in sorted(expired.items()) if quantity}


def expired_by(flows: Iterable[tuple[Instant, int]], expires_at: Instant, at: Instant) -> int:
    """How much of a grant has expired by an instant; the instant of its end counts."""
    return sum(quantity for moment, quantity in breakage(flows, expires_at).items() if moment <= at)


@dataclass(slots=True)
class GrantLife(Generic[First, Instant]):
    """What became of a grant: what was told of it first, its end as it was told last, and its changes since."""

    first: First
    expires_at: Instant
    flows: list[tuple[Instant, int]] = field(default_factory=list)

    def breakage(self) -> dict[Instant, int]:
        return breakage(self.flows, self.expires_at)
