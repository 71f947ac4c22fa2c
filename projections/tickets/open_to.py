"""Which steps a ticket is open to as it stands: what may follow, and what can be taken back (T4, T6, T10)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ledger.tickets.events import TicketFact
from ledger.tickets.life import ALLOWED, DEFECT_AFTER, lived
from ledger.tickets.steps import defect_allows, why_impossible
from ledger.tickets.timeline import Step, read_timeline
from projections.tickets.view import TicketRow

LOOKED_AT = 20  # of the latest steps: a mistake is seen soon, and each is judged by the whole life


@dataclass(slots=True, frozen=True)
class OpenTo:
    """`events` are those of the steps that may follow now; `retractable` the steps that can be missed, newest first.

    The `id` of a step is its position in the history.
    """

    events: Collection[type[TicketFact]]
    retractable: Sequence[Step]


def open_to(row: TicketRow, has_partner: bool) -> OpenTo:
    """Of the ticket as its row tells it. Work that was done may still hold a step; the command says so."""
    timeline = read_timeline(row.timeline)
    life = lived(timeline)
    events = {
        event
        for event, states in ALLOWED.items()
        if row.state in states and (event not in DEFECT_AFTER or defect_allows(life, event))
    }
    worked = () if timeline.worked_from is None else (timeline.worked_from,)
    latest = reversed(timeline.steps[-LOOKED_AT:])
    return OpenTo(
        events, [one for one in latest if why_impossible(timeline.without(one.id), worked, has_partner) is None]
    )
