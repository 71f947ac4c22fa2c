"""Since when what is free of a grant has been free: deductions and sessions held some of it until an instant.

Rule C4: a settlement takes effect no earlier than the instant that freed the credit. What no part tells of was free
since the grant began. Pure.
"""

from __future__ import annotations

from datetime import datetime

MOST_KEPT = 50  # parts of a grant

Freed = list[tuple[datetime, int]]  # since when how much, in order


def with_freed(freed: Freed, at: datetime, quantity: int) -> Freed:
    """Adds what came free at an instant. Of very many parts the two first are one, free since the later of them."""
    parts = sorted([*freed, (at, quantity)])
    if len(parts) > MOST_KEPT:
        (_, first), (later, second), *rest = parts
        parts = [(later, first + second), *rest]
    return parts


def without_taken(freed: Freed, quantity: int, by: datetime | None = None) -> Freed:
    """Takes so much of what came free last; of what came free `by` an instant, where one is named.

    Of 100 free since 1 May and 20 since 3 May, 50 that are drawn leave 70 free since 1 May.
    """
    left: Freed = []
    for at, part in reversed(freed):
        taken = min(part, quantity) if by is None or at <= by else 0
        quantity -= taken
        if part > taken:
            left.append((at, part - taken))
    return left[::-1]


def free_since(freed: Freed, free: int, since: datetime) -> Freed:
    """How much of what is free is so from an instant on, and how much more from later ones on.

    Of 150 free, 100 of them since 1 May: since February 50, and since 1 May 100 more.
    """
    later: Freed = []
    for at, part in reversed(freed):
        quantity = min(part, free)
        if at > since and quantity > 0:
            later.append((at, quantity))
            free -= quantity
    return [(since, free), *reversed(later)] if free > 0 else later[::-1]
