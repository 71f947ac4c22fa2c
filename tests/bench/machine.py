"""Where a bench runs: the machine, its disk, its PostgreSQL; and how it says what it is doing."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg

from tests.bench.rounds import seconds
from tests.servers import NoServerError, drop_database, fresh_database, postgres_server

BEGAN = time.monotonic()


def on_postgres(stack: ExitStack) -> Callable[[str], str] | None:
    """Starts a durable server; what it gives makes an empty database and tells its URL. None where there is none."""
    try:
        server = stack.enter_context(postgres_server(durable=True))
    except NoServerError as refusal:
        say(f"PostgreSQL is left out: {refusal}")
        return None
    with psycopg.connect(server) as connection:
        version, synced = connection.execute("SELECT version(), current_setting('fsync')").fetchone() or ("", "")
    print(f"{version.partition(' on ')[0]}, fsync {synced}", flush=True)

    def database(_: str) -> str:
        url = fresh_database(server)
        stack.callback(drop_database, url)
        return url

    return database


def told_of(folder: Path) -> str:
    """Where this ran, and how long the disk takes to keep one page."""
    took = []
    with (folder / "page").open("wb", buffering=0) as file:
        for _ in range(100):
            file.write(b"x" * 4096)
            took.append(seconds(lambda: os.fdatasync(file.fileno())))
    synced = statistics.median(took) * 1e6
    free = shutil.disk_usage(folder).free // 2**30
    return (
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores, "
        f"one fdatasync {synced:.0f} µs, {free} GB free"
    )


def say(text: str) -> None:
    print(f"{time.monotonic() - BEGAN:4.0f} s  {text}", file=sys.stderr, flush=True)
