"""Tickets and their clocks, as answered."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from api.http.lists import first_items
from api.http.models.base import AnswerModel, instant, instant_or_none
from api.http.models.history import HistoryEntry, show_entry
from ledger.kernel.values import MINUTE
from ledger.kernel.words import Channel, Grade, Level, MatterScope, TargetName
from ledger.sla.targets import TargetClock, TargetState
from ledger.tickets.events import TicketKind
from ledger.tickets.life import DefectStatus, TicketStatus
from projections.asking import Page
from projections.history import ToldFact
from projections.tickets.questions import OpenedTicket, SupportHours
from projections.tickets.view import TicketRow


class ClockOut(BaseModel):
    target: TargetName
    priority: int
    started_at: str | None = Field(
        description="When the clock first runs: at once, at the next opening, or after a wait from the start. "
        "Null while that wait goes on."
    )
    due_at: str | None = Field(description="Null while the clock is paused: it moves on with the wait.")
    state: TargetState
    ended_at: str | None
    paused_minutes: int = Field(description="Waits alone; closed time is no wait.")


class CoverageOut(BaseModel):
    opened_inside: bool
    open_now: bool
    next_opening_at: str | None = Field(description="Null while it is open, or where it never opens again.")


class DefectOut(BaseModel):
    """The steps of a defect that the customer can see (T6)."""

    step: DefectStatus = Field(examples=["announced"])
    release: str | None
    expected_on: str | None


class TicketSummary(BaseModel):
    ticket_id: str
    contract_id: str
    title: str | None
    kind: TicketKind
    channel: Channel
    scope: MatterScope | None
    impact: Grade | None
    urgency: Grade | None
    contact: dict[str, Any] | None
    priority: int
    level: Level
    state: TicketStatus
    opened_at: str
    first_response_at: str | None
    resolved_at: str | None
    closed_at: str | None
    waiting_since: str | None
    responses: int
    call_due: bool = Field(description="So many responses without a solution that the reporter is to be called (T5).")
    worked_minutes: int
    defect: DefectOut | None
    sla: list[ClockOut]
    coverage: CoverageOut | None = Field(description="Null where the terms name no support hours.")


class TicketAnswer(TicketSummary, AnswerModel):
    history: list[HistoryEntry] = Field(description="Its first events; `history_next` leads on.")
    history_next: str | None = Field(description="The cursor of `history` that follows; null where that is all.")


class TicketHistory(AnswerModel):
    ticket_id: str
    items: list[HistoryEntry]
    next: str | None


class TicketList(AnswerModel):
    items: list[TicketSummary]
    next: str | None


def show_clock(clock: TargetClock, at: int) -> ClockOut:
    """A clock as an instant finds it: what paused it until then is counted."""
    paused = clock.paused + (at - clock.paused_since if clock.paused_since is not None else 0)
    return ClockOut(
        target=clock.target,
        priority=clock.priority,
        started_at=instant_or_none(clock.started_at),
        due_at=instant_or_none(clock.due_at),
        state=clock.state(at),
        ended_at=instant_or_none(clock.ended_at),
        paused_minutes=max(paused, 0) // MINUTE,
    )


def show_ticket(ticket: OpenedTicket) -> TicketSummary:
    row = ticket.row
    return TicketSummary(
        ticket_id=row.ticket_id,
        contract_id=row.contract_id,
        title=ticket.title,
        kind=row.kind,
        channel=row.channel,
        scope=row.scope,
        impact=row.impact,
        urgency=row.urgency,
        contact=ticket.contact,
        priority=row.priority,
        level=row.level,
        state=row.state,
        opened_at=instant(row.opened_at),
        first_response_at=instant_or_none(row.first_response_at),
        resolved_at=instant_or_none(row.resolved_at),
        closed_at=instant_or_none(row.closed_at),
        waiting_since=instant_or_none(row.waiting_since),
        responses=row.responses,
        call_due=ticket.is_call_due,
        worked_minutes=row.worked_minutes,
        defect=_defect(row),
        sla=[show_clock(clock, ticket.at) for clock in ticket.clocks],
        coverage=_coverage(ticket.hours) if ticket.hours is not None else None,
    )


def show_whole_ticket(ticket: OpenedTicket, history: Page[ToldFact]) -> TicketAnswer:
    entries, following = first_items(history, show_entry)
    members = show_ticket(ticket).model_dump()
    return TicketAnswer(position=ticket.position, **members, history=entries, history_next=following)


def _defect(row: TicketRow) -> DefectOut | None:
    if row.defect is None:
        return None
    return DefectOut(step=row.defect, release=row.fix_release, expected_on=row.fix_expected_on)


def _coverage(hours: SupportHours) -> CoverageOut:
    return CoverageOut(
        opened_inside=hours.opened_inside,
        open_now=hours.open_now,
        next_opening_at=instant_or_none(hours.next_opening_at),
    )
