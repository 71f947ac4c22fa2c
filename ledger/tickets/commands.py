"""Commands on tickets: open, reprioritise, respond, hold, resolve, reject, escalate. Find, ask, save. Rules T1–T5."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ledger.contracts.finding import OnContract, contract_of, in_force, the_contract
from ledger.kernel.access import CUSTOMER, OPERATOR, PARTNER
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.faults import FieldFault, FieldFaultError
from ledger.kernel.words import Channel, Grade, Level, MatterScope
from ledger.plans.terms import Terms
from ledger.tickets.events import (
    CallRecorded,
    ResponseRecorded,
    TicketClosed,
    TicketHeld,
    TicketKind,
    TicketRejected,
    TicketReopened,
    TicketReprioritised,
    TicketResolved,
    TicketResumed,
)
from ledger.tickets.finding import OnTicket, terms_of, the_ticket, ticket_of
from ledger.tickets.scope import check_scope, missing_contact
from ledger.tickets.ticket import Ticket
from ledger.work.case import Case
from ledger.work.declaration import NewId, command
from ledger.work.fields import Body, Command, EffectiveAt, Id, Mail, Name, Priority, ReasonText, Text


class Contact(Body):
    name: Name | None = Field(default=None, description="Who asks.")
    company: Name | None = Field(default=None, description="Where they work.")
    phone: Name | None = Field(default=None, description="Their telephone.")
    email: Mail | None = Field(default=None, description="Their address for mail.")


class Urgent(Command):
    """A priority given directly, or by impact and urgency together (T2)."""

    priority: Priority | None = Field(
        default=None, description="1 is the most urgent, 4 the least; or impact and urgency."
    )
    impact: Grade | None = Field(default=None, description="How much it affects; with urgency, in place of a priority.")
    urgency: Grade | None = Field(
        default=None, description="How soon it is needed; with impact, in place of a priority."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Urgent:
        if (self.impact is None) != (self.urgency is None):
            raise FieldFaultError("impact", FieldFault("impact_without_urgency"))
        if (self.priority is None) == (self.impact is None):
            raise FieldFaultError("priority", FieldFault("priority_or_impact"))
        return self

    def priority_under(self, terms: Terms) -> int:
        """As given, or from impact and urgency by the terms' matrix (T2)."""
        if self.priority is not None:
            return self.priority
        assert self.impact is not None
        assert self.urgency is not None
        return terms.priority_matrix.priority(self.impact, self.urgency)


class OpenTicket(OnContract, Urgent):
    ticket_id: Id | None = Field(default=None, description="The id that it gets; the ledger gives one if absent.")
    title: Text = Field(description="What it is about, in a sentence.")
    kind: TicketKind = Field(description="What sort of matter it is.")
    channel: Channel = Field(description="How it came in.")
    contact: Contact | None = Field(default=None, description="Who asks, where the terms want to know.")
    scope: MatterScope | None = Field(
        default=None, description="What of the customer it concerns, where the terms tell scopes apart."
    )
    at: EffectiveAt | None = None


class ReprioritiseTicket(OnTicket, Urgent):
    reason: ReasonText
    at: EffectiveAt | None = None


class TicketStep(OnTicket):
    at: EffectiveAt | None = None


class RecordResponse(TicketStep):
    by: Name = Field(description="Who answered.")
    to: Literal["customer", "partner"] | None = Field(
        default=None, description="Whom; the partner where one serves the customer."
    )


class RejectTicket(TicketStep):
    reason: ReasonText


class EscalateTicket(TicketStep):
    to_level: Level = Field(description="The level that takes over.")
    by: Literal["partner", "provider"] = Field(description="Which side hands it on.")


NEW_TICKET = NewId[OpenTicket]("ticket", "ticket_id", lambda body: body.ticket_id, (Ticket,))


@command("open-ticket", OpenTicket, roles=OPERATOR | CUSTOMER | PARTNER, about=the_contract, creates=NEW_TICKET)
def open_ticket(case: Case, body: OpenTicket) -> None:
    """A matter, over a channel the terms offer, of a scope they cover, with the contact they ask for (T1, T8, T9).

    Its priority is given directly, or follows from `impact` and `urgency` together (T2).
    """
    at, term = in_force(case, body.at)
    check_scope(term.terms, body.channel, body.scope)
    contact = body.contact.model_dump(exclude_none=True) if body.contact else None
    missing = missing_contact(term.terms, body.channel, contact)
    if missing:
        raise malformed(
            f"contact.{missing[0]}",
            FieldFault("incomplete_contact", {"fields": tuple(missing)}),
            missing=[f"contact.{field}" for field in missing],
        )
    case.get(Ticket, case.new_id).open(
        case.scope.contract_id,
        title=case.seal_customer(body.title),
        kind=body.kind,
        channel=body.channel,
        priority=body.priority_under(term.terms),
        impact=body.impact,
        urgency=body.urgency,
        scope=body.scope,
        contact=case.seal_customer(contact) if contact else None,
        term_no=term.number,
        call_after_responses=term.terms.call_after_responses,
        at=at,
        stamp=case.stamp,
    )


@command("reprioritise-ticket", ReprioritiseTicket, roles=OPERATOR, about=the_ticket)
def reprioritise_ticket(case: Case, body: ReprioritiseTicket) -> None:
    """Another priority, and why; the ticket's targets are judged by it from the original start (T2)."""
    ticket, at = ticket_of(case, body.ticket_id), case.at(body.at)
    step = TicketReprioritised(
        old_priority=ticket.life_at(at).priority,
        priority=body.priority_under(terms_of(case, ticket)),
        impact=body.impact,
        urgency=body.urgency,
        reason=case.seal_customer(body.reason),
        ticket_id=ticket.ticket_id,
    )
    ticket.step(step, at, case.stamp)


@command("record-response", RecordResponse, roles=OPERATOR | PARTNER, about=the_ticket)
def record_response(case: Case, body: RecordResponse) -> None:
    """Somebody answered the customer, or the partner (`to`). Where a partner serves the customer, the provider answers
    the customer only if the partner allowed it (T3).
    """
    ticket, contract = ticket_of(case, body.ticket_id), contract_of(case)
    speaker = _speaker(case, body.by)
    is_closed = contract.partner_id is not None and not contract.direct_contact
    to = body.to or ("partner" if is_closed and speaker == "provider" else "customer")
    if to == "partner" and contract.partner_id is None:
        raise Refusal("invalid-transition", f"Contract {contract.contract_id} is served without a partner.", field="to")
    if to == "customer" and speaker == "provider":
        _check_direct_contact(case, ticket)
    by = case.seal_partner(body.by) if speaker == "partner" else case.seal_staff(body.by)
    response = ResponseRecorded(by, to, speaker, ticket_id=body.ticket_id)
    ticket.step(response, case.at(body.at), case.stamp)


def _speaker(case: Case, by: str = "") -> Literal["provider", "partner"]:
    """The partner where its own token speaks, or the provider's enters that the partner did."""
    if case.actor.role == "partner" or (by == "partner" and case.scope.partner_id is not None):
        return "partner"
    return "provider"


def _check_direct_contact(case: Case, ticket: Ticket) -> None:
    if contract_of(case).needs_authorisation(terms_of(case, ticket)):
        raise Refusal(
            "direct-contact-not-authorised",
            f"Contract {case.scope.contract_id} is served by a partner, who has not authorised direct contact "
            f"with the end customer.",
        )


@command("record-call", TicketStep, roles=OPERATOR, about=the_ticket)
def record_call(case: Case, body: TicketStep) -> None:
    """The reporter was called. That is direct contact (T3); the count of responses starts again (T5)."""
    ticket, speaker = ticket_of(case, body.ticket_id), _speaker(case)
    if speaker == "provider":
        _check_direct_contact(case, ticket)
    ticket.step(CallRecorded(speaker, ticket_id=body.ticket_id), case.at(body.at), case.stamp)


@command("hold-ticket", TicketStep, roles=OPERATOR, about=the_ticket)
def hold_ticket(case: Case, body: TicketStep) -> None:
    """The ticket waits for the customer (T4, S2)."""
    ticket_of(case, body.ticket_id).step(TicketHeld(ticket_id=body.ticket_id), case.at(body.at), case.stamp)


@command("resume-ticket", TicketStep, roles=OPERATOR, about=the_ticket)
def resume_ticket(case: Case, body: TicketStep) -> None:
    """The wait is over (T4, S2)."""
    ticket_of(case, body.ticket_id).step(TicketResumed(ticket_id=body.ticket_id), case.at(body.at), case.stamp)


@command("resolve-ticket", TicketStep, roles=OPERATOR, about=the_ticket)
def resolve_ticket(case: Case, body: TicketStep) -> None:
    """A solution was given; counts as a response (T4)."""
    ticket_of(case, body.ticket_id).step(TicketResolved(ticket_id=body.ticket_id), case.at(body.at), case.stamp)


@command("reopen-ticket", TicketStep, roles=OPERATOR | CUSTOMER | PARTNER, about=the_ticket)
def reopen_ticket(case: Case, body: TicketStep) -> None:
    """The matter was not settled after all (T4)."""
    ticket_of(case, body.ticket_id).step(TicketReopened(ticket_id=body.ticket_id), case.at(body.at), case.stamp)


@command("close-ticket", TicketStep, roles=OPERATOR | CUSTOMER | PARTNER, about=the_ticket)
def close_ticket(case: Case, body: TicketStep) -> None:
    """The resolved matter is closed (T4)."""
    ticket_of(case, body.ticket_id).step(TicketClosed(ticket_id=body.ticket_id), case.at(body.at), case.stamp)


@command("reject-ticket", RejectTicket, roles=OPERATOR, about=the_ticket)
def reject_ticket(case: Case, body: RejectTicket) -> None:
    """Not a matter of this contract, and why; its targets are void (T4)."""
    rejected = TicketRejected(case.seal_customer(body.reason), ticket_id=body.ticket_id)
    ticket_of(case, body.ticket_id).step(rejected, case.at(body.at), case.stamp)


@command("escalate-ticket", EscalateTicket, roles=OPERATOR | PARTNER, about=the_ticket)
def escalate_ticket(case: Case, body: EscalateTicket) -> None:
    """To a higher level, by the side that the level belongs to; a partner escalates to L2, in its own name (T3)."""
    at = case.at(body.at)
    ticket, contract = ticket_of(case, body.ticket_id), contract_of(case)
    if case.actor.role == "partner" and (body.by != "partner" or body.to_level != "L2"):
        raise Refusal("forbidden", "A partner escalates to L2, in its own name.", role="partner")
    ticket.escalate(body.to_level, body.by, contract.partner_id is not None, terms_of(case, ticket), at, case.stamp)
