"""The library's recorder for PostgreSQL, made ours: what `sqlite_recorder` does, in one round trip.

It passes the conformance base that the library ships. Schema and roles are made by whoever opens the ledger first.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgspec
import psycopg
from eventsourcing.persistence import InternalError, OperationalError, PersistenceError, StoredEvent
from eventsourcing.postgres import ConnectionPool, PostgresApplicationRecorder, PostgresDatastore
from psycopg.rows import dict_row

from ledger.store import schema
from ledger.store.batch import Batch
from ledger.store.format import SET_FORMAT, check_format
from ledger.store.postgres_database import check_alive, check_url, configure_postgres, unavailable_server
from ledger.store.unavailable import Unavailable

APPEND_LOCK = 0x5C1E_D6E2  # one writer at a time appends, so that positions are in the order of commits
_APPEND = "SELECT public.append_events(%s::jsonb)"


class PostgresRecorder(PostgresApplicationRecorder):
    """Appends in one round trip: lock, check, events, commands, ids and keys in one statement; no NOTIFY."""

    def create_table(self) -> None:
        """The schema is made by `prepare_postgres`, with its owner's rights."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        batch: Batch = kwargs.get("batch") or Batch()
        asked = msgspec.json.encode(_asked(stored_events, batch)).decode()  # bytes in it are base64
        try:
            with self.datastore.get_connection() as connection:
                row = connection.execute(_APPEND, (asked,), prepare=True).fetchone()
        except InternalError as error:
            if isinstance(error.__cause__, psycopg.errors.ReadOnlySqlTransaction):
                raise OperationalError(str(error)) from error.__cause__
            raise
        assert row is not None
        base = int(row["append_events"])
        return list(range(base + 1, base + 1 + len(stored_events)))


def _asked(events: Sequence[StoredEvent], batch: Batch) -> dict[str, Any]:
    """What `append_events` reads: all that is saved, and what the decisions rest on."""
    return {
        "seen_position": batch.seen_position,
        "read_streams": batch.read_streams,
        "read_contracts": batch.read_contracts,
        "events": [
            {
                "stream": str(event.originator_id),
                "version": event.originator_version,
                "topic": event.topic,
                "state": event.state,
                "provider": provider,
                "contract": contract,
            }
            for event, provider, contract in zip(events, *batch.columns(len(events)), strict=True)
        ],
        "commands": [
            {
                "first": command.first,
                "last": command.last,
                "sender": command.sender,
                "command_id": command.command_id,
                "name": command.name,
                "content_digest": command.content_digest,
            }
            for command in batch.commands
        ],
        "ids": [
            {"namespace": taken.namespace, "id": taken.id, "first": batch.commands[taken.command].first}
            for taken in batch.ids
        ],
        "keys": [key._asdict() for key in batch.keys],
    }


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
            check=check_alive,
            timeout=5.0,
            max_lifetime=3600.0,
        )


# A ledger of this format may be older than the newest table or function; it gets what it lacks.
_IS_INCOMPLETE = "SELECT to_regprocedure('public.append_events(jsonb)') IS NULL OR " + " OR ".join(
    f"to_regclass('public.{table}') IS NULL" for table in ("ledger_format", "feed_secrets", "sign_ins", "snapshots")
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
            check_format(connection.execute, psycopg.errors.UndefinedTable, "The database")
            if connection.execute(_IS_INCOMPLETE).fetchone() == (True,):
                append = schema.POSTGRES_APPEND.format(lock=APPEND_LOCK, most_missed=schema.MOST_MISSED)
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
    """Makes what is missing. Raises Unavailable."""
    check_url(url)
    try:
        prepare_postgres(url)
        return PostgresRecorder(LedgerPostgresDatastore(url))
    except psycopg.errors.InsufficientPrivilege as error:
        raise Unavailable(f"{error}; a user with the right to do so prepares the database once: see README") from error
    except (PersistenceError, psycopg.Error) as error:
        raise unavailable_server(url, error) from error
