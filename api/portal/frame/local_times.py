"""Times as `<input type="datetime-local">` has them, of a clock on the contract's wall, and the instants they are."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ledger.kernel.errors import malformed
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import from_micros, is_near, show_instant

MOMENT = "%Y-%m-%dT%H:%M"
NO_TIME = FieldFault("no_local_time", {"example": "2026-01-31T09:00"})


def instant_of(local: str, zone: str, field: str = "at") -> str:
    """`2026-03-02T10:00` in Europe/Berlin is `2026-03-02T09:00:00Z`; nothing stays nothing.

    An hour that comes twice a year is its first. Raises Refusal malformed, naming the field, for what is no such time,
    and for one that the change of the clocks leaves out.
    """
    if not local.strip():
        return ""
    try:
        told = datetime.fromisoformat(local.strip())
    except ValueError:
        told = None
    if told is None or told.tzinfo is not None or "T" not in local.upper():
        raise malformed(field, NO_TIME)
    try:
        instant = told.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:
        instant = None
    if instant is None or not is_near(instant):
        raise malformed(field, NO_TIME)
    if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != told:
        raise malformed(field, FieldFault("skipped_time", {"time": f"{told:%H:%M}", "day": told.date()}))
    return show_instant(instant)


def local_of(at: datetime | int, zone: str) -> str:
    """An instant as such a field is filled in with it; an int is microseconds."""
    instant = from_micros(at) if isinstance(at, int) else at
    return instant.astimezone(ZoneInfo(zone)).strftime(MOMENT)
