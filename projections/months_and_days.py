"""Totals by month and by day: which of them add up to a period.

A month is the span `m2026-03`, a day `d2026-03-31`. A period of years reads its months, and days only of those of which
it has a part.
"""

from __future__ import annotations

from datetime import date

from ledger.kernel.values import ONE_DAY, add_months

_BEFORE_ALL, _AFTER_ALL = "m", "n"


def spans_of(day: str) -> tuple[str, str]:
    """The month and the day that something of a day counts in."""
    return f"m{day[:7]}", f"d{day}"


def month_in_sql(span: str) -> str:
    """The month of a span: `2026-03`."""
    return f"substr({span}, 2, 7)"


def spans_within(first: date | None, last: date | None) -> list[tuple[str, str]]:
    """The first and last of the spans that make up a period, both days included; without an end all there are.

    From 10 March to 20 May 2026 these are the days from 10 March on, April, and the days up to 20 May.
    """
    if first is not None and last is not None and first > last:
        return []
    found = []
    begins = _BEFORE_ALL
    if first is not None:
        whole = first if first.day == 1 else add_months(first.replace(day=1), 1)
        if last is not None and last < whole:
            return [(f"d{first}", f"d{last}")]
        if first < whole:
            found.append((f"d{first}", f"d{whole - ONE_DAY}"))
        begins = f"m{whole:%Y-%m}"
    if last is None:
        return [*found, (begins, _AFTER_ALL)]
    month = last.replace(day=1)
    ends = f"m{month - ONE_DAY:%Y-%m}"
    return [*found, *([(begins, ends)] if begins <= ends else []), (f"d{month}", f"d{last}")]
