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
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Protocol

from ledger.store.format import check_format
from ledger.store.ledger_files import align_rights, sqlite_path
from ledger.store.unavailable import Unavailable, is_of_surroundings, spoils_connection, unavailable_file

Row = Any  # a named tuple of the statement's columns: read by name, never by number
Params = Mapping[str, Any]  # by the names that stand in the statement as `:name`
NO_PARAMS: Params = {}
BUSY_TIMEOUT_MS = 15_000


_PARAMETER = re.compile(r"'[^']*'|(?<!:):([a-z][a-z0-9_]*)")  # what is quoted is none


@lru_cache(maxsize=1000)  # of at most some kB each: a list of ids makes a statement of its own for each length
def postgres_sql(sql: str) -> str:
    """`:name`, as SQLite has it, is `%(name)s` to psycopg; `?` (rows written in bulk) is `%s`."""
    return _PARAMETER.sub(lambda found: f"%({found[1]})s" if found[1] else found[0], sql).replace("?", "%s")


@cache
def _row_of(columns: tuple[str, ...]) -> Callable[[Iterable[Any]], Row]:
    row: Any = namedtuple("Row", columns, rename=True)  # type: ignore[misc]
    make: Callable[[Iterable[Any]], Row] = row._make
    return make


def named_rows(description: Sequence[Any], rows: Sequence[Any]) -> list[Row]:
    """Rows with their columns' names: `row.position`."""
    if not rows:
        return []
    make = _row_of(tuple(column[0] for column in description))
    return [make(row) for row in rows]


def listed(name: str, values: Iterable[Any]) -> tuple[str, dict[str, Any]]:
    """What stands in an `IN (…)`, and its parameters: two values of `id` are `:id_0,:id_1`."""
    params = {f"{name}_{number}": value for number, value in enumerate(values)}
    return ",".join(f":{key}" for key in params), params


def among(dialect: str, name: str, values: Sequence[str] | Sequence[int]) -> tuple[str, dict[str, Any]]:
    """The same for many values in one parameter: `id {among}`; a database plans it once, however many there are.

    SQLite looks names of parameters up one after the other, so that thousands of them would take long besides.
    """
    if len(values) == 1:
        return f"= :{name}", {name: values[0]}
    if dialect == "postgresql":
        return f"= ANY(:{name})", {name: list(values)}
    return f"IN (SELECT value FROM json_each(:{name}))", {name: json.dumps(values)}


def looked_up(dialect: str, sql: str, name: str, values: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """A statement for many values, `{among}` in it, that looks each up by itself in the index of its condition.

    Left to itself PostgreSQL reads all rows of a sender, or of a namespace, and compares each with the values: what a
    batch costs would grow with the history. `OFFSET 0` keeps it from taking the two steps for one.
    """
    condition, params = among(dialect, name, values)
    if dialect != "postgresql" or len(values) == 1:
        return sql.format(among=condition), params
    one = sql.format(among="= wanted.value")
    each = f"unnest(CAST(:{name} AS TEXT[])) AS wanted (value) CROSS JOIN LATERAL ({one} OFFSET 0) AS found"
    return f"SELECT found.* FROM {each}", params


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

    def check_format(self) -> None:
        """Raises OldFormatError where what is stored is not read by this version."""
        ...

    def away(self, error: Exception) -> Unavailable:
        """What an error of a recorder's says about this database."""
        ...

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

    @contextmanager
    def reading(self) -> Iterator[WriteTransaction]:
        """Statement by statement, without a lock: for who alone writes what it reads."""
        with self.watched() as connection:
            yield _SqliteTransaction(connection)

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

    def check_format(self) -> None:
        check_format(self.connection().execute, sqlite3.OperationalError, str(self.path))

    def away(self, error: Exception) -> Unavailable:
        cause = error.__cause__
        return unavailable_file(self.path, cause) if isinstance(cause, sqlite3.Error) else Unavailable(str(error))

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


def open_database(url: str, *, durable: bool = True) -> Database:
    """The database behind a URL: `sqlite:///relative`, `sqlite:////absolute` or `postgresql://…`.

    Asked nothing, it makes nothing: the store (`open_store`) makes a ledger where there is none.
    """
    if url.startswith("sqlite:///"):
        return SqliteDatabase(sqlite_path(url), durable=durable)
    from ledger.store.postgres_database import PostgresDatabase  # with its driver, which takes long to load

    return PostgresDatabase(url, durable=durable)
