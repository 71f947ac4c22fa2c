"""A ticket's timeline: its steps in the order in which they were true, whenever the ledger learned of them. T4, T10.

The ticket itself keeps one, and so do the views of tickets and of clocks. What it comes to is read in `life`, up to
whatever moment is asked about. Instants are microseconds since 1970.
"""

from __future__ import annotations

from bisect import insort
from typing import Literal

import msgspec

from ledger.kernel.values import to_micros
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
    TicketOpened,
    TicketRejected,
    TicketReopened,
    TicketReprioritised,
    TicketResolved,
    TicketResumed,
)

# Work is no step of the timeline: it is reversed as a deduction, and of it only the beginning counts here.
STEPS: tuple[type[TicketFact], ...] = (
    TicketReprioritised,
    ResponseRecorded,
    CallRecorded,
    TicketHeld,
    TicketResumed,
    TicketResolved,
    TicketReopened,
    TicketClosed,
    TicketRejected,
    TicketEscalated,
    DefectConfirmed,
    FixAnnounced,
    FixReleased,
)
EVENT_OF = {event.TOPIC: event for event in STEPS}


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a fact of `STEPS` changes; `id` tells it from other steps of its ticket and follows the order of recording.

    It is the version in the stream where the ticket itself folds, the position where a view does.
    """

    id: int
    at: int
    kind: str  # the topic of its event, which is how it is kept
    by: Literal["provider", "partner"] | None = None
    priority: int | None = None
    impact: Grade | None = None
    urgency: Grade | None = None
    level: Level | None = None
    release: str | None = None
    expected_on: str | None = None

    @property
    def event(self) -> type[TicketFact]:
        """By which it is decided when a step may come and what it changes."""
        return EVENT_OF[self.kind]


def step_of(fact: TicketFact, id_: int) -> Step:
    """A fact of `STEPS` as a step."""
    at, kind = to_micros(fact.effective_at), fact.TOPIC
    if isinstance(fact, TicketReprioritised):
        return Step(id_, at, kind, priority=fact.priority, impact=fact.impact, urgency=fact.urgency)
    if isinstance(fact, ResponseRecorded | CallRecorded):
        return Step(id_, at, kind, by=fact.speaker)
    if isinstance(fact, TicketEscalated):
        return Step(id_, at, kind, by=fact.by, level=fact.to_level)
    if isinstance(fact, DefectConfirmed | FixAnnounced | FixReleased):
        day = fact.expected_on.isoformat() if fact.expected_on else None
        return Step(id_, at, kind, release=fact.release, expected_on=day)
    return Step(id_, at, kind)


class Timeline(msgspec.Struct, omit_defaults=True):
    """How a ticket began, when the first work on it was done, and its steps by effective time, then by recording."""

    opened_at: int
    priority: int
    impact: Grade | None = None
    urgency: Grade | None = None
    is_defect: bool = False
    worked_from: int | None = None
    steps: list[Step] = []

    @property
    def last_step_at(self) -> int:
        return self.steps[-1].at if self.steps else self.opened_at

    def add(self, step: Step) -> None:
        insort(self.steps, step, key=lambda one: (one.at, one.id))

    def take_back(self, id_: int) -> None:
        """From now on the timeline is read as if the step had not been (T10)."""
        self.steps = [step for step in self.steps if step.id != id_]

    def without(self, id_: int) -> Timeline:
        rest = msgspec.structs.replace(self)
        rest.take_back(id_)
        return rest

    def find(self, id_: int) -> Step | None:
        return next((step for step in self.steps if step.id == id_), None)

    def work_from(self, at: int) -> bool:
        """Work was done then. Returns whether nothing was known to be done before."""
        is_first = self.worked_from is None or at < self.worked_from
        if is_first:
            self.worked_from = at
        return is_first


read_timeline = msgspec.json.Decoder(Timeline).decode


def timeline_of(fact: TicketOpened) -> Timeline:
    """As the ticket was opened."""
    return Timeline(to_micros(fact.effective_at), fact.priority, fact.impact, fact.urgency, fact.kind == "defect")
