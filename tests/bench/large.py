"""`python -m tests.bench.large`: the same questions and commands with a million events behind them and ten thousand.

Aims, what the rows mean and a run with its reading: docs/measurements.md. The large ledger is made once a day and kept
under `var/bench-large/`; `--events` makes it smaller.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from projections.runner import Projector
from tests.bench import memory, rounds
from tests.bench.doors import reads, served
from tests.bench.large_ledger import LONG, Extent, count_events, postgres_copy, sqlite_copy
from tests.bench.machine import on_postgres, say, told_of
from tests.bench.month_end import month_end
from tests.bench.rounds import ROOT, Row, seconds
from tests.bench.writing import beside_a_small_ledger

MOST = 1.3
EVENTS_A_COMMAND = 3  # of such a year, somewhat more


@dataclass(frozen=True)
class Repeats:
    rounds: int = 3
    times: int = 7
    entries: int = 100


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m tests.bench.large", description=__doc__)
    arguments.add_argument("--only", choices=("sqlite", "postgresql"), help="one database alone")
    arguments.add_argument("--events", type=int, default=1_000_000, help="about how many the large ledger has")
    given = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    kept = ROOT / "var" / "bench-large"
    kept.mkdir(parents=True, exist_ok=True)
    extents = extents_of(given.events)
    rows: list[Row] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="run-", dir=kept)))
        print(told_of(folder), flush=True)
        if given.only != "postgresql":
            rows += all_rows("SQLite", extents, lambda one: sqlite_copy(one, kept, folder, say), Repeats())
        if given.only != "sqlite":
            fresh = on_postgres(stack)
            if fresh is not None:
                copied = partial(postgres_copy, kept=kept, fresh=lambda: fresh(""), say=say)
                rows += all_rows("PostgreSQL", extents, copied, Repeats())
    print(f"\n{rounds.table(rows)}")
    rounds.write_json(rows, ROOT / "var" / "bench-large.json")
    say("done")


def extents_of(events: int) -> tuple[Extent, Extent]:
    """The large ledger and the small one: most of it the year of ordinary contracts, the rest two enormous ones."""
    commands = events // EVENTS_A_COMMAND
    return (
        Extent("large", commands * 2 // 3, long=commands * 6 // 25, billed=commands * 3 // 50),
        Extent("small", 2_000, long=100, billed=100),
    )


def all_rows(
    database: str, extents: tuple[Extent, Extent], copy: Callable[[Extent], str], repeats: Repeats
) -> list[Row]:
    urls = [copy(extent) for extent in extents]
    counts = [count_events(url) for url in urls]
    print(f"{database}: {counts[0]:,} events, and {counts[1]:,}", flush=True)
    say(f"{database}: reading")
    rows: list[Row] = []
    with served(urls[0]) as large, served(urls[1]) as small:
        rows += reads(database, large, small, repeats.rounds, repeats.times)
        say(f"{database}: the end of a month")
        rows += month_end(database, large, extents[0].billed)
        rows.append(memory.of_the_server(database, large.process))
    say(f"{database}: writing")
    rows += [
        beside_a_small_ledger(database, urls, LONG, repeats.rounds, repeats.entries),
        _rebuild(database, urls, counts),
    ]
    say(f"{database}: memory")
    return rows + memory.of_commands(database, urls[0])


def _rebuild(database: str, urls: list[str], counts: list[int]) -> Row:
    row = Row(13, "rebuild, an event", database, "µs", MOST, at_most=True)
    figures = []
    for url, count in zip(urls, counts, strict=True):
        with closing(Projector(url)) as projector:
            projector.prepare()
            projector.catch_up()
            figures.append(seconds(projector.rebuild) / count * 1e6)
    row.add(*figures)
    return row


if __name__ == "__main__":
    main()
