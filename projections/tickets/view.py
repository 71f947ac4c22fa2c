"""The view of tickets: state, level, priority, responses and defect steps. Their timeline is their stream.

Only facts and instants are kept; whether a clock runs or a call is due is worked out when asked.
"""

from __future__ import annotations

import msgspec

from ledger.events import (
    CallRecorded,
    DefectConfirmed,
    Fact,
    FixAnnounced,
    FixReleased,
    ResponseRecorded,
    TicketClosed,
    TicketEscalated,
    TicketHeld,
    TicketOpened,
    TicketRejected,
    TicketReopened,
    TicketReprioritised,
    TicketResolved,
    TicketResumed,
    WorkLogged,
    WorkReversed,
)
from ledger.tickets.state import STATE_AFTER
from projections.tables import Table, seal_json, to_json
from projections.views import EventMeta, Rows, View


class TicketRow(msgspec.Struct):
    ticket_id: str
    contract_id: str
    position: int
    title: str
    kind: str
    channel: str
    scope: str | None
    impact: str | None
    urgency: str | None
    contact: str | None
    priority: int
    level: str
    state: str
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
    defect: str | None
    fix_release: str | None
    fix_expected_on: str | None


TICKETS = Table("tickets", TicketRow, "ticket_id", ["(contract_id, position)", "(state, position)", "(position)"])
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
        ),
    )


@tickets.on(TicketReprioritised, changes=ITS_ROW)
def _reprioritised(rows: Rows, fact: TicketReprioritised, meta: EventMeta) -> None:
    row = rows.require(TICKETS, fact.ticket_id)
    row.priority, row.impact, row.urgency = fact.priority, fact.impact, fact.urgency


@tickets.on(ResponseRecorded, changes=ITS_ROW)
def _responded(rows: Rows, fact: ResponseRecorded, meta: EventMeta) -> None:
    row = rows.require(TICKETS, fact.ticket_id)
    row.responses += 1
    row.responses_since_call += fact.speaker == "provider"
    _respond(row, meta)


@tickets.on(CallRecorded, changes=ITS_ROW)
def _called(rows: Rows, fact: CallRecorded, meta: EventMeta) -> None:
    row = rows.require(TICKETS, fact.ticket_id)
    row.responses_since_call = 0
    _respond(row, meta)


def _respond(row: TicketRow, meta: EventMeta) -> None:
    if row.first_response_at is None or meta.effective_at < row.first_response_at:
        row.first_response_at = meta.effective_at
    _begin_progress(row)


def _begin_progress(row: TicketRow) -> None:
    if row.state == "open":
        row.state = "in_progress"


@tickets.on(WorkLogged, changes=ITS_ROW)
def _worked(rows: Rows, fact: WorkLogged, meta: EventMeta) -> None:
    row = rows.require(TICKETS, fact.ticket_id)
    row.worked_minutes += fact.billed_minutes
    _begin_progress(row)


@tickets.on(TicketHeld, TicketResumed, TicketResolved, TicketReopened, TicketClosed, TicketRejected, changes=ITS_ROW)
def _moved(rows: Rows, fact: Fact, meta: EventMeta) -> None:
    row = rows.require(TICKETS, fact.ticket_id)  # type: ignore[attr-defined]
    row.state = STATE_AFTER[type(fact)]  # type: ignore[index]
    row.waiting_since = meta.effective_at if isinstance(fact, TicketHeld) else None
    if isinstance(fact, TicketResolved):
        row.resolved_at = meta.effective_at
        if row.first_response_at is None:
            row.first_response_at = meta.effective_at
    elif isinstance(fact, TicketClosed):
        row.closed_at = meta.effective_at
    elif isinstance(fact, TicketReopened):
        row.resolved_at = row.closed_at = None


@tickets.on(TicketEscalated, changes=ITS_ROW)
def _escalated(rows: Rows, fact: TicketEscalated, meta: EventMeta) -> None:
    rows.require(TICKETS, fact.ticket_id).level = fact.to_level


@tickets.on(DefectConfirmed, FixAnnounced, FixReleased, changes=ITS_ROW)
def _defect(rows: Rows, fact: Fact, meta: EventMeta) -> None:
    assert isinstance(fact, DefectConfirmed | FixAnnounced | FixReleased)
    row = rows.require(TICKETS, fact.ticket_id)
    row.defect = {DefectConfirmed: "confirmed", FixAnnounced: "announced", FixReleased: "released"}[type(fact)]
    row.fix_release = fact.release or row.fix_release
    row.fix_expected_on = fact.expected_on.isoformat() if fact.expected_on else row.fix_expected_on


@tickets.on(WorkReversed, changes=ITS_ROW)
def _work_reversed(rows: Rows, fact: WorkReversed, meta: EventMeta) -> None:
    """What was billed and reversed is shown by the deduction; the ticket's worked minutes leave it out."""
    row = rows.require(TICKETS, fact.ticket_id)
    row.worked_minutes -= fact.billed_minutes
