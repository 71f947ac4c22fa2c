"""A booked remote session: its start, its estimate, what is reserved for it, and how it ended. C6, C7."""

from __future__ import annotations

from datetime import datetime

from ledger.kernel.aggregate import LedgerAggregate, Stamp, applies
from ledger.kernel.errors import Refusal
from ledger.kernel.ids import penalty_id_of
from ledger.kernel.values import show_instant
from ledger.sessions.events import SessionBooked, SessionEnded, SessionFact, SessionMoved, SessionOutcome, Side


class Session(LedgerAggregate):
    FACTS = SessionFact

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
        return self.key

    def next_penalty_id(self) -> str:
        return penalty_id_of(self.key, self.penalties + 1)

    # -- decisions -------------------------------------------------------------------------------------------

    def book(
        self,
        contract_id: str,
        starts_at: datetime,
        estimate_minutes: int,
        reserved: int,
        *,
        pool: str | None,
        ticket_id: str | None,
        service: str | None,
        at: datetime,
        stamp: Stamp,
    ) -> None:
        self.contract_id = contract_id
        booked = SessionBooked(
            starts_at=starts_at,
            estimate_minutes=estimate_minutes,
            reserved=reserved,
            pool=pool,
            ticket_id=ticket_id,
            service=service,
            session_id=self.key,
        )
        self.record(booked, at, stamp)

    def check_open(self, at: datetime) -> None:
        """Raises Refusal invalid-transition once the session is over, or for a time before it was booked."""
        if self.state != "booked":
            raise Refusal(
                "invalid-transition", f"Session {self.key} is {self.state.replace('_', ' ')}.", state=self.state
            )
        if at < self.booked_at:
            raise Refusal(
                "invalid-transition",
                f"Session {self.key} was booked at {show_instant(self.booked_at)}, after {show_instant(at)}.",
            )

    def check_not_begun(self, at: datetime, by: str) -> None:
        """After its start a session can't be moved, and cancelled only by the provider (C7)."""
        if at > self.starts_at:
            raise Refusal(
                "invalid-transition",
                f"Session {self.key} began at {show_instant(self.starts_at)}: it can be completed, recorded as "
                f"a no-show, or cancelled by the provider; not changed by the {by}.",
                starts_at=show_instant(self.starts_at),
            )

    def move(self, starts_at: datetime, by: Side, penalty_id: str | None, at: datetime, stamp: Stamp) -> None:
        self.record(SessionMoved(self.starts_at, starts_at, by, penalty_id, session_id=self.key), at, stamp)

    def end(
        self,
        outcome: SessionOutcome,
        at: datetime,
        stamp: Stamp,
        *,
        by: Side | None = None,
        penalty_id: str | None = None,
    ) -> None:
        self.record(SessionEnded(outcome, by, penalty_id, session_id=self.key), at, stamp)

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
