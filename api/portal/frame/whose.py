"""Whose a thing is, where somebody sees the things of several customers."""

from __future__ import annotations

from ledger.kernel.access import Actor
from projections.contracts.questions import NamedCustomer, customers_named
from projections.reader import Snapshot


async def whose(snapshot: Snapshot, actor: Actor, contract_id: str) -> NamedCustomer | None:
    """The customer of a contract; None for customers themselves, whose name stands at the head of each page."""
    if actor.customer is not None:
        return None
    return (await customers_named(snapshot, actor, [contract_id])).get(contract_id)
