"""Events and what commands recorded, as answered."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from api.http.models.base import Answer


class EventOut(BaseModel):
    position: int
    type: str = Field(examples=["HoursDeducted"])
    stream: str
    contract_id: str
    effective_at: str
    recorded_at: str
    token_id: str
    role: str
    data: dict[str, Any]


class EventList(Answer):
    items: list[EventOut]
    next: str | None


class RecordedEvent(BaseModel):
    position: int
    type: str
    stream: str


class CommandAnswer(BaseModel):
    """What was recorded; durable when answered."""

    command_id: str
    replayed: bool = Field(description="The command was known already; nothing was recorded again.")
    position: int = Field(description="Position of the command's last event: a `min_position` to read it back.")
    events: list[RecordedEvent]
    number: str | None = Field(default=None, description="Of the document, where one was issued.")
