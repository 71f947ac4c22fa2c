"""When a promised time is over: covered time from an instant on, without what was waited (S1–S3). Pure.

Instants and spans are microseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.kernel.values import MINUTE
from ledger.plans.coverage import Calendar
from ledger.plans.terms import BusinessDays, Coverage, Covered, Elapsed, EndOfBusinessDay, Target
from ledger.tickets.life import Span


class AroundTheClock(Calendar):
    """Time on the clock: every instant counts, nothing is laid out, so that any thread may ask."""

    def __init__(self) -> None:
        super().__init__(Coverage(timezone="UTC", always=True))

    def is_open(self, instant: int) -> bool:
        return True

    def between(self, start: int, end: int) -> int:
        return max(0, end - start)

    def forward(self, start: int, span: int) -> int:
        return start + max(0, span)

    def backward(self, end: int, span: int) -> int:
        return end - max(0, span)


AROUND_THE_CLOCK = AroundTheClock()


def merged(spans: Iterable[Span]) -> list[Span]:
    """Overlapping and touching spans as one, in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return found


def covered(calendar: Calendar, start: int, end: int, pauses: Sequence[Span] = ()) -> int:
    """Covered time in [start, end) that no pause takes away."""
    out = sum(calendar.between(max(start, a), min(end, b)) for a, b in merged(pauses) if a < end and b > start)
    return calendar.between(start, end) - out


def due_after(calendar: Calendar, start: int, span: int, pauses: Sequence[Span] = ()) -> int:
    """The instant at which `span` of covered time outside the pauses is used up: at a closing, that closing.

    A span of nothing is used up when the clock first runs (S3). Raises NoOpeningError.
    """
    if span <= 0:
        return first_run(calendar, start, pauses)
    at = start
    for pause_start, pause_end in merged(pauses):
        if pause_end <= at:
            continue
        if pause_start > at:
            usable = calendar.between(at, pause_start)
            if usable >= span:
                return calendar.forward(at, span)
            span -= usable
        at = pause_end
    return calendar.forward(at, span)


def first_run(calendar: Calendar, start: int, pauses: Sequence[Span] = ()) -> int:
    """When a clock first runs: at once, at the next opening, or when the wait is over in which that lies (S2).

    Opened on Saturday and held until Monday 17:00 under Mon–Fri 9–17, it first runs on Tuesday at 9:00.
    """
    at = _opening(calendar, start)
    for pause_start, pause_end in merged(pauses):
        if pause_start > at:
            break
        at = _opening(calendar, max(at, pause_end))
    return at


def _opening(calendar: Calendar, at: int) -> int:
    return at if calendar.is_open(at) else calendar.next_opening(at).start


def counted_by(kind: str, calendar: Calendar) -> Calendar:
    """Time on the clock counts for an elapsed target, the coverage for every other (S1)."""
    return AROUND_THE_CLOCK if kind == "elapsed" else calendar


def due_instant(target: Target, calendar: Calendar, opened_at: int, pauses: Sequence[Span] = ()) -> int:
    """When a target falls due (S1, S2); a wait moves a day target on by the covered time waited.

    60 covered minutes from Friday 16:30 under Mon–Fri 9–17 are Monday 9:30. Raises NoOpeningError.
    """
    if isinstance(target, Elapsed | Covered):
        return due_after(counted_by(target.kind, calendar), opened_at, target.minutes * MINUTE, pauses)
    start = first_run(calendar, opened_at)
    due = (
        _end_of_day(target, calendar, start)
        if isinstance(target, EndOfBusinessDay)
        else _same_clock(target, calendar, start)
    )
    return _moved_on(calendar, start, due, merged(pauses))


def _moved_on(calendar: Calendar, start: int, due: int, pauses: Sequence[Span]) -> int:
    """A day target later by the covered time waited before it fell due; a wait after that comes too late."""
    for pause_start, pause_end in pauses:
        if pause_start < due and pause_end > start:
            due = calendar.forward(due, calendar.between(max(pause_start, start), pause_end))
    return due


def _same_clock(target: BusinessDays, calendar: Calendar, start: int) -> int:
    """The same clock time on the Nth next covered day; outside its hours the next opening, at a closing the closing."""
    local = calendar.clock.local(start)
    day, _ = calendar.nth_covered_day(local.date(), target.days)
    due = calendar.clock.at_clock(day, local)
    if calendar.is_open(due) or calendar.is_open(due - 1):
        return due
    return calendar.next_opening(due).start


def _end_of_day(target: EndOfBusinessDay, calendar: Calendar, start: int) -> int:
    """The last closing of the Nth next covered day; around the clock that is 24:00 of the Nth next day."""
    return calendar.nth_covered_day(calendar.clock.local(start).date(), target.days)[1]
