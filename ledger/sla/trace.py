"""The account of a due instant, window by window, with reasons that a customer can check by hand (S4). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ledger.kernel.values import SECOND
from ledger.plans.coverage import Calendar
from ledger.plans.window_reasons import WindowReason
from ledger.sla.due import AROUND_THE_CLOCK, covered, merged
from ledger.tickets.life import Span

MOST_DAYS_NAMED = 10
MOST_WINDOWS = 1_000  # some four years of working days; nobody checks more by hand
SUPPORT_HOURS = WindowReason("support_hours")


@dataclass(slots=True, frozen=True)
class Window:
    """A stretch of the account: what of it counted, in whole seconds, and why.

    It has one reason, or one for each day without support hours in it.
    """

    start: int
    end: int
    counted_seconds: int
    reasons: Sequence[WindowReason]

    @property
    def why(self) -> str:
        return "; ".join(reason.sentence for reason in self.reasons)


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
        windows = _split(start, until, merged(pauses), WindowReason("around_the_clock"))
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
        shown.append(replace(window, counted_seconds=counted // SECOND - before))
    return shown


def condensed(windows: list[Window]) -> list[Window]:
    """A very long account with its further windows as one, which counts what they count."""
    if len(windows) <= MOST_WINDOWS:
        return windows
    shown, rest = windows[: MOST_WINDOWS - 1], windows[MOST_WINDOWS - 1 :]
    counted = sum(window.counted_seconds for window in rest)
    further = WindowReason("further", values={"count": str(len(rest))})
    return [*shown, Window(rest[0].start, rest[-1].end, counted, [further])]


def _by_openings(calendar: Calendar, start: int, until: int, pauses: list[Span]) -> list[Window]:
    windows: list[Window] = []
    at = start
    for opening in calendar.openings(start, until):
        if len(windows) >= MOST_WINDOWS:  # the rest is one that counts what they would, and is never shown by itself
            return [*windows, Window(at, until, covered(calendar, at, until, pauses), [SUPPORT_HOURS])]
        if opening.start > at:
            windows.append(Window(at, opening.start, 0, _closed(calendar, at, opening.start)))
        begin, end = max(at, opening.start), min(opening.end, until)
        if begin < end:
            windows.extend(_split(begin, end, pauses, SUPPORT_HOURS))
        at = max(at, end)
    if at < until:
        windows.append(Window(at, until, 0, _closed(calendar, at, until)))
    return windows


def _split(start: int, end: int, pauses: list[Span], reason: WindowReason) -> list[Window]:
    """A stretch of support time, cut where pauses take time out of it."""
    windows = []
    at = start
    for pause_start, pause_end in pauses:
        begin, stop = max(at, pause_start), min(end, pause_end)
        if begin >= stop:
            continue
        if begin > at:
            windows.append(_counted(at, begin, reason))
        windows.append(Window(begin, stop, 0, [WindowReason("paused")]))
        at = stop
    if at < end:
        windows.append(_counted(at, end, reason))
    return windows


def _counted(start: int, end: int, reason: WindowReason) -> Window:
    return Window(start, end, end - start, [reason])  # microseconds, until `_in_seconds`


def _closed(calendar: Calendar, start: int, end: int) -> list[WindowReason]:
    """Why nothing counted between two openings: the hours, and each whole day without any."""
    day, last = calendar.clock.local(start).date(), calendar.clock.local(end - 1).date()
    named: list[WindowReason] = []
    while day <= last and len(named) <= MOST_DAYS_NAMED:
        reason = calendar.closed_because(day)
        if reason is not None:
            named.append(reason)
        day += timedelta(days=1)
    if len(named) > MOST_DAYS_NAMED:
        return [WindowReason("outside_for_long")]
    return named or [WindowReason("outside")]


def _count_days(promised: int, calendar: Calendar, windows: list[Window]) -> list[Window]:
    """Names the covered days as they are counted: the first is the day it began, then day 1 of N, 2 of N …"""
    days: list[date] = []
    counted = []
    for window in windows:
        if not window.counted_seconds:
            counted.append(window)
            continue
        day = calendar.clock.local(window.start).date()
        if day not in days:
            days.append(day)
        number = days.index(day)
        counted.append(replace(window, reasons=[_of_day(number, promised)]))
    return counted


def _of_day(number: int, promised: int) -> WindowReason:
    if number > promised:
        return WindowReason("moved_on")
    if number == 0:
        return WindowReason("first_day")
    return WindowReason("counted_day", values={"number": str(number), "promised": str(promised)})
