"""Reading the views, without blocking: SQLite in the caller's loop (microseconds), PostgreSQL over a pool.

A `Snapshot` answers several questions as of one position. `Times` is what a question says of both times, `AsOf` its
place in them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from ledger.events import Sealed
from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import end_of_day, show_instant, to_micros
from ledger.store.database import (
    NO_PARAMS,
    Params,
    Row,
    SqliteDatabase,
    listed,
    named_rows,
    open_database,
)
from ledger.store.keys import unseal
from projections.asking import Condition, all_of, equal

Moment = datetime | date  # an instant, or a day: all of it


@dataclass(slots=True, frozen=True)
class Times:
    """When something was to be true, and when to be known; neither: now (§ 6)."""

    as_of: Moment | None = None
    known_at: Moment | None = None

    @property
    def is_now(self) -> bool:
        return self.as_of is None and self.known_at is None


NOW = Times()


@dataclass(slots=True, frozen=True)
class AsOf:
    """Effective at or before `at` (microseconds), recorded at or before `position`; `current` where none was asked."""

    at: int
    position: int
    current: bool

    @property
    def params(self) -> dict[str, int]:
        """The place, as questions name it."""
        return {"at": self.at, "position": self.position}

    def reached(self, alias: str) -> Condition:
        """The condition of what is effective and known by then."""
        return f"{alias}.effective_at <= :at AND {alias}.position <= :position", self.params


class Snapshot(Protocol):
    clock: Clock

    async def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]: ...


class Reader(Protocol):
    clock: Clock

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]: ...

    async def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]: ...

    async def query_often(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        """The same for the few statements that are asked all the time: planned once, whatever is asked for."""
        ...

    async def close(self) -> None: ...


class _SqliteSnapshot:
    def __init__(self, connection: sqlite3.Connection, clock: Clock) -> None:
        self.connection = connection
        self.clock = clock

    async def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        cursor = self.connection.execute(sql, params)
        return named_rows(cursor.description or (), cursor.fetchall())


class SqliteReader:
    """Questions never suspend, so nothing else runs between the begin and the end of a snapshot."""

    def __init__(self, database: SqliteDatabase, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    async def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        return self.database.query(sql, params)

    query_often = query

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        with self.database.watched() as connection:
            connection.execute("BEGIN")
            try:
                yield _SqliteSnapshot(connection, self.clock)
            finally:
                if connection.in_transaction:
                    connection.execute("COMMIT")

    async def close(self) -> None:
        self.database.close()


def open_reader(url: str, clock: Clock = system_clock) -> Reader:
    database = open_database(url, durable=False)
    if isinstance(database, SqliteDatabase):
        return SqliteReader(database, clock)

    from projections.postgres_reader import PostgresReader  # with its driver, which takes long to load

    return PostgresReader(url, clock)


async def view_position(snapshot: Snapshot) -> int:
    """How far the views had read."""
    rows = await snapshot.query("SELECT position FROM view_position")
    return int(rows[0].position) if rows else 0


def show_moment(moment: Moment) -> str:
    return show_instant(moment) if isinstance(moment, datetime) else moment.isoformat()


def wrong_way_round(first: Moment, last: Moment, field: str = "from") -> Refusal:
    """What is said of a period that begins after its end."""
    return malformed(field, FieldFault("wrong_way_round", {"first": show_moment(first), "last": show_moment(last)}))


def check_right_way_round(first: Moment | None, last: Moment | None) -> None:
    """Raises Refusal malformed for two days, or instants, that are the wrong way round.

    A day and an instant can't be told apart without a zone; where there are several, nothing lies between them.
    """
    if first is not None and last is not None and type(first) is type(last) and first > last:
        raise wrong_way_round(first, last)


def last_instant(moment: Moment, zone: str) -> int:
    """The last instant (microseconds) that counts: itself, or for a day the one before the next midnight (§ 6)."""
    if isinstance(moment, datetime):
        return to_micros(moment)
    return to_micros(end_of_day(moment, zone)) - 1


# Recorded time never decreases along positions: the last of the index is the last of all that was recorded by then.
_LAST_RECORDED = (
    "SELECT notification_id AS last FROM stored_events WHERE recorded_at <= :known_at "
    "ORDER BY recorded_at DESC, notification_id DESC LIMIT 1"
)


async def resolve_as_of(
    snapshot: Snapshot,
    as_of: Moment | None,
    known_at: Moment | None,
    zone: str,
    contract_id: str | None = None,
) -> AsOf:
    """The question's place in effective and recorded time; `known_at` alone sets `as_of` to the same instant (§ 6).

    Now is `current`, and answered from the rows as they are, unless something is post-dated (`projections.post_dated`).
    """
    if as_of is None and known_at is None:
        now = to_micros(snapshot.clock())
        condition, params = all_of(equal("p", contract_id=contract_id), ("p.effective_at > :now", {"now": now}))
        sql = f"SELECT position, EXISTS (SELECT 1 FROM post_dated p WHERE {condition}) AS is_ahead FROM view_position"
        found = (await snapshot.query(sql, params))[0]
        return AsOf(now, int(found.position), current=not found.is_ahead)
    position = await view_position(snapshot)
    at = last_instant(as_of if as_of is not None else known_at, zone)  # type: ignore[arg-type]
    if known_at is not None:
        known = await snapshot.query(_LAST_RECORDED, {"known_at": last_instant(known_at, zone)})
        position = min(position, int(known[0].last)) if known else 0
    return AsOf(at, position, current=False)


def existed(effective_at: int, position: int, as_of: AsOf) -> bool:
    """Whether something counts at a place in both times; now, also what begins a little later (at most a day)."""
    return position <= as_of.position and (as_of.current or effective_at <= as_of.at)


async def open_texts(snapshot: Snapshot, sealed: Sequence[Sealed]) -> dict[Sealed, Any]:
    """The contents of sealed texts, those whose key is gone left out."""
    key_ids = sorted({one.key_id for one in sealed})
    if not key_ids:
        return {}
    places, params = listed("key_id", key_ids)
    rows = await snapshot.query(f"SELECT key_id, secret FROM party_keys WHERE key_id IN ({places})", params)
    return unseal(sealed, {row.key_id: bytes(row.secret) for row in rows})
