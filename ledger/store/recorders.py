"""The library's recorders, made ours: positions without gaps, recorded time that never runs back, and everything
a command leaves behind (its id, the ids it took, new keys) in the transaction of its events.

Both pass the conformance bases that the library ships. Nothing is retried here: after a lost acknowledgement a
second insert would fail although the first succeeded, so the caller repeats the command by its id instead.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from eventsourcing.persistence import IntegrityError, Notification, OperationalError, StoredEvent
from eventsourcing.postgres import ConnectionPool, PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from psycopg.rows import dict_row

from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.values import to_micros
from ledger.store import schema
from ledger.store.database import BUSY_TIMEOUT_MS, configure_postgres
from ledger.store.files import align_rights, check_is_ledger, make_private
from ledger.store.unavailable import OldFormatError, is_of_surroundings, spoils_connection

SET_FORMAT = f"INSERT INTO ledger_format VALUES ({schema.FORMAT}) ON CONFLICT DO NOTHING"
APPEND_LOCK = 0x5C1E_D6E2  # one writer at a time appends, so that positions are in the order of commits


@dataclass(slots=True)
class CommandRow:
    """An accepted command: which of the saved events are its own, counted from the first; `sender` is a scope (C12)."""

    first: int
    last: int
    sender: str
    command_id: str
    name: str
    content_digest: bytes
    provider: str | None
    contract_id: str | None

    def is_same(self, name: str, content_digest: bytes) -> bool:
        return (self.name, self.content_digest) == (name, content_digest)


@dataclass(slots=True)
class Batch:
    """What is saved beside the events of one transaction."""

    commands: list[CommandRow] = field(default_factory=list)
    ids: list[tuple[str, str, int]] = field(default_factory=list)  # namespace, id, index of the command
    keys: Sequence[tuple[str, str, str, bytes]] = ()  # key_id, provider, party, secret
    seen_position: int = 0  # the decisions rest on `read_streams` as of this position; a later append is a conflict
    read_streams: list[str] = field(default_factory=list)
    # Likewise contracts, or all contracts of a provider (`provider:ID`), whose whole history was looked through.
    read_contracts: list[str] = field(default_factory=list)

    def columns(self, events: int) -> tuple[list[str | None], list[str | None]]:
        """Provider and contract of each event."""
        providers: list[str | None] = [None] * events
        contracts: list[str | None] = [None] * events
        for command in self.commands:
            for index in range(command.first, command.last + 1):
                providers[index], contracts[index] = command.provider, command.contract_id
        return providers, contracts


class SqliteRecorder(SQLiteApplicationRecorder):
    """Appends with `BEGIN IMMEDIATE` and full durability; `clock` says when an event is recorded."""

    def __init__(self, datastore: SQLiteDatastore, clock: Clock = system_clock) -> None:
        super().__init__(datastore)
        self._clock = clock

    def construct_create_table_statements(self) -> list[str]:
        return [*schema.SQLITE_TABLES, *schema.SQLITE_TRIGGERS]

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        batch: Batch = kwargs.get("batch") or Batch()
        with self.datastore.get_connection(commit=True) as connection:
            raw = connection._sqlite_conn
            try:
                raw.execute("BEGIN IMMEDIATE")
                positions = self._append(raw, stored_events, batch)
                raw.execute("COMMIT")
            except BaseException as error:
                if raw.in_transaction:
                    raw.execute("ROLLBACK")
                if isinstance(error, sqlite3.IntegrityError):
                    raise IntegrityError(error) from error
                if isinstance(error, sqlite3.DatabaseError) and is_of_surroundings(error):
                    if spoils_connection(error):
                        connection.close()
                    raise OperationalError(error) from error
                raise
        return positions

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Events in the order of their positions, as the library asks for them."""
        conditions, params = ["1 = 1"], list[Any]()
        for condition, value in (
            ("notification_id >= ?" if inclusive_of_start else "notification_id > ?", start),
            ("notification_id <= ?", stop),
        ):
            if value is not None:
                conditions.append(condition)
                params.append(value)
        if topics:
            conditions.append(f"topic IN ({','.join('?' * len(topics))})")
            params.extend(topics)
        sql = (
            "SELECT originator_id, originator_version, topic, state, notification_id FROM stored_events "
            f"WHERE {' AND '.join(conditions)} ORDER BY notification_id LIMIT ?"
        )
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(sql, [*params, limit])
            return [Notification(row[0], row[1], row[2], row[3], id=row[4]) for row in cursor.fetchall()]

    def _append(self, raw: sqlite3.Connection, stored_events: Sequence[StoredEvent], batch: Batch) -> Sequence[int]:
        last = raw.execute(
            "SELECT notification_id, recorded_at FROM stored_events ORDER BY notification_id DESC LIMIT 1"
        ).fetchone()
        now = to_micros(self._clock())
        base, recorded_at = (last[0], max(now, last[1])) if last else (0, now)
        if base > batch.seen_position and (batch.read_streams or batch.read_contracts):
            sql = "SELECT originator_id, contract_id, provider FROM stored_events WHERE notification_id > ?"
            streams, whole = set(batch.read_streams), set(batch.read_contracts)
            for stream, contract_id, provider in raw.execute(sql, (batch.seen_position,)):
                if stream not in streams and contract_id not in whole and f"provider:{provider}" not in whole:
                    continue
                raise sqlite3.IntegrityError("a stream was appended to in the meantime")
        providers, contracts = batch.columns(len(stored_events))
        raw.executemany(
            "INSERT INTO stored_events VALUES (?,?,?,?,?,?,?,?)",
            [
                (
                    str(e.originator_id),
                    e.originator_version,
                    e.topic,
                    e.state,
                    base + n,
                    recorded_at,
                    provider,
                    contract,
                )
                for n, (e, provider, contract) in enumerate(zip(stored_events, providers, contracts, strict=True), 1)
            ],
        )
        raw.executemany(
            "INSERT INTO commands VALUES (?,?,?,?,?,?)",
            [
                (base + c.first + 1, base + c.last + 1, c.sender, c.command_id, c.name, c.content_digest)
                for c in batch.commands
            ],
        )
        raw.executemany(
            "INSERT INTO known_ids VALUES (?,?,?)",
            [(namespace, id_, base + batch.commands[index].first + 1) for namespace, id_, index in batch.ids],
        )
        raw.executemany("INSERT INTO party_keys VALUES (?,?,?,?)", batch.keys)
        return list(range(base + 1, base + 1 + len(stored_events)))


_APPEND = f"SELECT public.append_events({', '.join(['%s'] * 22)})"


class PostgresRecorder(PostgresApplicationRecorder):
    """Appends in one round trip: lock, check, events, commands, ids and keys in one statement; no NOTIFY."""

    def create_table(self) -> None:
        """The schema is made by `prepare_postgres`, with its owner's rights."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        batch: Batch = kwargs.get("batch") or Batch()
        providers, contracts = batch.columns(len(stored_events))
        commands, ids, keys = batch.commands, batch.ids, batch.keys
        values = (
            batch.seen_position,
            batch.read_streams,
            batch.read_contracts,
            [str(e.originator_id) for e in stored_events],
            [e.originator_version for e in stored_events],
            [e.topic for e in stored_events],
            [e.state for e in stored_events],
            providers,
            contracts,
            [c.first for c in commands],
            [c.last for c in commands],
            [c.sender for c in commands],
            [c.command_id for c in commands],
            [c.name for c in commands],
            [c.content_digest for c in commands],
            [namespace for namespace, _, _ in ids],
            [id_ for _, id_, _ in ids],
            [commands[index].first for _, _, index in ids],
            *([key[n] for key in keys] for n in range(4)),
        )
        with self.datastore.get_connection() as connection:
            row = connection.execute(_APPEND, values, prepare=True).fetchone()
        assert row is not None
        base = int(row["append_events"])
        return list(range(base + 1, base + 1 + len(stored_events)))


class LedgerPostgresDatastore(PostgresDatastore):
    """The library's datastore over a whole connection URL (sslmode and all), in the writer's role."""

    def __init__(self, url: str) -> None:
        super().__init__(dbname="", host="", port="", user="", password="", originator_id_type="text")
        self.pool = ConnectionPool(
            url,
            kwargs={"row_factory": dict_row, "connect_timeout": 5},
            min_size=1,
            max_size=4,
            open=False,
            configure=configure_postgres,
            timeout=5.0,
            max_lifetime=3600.0,
        )


def sqlite_recorder(path: Path, clock: Clock = system_clock) -> SqliteRecorder:
    """Makes the file, its folder and its tables where they are missing. Raises Unavailable."""
    check_is_ledger(path)
    make_private(path)
    align_rights(path)
    datastore = SQLiteDatastore(str(path), lock_timeout=BUSY_TIMEOUT_MS // 1000, originator_id_type="text")
    recorder = SqliteRecorder(datastore, clock)
    try:
        with datastore.get_connection(commit=True) as connection:
            check_format(connection._sqlite_conn.execute, str(path))
        recorder.create_table()
        with datastore.get_connection(commit=True) as connection:
            connection._sqlite_conn.execute(SET_FORMAT)
    except BaseException:
        datastore.close()  # what stays open may be read-only, and would be so for others of this process too
        raise
    return recorder


def check_format(execute: Callable[[str], Any], place: str) -> None:
    """Raises OldFormatError where events were stored before their present shapes (decision 16)."""
    try:
        if execute("SELECT 1 FROM stored_events LIMIT 1").fetchone() is None:
            return
    except (sqlite3.OperationalError, psycopg.errors.UndefinedTable):
        return  # there is no ledger yet
    try:
        found = execute("SELECT max(version) FROM ledger_format").fetchone()
    except (sqlite3.OperationalError, psycopg.errors.UndefinedTable):
        found = None
    if tuple(found or ()) != (schema.FORMAT,):
        raise OldFormatError(
            f"{place} holds a ledger of an earlier version, whose events this one does not read. Keep that version for "
            f"it, or begin a new ledger and import its commands there."
        )


def prepare_postgres(url: str) -> None:
    """Makes tables, triggers, the writer's role and the views' schema where they are missing, with our own rights."""
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        connection.execute("SET search_path = public")
        connection.execute("SELECT pg_advisory_lock(%s)", (APPEND_LOCK,))
        try:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (schema.WRITER_ROLE,)).fetchone():
                # another ledger on this server may make it in the same instant
                with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
                    connection.execute(f"CREATE ROLE {schema.WRITER_ROLE} NOLOGIN")
            check_format(connection.execute, "The database")
            if connection.execute("SELECT to_regclass('public.ledger_format')").fetchone() == (None,):
                append = schema.POSTGRES_APPEND.format(lock=APPEND_LOCK)
                with connection.transaction():
                    connection.execute(f"GRANT {schema.WRITER_ROLE} TO CURRENT_USER")
                    for statement in (
                        *schema.POSTGRES_TABLES,
                        *schema.POSTGRES_TRIGGERS,
                        append,
                        *schema.POSTGRES_GRANTS,
                        SET_FORMAT,
                    ):
                        connection.execute(statement)
            if connection.execute("SELECT pg_has_role(%s, 'MEMBER')", (schema.WRITER_ROLE,)).fetchone() != (True,):
                raise psycopg.errors.InsufficientPrivilege(f"the database user is no member of {schema.WRITER_ROLE}")
        finally:
            connection.execute("SELECT pg_advisory_unlock(%s)", (APPEND_LOCK,))


def postgres_recorder(url: str) -> PostgresRecorder:
    prepare_postgres(url)
    return PostgresRecorder(LedgerPostgresDatastore(url))
