"""What is known of a ticket, folded from its events: its timeline, its work, what was credited for it.

State, level, priority and counts are what the timeline comes to (`life`); `ticket` decides over it.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import msgspec

from ledger.kernel.aggregate import applies
from ledger.kernel.long_lived import LongLived
from ledger.kernel.values import to_micros
from ledger.kernel.words import Channel, MatterScope
from ledger.tickets.events import (
    ServiceCreditGranted,
    ServiceCreditTakenBack,
    TicketFact,
    TicketKind,
    TicketOpened,
    TicketStepRetracted,
    WorkLogged,
    WorkReversed,
)
from ledger.tickets.life import Life, lived
from ledger.tickets.timeline import STEPS, Timeline, step_of, timeline_of


class KnownTicket(msgspec.Struct):
    """What a snapshot of a ticket holds."""

    contract_id: str
    kind: TicketKind
    channel: Channel
    scope: MatterScope | None
    term_no: int
    timeline: Timeline
    credited: dict[str, ServiceCreditGranted]
    credit_count: dict[str, int]
    uncredited_from: dict[str, datetime]
    overage_minutes: int
    opened_at: datetime


class TicketState(LongLived):
    KNOWN = KnownTicket

    def begin(self) -> None:
        super().begin()
        self.kind: TicketKind
        self.channel: Channel
        self.scope: MatterScope | None = None
        self.term_no = 1
        self.timeline = Timeline(0, 0)
        self.credited: dict[str, ServiceCreditGranted] = {}  # by target, what answered its breach and stands
        self.credit_count = Counter[str]()  # by target, those that were taken back too
        self.uncredited_from: dict[str, datetime] = {}  # by target, since when the last one is taken back
        self.overage_minutes = 0
        self.opened_at: datetime
        self._life: Life | None = None

    @property
    def weight_bytes(self) -> int:
        return super().weight_bytes + 500 * len(self.timeline.steps)

    @property
    def ticket_id(self) -> str:
        return self.key

    @property
    def life(self) -> Life:
        """What all recorded steps come to, those that are dated ahead included."""
        if self._life is None:
            self._life = lived(self.timeline)
        return self._life

    def life_at(self, moment: datetime) -> Life:
        """What the steps come to that are effective by a moment."""
        return lived(self.timeline, to_micros(moment))

    def known(self) -> KnownTicket:
        return KnownTicket(
            self.contract_id,
            self.kind,
            self.channel,
            self.scope,
            self.term_no,
            self.timeline,
            self.credited,
            self.credit_count,
            self.uncredited_from,
            self.overage_minutes,
            self.opened_at,
        )

    def recall(self, known: KnownTicket) -> None:
        self.contract_id, self.kind = known.contract_id, known.kind
        self.channel, self.scope = known.channel, known.scope
        self.term_no, self.timeline, self.opened_at = known.term_no, known.timeline, known.opened_at
        self.credited, self.credit_count = known.credited, Counter(known.credit_count)
        self.uncredited_from, self.overage_minutes = known.uncredited_from, known.overage_minutes

    # -- history ---------------------------------------------------------------------------------------------

    @applies(TicketOpened)
    def _opened(self, fact: TicketOpened) -> None:
        self.contract_id = fact.contract_id
        self.kind, self.channel, self.scope, self.term_no = fact.kind, fact.channel, fact.scope, fact.term_no
        self.timeline = timeline_of(fact)
        self.opened_at = fact.effective_at

    @applies(*STEPS)
    def _stepped(self, fact: TicketFact) -> None:
        self.timeline.add(step_of(fact, self.version + 1))
        self._life = None

    @applies(TicketStepRetracted)
    def _retracted(self, fact: TicketStepRetracted) -> None:
        self.timeline.take_back(fact.version)
        self._life = None

    @applies(WorkLogged)
    def _worked(self, fact: WorkLogged) -> None:
        if self.timeline.work_from(to_micros(fact.effective_at)):
            self._life = None
        self.overage_minutes += fact.overage_minutes

    @applies(WorkReversed)
    def _work_reversed(self, fact: WorkReversed) -> None:
        self.overage_minutes -= fact.overage_minutes

    @applies(ServiceCreditGranted)
    def _credited(self, fact: ServiceCreditGranted) -> None:
        self.credited[fact.target] = fact
        self.credit_count[fact.target] += 1

    @applies(ServiceCreditTakenBack)
    def _credit_taken_back(self, fact: ServiceCreditTakenBack) -> None:
        self.credited.pop(fact.target, None)
        self.uncredited_from[fact.target] = fact.effective_at
