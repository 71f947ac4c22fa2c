"""What a command would cost, as a page shows it: time billed, the credit that bears it, and what is charged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.portal.words.names_of_keys import NamesOfKeys
from ledger.door.costs import CostCharge, DrawnCredit
from ledger.door.rehearsal import Rehearsed
from ledger.kernel.values import shown_minutes


@dataclass(slots=True, frozen=True)
class DrawnPart:
    """Credit of a pool; its quantity is in minutes where there is no currency."""

    draw: DrawnCredit
    currency: str | None


@dataclass(slots=True, frozen=True)
class LeftAfter:
    """What a pool would have available, by the name that the catalogue gives it."""

    pool_name: str
    currency: str | None
    quantity: int


@dataclass(slots=True, frozen=True)
class ShownCost:
    worked_minutes: int
    billed_minutes: int
    draws: Sequence[DrawnPart]
    charges: Sequence[CostCharge]
    available_after: Sequence[LeftAfter]


def shown_cost(rehearsed: Rehearsed, names: NamesOfKeys, contract_id: str) -> ShownCost:
    """The figures of a dry run; nothing is worked out here but sums."""
    currencies = {one.pool: one.currency for one in rehearsed.available_after}
    return ShownCost(
        worked_minutes=sum(shown_minutes(one.worked_seconds) for one in rehearsed.billed),
        billed_minutes=sum(one.billed_minutes for one in rehearsed.billed),
        draws=[DrawnPart(one, currencies[one.pool]) for one in rehearsed.draws],
        charges=rehearsed.charges,
        available_after=left_after(rehearsed, names, contract_id),
    )


def left_after(rehearsed: Rehearsed, names: NamesOfKeys, contract_id: str) -> Sequence[LeftAfter]:
    return [
        LeftAfter(names.named(contract_id, one.pool), one.currency, one.quantity) for one in rehearsed.available_after
    ]
