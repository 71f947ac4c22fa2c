"""Stored rows as they are: read from one ledger, and inserted into another by plain SQL, as fast as that goes.

The other ledger has the same tables, indexes and triggers, and waits for the disk at each commit as the product does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg

from ledger.store import open_store
from ledger.store.schema import EVENT_COLUMNS

Rows = list[tuple[Any, ...]]
TABLES = {
    "stored_events": (EVENT_COLUMNS, "text bigint text bytea bigint bigint text text"),
    "commands": (
        ("first_position", "last_position", "sender", "command_id", "name", "content_digest"),
        "bigint bigint text text text bytea",
    ),
    "known_ids": (("namespace", "id", "position"), "text text bigint"),
    "party_keys": (("key_id", "provider", "party", "secret"), "text text text bytea"),
}


@dataclass
class Rowset:
    """What one transaction of the product left behind, by table."""

    rows: dict[str, Rows]


class Raw(Protocol):
    """A connection of our own to a ledger's tables."""

    def query(self, sql: str) -> Rows: ...

    def insert(self, rowset: Rowset) -> None:
        """All rows in one transaction, durable when it returns."""
        ...

    def close(self) -> None: ...


class RawSqlite:
    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self._sql = {
            table: f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({','.join('?' * len(columns))})"
            for table, (columns, _) in TABLES.items()
        }

    def query(self, sql: str) -> Rows:
        return self.connection.execute(sql).fetchall()

    def insert(self, rowset: Rowset) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        for table, rows in rowset.rows.items():
            if rows:
                self.connection.executemany(self._sql[table], rows)
        self.connection.execute("COMMIT")

    def close(self) -> None:
        self.connection.close()


class RawPostgres:
    """Prepared statements over arrays, the whole transaction in one pipeline."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self._sql = {}
        for table, (columns, kinds) in TABLES.items():
            arrays = ", ".join(f"%s::{kind}[]" for kind in kinds.split())
            self._sql[table] = f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM unnest({arrays})"

    def query(self, sql: str) -> Rows:
        return self.connection.execute(sql).fetchall()

    def insert(self, rowset: Rowset) -> None:
        with self.connection.pipeline(), self.connection.transaction():
            for table, rows in rowset.rows.items():
                if rows:
                    columns = [list(column) for column in zip(*rows, strict=True)]
                    self.connection.execute(self._sql[table], columns, prepare=True)

    def close(self) -> None:
        self.connection.close()


def open_raw(url: str) -> Raw:
    """A connection to the tables behind a URL, which are made where they are missing."""
    open_store(url).close()
    if url.startswith("sqlite:///"):
        return RawSqlite(Path(url.removeprefix("sqlite:///")))
    return RawPostgres(url)


class Tail:
    """Reads what the product appended since the last time, on a connection that the product does not use."""

    def __init__(self, url: str) -> None:
        self._raw = open_raw(url)
        self.position = 0
        self._keys: set[str] = set()

    def transactions(self, commands: int) -> list[Rowset]:
        """The new rows, in transactions of so many commands each; new keys come with the first of them."""
        keys = [row for row in self._select("party_keys", "") if row[0] not in self._keys]
        self._keys.update(row[0] for row in keys)
        after = self.position
        accepted = self._select("commands", f"WHERE first_position > {after} ORDER BY first_position")
        events = self._select("stored_events", f"WHERE notification_id > {after} ORDER BY notification_id")
        ids = self._select("known_ids", f"WHERE position > {after} ORDER BY position")
        self.position += len(events)
        found = []
        for start in range(0, len(accepted), commands):
            part = accepted[start : start + commands]
            first, last = part[0][0], part[-1][1]
            rows = {
                "stored_events": events[first - after - 1 : last - after],
                "commands": part,
                "known_ids": [row for row in ids if first <= row[2] <= last],
                "party_keys": keys,
            }
            found.append(Rowset(rows))
            keys = []
        return found

    def _select(self, table: str, condition: str) -> Rows:
        return self._raw.query(f"SELECT {', '.join(TABLES[table][0])} FROM {table} {condition}")

    def close(self) -> None:
        self._raw.close()


def multiplied(events: Sequence[tuple[Any, ...]], prefix: str, copies: int) -> Iterable[Rows]:
    """The same history so many times, each time under ids of its own (x00-, x01- …), at positions that go on."""
    old = prefix.encode()
    for number in range(copies):
        new = f"x{number:02d}-"
        shift = number * len(events)
        yield [
            (
                stream.replace(prefix, new),
                version,
                topic,
                bytes(state).replace(old, new.encode()),
                position + shift,
                recorded_at,
                provider,
                contract_id.replace(prefix, new),
            )
            for stream, version, topic, state, position, recorded_at, provider, contract_id in events
        ]


def forget(path: Path) -> None:
    """Removes an SQLite file and what lies beside it."""
    for file in path.parent.glob(f"{path.name}*"):
        with suppress(FileNotFoundError):
            file.unlink()
