"""One table `floor_…` of the floor of rebuilding: what a page read of it, what it made, and plain SQL for both.

A row is the product's own struct, so that a column that is new, gone or renamed is seen where the row is made. New rows
are inserted; earlier ones are updated, in the columns that can change.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec
import psycopg

from projections.tables import Table

R = TypeVar("R", bound=msgspec.Struct)


class FloorTable(Generic[R]):
    """`known` are the rows in reach of a page by their key, `made` those among them that no table has yet."""

    def __init__(self, table: Table[R], *changing: str) -> None:
        self.table = table
        self.name = f"floor_{table.name}"
        self.changing = (*changing, table.key[0])  # what an event may change of an earlier row; the key comes last
        self.changed_in = attrgetter(*self.changing) if changing else None
        self.known: dict[str, R] = {}
        self.read: list[R] = []
        self.made: list[R] = []

    def create(self, connection: Any) -> None:
        connection.execute(f"DROP TABLE IF EXISTS {self.name}")
        for statement in self.table.ddl(self.name):
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
        if self.read and self.changed_in is not None:
            self._update(connection, [self.changed_in(row) for row in self.read])

    def _insert(self, connection: Any, rows: list[tuple[Any, ...]]) -> None:
        if is_postgres(connection):
            sql = f"INSERT INTO {self.name} SELECT * FROM unnest({self._arrays(self.table.columns)})"
            connection.execute(sql, [list(column) for column in zip(*rows, strict=True)], prepare=True)
        else:
            places = ",".join("?" * len(self.table.columns))
            connection.executemany(f"INSERT INTO {self.name} VALUES ({places})", rows)

    def _update(self, connection: Any, rows: list[tuple[Any, ...]]) -> None:
        *changing, key = self.changing
        if not is_postgres(connection):
            sets = ", ".join(f"{column} = ?" for column in changing)
            connection.executemany(f"UPDATE {self.name} SET {sets} WHERE {key} = ?", rows)
            return
        sets = ", ".join(f"{column} = u.{column}" for column in changing)
        sql = (
            f"UPDATE {self.name} t SET {sets} "
            f"FROM unnest({self._arrays(self.changing)}) AS u({', '.join(self.changing)}) WHERE t.{key} = u.{key}"
        )
        connection.execute(sql, [list(column) for column in zip(*rows, strict=True)], prepare=True)

    def _arrays(self, columns: Iterable[str]) -> str:
        return ", ".join(f"%s::{self.table.columns[column].partition(' ')[0]}[]" for column in columns)

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
