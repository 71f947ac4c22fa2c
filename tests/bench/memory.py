"""Row 14: the most memory that a process held at once (`VmHWM`, which Linux counts in kB), beside what it may."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.rounds import ROOT, Row

SERVE_MB, COMMAND_MB = 400.0, 300.0
COMMANDS = (("rebuild",), ("verify",), ("export", "csv"))
LOOK_SECONDS = 0.02


def of_the_server(database: str, process: int) -> Row:
    row = Row(14, "memory of serve after all of it", database, "MB", 1.0, at_most=True)
    row.add(_peak_mb(process), SERVE_MB)
    return row


def of_commands(database: str, url: str) -> list[Row]:
    rows = []
    for command in COMMANDS:
        row = Row(14, f"memory of {command[0]}", database, "MB", 1.0, at_most=True)
        row.add(_peak_of(url, command), COMMAND_MB)
        rows.append(row)
    return rows


def _peak_of(url: str, command: tuple[str, ...]) -> float:
    """What it held until a moment before its end. What `wait4` tells counts the process that started it too."""
    environment = os.environ | {"LEDGER_DATABASE_URL": url}
    program = [sys.executable, "-m", "api.cli.main", *command]
    peak = 0.0
    with subprocess.Popen(program, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, _peak_mb(process.pid))
            time.sleep(LOOK_SECONDS)
    assert process.returncode == 0, f"{' '.join(command)} ended with {process.returncode}"
    return peak


def _peak_mb(process: int) -> float:
    """Nought once it has ended."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
