"""The library's recorder for SQLite, made ours: positions without gaps, recorded time that never runs back, and
everything a command leaves behind in the transaction of its events.

It passes the conformance base that the library ships. Nothing is retried here: after a lost acknowledgement a second
insert would fail although the first succeeded, so the caller repeats the command by its id instead.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eventsourcing.persistence import IntegrityError, Notification, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.values import to_micros
from ledger.store import schema
from ledger.store.batch import Batch
from ledger.store.database import BUSY_TIMEOUT_MS, SqliteDatabase, WriteTransaction, listed
from ledger.store.format import SET_FORMAT
from ledger.store.keys import ADD_KEY
from ledger.store.ledger_files import align_rights, check_is_ledger, make_private

_LATEST = "SELECT notification_id, recorded_at FROM stored_events ORDER BY notification_id DESC LIMIT 1"
_SINCE = "SELECT originator_id, contract_id, provider FROM stored_events WHERE notification_id > :seen LIMIT :most"
# Whole rows, in the order of the columns that each names: names of parameters are looked up row by row.
_ADD_EVENT = (
    "INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id, recorded_at, "
    "provider, contract_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_ADD_COMMAND = (
    "INSERT INTO commands (first_position, last_position, sender, command_id, name, content_digest) "
    "VALUES (?, ?, ?, ?, ?, ?)"
)
_ADD_ID = "INSERT INTO known_ids (namespace, id, position) VALUES (?, ?, ?)"


class SqliteRecorder(SQLiteApplicationRecorder):
    """Appends with `BEGIN IMMEDIATE` and full durability; `clock` says when an event is recorded.

    `database` has the connections that append, `datastore` those that the library reads on.
    """

    def __init__(self, datastore: SQLiteDatastore, database: SqliteDatabase, clock: Clock = system_clock) -> None:
        super().__init__(datastore)
        self.database = database
        self._clock = clock

    def close(self) -> None:
        self.datastore.close()
        self.database.close()

    def construct_create_table_statements(self) -> list[str]:
        return [*schema.SQLITE_TABLES, *schema.SQLITE_TRIGGERS]

    def create_table(self) -> None:
        """As a writer from the first statement on: who becomes one halfway is told at once that others write."""
        with self.database.transaction() as transaction:
            for statement in (*self.create_table_statements, SET_FORMAT):
                transaction.execute(statement)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """On the connection that this thread asks its questions on, whose pages are then those just written."""
        batch: Batch = kwargs.get("batch") or Batch()
        try:
            with self.database.transaction() as transaction:
                return self._append(transaction, stored_events, batch)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(error) from error

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
        conditions, params = ["1 = 1"], dict[str, Any](limit=limit)
        if start is not None:
            conditions.append("notification_id >= :start" if inclusive_of_start else "notification_id > :start")
            params["start"] = start
        if stop is not None:
            conditions.append("notification_id <= :stop")
            params["stop"] = stop
        if topics:
            among, values = listed("topic", topics)
            conditions.append(f"topic IN ({among})")
            params.update(values)
        sql = (
            "SELECT originator_id, originator_version, topic, state, notification_id FROM stored_events "
            f"WHERE {' AND '.join(conditions)} ORDER BY notification_id LIMIT :limit"
        )
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(sql, params)
            return [
                Notification(
                    originator_id=row["originator_id"],
                    originator_version=row["originator_version"],
                    topic=row["topic"],
                    state=row["state"],
                    id=row["notification_id"],
                )
                for row in cursor.fetchall()
            ]

    def _append(
        self, transaction: WriteTransaction, stored_events: Sequence[StoredEvent], batch: Batch
    ) -> Sequence[int]:
        base, recorded_at = 0, to_micros(self._clock())
        for latest in transaction.query(_LATEST):
            base, recorded_at = latest.notification_id, max(recorded_at, latest.recorded_at)
        if base > batch.seen_position and (batch.read_streams or batch.read_contracts):
            self._check_unchanged(transaction, batch)
        positions = range(base + 1, base + 1 + len(stored_events))
        providers, contracts = batch.columns(len(stored_events))
        transaction.execute_many(
            _ADD_EVENT,
            [
                (str(of.originator_id), of.originator_version, of.topic, of.state, position, recorded_at, *whose)
                for of, position, *whose in zip(stored_events, positions, providers, contracts, strict=True)
            ],
        )
        transaction.execute_many(
            _ADD_COMMAND,
            [
                (positions[of.first], positions[of.last], of.sender, of.command_id, of.name, of.content_digest)
                for of in batch.commands
            ],
        )
        firsts = [positions[command.first] for command in batch.commands]
        transaction.execute_many(_ADD_ID, [(of.namespace, of.id, firsts[of.command]) for of in batch.ids])
        for key in batch.keys:
            transaction.execute(ADD_KEY, key._asdict())
        return list(positions)

    def _check_unchanged(self, transaction: WriteTransaction, batch: Batch) -> None:
        streams, whole = set(batch.read_streams), set(batch.read_contracts)
        since = transaction.query(_SINCE, {"seen": batch.seen_position, "most": schema.MOST_MISSED + 1})
        for row in since:
            if (
                len(since) > schema.MOST_MISSED
                or row.originator_id in streams
                or row.contract_id in whole
                or f"provider:{row.provider}" in whole
            ):
                raise sqlite3.IntegrityError("a stream was appended to in the meantime")


def sqlite_recorder(path: Path, clock: Clock = system_clock) -> SqliteRecorder:
    """Makes the file and its tables where they are missing. Raises Unavailable."""
    check_is_ledger(path)
    make_private(path)
    align_rights(path)
    datastore = SQLiteDatastore(str(path), lock_timeout=BUSY_TIMEOUT_MS // 1000, originator_id_type="text")
    recorder = SqliteRecorder(datastore, SqliteDatabase(path), clock)
    try:
        recorder.database.check_format()
        recorder.create_table()
    except BaseException:
        recorder.close()  # what stays open may be read-only, and would be so for others of this process too
        raise
    return recorder
