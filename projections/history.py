"""The events themselves: of some streams, or all of them for those who audit; and what they come to in the past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from ledger.events import Fact, Sealed
from ledger.kernel.access import Actor, check_reads_events
from ledger.kernel.errors import Refusal
from ledger.kernel.mapper import decode, event_type, stored_topics
from ledger.kernel.values import show_instant, to_micros
from ledger.store.database import Row, listed
from projections.asking import Condition, Page, PageAsked, all_of, equal
from projections.reader import AsOf, Snapshot, open_texts, view_position
from projections.views import EventMeta, Memory, View

BASE_FIELDS = frozenset({"contract_id", "effective_at", "token_id", "role"})


@dataclass(slots=True, frozen=True)
class StoredFact:
    """One event of the history: where it stands, in which stream, and what it says."""

    position: int
    stream: str
    version: int
    recorded_at: int
    type: str
    fact: Fact

    @property
    def meta(self) -> EventMeta:
        return EventMeta(self.position, to_micros(self.fact.effective_at), self.recorded_at)


@dataclass(slots=True, frozen=True)
class ToldFact:
    """An event for a reader: `data` are its own fields as JSON has them, texts opened, absent fields left out."""

    stored: StoredFact
    data: dict[str, Any]


@dataclass(slots=True, frozen=True)
class AuditedFact:
    """An event, and the accepted command that it came of; None where no command recorded it, which `verify` names."""

    told: ToldFact
    command_id: str | None
    command: str | None


_COLUMNS = "e.notification_id, e.originator_id, e.originator_version, e.recorded_at, e.topic, e.state"


def _stored(row: Row) -> StoredFact:
    fact = decode(row.topic, bytes(row.state))
    return StoredFact(
        row.notification_id, row.originator_id, row.originator_version, row.recorded_at, event_type(row.topic), fact
    )


# -- questions -----------------------------------------------------------------------------------------------


async def stream_events(
    snapshot: Snapshot, view: View, streams: Sequence[str], as_of: AsOf
) -> dict[str, list[StoredFact]]:
    """What concerns a view of the events of streams, up to a place in both times: by stream, in order."""
    found: dict[str, list[StoredFact]] = defaultdict(list)
    if streams:
        among, params = listed("stream", streams)
        of_view, topics = listed("topic", stored_topics(*view.handlers))
        sql = (
            f"SELECT {_COLUMNS} FROM stored_events e WHERE e.originator_id IN ({among}) AND e.topic IN ({of_view}) "
            "AND e.notification_id <= :position ORDER BY e.notification_id"
        )
        for row in await snapshot.query(sql, params | topics | {"position": as_of.position}):
            stored = _stored(row)
            if as_of.current or to_micros(stored.fact.effective_at) <= as_of.at:
                found[stored.stream].append(stored)
    return found


async def stream_history(snapshot: Snapshot, stream: str, as_of: AsOf, page: PageAsked) -> Page[ToldFact]:
    """The events of one stream up to a place in both times, in order; a page of the past may be short."""
    read = ("e.notification_id <= :position", {"position": as_of.position})
    condition, params = all_of(equal("e", originator_id=stream), read, page.past("e.originator_version"))
    limited, limit = page.limited
    sql = f"SELECT {_COLUMNS} FROM stored_events e WHERE {condition} ORDER BY e.originator_version{limited}"
    found = [_stored(row) for row in await snapshot.query(sql, params | limit)]
    shown, next_after = page.cut(found, lambda one: (one.version,))
    if not as_of.current:
        shown = [one for one in shown if to_micros(one.fact.effective_at) <= as_of.at]
    texts = await open_texts(snapshot, [box for one in shown for box in sealed_in(one.fact)])
    told = [tell(one, texts) for one in shown]
    return Page(as_of.position, told, next_after, lambda one: (one.stored.version,))


async def list_events(snapshot: Snapshot, actor: Actor, page: PageAsked) -> Page[AuditedFact]:
    """The history in order, as far as the views have read, of the actor's provider where it has one.

    Raises Refusal forbidden.
    """
    check_reads_events(actor)
    position = await view_position(snapshot)
    read = ("e.notification_id <= :position", {"position": position})
    found = await _audited(snapshot, actor, all_of(read, page.past("e.notification_id")), page.limited)
    shown, next_after = page.cut(found, _place)
    return Page(position, shown, next_after, _place)


def _place(one: AuditedFact) -> tuple[int]:
    return (one.told.stored.position,)


async def find_event(snapshot: Snapshot, actor: Actor, position: int) -> AuditedFact:
    """The event at a position. Raises Refusal forbidden, not-found."""
    check_reads_events(actor)
    for found in await _audited(snapshot, actor, equal("e", notification_id=position)):
        return found
    raise Refusal("not-found", f"There is no event at position {position}.", at=position)


async def list_events_at(snapshot: Snapshot, actor: Actor, positions: Sequence[int]) -> list[AuditedFact]:
    """The events at some positions, in their order: what a line of a document rests on (M6).

    Raises Refusal forbidden.
    """
    check_reads_events(actor)
    if not positions:
        return []
    places, params = listed("at", positions)
    return await _audited(snapshot, actor, (f"e.notification_id IN ({places})", params))


async def _audited(
    snapshot: Snapshot, actor: Actor, which: Condition, limited: Condition = ("", {})
) -> list[AuditedFact]:
    """Commands tile the history, so that the command of an event is the last to begin at or before it."""
    condition, params = all_of(which, equal("e", provider=actor.provider))
    limit, count = limited
    sql = (
        f"SELECT f.*, c.command_id, c.name AS command FROM (SELECT {_COLUMNS}, "
        "(SELECT max(first_position) FROM commands WHERE first_position <= e.notification_id) AS first_position "
        f"FROM stored_events e WHERE {condition} ORDER BY e.notification_id{limit}) f "
        "LEFT JOIN commands c ON c.first_position = f.first_position AND c.last_position >= f.notification_id "
        "ORDER BY f.notification_id"
    )
    rows = [(_stored(row), row) for row in await snapshot.query(sql, params | count)]
    texts = await open_texts(snapshot, [box for stored, _ in rows for box in sealed_in(stored.fact)])
    return [AuditedFact(tell(stored, texts), row.command_id, row.command) for stored, row in rows]


# -- what events come to -------------------------------------------------------------------------------------


def refold(view: View, events: Sequence[StoredFact]) -> Memory:
    """The view's rows as these events alone make them."""
    rows = Memory()
    refold_into(rows, view, events)
    return rows


def refold_into(rows: Memory, view: View, events: Sequence[StoredFact]) -> None:
    for stored in events:
        for handler in view.handlers.get(type(stored.fact), ()):
            handler(rows, stored.fact, stored.meta)


# -- telling an event ----------------------------------------------------------------------------------------


def sealed_in(fact: Fact) -> list[Sealed]:
    return [value for value in msgspec.structs.astuple(fact) if isinstance(value, Sealed)]


def tell(stored: StoredFact, texts: dict[Sealed, Any]) -> ToldFact:
    """An event with its texts opened (null where the key is gone) and its instants in UTC."""
    data = {
        name: _plain(value, texts)
        for name, value in msgspec.structs.asdict(stored.fact).items()
        if name not in BASE_FIELDS and value is not None
    }
    return ToldFact(stored, data)


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
        return {name: _plain(one, texts) for name, one in msgspec.structs.asdict(value).items()}
    return value
