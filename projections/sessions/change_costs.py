"""The question what changing a booked session costs the customer now, and until when it cost nothing (C7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.kernel.access import Actor
from ledger.kernel.values import from_micros, to_micros
from ledger.sessions.notice import Change, free_until, penalty_due, penalty_of
from projections.contracts.terms_in_force import terms_in_force
from projections.reader import Snapshot
from projections.sessions.view import SessionRow

CHANGES: tuple[Change, ...] = ("move", "cancel", "no_show")


@dataclass(slots=True, frozen=True)
class ChangeCost:
    """`penalty_minutes` are those of the terms, None where they ask for none; due now where `costs_now`.

    `free_until` is the last instant at which it costs nothing, in microseconds; None where every moment is the same,
    as where the session took its start with less notice than the terms ask for.
    """

    penalty_minutes: int | None
    free_until: int | None
    costs_now: bool


async def change_costs(snapshot: Snapshot, actor: Actor, session: SessionRow) -> Mapping[Change, ChangeCost]:
    """By change, judged by the terms in force at the booked start. Raises Refusal unknown-contract."""
    found = await terms_in_force(snapshot, actor, session.contract_id, session.starts_at)
    starts_at = from_micros(session.starts_at)
    costs = {}
    for change in CHANGES:
        penalty = penalty_of(found.term, change) if found.term is not None else None
        if penalty is None or found.term is None:
            costs[change] = ChangeCost(None, None, costs_now=False)
            continue
        free = free_until(found.term, change, starts_at)
        until = to_micros(free) if free is not None else None
        costs_now = penalty_due(found.term, change, starts_at, snapshot.clock()) is not None
        if until is not None and costs_now and until < session.latest_at:  # a booked one's latest event set its start
            until = None
        costs[change] = ChangeCost(penalty.minutes, until, costs_now)
    return costs
