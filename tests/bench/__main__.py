"""`python -m tests.bench`: measures the product beside floors of the same run, and explains what falls short.

Aims, what the rows mean and a run with its reading: docs/measurements.md. `--quick` takes smaller histories.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg

from tests.bench import rounds
from tests.bench.all_rows import QUICK, Sizes, all_rows
from tests.bench.rounds import ROOT, Row
from tests.servers import NoServerError, drop_database, fresh_database, postgres_server

BEGAN = time.monotonic()


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="smaller histories, under a minute")
    arguments.add_argument("--only", choices=("sqlite", "postgresql"), help="one database alone")
    given = arguments.parse_args()
    sizes = QUICK if given.quick else Sizes()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and files are cleared away
    rows: list[Row] = []
    with ExitStack() as stack:
        # Under the clone, not in a folder for temporary files, which may lie in memory and never wait for a disk.
        (ROOT / "var").mkdir(exist_ok=True)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "var")))
        print(_machine(folder), flush=True)
        if given.only != "postgresql":
            rows += all_rows("SQLite", lambda name: f"sqlite:///{folder / name}.db", sizes, folder, _say)
        if given.only != "sqlite":
            try:
                rows += _on_postgres(stack, sizes, folder)
            except NoServerError as refusal:
                _say(f"PostgreSQL is left out: {refusal}")
    print(f"\n{rounds.table(rows)}")
    for row in rows:
        if row.profile:
            print(f"\n{row.number} {row.what} on {row.database} falls short of {row.aim_text}.\n{row.profile}")
    _say("done")


def _on_postgres(stack: ExitStack, sizes: Sizes, folder: Path) -> list[Row]:
    server = stack.enter_context(postgres_server(durable=True))
    with psycopg.connect(server) as connection:
        version, synced = connection.execute("SELECT version(), current_setting('fsync')").fetchone() or ("", "")
    print(f"{version.partition(' on ')[0]}, fsync {synced}", flush=True)

    def database(_: str) -> str:
        url = fresh_database(server)
        stack.callback(drop_database, url)
        return url

    return all_rows("PostgreSQL", database, sizes, folder, _say)


def _machine(folder: Path) -> str:
    """Where this ran, and how long the disk takes to keep one page."""
    took = []
    with (folder / "page").open("wb", buffering=0) as file:
        for _ in range(100):
            file.write(b"x" * 4096)
            took.append(rounds.seconds(lambda: os.fdatasync(file.fileno())))
    synced = statistics.median(took) * 1e6
    free = shutil.disk_usage(folder).free // 2**30
    return (
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores, "
        f"one fdatasync {synced:.0f} µs, {free} GB free"
    )


def _say(text: str) -> None:
    print(f"{time.monotonic() - BEGAN:4.0f} s  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
