"""A ticket: state, level, priority, responses and defect steps. Rules T1–T6; clocks are read from its events."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ledger.kernel.aggregate import Stamp
from ledger.kernel.errors import Refusal
from ledger.kernel.fact import Sealed
from ledger.kernel.values import show_instant
from ledger.plans.terms import Level, Terms
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
from ledger.tickets.scope import check_level
from ledger.tickets.state import TicketState

LIVE = ("open", "in_progress", "waiting")
# What may happen in which state (T4). Work may still be recorded on a resolved ticket, never on a closed one.
ALLOWED: dict[type[TicketFact], tuple[str, ...]] = {
    TicketReprioritised: LIVE,
    ResponseRecorded: (*LIVE, "resolved"),
    CallRecorded: (*LIVE, "resolved"),
    WorkLogged: (*LIVE, "resolved"),
    TicketHeld: ("open", "in_progress"),
    TicketResumed: ("waiting",),
    TicketResolved: LIVE,
    TicketReopened: ("resolved", "closed"),
    TicketClosed: ("resolved",),
    TicketRejected: LIVE,
    TicketEscalated: LIVE,
}


class Ticket(TicketState):
    CATEGORY = "ticket"

    def open(
        self,
        contract_id: str,
        *,
        title: Sealed,
        kind: str,
        channel: str,
        priority: int,
        impact: str | None,
        urgency: str | None,
        scope: str | None,
        contact: Sealed | None,
        term_no: int,
        call_after_responses: int | None,
        at: datetime,
        stamp: Stamp,
    ) -> None:
        self.contract_id = contract_id
        opened = TicketOpened(
            ticket_id=self.key,
            title=title,
            kind=kind,
            channel=channel,
            priority=priority,
            term_no=term_no,
            impact=impact,
            urgency=urgency,
            scope=scope,
            contact=contact,
            call_after_responses=call_after_responses,
        )
        self.record(opened, at, stamp)

    def check(self, step: type[TicketFact], at: datetime | None) -> None:
        """Raises Refusal invalid-transition where the state, or a change recorded for later, does not allow it.

        Work is recorded when it was done (`at` None), which may lie before the latest change of state.
        """
        if self.state not in ALLOWED[step]:
            raise Refusal(
                "invalid-transition",
                f"Ticket {self.key} is {self.state.replace('_', ' ')}: that can't be recorded on it.",
                state=self.state,
            )
        earliest = self.opened_at if step in (ResponseRecorded, CallRecorded) else self.changed_at
        if at is not None and at < earliest:
            raise Refusal(
                "invalid-transition",
                f"{show_instant(at)} lies before ticket {self.key}'s latest change, {show_instant(earliest)}.",
                field="at",
            )

    def step(self, fact: TicketFact, at: datetime, stamp: Stamp) -> None:
        """Hold, resume, resolve, reopen, close, reject, reprioritise, respond, call: checked, then recorded."""
        self.check(type(fact), at)
        self.record(fact, at, stamp)

    def escalate(
        self,
        to_level: Level,
        by: Literal["partner", "provider"],
        has_partner: bool,
        terms: Terms,
        at: datetime,
        stamp: Stamp,
    ) -> None:
        """Upward only; with a partner L1 is the partner's, who alone takes it to L2 (T3).

        Raises Refusal kind-not-covered where the terms keep the ticket's scope out of that level (T8).
        """
        self.check(TicketEscalated, at)
        step_is_partners = has_partner and self.level == "L1"
        if to_level <= self.level or (step_is_partners and (by != "partner" or to_level != "L2")):
            whose = "; from L1 the partner takes it to L2" if step_is_partners else ""
            raise Refusal(
                "invalid-transition",
                f"Ticket {self.key} at {self.level} can't go to {to_level} by the {by}: upward only{whose}.",
                level=self.level,
            )
        if by == "partner" and not step_is_partners:
            raise Refusal(
                "invalid-transition",
                f"Ticket {self.key} is at {self.level}, which is the provider's.",
                level=self.level,
            )
        check_level(terms, to_level, self.scope)
        self.record(TicketEscalated(self.level, to_level, by, ticket_id=self.key), at, stamp)

    def log_work(
        self, deduction_id: str, billed_minutes: int, overage_minutes: int, moment: datetime, stamp: Stamp
    ) -> None:
        """Work that was deducted; whether the ticket takes any was checked before (`check`)."""
        self.record(WorkLogged(deduction_id, billed_minutes, overage_minutes, ticket_id=self.key), moment, stamp)

    def reverse_work(
        self, deduction_id: str, billed_minutes: int, overage_minutes: int, at: datetime, stamp: Stamp
    ) -> None:
        """Takes a reversed deduction's overage out of the tier position (C3); allowed in every state."""
        self.record(WorkReversed(deduction_id, billed_minutes, overage_minutes, ticket_id=self.key), at, stamp)

    def step_defect(self, fact: DefectConfirmed | FixAnnounced | FixReleased, at: datetime, stamp: Stamp) -> None:
        """Reported → confirmed → announced → released, each once, an announcement again with another date (T6)."""
        before = ("reported",) if isinstance(fact, DefectConfirmed) else ("confirmed", "announced")
        if self.kind != "defect" or self.defect not in before or self.state == "rejected":
            what = f"its defect is {self.defect}" if self.kind == "defect" else f"its kind is {self.kind}"
            raise Refusal("invalid-transition", f"Ticket {self.key} can't take that step: {what}.", state=self.state)
        if at < self.defect_at:
            raise Refusal(
                "invalid-transition",
                f"{show_instant(at)} lies before the defect's latest step, {show_instant(self.defect_at)}.",
                field="at",
            )
        self.record(fact, at, stamp)

    def check_not_credited(self, target: str) -> None:
        """Raises Refusal already-credited: a missed promise is answered once."""
        if target in self.credited:
            raise Refusal("already-credited", f"The missed {target} of ticket {self.key} was credited already.")

    def credit_breach(
        self,
        target: Literal["reaction", "resolution"],
        priority: int,
        due_at: datetime,
        ended_at: datetime | None,
        *,
        charge_id: str | None,
        grant_id: str | None,
        at: datetime,
        stamp: Stamp,
    ) -> None:
        """What the provider owes for a missed promise, once for each target (S4)."""
        credited = ServiceCreditGranted(
            target, priority, due_at, ended_at, charge_id=charge_id, grant_id=grant_id, ticket_id=self.key
        )
        self.record(credited, at, stamp)
