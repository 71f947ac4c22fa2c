"""What a ticket's timeline comes to at a moment: state, level, priority, counts, waits, defect. Rules T2–T6. Pure.

One fold for everybody: the ticket decides by it, views show it, clocks are read from it (`ledger.sla.targets`). A step
that is dated after the moment changes nothing yet (S2). Instants are microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ledger.kernel.words import Grade, Level
from ledger.tickets.events import (
    CallRecorded,
    DefectConfirmed,
    FixAnnounced,
    FixReleased,
    ResponseRecorded,
    TicketClosed,
    TicketEscalated,
    TicketFact,
    TicketHeld,
    TicketRejected,
    TicketReopened,
    TicketReprioritised,
    TicketResolved,
    TicketResumed,
)
from ledger.tickets.timeline import Step, Timeline

Span = tuple[int, int]
TicketStatus = Literal["open", "in_progress", "waiting", "resolved", "closed", "rejected"]
DefectStatus = Literal["reported", "confirmed", "announced", "released"]
LIVE: tuple[TicketStatus, ...] = ("open", "in_progress", "waiting")
OPEN_TO_WORK: tuple[TicketStatus, ...] = (*LIVE, "resolved")  # nothing is done on a rejected or closed ticket
# In which state a step may come (T4), by its event; work is allowed where a response is.
ALLOWED: dict[type[TicketFact], tuple[TicketStatus, ...]] = {
    TicketReprioritised: LIVE,
    ResponseRecorded: OPEN_TO_WORK,
    CallRecorded: OPEN_TO_WORK,
    TicketHeld: ("open", "in_progress"),
    TicketResumed: ("waiting",),
    TicketResolved: LIVE,
    TicketReopened: ("resolved", "closed"),
    TicketClosed: ("resolved",),
    TicketRejected: LIVE,
    TicketEscalated: LIVE,
    DefectConfirmed: OPEN_TO_WORK,
    FixAnnounced: OPEN_TO_WORK,
    FixReleased: OPEN_TO_WORK,
}
STATE_AFTER: dict[type[TicketFact], TicketStatus] = {
    TicketHeld: "waiting",
    TicketResumed: "in_progress",
    TicketResolved: "resolved",
    TicketReopened: "in_progress",
    TicketClosed: "closed",
    TicketRejected: "rejected",
}
DEFECT_AFTER: dict[type[TicketFact], DefectStatus] = {
    DefectConfirmed: "confirmed",
    FixAnnounced: "announced",
    FixReleased: "released",
}


@dataclass(slots=True)
class Life:
    """Waits and closures are half-open and over; one that goes on is `waiting_since`, or `resolved_at`.

    `priorities` are the priorities from the opening on, each with the moment from which it was in force.
    """

    opened_at: int
    priority: int
    impact: Grade | None
    urgency: Grade | None
    defect: DefectStatus | None
    changed_at: int  # the latest change of state, level or priority
    defect_at: int  # the latest step of the defect
    priorities: list[Span]
    state: TicketStatus = "open"
    level: Level = "L1"
    responses: int = 0
    responses_since_call: int = 0
    first_response_at: int | None = None
    waiting_since: int | None = None
    resolved_at: int | None = None
    closed_at: int | None = None
    rejected_at: int | None = None
    fix_release: str | None = None
    fix_expected_on: str | None = None
    waits: list[Span] = field(default_factory=list)
    closures: list[Span] = field(default_factory=list)
    shut: list[Span] = field(default_factory=list)  # closed until it was reopened

    def go_on(self, step: Step) -> None:
        if step.event in STATE_AFTER:
            self._move(step)
        elif step.event in DEFECT_AFTER:
            self.defect, self.defect_at = DEFECT_AFTER[step.event], step.at
            self.fix_release = step.release or self.fix_release
            self.fix_expected_on = step.expected_on or self.fix_expected_on
        elif step.priority is not None:
            self.priority, self.impact, self.urgency = step.priority, step.impact, step.urgency
            self.priorities.append((step.at, step.priority))
            self.changed_at = step.at
        elif step.level is not None:
            self.level, self.changed_at = step.level, step.at
        else:
            self._answer(step)

    def _answer(self, step: Step) -> None:
        """A response or a call; the count of the provider's responses starts again at a call (T5)."""
        if step.event is CallRecorded:
            self.responses_since_call = 0
        else:
            self.responses += 1
            self.responses_since_call += step.by == "provider"
        self._responded(step.at)
        if self.state == "open":
            self.state = "in_progress"

    def _responded(self, at: int) -> None:
        if self.first_response_at is None:
            self.first_response_at = at

    def _move(self, step: Step) -> None:
        at = step.at
        self.state, self.changed_at = STATE_AFTER[step.event], at
        if self.waiting_since is not None:
            self.waits.append((self.waiting_since, at))
            self.waiting_since = None
        if self.state == "waiting":
            self.waiting_since = at
        elif self.state == "resolved":
            self.resolved_at = at
            self._responded(at)
        elif self.state == "closed":
            self.closed_at = at
        elif self.state == "rejected":
            self.rejected_at = at
        elif step.event is TicketReopened:
            self._reopen(at)

    def _reopen(self, at: int) -> None:
        """The count of responses starts again (T5), and the time since the resolution is no time of a clock (S2)."""
        if self.closed_at is not None:
            self.shut.append((self.closed_at, at))
        if self.resolved_at is not None:
            self.closures.append((self.resolved_at, at))
        self.resolved_at = self.closed_at = None
        self.responses_since_call = 0

    def takes_work(self, at: int) -> bool:
        """Whether the ticket was neither closed nor rejected at a moment of this life."""
        shut_for_good = self.closed_at if self.closed_at is not None else self.rejected_at
        if shut_for_good is not None and at >= shut_for_good:
            return False
        return not any(start <= at < end for start, end in self.shut)


def begun(timeline: Timeline) -> Life:
    return Life(
        opened_at=timeline.opened_at,
        priority=timeline.priority,
        impact=timeline.impact,
        urgency=timeline.urgency,
        defect="reported" if timeline.is_defect else None,
        changed_at=timeline.opened_at,
        defect_at=timeline.opened_at,
        priorities=[(timeline.opened_at, timeline.priority)],
    )


def lived(timeline: Timeline, until: int | None = None) -> Life:
    """The ticket as the steps that are effective by a moment make it; without one, as all that were recorded do.

    Responses at 9:10, 9:20 and 9:30 that are entered after a call at 12:00 came before it: none is left since.
    """
    life = begun(timeline)
    for step in timeline.steps:
        if until is not None and step.at > until:
            break
        life.go_on(step)
    worked_from = timeline.worked_from
    if life.state == "open" and worked_from is not None and (until is None or worked_from <= until):
        life.state = "in_progress"
    return life
