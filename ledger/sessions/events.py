"""Events of a booked session: its start, its estimate, and how the booking ended."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ledger.kernel.fact import Movement, topic


@topic("SessionBooked")
class SessionBooked(Movement, frozen=True):
    """A remote session at an agreed time, with an estimate (C6)."""

    session_id: str
    starts_at: datetime
    estimate_minutes: int
    reserved: int = 0
    pool: str | None = None
    ticket_id: str | None = None
    service: str | None = None


@topic("SessionMoved")
class SessionMoved(Movement, frozen=True):
    """The session has another start; a late move by the customer names its penalty (C7)."""

    session_id: str
    old_starts_at: datetime
    starts_at: datetime
    by: Literal["customer", "provider"]
    penalty_id: str | None = None
    rule: str = "C7"


@topic("SessionEnded")
class SessionEnded(Movement, frozen=True):
    """The booking is over: completed, cancelled, a no-show, or released by the end of the terms (C6, C15)."""

    session_id: str
    outcome: Literal["completed", "cancelled", "no_show", "released"]
    by: Literal["customer", "provider"] | None = None
    penalty_id: str | None = None
    rule: str = "C6"
