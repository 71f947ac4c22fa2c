"""Events and what commands recorded, as answered."""

from __future__ import annotations

from typing import Any

import msgspec
from pydantic import BaseModel, Field

from api.http.models.base import AnswerModel, DecimalText, instant
from ledger.kernel.fact import Role
from ledger.kernel.values import show_instant
from projections.history import AuditedFact, ToldFact

LONGEST_MEMBER = 2000  # bytes


class HistoryEntry(BaseModel):
    """An event in the history of one thing."""

    position: int
    type: str = Field(examples=["HoursDeducted"])
    effective_at: str
    recorded_at: str
    role: Role
    data: dict[str, Any]


class EventOut(BaseModel):
    position: int
    type: str = Field(examples=["HoursDeducted"])
    stream: str
    contract_id: str | None = Field(description="Null where it concerns no contract, such as a closed month.")
    effective_at: str
    recorded_at: str
    command_id: str | None = Field(description="Of the command that recorded it; null where none is known to have.")
    command: str | None = Field(description="That command's name.", examples=["log-work"])
    token_id: str
    role: Role
    data: dict[str, Any]


class EventSummary(EventOut):
    """An event in a list."""

    left_out: list[str] = Field(description="Members of `data` that are too long for a list, such as `lines`.")


class EventList(AnswerModel):
    items: list[EventSummary]
    next: str | None


class RecordedEvent(BaseModel):
    position: int
    type: str
    stream: str


class UnspentOut(BaseModel):
    """What is left of a lump sum: minutes, or an amount."""

    pool: str
    minutes: int | None = None
    amount: DecimalText | None = Field(default=None, examples=["1200.00"])
    currency: str | None = None


class IssuedOut(BaseModel):
    contract_id: str
    number: str = Field(examples=["GR-2026-00001"])
    gross: DecimalText = Field(examples=["26.48"])
    currency: str = Field(examples=["EUR"])


class LeftOut(BaseModel):
    """A contract that has something to invoice, and why it was not."""

    contract_id: str
    code: str = Field(examples=["missing-party-data"])
    detail: str


class NamedInAnswer(BaseModel):
    """What an answer names beside the events, where there is such a thing."""

    number: str | None = Field(default=None, description="Of the document, where one was issued.")
    ticket_id: str | None = Field(default=None, description="Of the ticket, where one was opened.")
    session_id: str | None = Field(default=None, description="Of the session, where one was booked.")
    service_credits: list[str] | None = Field(
        default=None, description="Given for the ticket, where a step of it was retracted; they stay until reversed."
    )
    issued: list[IssuedOut] | None = Field(default=None, description="By `issue-invoices`, under this command id.")
    left: list[LeftOut] | None = Field(default=None, description="What `issue-invoices` could not issue.")
    unspent: list[UnspentOut] | None = Field(
        default=None,
        description="After a change of plan: what is left of a lump sum in a pool that the new terms lack.",
    )


class _Recorded(BaseModel):
    command_id: str
    replayed: bool = Field(description="The command was known already; nothing was recorded again.")
    position: int = Field(description="Position of the command's last event: a `min_position` to read it back.")
    events: list[RecordedEvent]


class CommandAnswer(NamedInAnswer, _Recorded):
    """What was recorded; durable when answered."""


def show_entry(told: ToldFact) -> HistoryEntry:
    stored = told.stored
    return HistoryEntry(
        position=stored.position,
        type=stored.type,
        effective_at=show_instant(stored.fact.effective_at),
        recorded_at=instant(stored.recorded_at),
        role=stored.fact.spoken_as,
        data=told.data,
    )


def show_whole_event(audited: AuditedFact) -> EventOut:
    return EventOut(**_members(audited), data=audited.told.data)


def show_event(audited: AuditedFact) -> EventSummary:
    """An event as a list has it, without members of more than 2,000 bytes."""
    data = audited.told.data
    long = [name for name, value in data.items() if len(msgspec.json.encode(value)) > LONGEST_MEMBER]
    shown = {name: value for name, value in data.items() if name not in long}
    return EventSummary(**_members(audited), data=shown, left_out=long)


def _members(audited: AuditedFact) -> dict[str, Any]:
    stored = audited.told.stored
    return {
        "position": stored.position,
        "type": stored.type,
        "stream": stored.stream,
        "contract_id": stored.fact.contract_id or None,
        "effective_at": show_instant(stored.fact.effective_at),
        "recorded_at": instant(stored.recorded_at),
        "command_id": audited.command_id,
        "command": audited.command,
        "token_id": stored.fact.token_id,
        "role": stored.fact.spoken_as,
    }
