"""A booked remote session: its start, its estimate, what is reserved for it, and how it ended. Rules C6, C7."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from ledger.kernel.aggregate import LedgerAggregate, Stamp, applies
from ledger.kernel.errors import Refusal
from ledger.kernel.values import show_instant
from ledger.plans.terms import Penalty
from ledger.sessions.events import SessionBooked, SessionEnded, SessionMoved


def is_late(penalty: Penalty | None, starts_at: datetime, at: datetime) -> bool:
    """Less notice than the terms ask for, in elapsed time: exactly 24 h 00 min before the start is in time (C7)."""
    return penalty is not None and starts_at - at < timedelta(minutes=penalty.notice_minutes)


class Session(LedgerAggregate):
    CATEGORY = "session"

    def begin(self) -> None:
        super().begin()
        self.state = ""
        self.starts_at: datetime
        self.booked_at: datetime
        self.estimate_minutes = 0
        self.reserved = 0
        self.pool: str | None = None
        self.ticket_id: str | None = None
        self.service: str | None = None
        self.penalties = 0

    @property
    def session_id(self) -> str:
        return str(self.id).partition(":")[2]

    def next_penalty_id(self) -> str:
        return f"{self.session_id}.penalty.{self.penalties + 1}"

    # -- decisions -------------------------------------------------------------------------------------------

    def book(self, contract_id: str, at: datetime, stamp: Stamp, **fields: Any) -> None:
        self.contract_id = contract_id
        self.record(SessionBooked, at, stamp, session_id=self.session_id, **fields)

    def check_open(self, at: datetime) -> None:
        """Raises Refusal invalid-transition once the session is over, or for a time before it was booked."""
        if self.state != "booked":
            raise Refusal(
                "invalid-transition", f"Session {self.session_id} is {self.state.replace('_', ' ')}.", state=self.state
            )
        if at < self.booked_at:
            raise Refusal(
                "invalid-transition",
                f"Session {self.session_id} was booked at {show_instant(self.booked_at)}, after {show_instant(at)}.",
            )

    def check_not_begun(self, at: datetime, by: str) -> None:
        """After its start a session can't be moved, and cancelled only by the provider (C7)."""
        if at > self.starts_at:
            raise Refusal(
                "invalid-transition",
                f"Session {self.session_id} began at {show_instant(self.starts_at)}: it can be completed, recorded as "
                f"a no-show, or cancelled by the provider; not changed by the {by}.",
                starts_at=show_instant(self.starts_at),
            )

    def move(self, starts_at: datetime, by: str, penalty_id: str | None, at: datetime, stamp: Stamp) -> None:
        self.record(
            SessionMoved,
            at,
            stamp,
            session_id=self.session_id,
            old_starts_at=self.starts_at,
            starts_at=starts_at,
            by=by,
            penalty_id=penalty_id,
        )

    def end(
        self,
        outcome: Literal["completed", "cancelled", "no_show", "released"],
        at: datetime,
        stamp: Stamp,
        *,
        by: str | None = None,
        penalty_id: str | None = None,
    ) -> None:
        self.record(SessionEnded, at, stamp, session_id=self.session_id, outcome=outcome, by=by, penalty_id=penalty_id)

    # -- history ---------------------------------------------------------------------------------------------

    @applies(SessionBooked)
    def _booked(self, fact: SessionBooked) -> None:
        self.contract_id = fact.contract_id
        self.state = "booked"
        self.starts_at, self.booked_at = fact.starts_at, fact.true_at
        self.estimate_minutes, self.reserved = fact.estimate_minutes, fact.reserved
        self.pool, self.ticket_id, self.service = fact.pool, fact.ticket_id, fact.service

    @applies(SessionMoved)
    def _moved(self, fact: SessionMoved) -> None:
        self.starts_at = fact.starts_at
        self.penalties += fact.penalty_id is not None

    @applies(SessionEnded)
    def _ended(self, fact: SessionEnded) -> None:
        self.state = fact.outcome
        self.penalties += fact.penalty_id is not None
