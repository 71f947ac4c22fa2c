"""What the clocks of tickets are worked out from, for questions that go beyond the instants which the view keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.plans.coverage import Calendar
from ledger.plans.terms import Target, Terms, parse_terms
from ledger.sla.targets import Span, pauses_of
from ledger.store.database import listed
from ledger.tickets.timeline import Timeline
from projections.reader import Snapshot
from projections.sla.calendars import Calendars
from projections.sla.clocks import TIMELINES, ClockRow, read_timeline


@dataclass(slots=True, frozen=True)
class Context:
    """The terms, support hours and timeline of a ticket."""

    terms: Terms
    calendar: Calendar | None
    timeline: Timeline

    def promise(self, row: ClockRow) -> Target:
        """What the terms promise for a clock's target at its priority."""
        sla = self.terms.sla
        promises = sla.reaction if row.target == "reaction" else sla.resolution
        return promises[str(row.priority)]  # type: ignore[index]

    def pauses(self, target: str) -> list[Span]:
        """The ended waits and closures that hold a target's clock."""
        return [(start, end) for start, end in pauses_of(self.terms, self.timeline, target) if end is not None]


async def contexts(snapshot: Snapshot, ticket_ids: Sequence[str], calendars: Calendars) -> dict[str, Context]:
    """The context of each ticket."""
    if not ticket_ids:
        return {}
    among, params = listed("ticket_id", dict.fromkeys(ticket_ids))
    sql = (
        f"SELECT {TIMELINES.columns_of('t')}, m.terms, m.holidays FROM timelines t "
        f"JOIN clock_terms m ON m.term_id = t.term_id WHERE t.ticket_id IN ({among})"
    )
    found = {}
    for row in await snapshot.query(sql, params):
        terms = parse_terms(row.terms.encode())
        calendar = calendars.of(terms, row.holidays, row.channel, row.scope)
        found[row.ticket_id] = Context(terms, calendar, read_timeline(row.timeline))
    return found
