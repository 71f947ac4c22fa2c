"""SLA clocks: when a promise falls due, and whether it was kept (S1–S4). Pure; its account is in `trace`.

A clock is worked out from what the ticket's timeline comes to at a moment, each time anew: states are never stored.
Instants and spans are microseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ledger.kernel.values import MINUTE
from ledger.plans.coverage import Calendar, NoOpeningError
from ledger.plans.terms import BusinessDays, Coverage, Covered, Elapsed, EndOfBusinessDay, Target, Terms
from ledger.tickets.life import Life, Span

TargetName = Literal["reaction", "resolution"]
TARGETS: tuple[TargetName, ...] = ("reaction", "resolution")


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


@dataclass(slots=True, frozen=True)
class TargetClock:
    """One target of a ticket as its timeline tells. `due_at` is None while it is paused: it moves on with the wait.

    `started_at` is None where it has not run, for it waits from the start. `breached_at` is the first moment at which a
    due instant of the priority then in force has passed; of a clock that runs it lies ahead.
    """

    target: TargetName
    priority: int
    started_at: int | None
    due_at: int | None
    breached_at: int | None
    ended_at: int | None
    paused: int
    paused_since: int | None
    void_at: int | None

    def state(self, now: int) -> str:
        """Met, breached, void, paused or running at an instant; what was breached stays so (S2, S4)."""
        if self.breached_at is not None and self.breached_at <= now:
            return "breached"
        if self.void_at is not None:
            return "void"
        if self.ended_at is not None:
            return "met"
        return "running" if self.paused_since is None else "paused"


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


@dataclass(slots=True, frozen=True)
class Course:
    """What of a ticket's life concerns one target: when it ended, what held it, and the priorities until then."""

    ended_at: int | None
    waits: list[Span]  # that are over, or were when the target ended
    closures: list[Span]
    waiting_since: int | None
    priorities: list[Span]

    @property
    def pauses(self) -> list[Span]:
        """What takes time from the clock and is over."""
        return merged([*self.waits, *self.closures])


def course_of(terms: Terms, life: Life, target: str) -> Course:
    """A wait holds the reaction only where the terms say so (S2); once a target has ended, nothing later moves it."""
    is_reaction = target == "reaction"
    ended_at = life.first_response_at if is_reaction else life.resolved_at
    holds = not is_reaction or terms.sla.reaction_pauses_while_waiting
    waits, since = (life.waits, life.waiting_since) if holds else ([], None)
    closures = [] if is_reaction else life.closures
    if ended_at is None:
        return Course(None, waits, closures, since, life.priorities)
    if since is not None and since < ended_at:
        waits = [*waits, (since, ended_at)]
    waits = [(start, min(end, ended_at)) for start, end in waits if start < ended_at]
    return Course(ended_at, waits, closures, None, [one for one in life.priorities if one[0] <= ended_at])


def clocks(terms: Terms, calendar: Calendar | None, life: Life) -> list[TargetClock]:
    """The clocks of a ticket: one for each promise that the terms make for its priority, or that was broken before."""
    found = [_clock(name, terms, calendar or AROUND_THE_CLOCK, life) for name in TARGETS]
    return [clock for clock in found if clock is not None]


def _clock(name: TargetName, terms: Terms, calendar: Calendar, life: Life) -> TargetClock | None:
    course = course_of(terms, life, name)
    pauses, since = course.pauses, course.waiting_since
    stop = course.ended_at if course.ended_at is not None else life.rejected_at
    untils: list[int | None] = [*(start for start, _ in course.priorities[1:]), None]
    priority, target, due, breached_at = life.priority, None, None, None
    for (start, in_force), until in zip(course.priorities, untils, strict=True):
        promised = terms.sla.promised(name, in_force)
        due_then = _due(promised, calendar, life.opened_at, pauses)
        if due_then is None and breached_at is not None:
            continue  # what was broken stays, though the priority has no promise any more
        priority, target, due = in_force, promised, due_then
        if due_then is not None and breached_at is None:
            breached_at = _breach(start, until, due_then, since, stop)
    if target is None or due is None:
        return None  # nothing is promised; support that never opens again promises nothing that could fall due
    is_held = since is not None and breached_at is None
    paused = sum(end - start for start, end in merged(course.waits))
    return TargetClock(
        target=name,
        priority=priority,
        started_at=_started_at(counted_by(target.kind, calendar), life.opened_at, pauses, since),
        due_at=None if is_held else due,
        breached_at=breached_at,
        ended_at=course.ended_at,
        paused=paused,
        paused_since=since if is_held else None,
        void_at=life.rejected_at if course.ended_at is None and breached_at is None else None,
    )


def _due(target: Target | None, calendar: Calendar, opened_at: int, pauses: Sequence[Span]) -> int | None:
    try:
        return due_instant(target, calendar, opened_at, pauses) if target is not None else None
    except NoOpeningError:
        return None


def _breach(start: int, until: int | None, due: int, waiting_since: int | None, stop: int | None) -> int | None:
    """The first moment in [start, until) at which a due instant has passed: raised to one already past, at the raise.

    None where the target ended or was void by then, or a wait that still goes on began before it was due.
    """
    at = max(due + 1, start)
    if (waiting_since is not None and due > waiting_since) or (until is not None and at >= until):
        return None
    return at if stop is None or at <= stop else None


def _started_at(calendar: Calendar, opened_at: int, pauses: Sequence[Span], waiting_since: int | None) -> int | None:
    at = first_run(calendar, opened_at, pauses)
    return at if waiting_since is None or at < waiting_since else None
