"""Support hours, promised times and notice, in the reader's words."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby

from babel.dates import format_date

from api.languages import Labels
from api.portal.words.formats import Formats
from ledger.plans.terms import WEEKDAYS, BusinessDays, Coverage, Covered, Elapsed, Target

A_MONDAY = date(2026, 1, 5)


def hours_in_words(coverage: Coverage, labels: Labels) -> str:
    """`Mon–Thu 09:00–17:00, Fri 09:00–12:00, except holidays (DE)`; days with the same hours are said together."""
    fmt = Formats(labels)
    if coverage.always:
        said = labels("around the clock")
    else:
        hours = [coverage.hours.get(day, []) for day in WEEKDAYS]
        said = ", ".join(
            f"{_days(numbers, labels)} {' + '.join(f'{start}–{end}' for start, end in windows)}"
            for windows, group in groupby(range(7), lambda number: hours[number])
            if windows and (numbers := list(group))
        )
    where = " ".join(one for one in (coverage.country, coverage.region) if one)
    if where:
        said = labels("{hours}, except holidays ({country})", hours=said, country=where)
    elif coverage.holidays or coverage.annual_holidays:
        said = labels("{hours}, except agreed days", hours=said)
    return f"{said} · {fmt.zone(coverage.timezone)}"


def _days(numbers: list[int], labels: Labels) -> str:
    first, last = (
        format_date(A_MONDAY + timedelta(days=number), "ccc", locale=labels.locale)
        for number in (numbers[0], numbers[-1])
    )
    return first if numbers[0] == numbers[-1] else f"{first}–{last}"


def promise_in_words(target: Target, labels: Labels, fmt: Formats) -> str:
    """`4:00 hours of support time`, `1 working day`."""
    if isinstance(target, Elapsed):
        return labels("{hours} hours, day and night", hours=fmt.hours(target.minutes))
    if isinstance(target, Covered):
        return labels("{hours} hours of support time", hours=fmt.hours(target.minutes))
    count = str(target.days)
    if isinstance(target, BusinessDays):
        return labels.counted("{count} working day", "{count} working days", target.days, count=count)
    return labels.counted(
        "by the end of {count} working day", "by the end of {count} working days", target.days, count=count
    )


def notice_in_words(notice: Target, labels: Labels, fmt: Formats) -> str:
    """`24:00 hours`: what a sentence goes on from with *before*; a promise adds that the clock runs day and night."""
    if isinstance(notice, Elapsed):
        return labels("{hours} hours", hours=fmt.hours(notice.minutes))
    return promise_in_words(notice, labels, fmt)
