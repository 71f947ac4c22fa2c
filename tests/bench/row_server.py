"""The floor of clients who write: a FastAPI route that commits one raw row. `URL PORT`, of a database of its own.

One thread inserts; whatever waits is one transaction, durable when it is answered, as in the product. Nothing is
parsed, decided or looked up, there is no token, and no view follows.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import sys
import threading
from collections.abc import Sequence
from typing import Protocol

import psycopg
import uvicorn
from fastapi import FastAPI, Request

from api.writer import BATCH

Waiting = tuple[bytes, asyncio.Future[int]]
app = FastAPI(docs_url=None, redoc_url=None)
waiting: queue.SimpleQueue[Waiting] = queue.SimpleQueue()


class RawRows(Protocol):
    def insert(self, contents: Sequence[bytes]) -> None:
        """All in one transaction."""
        ...


class SqliteRows:
    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute("CREATE TABLE IF NOT EXISTS raw_rows (position INTEGER PRIMARY KEY, content BLOB)")

    def insert(self, contents: Sequence[bytes]) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany("INSERT INTO raw_rows (content) VALUES (?)", [(one,) for one in contents])
        self.connection.execute("COMMIT")


class PostgresRows:
    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS raw_rows "
            "(position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, content BYTEA)"
        )

    def insert(self, contents: Sequence[bytes]) -> None:
        sql = "INSERT INTO raw_rows (content) SELECT * FROM unnest(%s::bytea[])"
        self.connection.execute(sql, [list(contents)], prepare=True)


@app.api_route("/v1/commands/{name}", methods=["POST"])
async def command(name: str, request: Request) -> dict[str, int]:
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    waiting.put((await request.body(), done))
    return {"position": await done}


def insert_what_waits(rows: RawRows) -> None:
    position = 0
    while True:
        group = [waiting.get()]
        while len(group) < BATCH and not waiting.empty():
            group.append(waiting.get())
        rows.insert([content for content, _ in group])
        loop = group[0][1].get_loop()
        loop.call_soon_threadsafe(_answer, [done for _, done in group], position)
        position += len(group)


def _answer(group: Sequence[asyncio.Future[int]], position: int) -> None:
    """All who were in a group, by one wake-up of the loop."""
    for done in group:
        position += 1
        done.set_result(position)


def open_rows(url: str) -> RawRows:
    if url.startswith("sqlite:///"):
        return SqliteRows(url.removeprefix("sqlite:///"))
    return PostgresRows(url)


if __name__ == "__main__":
    rows = open_rows(sys.argv[1])
    threading.Thread(target=insert_what_waits, args=(rows,), daemon=True).start()
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
