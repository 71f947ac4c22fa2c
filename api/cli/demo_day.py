"""The demo's last day: what is under way when somebody looks at it, on whichever day that is.

The year ends where it was written, so that its figures stand; served later, it would have nothing that waits, no clock
that runs and no credit about to end. The commands of `day.jsonl` are told from the present: `-32h` is an instant that
lies so far behind it (`-15min` likewise), `+20d` a day so far ahead.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from api.cli.importing import Tally, import_lines
from ledger.door.batches import Ledger
from ledger.kernel.errors import Refusal

DAY_FILE = Path(__file__).resolve().parents[2] / "examples" / "day.jsonl"
_FROM_NOW = re.compile(r'"(?P<number>[+-][0-9]+)(?P<unit>min|h|d)"')


def day_told_at(now: datetime) -> str:
    """Time that waits for the customer's word, a missed clock and a running one, credit that ends, missing data."""

    def told(found: re.Match[str]) -> str:
        number = int(found["number"])
        if found["unit"] == "d":
            return f'"{(now + timedelta(days=number)).date().isoformat()}"'
        ahead = timedelta(hours=number) if found["unit"] == "h" else timedelta(minutes=number)
        return f'"{(now + ahead).isoformat()}"'

    return _FROM_NOW.sub(told, DAY_FILE.read_text("utf-8"))


def load_day(ledger: Ledger, now: datetime) -> list[Refusal]:
    """Adds the day; what is refused is left out: it was added before, or a contract of the year has ended since."""
    refused: list[Refusal] = []
    lines = BytesIO(day_told_at(now).encode())
    import_lines(ledger, lines, Tally(), lambda _, refusal: refused.append(refusal), lambda done: None)
    return refused
