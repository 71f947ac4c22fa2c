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

from eventsourcing.persistence import IntegrityError, Notification, OperationalError, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.values import to_micros
from ledger.store import schema
from ledger.store.batch import Batch
from ledger.store.database import BUSY_TIMEOUT_MS, listed
from ledger.store.format import SET_FORMAT, check_format
from ledger.store.keys import ADD_KEY
from ledger.store.ledger_files import align_rights, check_is_ledger, make_private
from ledger.store.unavailable import is_of_surroundings, spoils_connection

_LATEST = "SELECT notification_id, recorded_at FROM stored_events ORDER BY notification_id DESC LIMIT 1"
_SINCE = "SELECT originator_id, contract_id, provider FROM stored_events WHERE notification_id > :seen"
_ADD_EVENT = (
    "INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id, recorded_at, "
    "provider, contract_id) "
    "VALUES (:stream, :version, :topic, :state, :position, :recorded_at, :provider, :contract_id)"
)
_ADD_COMMAND = (
    "INSERT INTO commands (first_position, last_position, sender, command_id, name, content_digest) "
    "VALUES (:first, :last, :sender, :command_id, :name, :content_digest)"
)
_ADD_ID = "INSERT INTO known_ids (namespace, id, position) VALUES (:namespace, :id, :position)"


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

    def _append(self, raw: sqlite3.Connection, stored_events: Sequence[StoredEvent], batch: Batch) -> Sequence[int]:
        latest = raw.execute(_LATEST).fetchone()
        base, recorded_at = 0, to_micros(self._clock())
        if latest is not None:
            base, recorded_at = latest["notification_id"], max(recorded_at, latest["recorded_at"])
        if base > batch.seen_position and (batch.read_streams or batch.read_contracts):
            streams, whole = set(batch.read_streams), set(batch.read_contracts)
            for row in raw.execute(_SINCE, {"seen": batch.seen_position}):
                if (
                    row["originator_id"] in streams
                    or row["contract_id"] in whole
                    or f"provider:{row['provider']}" in whole
                ):
                    raise sqlite3.IntegrityError("a stream was appended to in the meantime")
        positions = range(base + 1, base + 1 + len(stored_events))
        providers, contracts = batch.columns(len(stored_events))
        raw.executemany(
            _ADD_EVENT,
            (
                {
                    "stream": str(event.originator_id),
                    "version": event.originator_version,
                    "topic": event.topic,
                    "state": event.state,
                    "position": position,
                    "recorded_at": recorded_at,
                    "provider": provider,
                    "contract_id": contract_id,
                }
                for event, position, provider, contract_id in zip(
                    stored_events, positions, providers, contracts, strict=True
                )
            ),
        )
        raw.executemany(
            _ADD_COMMAND,
            (
                {
                    "first": positions[command.first],
                    "last": positions[command.last],
                    "sender": command.sender,
                    "command_id": command.command_id,
                    "name": command.name,
                    "content_digest": command.content_digest,
                }
                for command in batch.commands
            ),
        )
        raw.executemany(
            _ADD_ID,
            (
                {
                    "namespace": taken.namespace,
                    "id": taken.id,
                    "position": base + 1 + batch.commands[taken.command].first,
                }
                for taken in batch.ids
            ),
        )
        raw.executemany(ADD_KEY, (key._asdict() for key in batch.keys))
        return list(positions)


def sqlite_recorder(path: Path, clock: Clock = system_clock) -> SqliteRecorder:
    """Makes the file and its tables where they are missing. Raises Unavailable."""
    check_is_ledger(path)
    make_private(path)
    align_rights(path)
    datastore = SQLiteDatastore(str(path), lock_timeout=BUSY_TIMEOUT_MS // 1000, originator_id_type="text")
    recorder = SqliteRecorder(datastore, clock)
    try:
        with datastore.get_connection(commit=True) as connection:
            check_format(connection._sqlite_conn.execute, sqlite3.OperationalError, str(path))
        recorder.create_table()
        with datastore.get_connection(commit=True) as connection:
            connection._sqlite_conn.execute(SET_FORMAT)
    except BaseException:
        datastore.close()  # what stays open may be read-only, and would be so for others of this process too
        raise
    return recorder
