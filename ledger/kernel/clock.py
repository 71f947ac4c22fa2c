"""The one clock: whatever needs the time is given it, so that tests set it and nothing else asks the machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)
