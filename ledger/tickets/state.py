"""What is known of a ticket: state, level, priority, responses and defect steps, folded from its events. T4–T6.

Its clocks are read from its timeline; `ticket` decides over it.
"""

from __future__ import annotations

from datetime import datetime

from ledger.kernel.aggregate import LedgerAggregate, applies
from ledger.kernel.values import to_micros
from ledger.plans.terms import Level
from ledger.tickets.events import (
    CallRecorded,
    DefectConfirmed,
    FixAnnounced,
    FixReleased,
    ResponseRecorded,
    ServiceCreditGranted,
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
    WorkLogged,
    WorkReversed,
)
from ledger.tickets.timeline import Timeline

STATE_AFTER: dict[type[TicketFact], str] = {
    TicketHeld: "waiting",
    TicketResumed: "in_progress",
    TicketResolved: "resolved",
    TicketReopened: "in_progress",
    TicketClosed: "closed",
    TicketRejected: "rejected",
}


class TicketState(LedgerAggregate):
    def begin(self) -> None:
        super().begin()
        self.state = ""
        self.kind = ""
        self.channel = ""
        self.term_no = 1
        self.timeline = Timeline(0, 0)
        self.credited: set[str] = set()
        self.scope: str | None = None
        self.level: Level = "L1"
        self.priority = 0
        self.defect = ""
        self.responses_since_call = 0
        self.overage_minutes = 0
        self.opened_at: datetime
        self.defect_at: datetime  # the latest step of the defect
        self.changed_at: datetime  # the latest change of state, level or priority: the next may not lie before it

    @property
    def ticket_id(self) -> str:
        return self.key

    # -- history ---------------------------------------------------------------------------------------------

    @applies(TicketOpened)
    def _opened(self, fact: TicketOpened) -> None:
        self.contract_id = fact.contract_id
        self.state, self.kind, self.scope, self.priority = "open", fact.kind, fact.scope, fact.priority
        self.channel, self.term_no = fact.channel, fact.term_no
        self.timeline = Timeline(to_micros(fact.effective_at), fact.priority)
        self.defect = "reported" if fact.kind == "defect" else ""
        self.opened_at = self.changed_at = self.defect_at = fact.effective_at

    @applies(TicketReprioritised)
    def _reprioritised(self, fact: TicketReprioritised) -> None:
        self.timeline.go_on(fact)
        self.priority, self.changed_at = fact.priority, fact.effective_at

    @applies(ResponseRecorded)
    def _responded(self, fact: ResponseRecorded) -> None:
        self.timeline.go_on(fact)
        self.responses_since_call += fact.speaker == "provider"
        self._begin_progress()

    @applies(CallRecorded)
    def _called(self, fact: CallRecorded) -> None:
        self.timeline.go_on(fact)
        self.responses_since_call = 0
        self._begin_progress()

    def _begin_progress(self) -> None:
        if self.state == "open":
            self.state = "in_progress"

    @applies(WorkLogged)
    def _worked(self, fact: WorkLogged) -> None:
        self._begin_progress()
        self.overage_minutes += fact.overage_minutes

    @applies(WorkReversed)
    def _work_reversed(self, fact: WorkReversed) -> None:
        self.overage_minutes -= fact.overage_minutes

    @applies(TicketHeld, TicketResumed, TicketResolved, TicketReopened, TicketClosed, TicketRejected)
    def _moved(self, fact: TicketFact) -> None:
        self.timeline.go_on(fact)
        self.state = STATE_AFTER[type(fact)]
        self.changed_at = fact.effective_at

    @applies(ServiceCreditGranted)
    def _credited(self, fact: ServiceCreditGranted) -> None:
        self.credited.add(fact.target)

    @applies(TicketEscalated)
    def _escalated(self, fact: TicketEscalated) -> None:
        self.level, self.changed_at = fact.to_level, fact.effective_at

    @applies(DefectConfirmed, FixAnnounced, FixReleased)
    def _defect_stepped(self, fact: TicketFact) -> None:
        self.defect = {DefectConfirmed: "confirmed", FixAnnounced: "announced", FixReleased: "released"}[type(fact)]
        self.defect_at = fact.effective_at
