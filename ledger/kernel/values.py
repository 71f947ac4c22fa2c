"""Money, minutes, rates and instants while computing; billed minutes and money are rounded here.

Two roundings stand elsewhere: `Worked.worked_seconds` counts a fraction of a second as a whole one, and
`api/documents/ksef` shows hours and unit prices with so many decimals, half-up.

Events keep ints (minutes, minor units of a currency), JSON keeps strings for money. Never floats.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from ledger.kernel.faults import FaultError, FieldFault

ONE_DAY = timedelta(days=1)
FURTHEST_AHEAD = ONE_DAY  # an effective time lies at most so far ahead of the clock
SHARE_PARTS = 10_000  # parts of a share: four decimals
AnyInstant = TypeVar("AnyInstant", int, datetime)  # instants of one kind: microseconds, or aware datetimes

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND, MINUTE = 1_000_000, 60_000_000  # in microseconds, as instants are where they are ints
DISTANT_PAST = datetime(1, 1, 1, tzinfo=UTC)
FAR_FUTURE = datetime(9999, 12, 31, tzinfo=UTC)
FIRST_YEAR, LAST_YEAR = 1990, 2199  # what lies outside of these is a slip of the pen
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_AMOUNT = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,2}))?")


def is_decimal(text: str) -> bool:
    """Whether a text is a number as JSON's strings carry figures: `-12.50` and `7`, not `+7` or `1e3`."""
    return _DECIMAL.fullmatch(text) is not None


def parse_cents(text: str) -> int:
    """Minor units of a decimal amount with at most two decimals: `"89"`, `"89.0"`, `"89.00"` are 8900.

    Raises ValueError on anything else, exponents and more than 12 digits before the point included.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None or not text.isascii():
        raise FaultError(FieldFault("bad_amount", {"example": "89.00"}))
    sign, whole, part = match.groups()
    cents = int(whole) * 100 + int((part or "0").ljust(2, "0"))
    return -cents if sign else cents


def show_cents(cents: int) -> str:
    """The decimal with two decimals that JSON carries: 2225 is "22.25", -5 is "-0.05"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def half_up(numerator: int, denominator: int) -> int:
    """numerator / denominator rounded to the nearest integer, halves away from zero (domain: "half-up").

    >>> half_up(5, 2), half_up(-5, 2), half_up(7, 3)
    (3, -3, 2)
    """
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return quotient if numerator >= 0 else -quotient


def price_of_minutes_cents(minutes: int, rate_cents_per_hour: int) -> int:
    """`minutes × rate / 60`, half-up to the cent once (domain C3): 15 min at 89.00 an hour is 2225."""
    return half_up(minutes * rate_cents_per_hour, 60)


def round_up_minutes(worked_seconds: int, increment_minutes: int) -> int:
    """Worked time rounded up to the increment (domain C1): 50 min at 15 is 60; one second over is the next one."""
    increment_seconds = increment_minutes * 60
    return -(-worked_seconds // increment_seconds) * increment_minutes


def shown_minutes(worked_seconds: int) -> int:
    """Worked time in whole minutes as it is shown beside its seconds, rounded up: 3001 s are 51 min."""
    return round_up_minutes(worked_seconds, 1)


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 in UTC, as tables keep instants."""
    return (instant - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def show_instant(instant: datetime) -> str:
    """RFC 3339 in UTC with `Z`; fractions only where there are any."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def is_near(day: date) -> bool:
    """Whether a day, or an instant in UTC, lies in the years that the ledger knows."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def not_near(code: Literal["far_day", "far_instant", "far_moment", "far_month"]) -> FaultError:
    return FaultError(FieldFault(code, {"first": str(FIRST_YEAR), "last": str(LAST_YEAR + 1)}))


def first_instant(day: date, zone: str) -> datetime:
    """00:00 of a day in a zone, in UTC: 2026-01-01 in Europe/Berlin is 2025-12-31T23:00:00Z.

    Where a clock change skips midnight, the day's first existing instant.
    """
    local = datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
    instant = local.astimezone(UTC)
    if instant.astimezone(local.tzinfo).date() == day:
        return instant
    return local.replace(fold=1).astimezone(UTC)


def end_of_day(day: date, zone: str) -> datetime:
    """The instant before which a day that is included ends: 00:00 of the next one there.

    A term through 2026-12-31 in Europe/Berlin ends at 2026-12-31T23:00:00Z.
    """
    return first_instant(day + ONE_DAY, zone)


def local_date(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()


def add_months(day: date, months: int) -> date:
    """The same day `months` later; a day that month lacks becomes the first of the next one.

    A year from 29 February ends with 28 February, so the day after its last is 1 March (BGB § 188).
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    try:
        return date(year, month, day.day)
    except ValueError:
        return date(year + month // 12, month % 12 + 1, 1)


def parse_share(text: str) -> int:
    """A share between 0 and 1 in parts of ten thousand: "0.25" is 2500."""
    whole, _, part = text.partition(".")
    return int(whole) * SHARE_PARTS + int((part or "0").ljust(4, "0"))


def show_share(part: int, whole: int) -> str:
    """part / whole with four decimals, half-up: 2 of 3 are "0.6667"; of nothing there is no share left, "0.0000"."""
    parts = half_up(part * SHARE_PARTS, whole) if whole else 0
    return f"{parts // SHARE_PARTS}.{parts % SHARE_PARTS:04d}"
