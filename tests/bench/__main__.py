"""`python -m tests.bench`: measures the product beside floors of the same run, and explains what falls short.

Aims, what the rows mean and a run with its reading: docs/measurements.md. `--quick` takes smaller histories.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.bench import rounds
from tests.bench.all_rows import QUICK, Sizes, all_rows
from tests.bench.machine import on_postgres, say, told_of
from tests.bench.rounds import ROOT, Row


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
        print(told_of(folder), flush=True)
        if given.only != "postgresql":
            rows += all_rows("SQLite", lambda name: f"sqlite:///{folder / name}.db", sizes, folder, say)
        fresh = on_postgres(stack) if given.only != "sqlite" else None
        if fresh is not None:
            rows += all_rows("PostgreSQL", fresh, sizes, folder, say)
    print(f"\n{rounds.table(rows)}")
    for row in rows:
        if row.profile:
            print(f"\n{row.number} {row.what} on {row.database} falls short of {row.aim_text}.\n{row.profile}")
    rounds.write_json(rows, ROOT / "var" / "bench.json")
    say("done")


if __name__ == "__main__":
    main()
