"""A ticket: state, level, priority, responses and defect steps. Rules T1–T6; clocks are read from its events."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ledger.kernel.aggregate import LedgerAggregate, Stamp, applies
from ledger.kernel.errors import Refusal
from ledger.kernel.fact import Fact
from ledger.kernel.values import show_instant, to_micros
from ledger.plans.terms import Terms
from ledger.tickets.events import (
    CallRecorded,
    DefectConfirmed,
    FixAnnounced,
    FixReleased,
    ResponseRecorded,
    ServiceCreditGranted,
    TicketClosed,
    TicketEscalated,
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

LIVE = ("open", "in_progress", "waiting")
# What may happen in which state (T4). Work may still be recorded on a resolved ticket, never on a closed one.
ALLOWED: dict[type[Fact], tuple[str, ...]] = {
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


class Ticket(LedgerAggregate):
    CATEGORY = "ticket"

    def begin(self) -> None:
        super().begin()
        self.state = ""
        self.kind = ""
        self.channel = ""
        self.term_no = 1
        self.timeline = Timeline(0, 0)
        self.credited: set[str] = set()
        self.scope: str | None = None
        self.level = "L1"
        self.priority = 0
        self.defect = ""
        self.responses_since_call = 0
        self.overage_minutes = 0
        self.opened_at: datetime
        self.defect_at: datetime  # the latest step of the defect
        self.changed_at: datetime  # the latest change of state, level or priority: the next may not lie before it

    @property
    def ticket_id(self) -> str:
        return str(self.id).partition(":")[2]

    # -- decisions -------------------------------------------------------------------------------------------

    def open(self, contract_id: str, at: datetime, stamp: Stamp, **fields: Any) -> None:
        self.contract_id = contract_id
        self.record(TicketOpened, at, stamp, ticket_id=self.ticket_id, **fields)

    def check(self, fact: type[Fact], at: datetime | None) -> None:
        """Raises Refusal invalid-transition where the state, or a change recorded for later, does not allow it."""
        if self.state not in ALLOWED[fact]:
            raise Refusal(
                "invalid-transition",
                f"Ticket {self.ticket_id} is {self.state.replace('_', ' ')}: that can't be recorded on it.",
                state=self.state,
            )
        earliest = self.opened_at if fact in (ResponseRecorded, CallRecorded) else self.changed_at
        if at is not None and at < earliest:
            raise Refusal(
                "invalid-transition",
                f"{show_instant(at)} lies before ticket {self.ticket_id}'s latest change, {show_instant(earliest)}.",
                field="at",
            )

    def change(self, fact: type[Fact], at: datetime, stamp: Stamp, **fields: Any) -> None:
        """Hold, resume, resolve, reopen, close, reject, reprioritise, respond, call: checked, then recorded."""
        self.check(fact, at)
        self.record(fact, at, stamp, ticket_id=self.ticket_id, **fields)

    def escalate(self, to_level: str, by: str, has_partner: bool, terms: Terms, at: datetime, stamp: Stamp) -> None:
        """Upward only; with a partner L1 is the partner's, who alone takes it to L2 (T3).

        Raises Refusal kind-not-covered where the terms keep the ticket's scope out of that level (T8).
        """
        self.check(TicketEscalated, at)
        step_is_partners = has_partner and self.level == "L1"
        if to_level <= self.level or (step_is_partners and (by != "partner" or to_level != "L2")):
            whose = "; from L1 the partner takes it to L2" if step_is_partners else ""
            raise Refusal(
                "invalid-transition",
                f"Ticket {self.ticket_id} at {self.level} can't go to {to_level} by the {by}: upward only{whose}.",
                level=self.level,
            )
        if by == "partner" and not step_is_partners:
            raise Refusal(
                "invalid-transition",
                f"Ticket {self.ticket_id} is at {self.level}, which is the provider's.",
                level=self.level,
            )
        check_level(terms, to_level, self.scope)
        self.record(
            TicketEscalated, at, stamp, ticket_id=self.ticket_id, from_level=self.level, to_level=to_level, by=by
        )

    def log_work(
        self, deduction_id: str, billed_minutes: int, overage_minutes: int, moment: datetime, stamp: Stamp
    ) -> None:
        """Work is recorded when it was done, which may lie before the latest change of state."""
        self.check(WorkLogged, None)
        self.record(
            WorkLogged,
            moment,
            stamp,
            ticket_id=self.ticket_id,
            deduction_id=deduction_id,
            billed_minutes=billed_minutes,
            overage_minutes=overage_minutes,
        )

    def reverse_work(
        self, deduction_id: str, billed_minutes: int, overage_minutes: int, at: datetime, stamp: Stamp
    ) -> None:
        """Takes a reversed deduction's overage out of the tier position (C3); allowed in every state."""
        self.record(
            WorkReversed,
            at,
            stamp,
            ticket_id=self.ticket_id,
            deduction_id=deduction_id,
            billed_minutes=billed_minutes,
            overage_minutes=overage_minutes,
        )

    def step_defect(
        self, fact: type[Fact], at: datetime, stamp: Stamp, release: str | None, expected_on: date | None
    ) -> None:
        """Reported → confirmed → announced → released, each once, an announcement again with another date (T6)."""
        before = {DefectConfirmed: ("reported",), FixAnnounced: ("confirmed", "announced")}.get(
            fact, ("confirmed", "announced")
        )
        if self.kind != "defect" or self.defect not in before or self.state == "rejected":
            what = f"its defect is {self.defect}" if self.kind == "defect" else f"its kind is {self.kind}"
            raise Refusal(
                "invalid-transition", f"Ticket {self.ticket_id} can't take that step: {what}.", state=self.state
            )
        if at < self.defect_at:
            raise Refusal(
                "invalid-transition",
                f"{show_instant(at)} lies before the defect's latest step, {show_instant(self.defect_at)}.",
                field="at",
            )
        self.record(fact, at, stamp, ticket_id=self.ticket_id, release=release, expected_on=expected_on)

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
    def _moved(self, fact: Fact) -> None:
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
    def _defect_stepped(self, fact: Fact) -> None:
        self.defect = {DefectConfirmed: "confirmed", FixAnnounced: "announced", FixReleased: "released"}[type(fact)]
        self.defect_at = fact.effective_at


STATE_AFTER: dict[type[Fact], str] = {
    TicketHeld: "waiting",
    TicketResumed: "in_progress",
    TicketResolved: "resolved",
    TicketReopened: "in_progress",
    TicketClosed: "closed",
    TicketRejected: "rejected",
}


def excluded(rule: Any, scope: str | None) -> bool:
    """Whether a scope falls outside a rule; a scope that was not given is outside of `only` (T8)."""
    if rule is None:
        return False
    return scope not in rule.scopes if rule.kind == "only" else scope in rule.scopes


def check_level(terms: Terms, level: str, scope: str | None) -> None:
    """Raises Refusal kind-not-covered where a level does not take a scope (T8)."""
    if excluded(terms.level_scopes.get(level), scope):  # type: ignore[call-overload]
        raise Refusal("kind-not-covered", f"Support at {level} does not cover {scope} under {terms.name}.", scope=scope)


def check_scope(terms: Terms, channel: str, scope: str | None) -> None:
    """Refuses a channel the terms do not offer, or not for this scope, and a scope outside the plan (T1, T8)."""
    if channel not in terms.channels:
        offered = ", ".join(terms.channels)
        raise Refusal(
            "channel-not-covered",
            f"{terms.name} offers {offered}; not {channel}.",
            channel=channel,
            offered=terms.channels,
        )
    if scope is not None and excluded(terms.scopes, scope):
        raise Refusal("kind-not-covered", f"{terms.name} does not cover {scope}.", scope=scope)
    if excluded(terms.channel_scopes.get(channel), scope):
        matter = scope or "a matter whose scope is not given"
        raise Refusal(
            "channel-not-covered", f"{terms.name} does not take {matter} over {channel}.", channel=channel, scope=scope
        )


def missing_contact(terms: Terms, channel: str, contact: dict[str, str] | None) -> list[str]:
    """What a phone contact still needs, by field (T9)."""
    if channel != "phone":
        return []
    return [field for field in terms.phone_contact if not (contact or {}).get(field)]
