"""Values of the floor's rows, and of an event what every row has: as quick as they can be said by hand."""

from __future__ import annotations

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from ledger.kernel.values import EPOCH, FAR_FUTURE

_json = msgspec.json.Encoder().encode


def micros(instant: Any) -> int:
    span = instant - EPOCH
    return int((span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds)


NEVER = micros(FAR_FUTURE)


def text(value: Any) -> str:
    return _json(value).decode()


def text_or_none(value: Any) -> str | None:
    return None if value is None else _json(value).decode()


def longer(items: str, item: Any) -> str:
    """A list that is kept as JSON, with one more item, without reading the others."""
    return f"[{text(item)}]" if items == "[]" else f"{items[:-1]},{text(item)}]"


def day_of(instant: Any, zone: ZoneInfo) -> str:
    """The day of an instant there, as totals of reports have it."""
    return f"d{instant.astimezone(zone).date()}"


class At(NamedTuple):
    position: int
    effective_at: int
    recorded_at: int
