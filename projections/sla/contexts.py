"""What the clocks of tickets are worked out from, for questions that go beyond the instants which the view keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.kernel.access import Actor
from ledger.kernel.words import TargetName
from ledger.plans.coverage import Calendar
from ledger.plans.terms import Target, Terms, parse_terms
from ledger.sla.targets import TargetClock, clocks, course_of
from ledger.store.database import listed
from ledger.tickets.life import Life, Span, lived
from ledger.tickets.timeline import read_timeline
from projections.asking import all_of
from projections.reader import Snapshot
from projections.sla.calendars import Calendars
from projections.sla.clocks import TIMELINES
from projections.visible import visible


@dataclass(slots=True, frozen=True)
class Context:
    """The terms, support hours and life of a ticket."""

    terms: Terms
    calendar: Calendar | None
    life: Life

    def promise(self, target: TargetName, priority: int) -> Target:
        """What the terms promise for a clock's target at its priority."""
        promised = self.terms.sla.promised(target, priority)
        assert promised is not None, "a clock that is shown has a promise"
        return promised

    def pauses(self, target: TargetName) -> list[Span]:
        """The ended waits and closures that hold a target's clock."""
        return course_of(self.terms, self.life, target).pauses

    @property
    def clocks(self) -> list[TargetClock]:
        return clocks(self.terms, self.calendar, self.life)


async def contexts(snapshot: Snapshot, ticket_ids: Sequence[str], calendars: Calendars, at: int) -> dict[str, Context]:
    """The context of each ticket, as the steps that are effective by an instant make it."""
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
        found[row.ticket_id] = Context(terms, calendar, lived(read_timeline(row.timeline), at))
    return found


@dataclass(slots=True, frozen=True)
class ClockAhead:
    """A clock, as it is now, of a ticket with a step that is dated ahead."""

    ticket_id: str
    contract_id: str
    context: Context
    clock: TargetClock


async def clocks_ahead(snapshot: Snapshot, actor: Actor, now: int, calendars: Calendars) -> list[ClockAhead]:
    """The clocks of the few tickets with a step that is dated ahead: their rows have it already (S2), so they are
    worked out anew. A step lies at most a day ahead.
    """
    condition, params = all_of(visible(actor), ("k.opened_at <= :now AND k.last_step_at > :now", {"now": now}))
    sql = (
        "SELECT k.ticket_id, k.contract_id FROM clocks k CROSS JOIN contracts c "  # in this order: by the latest step
        f"WHERE c.contract_id = k.contract_id AND {condition}"
    )
    contract_of = {row.ticket_id: row.contract_id for row in await snapshot.query(sql, params)}
    known = await contexts(snapshot, [*contract_of], calendars, now)
    return [
        ClockAhead(ticket_id, contract_id, known[ticket_id], clock)
        for ticket_id, contract_id in contract_of.items()
        for clock in known[ticket_id].clocks
    ]
