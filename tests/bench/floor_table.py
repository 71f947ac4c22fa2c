"""One table `floor_…` of the floor of rebuilding: what a page read of it, what it made, and plain SQL for both.

A row is the product's own struct, so that a column that is new, gone or renamed is seen where the row is made. New rows
are inserted; earlier ones are updated, in the columns that can change.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec
import psycopg

from projections.tables import Table
from tests.bench.floor_values import text

R = TypeVar("R", bound=msgspec.Struct)


class FloorTable(Generic[R]):
    """`known` are the rows in reach of a page by their key, `made` those among them that no table has yet."""

    def __init__(self, table: Table[R], *changing: str) -> None:
        self.table = table
        self.name = f"floor_{table.name}"
        self.changing = (*changing, table.key[0])  # what an event may change of an earlier row; the key comes last
        self.known: dict[str, R] = {}
        self.read: list[R] = []
        self.made: list[R] = []

    def create(self, connection: Any) -> None:
        connection.execute(f"DROP TABLE IF EXISTS {self.name}")
        for statement in self.table.ddl(self.name, "_floor"):
            connection.execute(statement)

    def find(self, connection: Any, keys: set[str]) -> None:
        """Begins a page: reads the rows of earlier pages that it is going to change."""
        self.known, self.read, self.made = {}, [], []
        if not keys:
            return
        sql = f"SELECT {', '.join(self.table.columns)} FROM {self.name} WHERE {self.table.key[0]}"
        if is_postgres(connection):
            rows = connection.execute(f"{sql} = ANY(%s)", (list(keys),), prepare=True).fetchall()
        else:
            rows = connection.execute(f"{sql} IN ({','.join('?' * len(keys))})", list(keys)).fetchall()
        self.read = [self.table.row(*row) for row in rows]
        self.known = dict(zip(map(attrgetter(self.table.key[0]), self.read), self.read, strict=True))

    def make(self, key: str, row: R) -> R:
        self.known[key] = row
        self.made.append(row)
        return row

    def write(self, connection: Any) -> None:
        """Ends a page."""
        if self.made:
            self._insert(connection, [msgspec.structs.astuple(row) for row in self.made])
        if self.read and len(self.changing) > 1:
            self._update(connection, self.read)

    def _insert(self, connection: Any, rows: list[tuple[Any, ...]]) -> None:
        if is_postgres(connection):
            with connection.cursor() as cursor, cursor.copy(f"COPY {self.name} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            connection.executemany(f"INSERT INTO {self.name} VALUES ({self._places})", rows)

    def upsert(self, connection: Any, rows: list[R]) -> None:
        """Inserts rows, or adds to those that are there, or replaces them."""
        if not rows:
            return
        key = ", ".join(self.table.key)
        plus = {column: f"{self.name}.{column} + " for column in self.table.adds}
        sets = ", ".join(
            f"{column} = {plus.get(column, '')}excluded.{column}"
            for column in self.table.columns
            if column not in self.table.key
        )
        conflict = f"ON CONFLICT ({key}) DO UPDATE SET {sets}"
        if is_postgres(connection):
            sql = f"INSERT INTO {self.name} SELECT {', '.join(self.table.columns)} FROM {self._given}"
            connection.execute(f"{sql} {conflict}", (text(rows),), prepare=True)
        else:
            sql = f"INSERT INTO {self.name} VALUES ({self._places}) {conflict}"
            connection.executemany(sql, map(msgspec.structs.astuple, rows))

    def _update(self, connection: Any, rows: list[R]) -> None:
        *changing, key = self.changing
        if is_postgres(connection):
            sets = ", ".join(f"{column} = given.{column}" for column in changing)
            sql = f"UPDATE {self.name} t SET {sets} FROM {self._given} WHERE t.{key} = given.{key}"
            connection.execute(sql, (text(rows),), prepare=True)
        else:
            sets = ", ".join(f"{column} = ?" for column in changing)
            sql = f"UPDATE {self.name} SET {sets} WHERE {key} = ?"
            connection.executemany(sql, map(attrgetter(*self.changing), rows))

    @property
    def _places(self) -> str:
        return ",".join("?" * len(self.table.columns))

    @property
    def _given(self) -> str:
        columns = ", ".join(f"{column} {kind.partition(' ')[0]}" for column, kind in self.table.columns.items())
        return f"json_to_recordset(%s) AS given ({columns})"

    def difference(self, connection: Any) -> str | None:
        """What says that the product's table holds other rows."""
        name, columns = self.table.name, ", ".join(self.table.columns)
        sql = f"SELECT count(*) FROM (SELECT {columns} FROM {name} EXCEPT SELECT {columns} FROM {self.name}) AS odd"
        odd = connection.execute(sql).fetchone()[0]
        product, floor = (connection.execute(f"SELECT count(*) FROM {one}").fetchone()[0] for one in (name, self.name))
        if odd or product != floor:
            return f"{odd} of {product} rows of {name} are not among the floor's {floor}"
        return None


def is_postgres(connection: Any) -> bool:
    return isinstance(connection, psycopg.Connection)


def run(connection: Any, sql: str, *params: str) -> list[tuple[Any, ...]]:
    """Plain SQL for either database, with `?` for each parameter, and the rows that it finds."""
    if not is_postgres(connection):
        rows: list[tuple[Any, ...]] = connection.execute(sql, params).fetchall()
        return rows
    cursor = connection.execute(sql.replace("?", "%s"), params, prepare=True)
    return cursor.fetchall() if cursor.description else []


def connect(url: str) -> Any:
    """As the product's own connection for views: a commit need not wait for the disk."""
    if url.startswith("sqlite:///"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection
    server = psycopg.connect(url, autocommit=True)
    server.execute("SET search_path = views, public")
    server.execute("SET synchronous_commit = off")
    # A plan kept from when the tables were empty would read them whole once they are full.
    server.execute("SET plan_cache_mode = force_custom_plan")
    return server


def settle(connection: Any) -> None:
    """Lets the database write out what the work before left to be written, so that nobody pays for another's work."""
    if not is_postgres(connection):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with suppress(psycopg.errors.InsufficientPrivilege):
        connection.execute("CHECKPOINT")
