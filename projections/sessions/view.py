"""The view of booked sessions: when each begins, what it holds, how often it moved, and how the booking ended.

Whose it is stands with each, so that the sessions of a customer or of a provider are found without all others.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from ledger.events import ContractSigned, SessionBooked, SessionEnded, SessionFact, SessionMoved, SessionOutcome, Side
from ledger.kernel.values import from_micros, local_date, to_micros
from projections.tables import Table
from projections.views import Changes, EventMeta, Rows, View

SessionStatus = Literal["booked", "moved", "completed", "cancelled", "missed", "released"]


class SessionHolderRow(msgspec.Struct):
    """Whose the sessions of a contract are; no event changes that."""

    contract_id: str
    provider: str
    customer_id: str
    partner_id: str | None
    timezone: str


class SessionRow(msgspec.Struct):
    """`starts_on` is the day of the start in the provider's zone; `reserved` is in the pool's unit.

    `latest_…` is of its newest event: effective by then, and known by then, the row is as it was.
    """

    session_id: str
    contract_id: str
    provider: str
    customer_id: str
    partner_id: str | None
    timezone: str
    state: SessionStatus
    starts_at: int
    starts_on: str
    estimate_minutes: int
    pool: str | None
    reserved: int
    ticket_id: str | None
    service: str | None
    moves: int
    penalties: int
    booked_at: int
    ended_at: int | None
    ended_by: Side | None
    position: int
    recorded_at: int
    latest_at: int
    latest_position: int
    latest_recorded_at: int


HOLDERS = Table("session_holders", SessionHolderRow, "contract_id")
_NARROWED = ("", "provider, ", "customer_id, provider, ", "partner_id, provider, ", "contract_id, ")
SESSIONS = Table(  # each list in the order of its starts, those of one state among many too
    "sessions",
    SessionRow,
    "session_id",
    [f"({of}{state}starts_at, position)" for of in _NARROWED for state in ("", "state, ")],
)
sessions = View("sessions", HOLDERS, SESSIONS)
STATE_AFTER: dict[SessionOutcome, SessionStatus] = {
    "completed": "completed",
    "cancelled": "cancelled",
    "no_show": "missed",
    "released": "released",
}
ITS_HOLDER: Changes = [(HOLDERS, lambda _, fact: [fact.contract_id])]
ITS_ROW: Changes = [(SESSIONS, lambda _, fact: [fact.session_id])]


@sessions.on(ContractSigned)
def _signed(rows: Rows, fact: ContractSigned, meta: EventMeta) -> None:
    rows.put(
        HOLDERS, SessionHolderRow(fact.contract_id, fact.provider, fact.customer_id, fact.partner_id, fact.timezone)
    )


@sessions.on(SessionBooked, changes=ITS_HOLDER)
def _booked(rows: Rows, fact: SessionBooked, meta: EventMeta) -> None:
    holder = rows.get(HOLDERS, fact.contract_id)
    if holder is None:
        raise LookupError(f"contract {fact.contract_id} of session {fact.session_id} was never signed")
    rows.put(
        SESSIONS,
        SessionRow(
            session_id=fact.session_id,
            contract_id=fact.contract_id,
            provider=holder.provider,
            customer_id=holder.customer_id,
            partner_id=holder.partner_id,
            timezone=holder.timezone,
            state="booked",
            starts_at=to_micros(fact.starts_at),
            starts_on=local_date(fact.starts_at, holder.timezone).isoformat(),
            estimate_minutes=fact.estimate_minutes,
            pool=fact.pool,
            reserved=fact.reserved,
            ticket_id=fact.ticket_id,
            service=fact.service,
            moves=0,
            penalties=0,
            booked_at=meta.effective_at,
            ended_at=None,
            ended_by=None,
            position=meta.position,
            recorded_at=meta.recorded_at,
            latest_at=meta.effective_at,
            latest_position=meta.position,
            latest_recorded_at=meta.recorded_at,
        ),
    )


@sessions.on(SessionMoved, changes=ITS_ROW)
def _moved(rows: Rows, fact: SessionMoved, meta: EventMeta) -> None:
    row = _changed(rows, fact, meta)
    row.state = "moved"
    row.moves += 1
    row.penalties += fact.penalty_id is not None
    row.starts_at = to_micros(fact.starts_at)
    row.starts_on = local_date(from_micros(row.starts_at), row.timezone).isoformat()


@sessions.on(SessionEnded, changes=ITS_ROW)
def _ended(rows: Rows, fact: SessionEnded, meta: EventMeta) -> None:
    """Whatever ends a booking ends its reservation, in full (C6)."""
    row = _changed(rows, fact, meta)
    row.state, row.reserved = STATE_AFTER[fact.outcome], 0
    row.penalties += fact.penalty_id is not None
    row.ended_at, row.ended_by = meta.effective_at, fact.by


def _changed(rows: Rows, fact: SessionFact, meta: EventMeta) -> SessionRow:
    row = rows.require(SESSIONS, fact.session_id)
    row.latest_at = max(row.latest_at, meta.effective_at)
    row.latest_position, row.latest_recorded_at = meta.position, meta.recorded_at
    return row
