"""SLA clocks: when a promise falls due, and whether it was kept (S1–S4). Pure; its account is in `trace`.

A clock is worked out from the ticket's timeline alone, each time anew: states are never stored. Instants and
spans are microseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ledger.plans.coverage import Calendar, NoOpeningError
from ledger.plans.terms import BusinessDays, Coverage, Covered, Elapsed, EndOfBusinessDay, Target, Terms
from ledger.tickets.timeline import Spans, Timeline

MINUTE = 60_000_000
TargetName = Literal["reaction", "resolution"]
TARGETS: tuple[TargetName, ...] = ("reaction", "resolution")
Span = tuple[int, int]


class AroundTheClock(Calendar):
    """Time on the clock: every instant counts, nothing is laid out, so that any thread may ask."""

    def __init__(self) -> None:
        super().__init__(Coverage(timezone="UTC", always=True))

    def between(self, start: int, end: int) -> int:
        return max(0, end - start)

    def forward(self, start: int, span: int) -> int:
        return start + max(0, span)

    def backward(self, end: int, span: int) -> int:
        return end - max(0, span)


AROUND_THE_CLOCK = AroundTheClock()


@dataclass(slots=True, frozen=True)
class Clock:
    """One target of a ticket as its timeline tells. `due_at` is None while it is paused: it moves on with the wait."""

    target: TargetName
    priority: int
    started_at: int
    due_at: int | None
    ended_at: int | None
    paused: int
    paused_since: int | None
    void_at: int | None

    def state(self, now: int) -> str:
        """Met, breached, void, paused or running at an instant; a running one past its due is breached (S4)."""
        if self.void_at is not None:
            return "void"
        if self.ended_at is not None:
            return "met" if self.due_at is not None and self.ended_at <= self.due_at else "breached"
        if self.paused_since is not None:
            return "paused"
        return "breached" if self.due_at is not None and now > self.due_at else "running"


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
    """The instant at which `span` of covered time outside the pauses is used up. Raises NoOpeningError."""
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


def first_run(target: Target, calendar: Calendar, opened_at: int) -> int:
    """When the clock first runs: at once, or at the next opening of the coverage (S2)."""
    if isinstance(target, Elapsed) or calendar.is_open(opened_at):
        return opened_at
    return calendar.next_opening(opened_at).start


def due_instant(target: Target, calendar: Calendar, opened_at: int, pauses: Sequence[Span] = ()) -> int:
    """When a target falls due (S1, S2); a wait moves a day target on by the covered time waited.

    60 covered minutes from Friday 16:30 under Mon–Fri 9–17 are Monday 9:30. Raises NoOpeningError.
    """
    start = first_run(target, calendar, opened_at)
    if isinstance(target, Elapsed):
        return due_after(AROUND_THE_CLOCK, start, target.minutes * MINUTE, pauses)
    if isinstance(target, Covered):
        return due_after(calendar, start, target.minutes * MINUTE, pauses)
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
    local = calendar.local(start)
    day, _ = calendar.nth_covered_day(local.date(), target.days)
    due = calendar.at_clock(day, local)
    if calendar.is_open(due) or calendar.is_open(due - 1):
        return due
    return calendar.next_opening(due).start


def _end_of_day(target: EndOfBusinessDay, calendar: Calendar, start: int) -> int:
    """The last closing of the Nth next covered day; around the clock that is 24:00 of the Nth next day."""
    return calendar.nth_covered_day(calendar.local(start).date(), target.days)[1]


def coverage_for(terms: Terms, channel: str, scope: str | None) -> Coverage | None:
    """The calendar of a matter: that of its scope, else of its channel, else of the terms (S3)."""
    for found in (terms.scope_coverage.get(scope), terms.channel_coverage.get(channel)):  # type: ignore[call-overload]
        if found is not None:
            return found  # type: ignore[no-any-return]
    return terms.coverage


def pauses_of(terms: Terms, timeline: Timeline, target: str) -> Spans:
    """What holds a target's clock: waits and closures; the reaction's only where the terms let it wait (S2).

    Once the target has ended, nothing later moves it: a wait counts up to its end.
    """
    if target == "resolution":
        spans, ended_at = [*timeline.waits, *timeline.closures], timeline.resolved_at
    else:
        spans = timeline.waits if terms.sla.reaction_pauses_while_waiting else []
        ended_at = timeline.responded_at
    if ended_at is None:
        return spans
    return [(start, min(ended_at, end or ended_at)) for start, end in spans if start < ended_at]


def clocks(terms: Terms, calendar: Calendar | None, timeline: Timeline) -> list[Clock]:
    """The clocks of a ticket: one for each promise that the terms make for its priority."""
    found = []
    for name in TARGETS:
        is_reaction = name == "reaction"
        priority = timeline.priority
        if is_reaction and timeline.responded_at is not None:  # it has ended: a later priority does not judge it
            priority = timeline.priority_at(timeline.responded_at)
        target = terms.sla.promised(name, priority)
        if target is None:
            continue
        ended_at = timeline.responded_at if is_reaction else timeline.resolved_at
        pauses = pauses_of(terms, timeline, name)
        one = _clock(name, priority, target, calendar, timeline, pauses, ended_at)
        if one is not None:
            found.append(one)
    return found


def _clock(
    name: TargetName,
    priority: int,
    target: Target,
    calendar: Calendar | None,
    timeline: Timeline,
    pauses: Spans,
    ended_at: int | None,
) -> Clock | None:
    calendar = calendar or AROUND_THE_CLOCK
    ended = [(start, end) for start, end in pauses if end is not None]
    open_since = next((start for start, end in pauses if end is None), None)
    try:
        started_at = first_run(target, calendar, timeline.opened_at)
        due: int | None = due_instant(target, calendar, timeline.opened_at, ended)
    except NoOpeningError:
        return None  # support that never opens again promises nothing that could fall due
    void_at = timeline.rejected_at if ended_at is None else None
    if void_at is not None and due is not None and void_at > due:
        void_at = None  # it was breached before the ticket was rejected
    paused_since = open_since if ended_at is None and void_at is None else None
    if paused_since is not None and due is not None and paused_since >= due:
        paused_since = None  # its time was used up before the wait began
    paused = sum(end - start for start, end in merged(ended))
    return Clock(
        name, priority, started_at, None if paused_since is not None else due, ended_at, paused, paused_since, void_at
    )
