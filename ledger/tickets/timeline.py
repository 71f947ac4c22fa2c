"""A ticket's timeline: what its SLA clocks are read from, folded from its events. Pure; instants are microseconds.

The ticket itself keeps one to judge a breach, the view of clocks keeps one for each ticket: by this same fold.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.kernel.fact import Fact
from ledger.kernel.values import to_micros
from ledger.tickets.events import (
    CallRecorded,
    ResponseRecorded,
    TicketHeld,
    TicketRejected,
    TicketReopened,
    TicketReprioritised,
    TicketResolved,
    TicketResumed,
)

Spans = list[tuple[int, int | None]]
MOVES_CLOCKS = (
    TicketReprioritised,
    ResponseRecorded,
    CallRecorded,
    TicketHeld,
    TicketResumed,
    TicketResolved,
    TicketReopened,
    TicketRejected,
)


@dataclass(slots=True)
class Timeline:
    """Waits and closures are half-open; one that goes on ends with None."""

    opened_at: int
    priority: int
    responded_at: int | None = None
    resolved_at: int | None = None
    rejected_at: int | None = None
    waits: Spans = field(default_factory=list)
    closures: Spans = field(default_factory=list)
    changes: list[tuple[int, int, int]] = field(default_factory=list)  # when, from which priority, to which

    def priority_at(self, at: int) -> int:
        """The priority in force at an instant, whenever the ledger learned of it."""
        later = next((before for changed_at, before, _ in self.changes if changed_at > at), None)
        return self.priority if later is None else later

    def go_on(self, fact: Fact) -> None:
        """What an event of `MOVES_CLOCKS` changes."""
        at = to_micros(fact.effective_at)
        if isinstance(fact, TicketReprioritised):
            self.changes.append((at, self.priority, fact.priority))
            self.priority = fact.priority
        elif isinstance(fact, TicketHeld):
            self.waits.append((at, None))
        elif isinstance(fact, TicketReopened):
            if self.resolved_at is not None:
                self.closures.append((self.resolved_at, at))
            self.resolved_at = None
        elif isinstance(fact, TicketRejected):
            self.rejected_at = at
        if isinstance(fact, TicketResumed | TicketResolved | TicketRejected) and self.waits:
            start, end = self.waits[-1]
            self.waits[-1] = (start, at if end is None else end)
        if isinstance(fact, TicketResolved):
            self.resolved_at = at
        if isinstance(fact, ResponseRecorded | CallRecorded | TicketResolved):
            self._respond(at)

    def _respond(self, at: int) -> None:
        """The first response by effective time ends the reaction; one recorded later may have come earlier."""
        if self.responded_at is None or at < self.responded_at:
            self.responded_at = at
