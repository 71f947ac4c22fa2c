"""A PostgreSQL database, asked as `database` says. Loaded where a ledger is on PostgreSQL: its driver takes long."""

from __future__ import annotations

import re
import select
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ledger.kernel.settings import without_secrets
from ledger.store.database import NO_PARAMS, Params, Row, WriteTransaction, named_rows, postgres_sql
from ledger.store.format import check_format
from ledger.store.schema import WRITER_ROLE
from ledger.store.unavailable import Unavailable


def check_url(url: str) -> None:
    """PostgreSQL quotes what it can't read, and that may be a piece of a password. Raises Unavailable."""
    try:
        ports = str(conninfo_to_dict(url).get("port") or "").split(",")
    except psycopg.ProgrammingError:
        ports = ["none"]
    if not all(port.isdecimal() or not port for port in ports):
        shown = without_secrets(url)
        raise Unavailable(f"{shown} is no URL of PostgreSQL's. In a password @ is written %40, / %2F, : %3A.")


def unavailable_server(url: str, error: Exception) -> Unavailable:
    """What an error of PostgreSQL's says about the ledger's database, on one line that names it."""
    place = without_secrets(url)
    if psycopg.errors.ReadOnlySqlTransaction in (type(error), type(error.__cause__)):
        return Unavailable(f"{place} is read-only; the ledger can't be written.")
    sentence = " ".join(str(error).split())
    if place.endswith("://***"):
        sentence = _without_places(sentence, url)
    return Unavailable(f"{place} can't be used: {sentence}")


def _without_places(sentence: str, url: str) -> str:
    """PostgreSQL names host and database, and of a password whose @ or / is not encoded a piece stands for these."""
    read = conninfo_to_dict(url)
    for part in (*str(read.get("host") or "").split(","), str(read.get("dbname") or "")):
        if part:
            sentence = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "***", sentence)
    return sentence


class _PostgresTransaction:
    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self.connection = connection

    def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        cursor = self.connection.execute(postgres_sql(sql), params, prepare=True)
        return named_rows(cursor.description or (), cursor.fetchall())

    def tuples(self, sql: str, params: Params = NO_PARAMS) -> list[tuple[Any, ...]]:
        """In binary, which costs less to read: events above all."""
        return self.connection.execute(postgres_sql(sql), params, prepare=True, binary=True).fetchall()

    def execute(self, sql: str, params: Params | Sequence[Any] = NO_PARAMS) -> None:
        self.connection.execute(postgres_sql(sql), params)

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(postgres_sql(sql), rows)


_HUNG_UP = select.POLLHUP | select.POLLERR | getattr(select, "POLLRDHUP", 0)


def has_hung_up(connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> bool:
    """Whether the server has closed an idle connection, as one does that was started anew: then another one is opened,
    and nobody is refused for it. Asks the server nothing.
    """
    socket = select.poll()
    socket.register(connection.fileno(), _HUNG_UP)
    return bool(socket.poll(0))


def check_alive(connection: psycopg.Connection[Any]) -> None:
    """For a pool, which takes another where this one is closed. Raises OperationalError."""
    if has_hung_up(connection):
        connection.close()
        raise psycopg.OperationalError("the server has closed the connection")


# Questions of ours take milliseconds. One that the planner overrates was compiled each time, which took a second.
WITHOUT_COMPILING = "SET jit = off"


def configure_postgres(connection: psycopg.Connection[Any]) -> None:
    """A session of ours: views first in the search path, and never more rights than the writer's role has."""
    connection.autocommit = True
    connection.execute("SET search_path = views, public")
    connection.execute(WITHOUT_COMPILING)
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (WRITER_ROLE,)).fetchone():
        connection.execute(f"SET ROLE {WRITER_ROLE}")


# Not there, there for reading alone (a standby, or one that its administrator has set so), or weary of waiting for us.
POSTGRES_AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.IdleInTransactionSessionTimeout,
)
# Who writes views and says nothing for so long is frozen: its transaction ends, and with it the lock that others wait
# for. When it wakes up, nothing that it still says is written.
LEASE_SECONDS = 15.0


class PostgresDatabase:
    """A PostgreSQL database, one connection a thread; a lost connection is made anew at the next question."""

    dialect = "postgresql"

    def __init__(self, url: str, *, durable: bool = True, lease_seconds: float = LEASE_SECONDS) -> None:
        self.url = url
        self.durable = durable
        self.lease_seconds = lease_seconds
        self._local = threading.local()
        self._all: list[psycopg.Connection[Row]] = []
        self._lock = threading.Lock()

    def connection(self) -> psycopg.Connection[Row]:
        found: psycopg.Connection[Row] | None = getattr(self._local, "connection", None)
        if found is not None and not found.closed and has_hung_up(found):
            found.close()
        if found is None or found.closed or found.broken:
            check_url(self.url)
            try:
                found = psycopg.connect(self.url, connect_timeout=5)
            except psycopg.OperationalError as error:
                raise unavailable_server(self.url, error) from error
            configure_postgres(found)
            if not self.durable:
                found.execute("SET synchronous_commit = off")
                found.execute(f"SET idle_in_transaction_session_timeout = {self.lease_seconds * 1000:.0f}")
            self._local.connection = found
            with self._lock:
                self._all = [kept for kept in self._all if not kept.closed] + [found]
        return found

    def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        try:
            cursor = self.connection().execute(postgres_sql(sql), params)
            return named_rows(cursor.description or (), cursor.fetchall())
        except POSTGRES_AWAY as error:
            raise unavailable_server(self.url, error) from error

    @contextmanager
    def transaction(self) -> Iterator[WriteTransaction]:
        try:
            connection = self.connection()
            with connection.transaction():
                yield _PostgresTransaction(connection)
        except POSTGRES_AWAY as error:
            raise unavailable_server(self.url, error) from error

    def check_format(self) -> None:
        check_format(self.connection().execute, psycopg.errors.UndefinedTable, "The database")

    def away(self, error: Exception) -> Unavailable:
        return unavailable_server(self.url, error)

    def close(self) -> None:
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()
        self._local = threading.local()
