"""Commands on tickets: open, reprioritise, respond, hold, resolve, escalate, defect steps. Find, ask, save."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ledger.door import bodies
from ledger.door.unit_of_work import UnitOfWork
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.fact import Fact
from ledger.plans.terms import Terms
from ledger.tickets.events import (
    CallRecorded,
    DefectConfirmed,
    FixAnnounced,
    FixReleased,
    ResponseRecorded,
    TicketClosed,
    TicketHeld,
    TicketRejected,
    TicketReopened,
    TicketReprioritised,
    TicketResolved,
    TicketResumed,
)
from ledger.tickets.ticket import Ticket, check_scope, missing_contact


def open_ticket(work: UnitOfWork, body: bodies.OpenTicket) -> None:
    """Opened over a channel the terms offer, for a scope they cover, with the contact they ask for (T1, T8, T9)."""
    at, term = work.active(body.at)
    check_scope(term.terms, body.channel, body.scope)
    contact = body.contact.model_dump(exclude_none=True) if body.contact else None
    missing = missing_contact(term.terms, body.channel, contact)
    if missing:
        raise malformed(
            f"contact.{missing[0]}",
            f"a phone contact needs {', '.join(missing)} as well",
            missing=[f"contact.{field}" for field in missing],
        )
    work.get(Ticket, body.ticket_id).open(
        work.contract.contract_id,
        at,
        work.stamp,
        title=work.seal_customer(body.title),
        kind=body.kind,
        channel=body.channel,
        priority=_priority(term.terms, body),
        impact=body.impact,
        urgency=body.urgency,
        scope=body.scope,
        contact=work.seal_customer(contact) if contact else None,
        term_no=term.number,
        call_after_responses=term.terms.call_after_responses,
    )


def _priority(terms: Terms, body: bodies.Urgent) -> int:
    """As given, or from impact and urgency by the terms' matrix (T2)."""
    if body.priority is not None:
        return body.priority
    assert body.impact is not None
    assert body.urgency is not None
    return terms.priority_matrix.priority(body.impact, body.urgency)


def reprioritise_ticket(work: UnitOfWork, body: bodies.ReprioritiseTicket) -> None:
    ticket = work.ticket(body.ticket_id)
    terms = work.contract.term_at(ticket.opened_at).terms
    work.ticket(body.ticket_id).change(
        TicketReprioritised,
        work.at(body.at),
        work.stamp,
        old_priority=ticket.priority,
        priority=_priority(terms, body),
        impact=body.impact,
        urgency=body.urgency,
        reason=work.seal_customer(body.reason),
    )


def record_response(work: UnitOfWork, body: bodies.RecordResponse) -> None:
    """Who answered whom. The provider speaks with a partner's end customer only when the partner allowed it (T3)."""
    at = work.at(body.at)
    speaker = _speaker(work, body.by)
    closed = work.contract.partner_id is not None and not work.contract.direct_contact
    to = body.to or ("partner" if closed and speaker == "provider" else "customer")
    if to == "partner" and work.contract.partner_id is None:
        raise Refusal(
            "invalid-transition", f"Contract {work.contract.contract_id} is served without a partner.", field="to"
        )
    if to == "customer" and speaker == "provider":
        _check_direct_contact(work, at)
    by = work.seal_partner(body.by) if speaker == "partner" else work.seal_staff(body.by)
    work.ticket(body.ticket_id).change(ResponseRecorded, at, work.stamp, by=by, to=to, speaker=speaker)


def _speaker(work: UnitOfWork, by: str = "") -> Literal["provider", "partner"]:
    """The partner where its own token speaks, or the provider's enters that the partner did."""
    if work.actor.role == "partner" or (by == "partner" and work.contract.partner_id is not None):
        return "partner"
    return "provider"


def _check_direct_contact(work: UnitOfWork, at: datetime) -> None:
    if work.contract.needs_authorisation(at):
        raise Refusal(
            "direct-contact-not-authorised",
            f"Contract {work.contract.contract_id} is served by a partner, who has not authorised direct contact "
            f"with the end customer.",
        )


def record_call(work: UnitOfWork, body: bodies.OnTicket) -> None:
    """The reporter was called; that is direct contact (T3), and the count of responses starts again (T5)."""
    at = work.at(body.at)
    speaker = _speaker(work)
    if speaker == "provider":
        _check_direct_contact(work, at)
    work.ticket(body.ticket_id).change(CallRecorded, at, work.stamp, speaker=speaker)


def hold_ticket(work: UnitOfWork, body: bodies.OnTicket) -> None:
    _change(work, body, TicketHeld)


def resume_ticket(work: UnitOfWork, body: bodies.OnTicket) -> None:
    _change(work, body, TicketResumed)


def resolve_ticket(work: UnitOfWork, body: bodies.OnTicket) -> None:
    _change(work, body, TicketResolved)


def reopen_ticket(work: UnitOfWork, body: bodies.OnTicket) -> None:
    _change(work, body, TicketReopened)


def close_ticket(work: UnitOfWork, body: bodies.OnTicket) -> None:
    _change(work, body, TicketClosed)


def _change(work: UnitOfWork, body: bodies.OnTicket, fact: type[Fact]) -> None:
    work.ticket(body.ticket_id).change(fact, work.at(body.at), work.stamp)


def reject_ticket(work: UnitOfWork, body: bodies.RejectTicket) -> None:
    reason = work.seal_customer(body.reason)
    work.ticket(body.ticket_id).change(TicketRejected, work.at(body.at), work.stamp, reason=reason)


def escalate_ticket(work: UnitOfWork, body: bodies.EscalateTicket) -> None:
    """Upward, by whom the level belongs to; a partner's token speaks for the partner alone and only to L2 (T3)."""
    at = work.at(body.at)
    ticket, contract = work.ticket(body.ticket_id), work.contract
    if work.actor.role == "partner" and (body.by != "partner" or body.to_level != "L2"):
        raise Refusal("forbidden", "A partner escalates to L2, in its own name.", role="partner")
    terms = contract.term_at(ticket.opened_at).terms
    ticket.escalate(body.to_level, body.by, contract.partner_id is not None, terms, at, work.stamp)


def confirm_defect(work: UnitOfWork, body: bodies.DefectStep) -> None:
    _step(work, body, DefectConfirmed)


def announce_fix(work: UnitOfWork, body: bodies.AnnounceFix) -> None:
    _step(work, body, FixAnnounced)


def release_fix(work: UnitOfWork, body: bodies.DefectStep) -> None:
    _step(work, body, FixReleased)


def _step(work: UnitOfWork, body: bodies.DefectStep, fact: type[Fact]) -> None:
    ticket = work.ticket(body.ticket_id)
    ticket.step_defect(fact, work.at(body.at), work.stamp, body.release, body.expected_on)
