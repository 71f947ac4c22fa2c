"""Booked sessions, as answered."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.http.models.base import AnswerModel, Figure, figure, instant, instant_or_none
from api.http.models.credit import PenaltyOut, show_penalty
from api.http.models.history import HistoryEntry, show_entry
from api.http.paging import next_cursor
from ledger.events import DeductionKind, Side
from ledger.kernel.values import shown_minutes
from projections.asking import Page
from projections.history import ToldFact
from projections.sessions.questions import ListedSession
from projections.sessions.view import SessionStatus


class SessionDeductionOut(BaseModel):
    deduction_id: str
    kind: DeductionKind = Field(examples=["session"])
    worked_minutes: int
    billed_minutes: int
    penalty: PenaltyOut | None = Field(description="Why, of a penalty.")


class SessionSummary(BaseModel):
    session_id: str
    contract_id: str
    provider: str
    customer_id: str
    state: SessionStatus = Field(
        description="`moved` is a booking that has another start than at first; `missed`, that the customer did not "
        "appear; `released`, that the contract or its plan ends before."
    )
    starts_at: str
    estimate_minutes: int
    pool: str | None
    reserved: Figure = Field(description="What it holds of the pool, in its unit; nothing once the booking is over.")
    currency: str | None = Field(description="Null for minutes.")
    ticket_id: str | None
    service: str | None
    moves: int = Field(description="How often it got another start.")
    booked_at: str
    recorded_at: str
    ended_at: str | None
    ended_by: Side | None = Field(description="Whose the end was: `customer` or `provider`.", examples=["customer"])
    penalties: int
    deductions: list[SessionDeductionOut] = Field(description="What was worked in it, and its newest penalties.")


class SessionAnswer(SessionSummary, AnswerModel):
    history: list[HistoryEntry] = Field(description="Its first events; `history_next` leads on.")
    history_next: str | None = Field(description="The cursor of `history` that follows; null where that is all.")


class SessionHistory(AnswerModel):
    session_id: str
    items: list[HistoryEntry]
    next: str | None


class SessionList(AnswerModel):
    items: list[SessionSummary]
    next: str | None


def show_session(found: ListedSession) -> SessionSummary:
    row = found.row
    return SessionSummary(
        session_id=row.session_id,
        contract_id=row.contract_id,
        provider=row.provider,
        customer_id=row.customer_id,
        state=row.state,
        starts_at=instant(row.starts_at),
        estimate_minutes=row.estimate_minutes,
        pool=row.pool,
        reserved=figure(row.reserved, found.unit),
        currency=found.currency,
        ticket_id=row.ticket_id,
        service=row.service,
        moves=row.moves,
        booked_at=instant(row.booked_at),
        recorded_at=instant(row.recorded_at),
        ended_at=instant_or_none(row.ended_at),
        ended_by=row.ended_by,
        penalties=row.penalties,
        deductions=[
            SessionDeductionOut(
                deduction_id=one.deduction_id,
                kind=one.kind,
                worked_minutes=shown_minutes(one.worked_seconds),
                billed_minutes=one.billed_minutes,
                penalty=show_penalty(one.penalty),
            )
            for one in found.deductions
        ],
    )


def show_whole_session(found: ListedSession, history: Page[ToldFact]) -> SessionAnswer:
    return SessionAnswer(
        position=found.position,
        **show_session(found).model_dump(),
        history=[show_entry(one) for one in history.items],
        history_next=next_cursor(history),
    )
