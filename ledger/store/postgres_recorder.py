"""The library's recorder for PostgreSQL, made ours: what `sqlite_recorder` does, in one round trip.

It passes the conformance base that the library ships. Schema and roles are made by whoever opens the ledger first.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg
from eventsourcing.persistence import InternalError, OperationalError, PersistenceError, StoredEvent
from eventsourcing.postgres import ConnectionPool, PostgresApplicationRecorder, PostgresDatastore
from psycopg.rows import dict_row

from ledger.store import schema
from ledger.store.batch import Batch
from ledger.store.format import SET_FORMAT, check_format
from ledger.store.postgres_database import check_url, configure_postgres, unavailable_server
from ledger.store.unavailable import Unavailable

APPEND_LOCK = 0x5C1E_D6E2  # one writer at a time appends, so that positions are in the order of commits


_APPEND = f"SELECT public.append_events({', '.join(f'{name} => %({name})s' for name in schema.APPEND_PARAMETERS)})"


class PostgresRecorder(PostgresApplicationRecorder):
    """Appends in one round trip: lock, check, events, commands, ids and keys in one statement; no NOTIFY."""

    def create_table(self) -> None:
        """The schema is made by `prepare_postgres`, with its owner's rights."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        batch: Batch = kwargs.get("batch") or Batch()
        providers, contracts = batch.columns(len(stored_events))
        commands, ids, keys = batch.commands, batch.ids, batch.keys
        values = {
            "seen": batch.seen_position,
            "read_streams": batch.read_streams,
            "read_contracts": batch.read_contracts,
            "streams": [str(event.originator_id) for event in stored_events],
            "versions": [event.originator_version for event in stored_events],
            "topics": [event.topic for event in stored_events],
            "states": [event.state for event in stored_events],
            "providers": providers,
            "contracts": contracts,
            "firsts": [command.first for command in commands],
            "lasts": [command.last for command in commands],
            "senders": [command.sender for command in commands],
            "command_ids": [command.command_id for command in commands],
            "names": [command.name for command in commands],
            "digests": [command.content_digest for command in commands],
            "id_namespaces": [taken.namespace for taken in ids],
            "ids": [taken.id for taken in ids],
            "id_firsts": [commands[taken.command].first for taken in ids],
            "key_ids": [key.key_id for key in keys],
            "key_providers": [key.provider for key in keys],
            "key_parties": [key.party for key in keys],
            "key_secrets": [key.secret for key in keys],
        }
        try:
            with self.datastore.get_connection() as connection:
                row = connection.execute(_APPEND, values, prepare=True).fetchone()
        except InternalError as error:
            if isinstance(error.__cause__, psycopg.errors.ReadOnlySqlTransaction):
                raise OperationalError(str(error)) from error.__cause__
            raise
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


# A ledger of this format may be older than the newest table; it gets what it lacks.
_IS_INCOMPLETE = "SELECT " + " OR ".join(
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
                append = schema.POSTGRES_APPEND.format(
                    lock=APPEND_LOCK,
                    most_behind=schema.MOST_BEHIND,
                    parameters=", ".join(f"{name} {kind}" for name, kind in schema.APPEND_PARAMETERS.items()),
                )
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
