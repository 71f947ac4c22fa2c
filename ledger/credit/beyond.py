"""What becomes of work when a contract's credit is used up, by its terms (C3, C4, C11). Pure.

The same that `deducting.allocation_of` does with an entry, said before there is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ledger.plans.terms import MinutesPool, MoneyPool, Overage, Terms

# Charged in tiers; owed until later credit takes it over, and no session is booked; charged at the agreed price of each
# service, whatever credit there is; included in the fee.
Beyond = Literal["overage", "owed", "rates", "flat"]


@dataclass(slots=True, frozen=True)
class BeyondCredit:
    """`overage` are the tiers of what is charged so, in the terms' currency."""

    kind: Beyond
    overage: Overage | None = None


def beyond_credit(terms: Terms) -> BeyondCredit:
    """Of terms without any credit it is what becomes of all work."""
    first = next(iter(terms.pools.values()), None)
    if terms.services:
        return BeyondCredit("owed" if isinstance(first, MoneyPool) else "rates")
    if terms.overage is not None:
        return BeyondCredit("overage", terms.overage)
    is_of_minutes = any(isinstance(pool, MinutesPool) for pool in terms.pools.values())
    return BeyondCredit("owed" if is_of_minutes else "flat")
