"""What goes with a grant that is taken back: all of it, what stands in its place, its price. Pure. Rules C9, C17."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.credit.events import TopUpCharged, TopUpReversed
from ledger.credit.settlement import Grant
from ledger.kernel.ids import reversal_id_of


@dataclass(slots=True, frozen=True)
class Part:
    """So much of a grant; a correction `stands_for` the grant to which it came back too late."""

    grant_id: str
    quantity: int
    stands_for: str | None = None


def parts_of(grants: Mapping[str, Grant], grant_id: str) -> list[Part]:
    """A grant, and of corrections as much as stands in its place.

    Of a grant of 480 came 100 back too late: the 480, and 100 of the correction. What came back to that correction too
    late goes as well.
    """
    parts = [Part(grant_id, grants[grant_id].quantity)]
    for part in parts:
        grant = grants[part.grant_id]
        missing = part.quantity - (grant.quantity - grant.corrected)
        for correction, held in grant.corrections.items():
            quantity = min(held, missing)
            if quantity > 0:
                parts.append(Part(correction, quantity, grant.grant_id))
                missing -= quantity
    return parts


def price_back(price: TopUpCharged) -> TopUpReversed:
    """The equal negative charge (C17)."""
    return TopUpReversed(
        charge_id=reversal_id_of(price.charge_id),
        reverses=price.charge_id,
        grant_id=price.grant_id,
        quantity=-price.quantity,
        amount_cents=-price.amount_cents,
        currency=price.currency,
        rate_cents_per_hour=price.rate_cents_per_hour,
        pool=price.pool,
    )
