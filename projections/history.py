"""The events themselves, and what a stream's events come to at a moment in the past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from ledger.events import Fact, Sealed
from ledger.kernel.mapper import decode, event_type
from ledger.kernel.values import from_micros, show_instant, to_micros
from projections.credit.deductions import DEDUCTIONS, DeductionRow, deductions
from projections.reader import AsOf, Snapshot
from projections.tickets.view import TICKETS, TicketRow, tickets
from projections.views import EventMeta, Memory, View

BASE_FIELDS = frozenset({"contract_id", "effective_at", "token_id", "role"})


@dataclass(slots=True, frozen=True)
class Stored:
    """One event of the history: where it stands, in which stream, and what it says."""

    position: int
    stream: str
    recorded_at: int
    type: str
    fact: Fact

    @property
    def meta(self) -> EventMeta:
        return EventMeta(self.position, to_micros(self.fact.effective_at), self.recorded_at)


_COLUMNS = "notification_id, originator_id, recorded_at, topic, state"


def _stored(row: tuple[Any, ...]) -> Stored:
    return Stored(row[0], row[1], row[2], event_type(row[3]), decode(row[3], bytes(row[4])))


async def stream_events(snapshot: Snapshot, streams: Sequence[str], as_of: AsOf) -> dict[str, list[Stored]]:
    """The events of streams up to a as_of, by stream, in order."""
    found: dict[str, list[Stored]] = defaultdict(list)
    if streams:
        places = ",".join("?" * len(streams))
        sql = (
            f"SELECT {_COLUMNS} FROM stored_events WHERE originator_id IN ({places}) AND notification_id <= ? "
            "ORDER BY notification_id"
        )
        for row in await snapshot.query(sql, (*streams, as_of.position)):
            stored = _stored(row)
            if as_of.current or to_micros(stored.fact.effective_at) <= as_of.at:
                found[stored.stream].append(stored)
    return found


async def events_after(snapshot: Snapshot, after: int, limit: int, upto: int, provider: str | None) -> list[Stored]:
    """The history itself, in order; of one provider where one is named."""
    condition, params = ("AND provider = ?", (provider,)) if provider else ("", ())
    sql = (
        f"SELECT {_COLUMNS} FROM stored_events WHERE notification_id > ? AND notification_id <= ? {condition} "
        "ORDER BY notification_id LIMIT ?"
    )
    return [_stored(row) for row in await snapshot.query(sql, (after, upto, *params, limit))]


def refold(view: View, events: Sequence[Stored]) -> Memory:
    """The view's rows as these events alone make them."""
    rows = Memory()
    refold_into(rows, view, events)
    return rows


def refold_into(rows: Memory, view: View, events: Sequence[Stored]) -> None:
    for stored in events:
        for handler in view.handlers.get(type(stored.fact), ()):
            handler(rows, stored.fact, stored.meta)


def deduction_at(events: Sequence[Stored], deduction_id: str) -> DeductionRow | None:
    return refold(deductions, events).get(DEDUCTIONS, deduction_id)


def ticket_at(events: Sequence[Stored], ticket_id: str) -> TicketRow | None:
    return refold(tickets, events).get(TICKETS, ticket_id)


def sealed_in(fact: Fact) -> list[Sealed]:
    values = (getattr(fact, name) for name in fact.__struct_fields__)
    return [value for value in values if isinstance(value, Sealed)]


def show(stored: Stored, texts: dict[Sealed, Any], *, whole: bool = False) -> dict[str, Any]:
    """An event for a reader: texts opened (null where the key is gone), instants in UTC, absent fields left out.

    `whole` adds what every event has in common: contract, token and role.
    """
    fact = stored.fact
    data = {}
    for name in fact.__struct_fields__:
        value = getattr(fact, name)
        if name not in BASE_FIELDS and value is not None:
            data[name] = _plain(value, texts)
    shown: dict[str, Any] = {
        "position": stored.position,
        "type": stored.type,
        "effective_at": show_instant(fact.effective_at),
        "recorded_at": show_instant(from_micros(stored.recorded_at)),
        "role": fact.role,
    }
    if whole:
        shown |= {"stream": stored.stream, "contract_id": fact.contract_id, "token_id": fact.token_id}
    return shown | {"data": data}


def _plain(value: Any, texts: dict[Sealed, Any]) -> Any:
    if isinstance(value, Sealed):
        return texts.get(value)
    if isinstance(value, datetime):
        return show_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, msgspec.Raw):
        return msgspec.json.decode(value)
    if isinstance(value, list):
        return [_plain(item, texts) for item in value]
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name), texts) for name in value.__struct_fields__}
    return value
