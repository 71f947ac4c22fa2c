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
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.bench import holding, reading, rebuilding, rounds, writing
from tests.bench.commands import year_of_work
from tests.bench.rounds import ROOT, Row
from tests.servers import NoServerError, drop_database, fresh_database, postgres_server


@dataclass(frozen=True)
class Sizes:
    import_commands: int = 20_000
    import_rounds: int = 5
    single_rounds: int = 7
    single_times: int = 50
    long_entries: int = 10_000
    history_events: int = 200_000
    rebuild_rounds: int = 3
    reading_rounds: int = 5
    reading_seconds: float = 1.5


QUICK = Sizes(4_000, 4, 5, 30, 1_000, 20_000, 2, 3, 0.8)
MORE_COMMANDS = 2_000  # for the profile of an import
BEGAN = time.monotonic()
AIM_OF_READING = {"SQLite": 0.7, "PostgreSQL": 0.45}


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
            rows += measure("SQLite", lambda name: f"sqlite:///{folder / name}.db", sizes, folder)
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

    return measure("PostgreSQL", database, sizes, folder)


def measure(database: str, fresh: Callable[[str], str], sizes: Sizes, folder: Path) -> list[Row]:
    """All rows on one database; `fresh` makes an empty one and tells its URL."""
    lines = year_of_work(sizes.import_commands + MORE_COMMANDS)
    desk_url = fresh("ledger")
    desk = writing.Desk(database, desk_url, fresh("copy"))
    _say(f"{database}: importing")
    imported, events = writing.import_year(desk, lines[: sizes.import_commands], sizes.import_rounds)
    if imported.short:
        imported.profile = writing.profile_import(desk, lines[sizes.import_commands :])
        desk.tail.transactions(MORE_COMMANDS)
    _say(f"{database}: single entries")
    singles = writing.one_entry(desk, sizes.single_rounds, sizes.single_times)
    long = writing.long_account(desk, sizes.long_entries, sizes.single_rounds, sizes.single_times)
    desk.close()
    _say(f"{database}: rebuilding")
    history = fresh("history")
    rebuilding.long_history(history, events, sizes.history_events)
    rebuilt = rebuilding.rebuild(database, history, sizes.history_events, sizes.rebuild_rounds)
    _say(f"{database}: reading")
    aim = AIM_OF_READING[database]
    read = reading.balances(database, history, aim, sizes.reading_rounds, sizes.reading_seconds, folder)
    _say(f"{database}: holding up others")
    held = holding.holding(database, desk_url, sizes.reading_seconds)
    return [*singles, imported, rebuilt, read, *long, *held]


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
