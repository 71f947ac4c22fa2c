"""The view of tickets: what the timeline of each comes to, which is kept beside it, and its work.

Only facts and instants are kept; whether a clock runs or a call is due is worked out when asked.
"""

from __future__ import annotations

import msgspec

from ledger.events import TicketOpened, TicketStepRetracted, WorkLogged, WorkReversed
from ledger.kernel.words import Channel, Grade, Level, MatterScope
from ledger.tickets.events import TicketFact, TicketKind
from ledger.tickets.life import DefectStatus, TicketStatus, lived
from ledger.tickets.timeline import STEPS, Timeline, read_timeline, step_of, timeline_of
from projections.tables import Table, seal_json, to_json
from projections.views import EventMeta, Rows, View


class TicketRow(msgspec.Struct):
    ticket_id: str
    contract_id: str
    position: int
    title: str
    kind: TicketKind
    channel: Channel
    scope: MatterScope | None
    impact: Grade | None
    urgency: Grade | None
    contact: str | None
    priority: int
    level: Level
    state: TicketStatus
    term_no: int
    opened_at: int
    recorded_at: int
    first_response_at: int | None
    resolved_at: int | None
    closed_at: int | None
    waiting_since: int | None
    responses: int
    responses_since_call: int
    call_after_responses: int | None
    worked_minutes: int
    defect: DefectStatus | None
    fix_release: str | None
    fix_expected_on: str | None
    timeline: str


TICKETS = Table(
    "tickets",
    TicketRow,
    "ticket_id",
    ["(contract_id, position)", "(contract_id, state, position)", "(state, position)", "(position)"],
)
tickets = View("tickets", TICKETS)
ITS_ROW = [(TICKETS, lambda _, fact: [fact.ticket_id])]


@tickets.on(TicketOpened)
def _opened(rows: Rows, fact: TicketOpened, meta: EventMeta) -> None:
    rows.put(
        TICKETS,
        TicketRow(
            ticket_id=fact.ticket_id,
            contract_id=fact.contract_id,
            position=meta.position,
            title=to_json(fact.title),
            kind=fact.kind,
            channel=fact.channel,
            scope=fact.scope,
            impact=fact.impact,
            urgency=fact.urgency,
            contact=seal_json(fact.contact),
            priority=fact.priority,
            level="L1",
            state="open",
            term_no=fact.term_no,
            opened_at=meta.effective_at,
            recorded_at=meta.recorded_at,
            first_response_at=None,
            resolved_at=None,
            closed_at=None,
            waiting_since=None,
            responses=0,
            responses_since_call=0,
            call_after_responses=fact.call_after_responses,
            worked_minutes=0,
            defect="reported" if fact.kind == "defect" else None,
            fix_release=None,
            fix_expected_on=None,
            timeline=to_json(timeline_of(fact)),
        ),
    )


@tickets.on(*STEPS, changes=ITS_ROW)
def _stepped(rows: Rows, fact: TicketFact, meta: EventMeta) -> None:
    row = rows.require(TICKETS, fact.ticket_id)
    timeline = read_timeline(row.timeline)
    timeline.add(step_of(fact, meta.position))
    _show(row, timeline)


@tickets.on(TicketStepRetracted, changes=ITS_ROW)
def _retracted(rows: Rows, fact: TicketStepRetracted, meta: EventMeta) -> None:
    row = rows.require(TICKETS, fact.ticket_id)
    timeline = read_timeline(row.timeline)
    timeline.take_back(fact.position)
    _show(row, timeline)


@tickets.on(WorkLogged, changes=ITS_ROW)
def _worked(rows: Rows, fact: WorkLogged, meta: EventMeta) -> None:
    row = rows.require(TICKETS, fact.ticket_id)
    row.worked_minutes += fact.billed_minutes
    timeline = read_timeline(row.timeline)
    if timeline.work_from(meta.effective_at):
        _show(row, timeline)


@tickets.on(WorkReversed, changes=ITS_ROW)
def _work_reversed(rows: Rows, fact: WorkReversed, meta: EventMeta) -> None:
    """What was billed and reversed is shown by the deduction; the ticket's worked minutes leave it out."""
    row = rows.require(TICKETS, fact.ticket_id)
    row.worked_minutes -= fact.billed_minutes


def _show(row: TicketRow, timeline: Timeline) -> None:
    """The row as all of the timeline makes it."""
    life = lived(timeline)
    row.timeline = to_json(timeline)
    row.priority, row.impact, row.urgency = life.priority, life.impact, life.urgency
    row.level, row.state, row.waiting_since = life.level, life.state, life.waiting_since
    row.first_response_at, row.resolved_at, row.closed_at = life.first_response_at, life.resolved_at, life.closed_at
    row.responses, row.responses_since_call = life.responses, life.responses_since_call
    row.defect, row.fix_release, row.fix_expected_on = life.defect, life.fix_release, life.fix_expected_on
