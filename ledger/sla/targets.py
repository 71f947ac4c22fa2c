"""SLA clocks: whether a promise was kept, and when it falls due (S1–S4). Pure; its account is in `trace`.

A clock is worked out from what the ticket's timeline comes to at a moment, each time anew: states are never stored.
Instants and spans are microseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from ledger.kernel.words import Channel, MatterScope, TargetName
from ledger.plans.coverage import Calendar, NoOpeningError
from ledger.plans.terms import Coverage, Target, Terms
from ledger.sla.due import AROUND_THE_CLOCK, counted_by, due_instant, first_run, merged
from ledger.tickets.life import Life, Span

TargetState = Literal["running", "paused", "met", "breached", "void"]
TARGET_NAMES: tuple[TargetName, ...] = get_args(TargetName)


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

    def state(self, now: int) -> TargetState:
        """Met, breached, void, paused or running at an instant; what was breached stays so (S2, S4)."""
        if self.breached_at is not None and self.breached_at <= now:
            return "breached"
        if self.void_at is not None:
            return "void"
        if self.ended_at is not None:
            return "met"
        return "running" if self.paused_since is None else "paused"


def coverage_for(terms: Terms, channel: Channel, scope: MatterScope | None) -> Coverage | None:
    """The calendar of a matter: that of its scope, else of its channel, else of the terms (S3)."""
    of_scope = terms.scope_coverage.get(scope) if scope is not None else None
    return of_scope or terms.channel_coverage.get(channel) or terms.coverage


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


def course_of(terms: Terms, life: Life, target: TargetName) -> Course:
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
    found = [_clock(name, terms, calendar or AROUND_THE_CLOCK, life) for name in TARGET_NAMES]
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
