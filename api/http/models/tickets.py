"""Tickets and their clocks, as answered."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.models.base import Answer


class ClockOut(BaseModel):
    target: Literal["reaction", "resolution"]
    priority: int
    started_at: str = Field(description="When the clock first ran: at once, or at the next opening.")
    due_at: str | None = Field(description="Null while the clock is paused: it moves on with the wait.")
    state: Literal["running", "paused", "met", "breached", "void"]
    ended_at: str | None
    paused_minutes: int


class CoverageOut(BaseModel):
    opened_inside: bool
    open_now: bool
    next_opening_at: str | None = Field(description="Null while it is open, or where it never opens again.")


class TicketOut(BaseModel):
    ticket_id: str
    contract_id: str
    title: str | None
    kind: str
    channel: str
    scope: str | None
    impact: str | None
    urgency: str | None
    contact: dict[str, Any] | None
    priority: int
    level: str
    state: str
    opened_at: str
    first_response_at: str | None
    resolved_at: str | None
    closed_at: str | None
    waiting_since: str | None
    responses: int
    call_due: bool = Field(description="So many responses without a solution that the reporter is to be called (T5).")
    worked_minutes: int
    defect: dict[str, Any] | None
    sla: list[ClockOut]
    coverage: CoverageOut | None = Field(description="Null where the terms name no support hours.")
    history: list[dict[str, Any]]


class TicketAnswer(TicketOut, Answer):
    pass


class TicketList(Answer):
    items: list[TicketOut]
    next: str | None


class ComplianceRow(BaseModel):
    contract: str | None = None
    plan: str | None = None
    priority: int | None = None
    target: str | None = None
    month: str | None = Field(default=None, examples=["2026-03"])
    met: int
    breached: int
    running: int
    paused: int
    void: int
    ratio: str | None = Field(description="met / (met + breached); null where nothing was judged.", examples=["0.9750"])


class ComplianceOut(Answer):
    items: list[ComplianceRow]
    next: str | None = None


class RiskOut(BaseModel):
    ticket_id: str
    contract_id: str
    target: str
    priority: int
    started_at: str
    due_at: str
    minutes_left: int = Field(description="Until the due instant, by the clock on the wall.")
    share_left: str = Field(description="Of its time, as its coverage counts it.", examples=["0.2000"])


class RiskList(Answer):
    items: list[RiskOut]
    next: str | None = None


class WindowOut(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    from_: str = Field(alias="from")
    to: str
    counted_seconds: int
    why: str


class TraceOut(Answer):
    ticket_id: str
    target: str
    priority: int
    started_at: str
    due_at: str | None
    state: str
    windows: list[WindowOut]


class CalculationOut(BaseModel):
    due_at: str | None = None
    covered_seconds: int | None = None
    windows: list[WindowOut]
