"""One way to ask either database: SQL with named parameters, rows read by name, one connection a thread.

Nothing here knows a table. SQLite runs in WAL mode; `durable` connections wait for the disk at each commit,
the others (views, which can be made again) do not.
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import psycopg

from ledger.store.ledger_files import align_rights, sqlite_path
from ledger.store.schema import WRITER_ROLE
from ledger.store.unavailable import Unavailable, is_of_surroundings, spoils_connection, unavailable_file

Row = Any  # a named tuple of the statement's columns: read by name, never by number
Params = Mapping[str, Any]  # by the names that stand in the statement as `:name`
NO_PARAMS: Params = {}
BUSY_TIMEOUT_MS = 15_000


_PARAMETER = re.compile(r"'[^']*'|(?<!:):([a-z][a-z0-9_]*)")  # what is quoted is none


@cache
def postgres_sql(sql: str) -> str:
    """`:name`, as SQLite has it, is `%(name)s` to psycopg; `?` (rows written in bulk) is `%s`."""
    return _PARAMETER.sub(lambda found: f"%({found[1]})s" if found[1] else found[0], sql).replace("?", "%s")


@cache
def _row_of(columns: tuple[str, ...]) -> Callable[[Iterable[Any]], Row]:
    row: Any = namedtuple("Row", columns, rename=True)  # type: ignore[misc]
    make: Callable[[Iterable[Any]], Row] = row._make
    return make


def named_rows(description: Sequence[Any], rows: Iterable[Any]) -> list[Row]:
    """Rows with their columns' names: `row.position`."""
    make = _row_of(tuple(column[0] for column in description))
    return [make(row) for row in rows]


def listed(name: str, values: Iterable[Any]) -> tuple[str, dict[str, Any]]:
    """What stands in an `IN (…)`, and its parameters: two values of `id` are `:id_0,:id_1`."""
    params = {f"{name}_{number}": value for number, value in enumerate(values)}
    return ",".join(f":{key}" for key in params), params


def among(dialect: str, name: str, values: Iterable[str]) -> tuple[str, dict[str, Any]]:
    """The same for many values in one parameter: `id {among}`; a database plans it once, however many there are.

    SQLite looks names of parameters up one after the other, so that thousands of them would take long besides.
    """
    if dialect == "postgresql":
        return f"= ANY(:{name})", {name: list(values)}
    return f"IN (SELECT value FROM json_each(:{name}))", {name: json.dumps(list(values))}


class WriteTransaction(Protocol):
    """What runs inside `Database.transaction()`: all of it or nothing."""

    def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]: ...

    def tuples(self, sql: str, params: Params = NO_PARAMS) -> list[tuple[Any, ...]]:
        """Rows as they come, for what reads columns that it has itself written down (tables, pages of events)."""
        ...

    def execute(self, sql: str, params: Params | Sequence[Any] = NO_PARAMS) -> None: ...

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None: ...


class Database(Protocol):
    dialect: str

    def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        """Rows of one statement, outside any transaction of ours. Raises Unavailable."""
        ...

    @contextmanager
    def transaction(self) -> Iterator[WriteTransaction]: ...

    def close(self) -> None: ...


class _SqliteTransaction:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        cursor = self.connection.execute(sql, params)
        return named_rows(cursor.description or (), cursor.fetchall())

    def tuples(self, sql: str, params: Params = NO_PARAMS) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, params).fetchall()

    def execute(self, sql: str, params: Params | Sequence[Any] = NO_PARAMS) -> None:
        self.connection.execute(sql, params)

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self.connection.executemany(sql, rows)


class SqliteDatabase:
    """An SQLite file, one connection a thread."""

    dialect = "sqlite"

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self.path = path
        self.durable = durable
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    def connection(self) -> sqlite3.Connection:
        """This thread's. Raises Unavailable."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            try:
                found = self._connected()
            except sqlite3.DatabaseError as error:
                raise unavailable_file(self.path, error) from error
            self._local.connection = found
            with self._lock:
                self._all.append(found)
        return found

    def _connected(self) -> sqlite3.Connection:
        align_rights(self.path)
        connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_MS / 1000
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={'FULL' if self.durable else 'NORMAL'}")
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    @contextmanager
    def watched(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection, for one question or transaction; given up where it would fail for ever.

        Raises Unavailable where the file is at fault.
        """
        connection = self.connection()
        try:
            yield connection
        except sqlite3.DatabaseError as error:
            if not is_of_surroundings(error):
                raise
            if spoils_connection(error):
                self._give_up(connection)
            raise unavailable_file(self.path, error) from error

    def _give_up(self, connection: sqlite3.Connection) -> None:
        self._local.connection = None
        with self._lock:
            self._all.remove(connection)
        connection.close()

    def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        with self.watched() as connection:
            cursor = connection.execute(sql, params)
            return named_rows(cursor.description or (), cursor.fetchall())

    @contextmanager
    def transaction(self) -> Iterator[WriteTransaction]:
        with self.watched() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield _SqliteTransaction(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()
        self._local = threading.local()


class _PostgresTransaction:
    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self.connection = connection

    def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        cursor = self.connection.execute(postgres_sql(sql), params, prepare=True)
        return named_rows(cursor.description or (), cursor.fetchall())

    def tuples(self, sql: str, params: Params = NO_PARAMS) -> list[tuple[Any, ...]]:
        return self.connection.execute(postgres_sql(sql), params, prepare=True).fetchall()

    def execute(self, sql: str, params: Params | Sequence[Any] = NO_PARAMS) -> None:
        self.connection.execute(postgres_sql(sql), params)

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(postgres_sql(sql), rows)


def configure_postgres(connection: psycopg.Connection[Any]) -> None:
    """A session of ours: views first in the search path, and never more rights than the writer's role has."""
    connection.autocommit = True
    connection.execute("SET search_path = views, public")
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (WRITER_ROLE,)).fetchone():
        connection.execute(f"SET ROLE {WRITER_ROLE}")


# Not there, or there for reading alone: a standby, or one that its administrator has set so.
POSTGRES_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)


class PostgresDatabase:
    """A PostgreSQL database, one connection a thread; a lost connection is made anew at the next question."""

    dialect = "postgresql"

    def __init__(self, url: str, *, durable: bool = True) -> None:
        self.url = url
        self.durable = durable
        self._local = threading.local()
        self._all: list[psycopg.Connection[Row]] = []
        self._lock = threading.Lock()

    def connection(self) -> psycopg.Connection[Row]:
        found: psycopg.Connection[Row] | None = getattr(self._local, "connection", None)
        if found is None or found.closed or found.broken:
            try:
                found = psycopg.connect(self.url, connect_timeout=5)
            except psycopg.OperationalError as error:
                raise Unavailable(str(error)) from error
            configure_postgres(found)
            if not self.durable:
                found.execute("SET synchronous_commit = off")
            self._local.connection = found
            with self._lock:
                self._all = [kept for kept in self._all if not kept.closed] + [found]
        return found

    def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        try:
            cursor = self.connection().execute(postgres_sql(sql), params)
            return named_rows(cursor.description or (), cursor.fetchall())
        except POSTGRES_AWAY as error:
            raise Unavailable(str(error)) from error

    @contextmanager
    def transaction(self) -> Iterator[WriteTransaction]:
        try:
            connection = self.connection()
            with connection.transaction():
                yield _PostgresTransaction(connection)
        except POSTGRES_AWAY as error:
            raise Unavailable(str(error)) from error

    def close(self) -> None:
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()
        self._local = threading.local()


def has_table(database: Database, name: str) -> bool:
    if database.dialect == "sqlite":
        sql = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name) AS is_there"
    else:
        sql = "SELECT to_regclass(:name) IS NOT NULL AS is_there"
    return bool(database.query(sql, {"name": name})[0].is_there)


def open_database(url: str, *, durable: bool = True) -> SqliteDatabase | PostgresDatabase:
    """The database behind a URL: `sqlite:///relative`, `sqlite:////absolute` or `postgresql://…`.

    Asked nothing, it makes nothing: the store (`open_store`) makes a ledger where there is none.
    """
    if url.startswith("sqlite:///"):
        return SqliteDatabase(sqlite_path(url), durable=durable)
    return PostgresDatabase(url, durable=durable)
