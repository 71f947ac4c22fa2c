"""Events of a booked session: its start, its estimate, and how the booking ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from ledger.kernel.fact import Movement, topic

Side = Literal["customer", "provider"]
SessionOutcome = Literal["completed", "cancelled", "no_show", "released"]


class SessionFact(Movement, frozen=True, kw_only=True, omit_defaults=True):
    """A fact of one booked session."""

    CATEGORY: ClassVar[str] = "session"

    session_id: str

    @property
    def key(self) -> str:
        return self.session_id


@topic("SessionBooked")
class SessionBooked(SessionFact, frozen=True):
    """A remote session at an agreed time, with an estimate (C6)."""

    starts_at: datetime
    estimate_minutes: int
    reserved: int = 0
    pool: str | None = None
    ticket_id: str | None = None
    service: str | None = None

    @property
    def answer_fields(self) -> dict[str, Any]:
        return {"session_id": self.session_id}


@topic("SessionMoved")
class SessionMoved(SessionFact, frozen=True):
    """The session has another start; a late move by the customer names its penalty (C7)."""

    old_starts_at: datetime
    starts_at: datetime
    by: Side
    penalty_id: str | None = None
    rule: str = "C7"


@topic("SessionEnded")
class SessionEnded(SessionFact, frozen=True):
    """The booking is over: completed, cancelled, a no-show, or released by the end of the terms (C6, C15)."""

    outcome: SessionOutcome
    by: Side | None = None
    penalty_id: str | None = None
    rule: str = "C6"
