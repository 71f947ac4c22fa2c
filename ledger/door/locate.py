"""Finding the contract that a command is about, by whichever id its body names."""

from __future__ import annotations

from typing import Any

from ledger.billing.document import Document
from ledger.credit.deduction import Deduction
from ledger.door.unit_of_work import UnitOfWork, unknown_ticket
from ledger.kernel.errors import Refusal
from ledger.sessions.session import Session
from ledger.tickets.ticket import Ticket


def unknown_session(session_id: str) -> Refusal:
    return Refusal("unknown-session", f"There is no session {session_id}.", session_id=session_id)


def unknown_deduction(deduction_id: str) -> Refusal:
    return Refusal("unknown-deduction", f"There is no deduction {deduction_id}.", deduction_id=deduction_id)


def unknown_invoice(number: str) -> Refusal:
    return Refusal("unknown-invoice", f"There is no invoice {number}.", invoice_number=number)


def locate(work: UnitOfWork, body: Any) -> None:
    """Finds the contract that a command is about, by whichever id its body names.

    Raises Refusal unknown-contract, -ticket, -session, -deduction or -invoice, also for what the actor may not see.
    """
    fields = type(body).model_fields
    if "contract_id" in fields:
        work.locate(body.contract_id)
    elif "ticket_id" in fields:
        ticket = work.get(Ticket, body.ticket_id)
        work.locate(ticket.contract_id, lambda: unknown_ticket(body.ticket_id))
    elif "session_id" in fields:
        session = work.get(Session, body.session_id)
        work.locate(session.contract_id, lambda: unknown_session(body.session_id))
    elif "invoice_number" in fields:
        document = work.get(Document, body.invoice_number)
        work.locate(document.contract_id, lambda: unknown_invoice(body.invoice_number))
    elif "provider" in fields:
        work.locate_provider(body.provider)
    else:
        deduction = work.get(Deduction, body.deduction_id)
        work.locate(deduction.contract_id, lambda: unknown_deduction(body.deduction_id))
