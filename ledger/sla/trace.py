"""The account of a due instant, window by window, in words that a customer can check by hand (S4). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from ledger.plans.coverage import SECOND, Calendar
from ledger.sla.targets import AROUND_THE_CLOCK, covered, merged
from ledger.tickets.life import Span

MOST_DAYS_NAMED = 10
MOST_WINDOWS = 1_000  # some four years of working days; nobody checks more by hand


@dataclass(slots=True, frozen=True)
class Window:
    """A stretch of the account: what of it counted, in whole seconds, and why."""

    start: int
    end: int
    counted_seconds: int
    why: str


def trace(
    kind: str, days: int, calendar: Calendar | None, start: int, until: int, pauses: Sequence[Span]
) -> list[Window]:
    """The account from the ticket's opening until a target's due instant (or where its clock stands).

    The windows lie side by side. Under elapsed and covered targets the counted seconds add up to the promise; under
    day targets they show the support time of the days that were counted.
    """
    by_days = kind in ("business_days", "end_of_business_day")
    whole = calendar is None or (calendar.coverage.always and not calendar.coverage.overrides and not by_days)
    if kind == "elapsed" or whole:
        windows = _split(start, until, merged(pauses), "around the clock")
    else:
        windows = _by_openings(calendar or AROUND_THE_CLOCK, start, until, merged(pauses))
    named = _count_days(days, calendar or AROUND_THE_CLOCK, windows) if by_days else windows
    return condensed(_in_seconds(named))


def _in_seconds(windows: list[Window]) -> list[Window]:
    """Whole seconds of what was counted so far, so that they add up to the promise whatever fractions lie between."""
    counted = 0
    shown = []
    for window in windows:
        before, counted = counted // SECOND, counted + window.counted_seconds
        shown.append(Window(window.start, window.end, counted // SECOND - before, window.why))
    return shown


def condensed(windows: list[Window]) -> list[Window]:
    """A very long account with its further windows as one, which counts what they count."""
    if len(windows) <= MOST_WINDOWS:
        return windows
    shown, rest = windows[: MOST_WINDOWS - 1], windows[MOST_WINDOWS - 1 :]
    counted = sum(window.counted_seconds for window in rest)
    return [*shown, Window(rest[0].start, rest[-1].end, counted, f"{len(rest)} further windows")]


def _by_openings(calendar: Calendar, start: int, until: int, pauses: list[Span]) -> list[Window]:
    windows: list[Window] = []
    at = start
    for opening in calendar.openings(start, until):
        if len(windows) >= MOST_WINDOWS:  # what is left is one window, which counts what they would
            return [*windows, Window(at, until, covered(calendar, at, until, pauses), "further windows")]
        if opening.start > at:
            windows.append(Window(at, opening.start, 0, _closed(calendar, at, opening.start)))
        begin, end = max(at, opening.start), min(opening.end, until)
        if begin < end:
            windows.extend(_split(begin, end, pauses, "support hours"))
        at = max(at, end)
    if at < until:
        windows.append(Window(at, until, 0, _closed(calendar, at, until)))
    return windows


def _split(start: int, end: int, pauses: list[Span], why: str) -> list[Window]:
    """A stretch of support time, cut where pauses take time out of it."""
    windows = []
    at = start
    for pause_start, pause_end in pauses:
        begin, stop = max(at, pause_start), min(end, pause_end)
        if begin >= stop:
            continue
        if begin > at:
            windows.append(_counted(at, begin, why))
        windows.append(Window(begin, stop, 0, "paused: waiting for the customer, or resolved until reopened"))
        at = stop
    if at < end:
        windows.append(_counted(at, end, why))
    return windows


def _counted(start: int, end: int, why: str) -> Window:
    return Window(start, end, end - start, why)  # microseconds, until `_in_seconds`


def _closed(calendar: Calendar, start: int, end: int) -> str:
    """Why nothing counted between two openings: the hours, and each whole day without any."""
    day, last = calendar.local(start).date(), calendar.local(end - 1).date()
    named: list[str] = []
    while day <= last and len(named) <= MOST_DAYS_NAMED:
        reason = calendar.closed_because(day)
        if reason is not None:
            named.append(f"{day:%a} {day.isoformat()} {reason}")
        day += timedelta(days=1)
    if len(named) > MOST_DAYS_NAMED:
        return "outside support hours for more than ten days"
    return "; ".join(named) if named else "outside support hours"


def _count_days(promised: int, calendar: Calendar, windows: list[Window]) -> list[Window]:
    """Names the covered days as they are counted: the first is the day it began, then day 1 of N, 2 of N …"""
    days: list[object] = []
    counted = []
    for window in windows:
        if not window.counted_seconds:
            counted.append(window)
            continue
        day = calendar.local(window.start).date()
        if day not in days:
            days.append(day)
        number = days.index(day)
        name = "the day it began" if number == 0 else f"day {number} of {promised}"
        if number > promised:
            name = "moved on by the time waited"
        counted.append(Window(window.start, window.end, window.counted_seconds, f"{window.why}: {name}"))
    return counted
