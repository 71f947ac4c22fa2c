"""A ticket: which step may come when, and what it records. Rules T1–T6; what its steps come to is in `life`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from ledger.kernel.aggregate import Stamp
from ledger.kernel.errors import Refusal
from ledger.kernel.fact import Sealed
from ledger.kernel.ids import service_credit_id_of
from ledger.kernel.values import from_micros, show_instant, to_micros
from ledger.kernel.words import Channel, Grade, Level, MatterScope, TargetName
from ledger.plans.terms import Terms
from ledger.tickets.events import (
    CallRecorded,
    DefectConfirmed,
    FixAnnounced,
    FixReleased,
    ResponseRecorded,
    ServiceCreditGranted,
    ServiceCreditTakenBack,
    TicketEscalated,
    TicketFact,
    TicketKind,
    TicketOpened,
    TicketReprioritised,
    TicketStepRetracted,
    WorkLogged,
    WorkReversed,
)
from ledger.tickets.life import ALLOWED
from ledger.tickets.scope import check_level
from ledger.tickets.state import TicketState
from ledger.tickets.steps import defect_allows, escalation_fault, why_impossible

# What may be entered with its true time, though the ticket has moved on since (T4, S2).
ENTERED_LATE = (ResponseRecorded, CallRecorded, TicketReprioritised)


class Ticket(TicketState):
    FACTS = TicketFact

    def open(
        self,
        contract_id: str,
        *,
        title: Sealed,
        kind: TicketKind,
        channel: Channel,
        priority: int,
        impact: Grade | None,
        urgency: Grade | None,
        scope: MatterScope | None,
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

    def check(self, step: type[TicketFact], at: datetime) -> None:
        """Raises Refusal invalid-transition where the ticket as all its steps make it does not allow another.

        A response, a call or a priority may have come before its latest change: there the state of that moment counts.
        """
        if step in ENTERED_LATE:
            self._check_not_before(at, self.opened_at)
            life = self.life_at(at)
            if step is TicketReprioritised and self.life.state in ("closed", "rejected"):
                life = self.life
        else:
            life = self.life
        if life.state not in ALLOWED[step]:
            raise self._refused(life.state)
        if step not in ENTERED_LATE:
            self._check_not_before(at, from_micros(life.changed_at))

    def check_work(self, moment: datetime) -> None:
        """Work is judged by when it was done (T4). Raises Refusal invalid-transition once the ticket was over."""
        if not self.life.takes_work(to_micros(moment)):
            raise self._refused(self.life_at(moment).state)

    def _refused(self, state: str) -> Refusal:
        said = f"Ticket {self.key} is {state.replace('_', ' ')}: that can't be recorded on it."
        return Refusal("invalid-transition", said, state=state)

    def _check_not_before(self, at: datetime, earliest: datetime) -> None:
        if at < earliest:
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
        level = self.life.level
        fault = escalation_fault(level, to_level, by, has_partner)
        if fault is not None:
            raise Refusal("invalid-transition", f"Ticket {self.key} at {level} {fault}", level=level)
        check_level(terms, to_level, self.scope)
        self.record(TicketEscalated(level, to_level, by, ticket_id=self.key), at, stamp)

    def retract(
        self, version: int, position: int, worked: Iterable[int], has_partner: bool, reason: Sealed, stamp: Stamp
    ) -> None:
        """Takes a step back that was entered by mistake, in whatever state (T10); `worked` is when work was done.

        Raises Refusal invalid-transition where no step of the timeline stands there, or what remains is no possible
        life; it names the service credits that were given, if any were.
        """
        step = self.timeline.find(version)
        if step is None:
            said = f"No step of ticket {self.key} that can be retracted stands at position {position}."
            raise Refusal("invalid-transition", said, field="position")
        given = sorted(credit.credit_id for credit in self.credited.values())
        fault = why_impossible(self.timeline.without(version), worked, has_partner)
        if fault is not None:
            said = f"Without {step.kind} of {show_instant(from_micros(step.at))} ticket {self.key} {fault}"
            told = {"service_credits": given} if given else {}
            raise Refusal("invalid-transition", said, field="position", **told)
        retracted = TicketStepRetracted(position, version, step.kind, reason, given, ticket_id=self.key)
        self.record(retracted, from_micros(step.at), stamp)

    def log_work(
        self, deduction_id: str, billed_minutes: int, overage_minutes: int, moment: datetime, stamp: Stamp
    ) -> None:
        """Work that was deducted; whether the ticket takes any was checked before (`check_work`)."""
        self.record(WorkLogged(deduction_id, billed_minutes, overage_minutes, ticket_id=self.key), moment, stamp)

    def reverse_work(
        self, deduction_id: str, billed_minutes: int, overage_minutes: int, at: datetime, stamp: Stamp
    ) -> None:
        """Takes a reversed deduction's overage out of the tier position (C3); allowed in every state."""
        self.record(WorkReversed(deduction_id, billed_minutes, overage_minutes, ticket_id=self.key), at, stamp)

    def step_defect(self, fact: DefectConfirmed | FixAnnounced | FixReleased, at: datetime, stamp: Stamp) -> None:
        """Reported → confirmed → announced → released, each once, an announcement again with another date (T6)."""
        life = self.life
        if not defect_allows(life, type(fact)):
            what = f"its defect is {life.defect}" if self.kind == "defect" else f"its kind is {self.kind}"
            raise Refusal("invalid-transition", f"Ticket {self.key} can't take that step: {what}.", state=life.state)
        defect_at = from_micros(life.defect_at)
        if at < defect_at:
            raise Refusal(
                "invalid-transition",
                f"{show_instant(at)} lies before the defect's latest step, {show_instant(defect_at)}.",
                field="at",
            )
        self.record(fact, at, stamp)

    def check_not_credited(self, target: TargetName) -> None:
        """Raises Refusal already-credited: a missed promise is answered once."""
        if target in self.credited:
            raise Refusal("already-credited", f"The missed {target} of ticket {self.key} was credited already.")

    def next_credit_id(self, target: TargetName) -> str:
        """The id of the charge or grant that answers a missed promise."""
        return service_credit_id_of(self.key, target, self.credit_count[target] + 1)

    def credit_breach(
        self,
        target: TargetName,
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

    def service_credit(self, target: TargetName) -> ServiceCreditGranted:
        """What answered a missed promise and stands. Raises Refusal invalid-transition where nothing does."""
        credit = self.credited.get(target)
        if credit is None:
            said = f"No service credit stands for the {target} of ticket {self.key}."
            raise Refusal("invalid-transition", said, field="target")
        return credit

    def take_back_credit(
        self, target: TargetName, at: datetime, stamp: Stamp, *, reason: Sealed | None = None, rule: str = "C17"
    ) -> None:
        """Undoes a service credit, not before it was given (C15, C17)."""
        credit = self.service_credit(target)
        taken_back = ServiceCreditTakenBack(
            credit.target, credit.charge_id, credit.grant_id, reason, rule, ticket_id=self.key
        )
        self.record(taken_back, max(at, credit.effective_at), stamp)
