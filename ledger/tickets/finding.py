"""Finding the ticket that a command is about, or that it names beside its contract."""

from __future__ import annotations

from pydantic import Field

from ledger.contracts.finding import contract_of, locate
from ledger.contracts.term import Term
from ledger.kernel.errors import unknown_ticket
from ledger.plans.terms import Terms
from ledger.tickets.ticket import Ticket
from ledger.work.case import Case
from ledger.work.declaration import Concern
from ledger.work.fields import AnyId, Command


def ticket_of(case: Case, ticket_id: str) -> Ticket:
    """A ticket of the command's contract. Raises Refusal unknown-ticket."""
    ticket = case.get(Ticket, ticket_id)
    if not ticket.exists or ticket.contract_id != case.scope.contract_id:
        raise unknown_ticket(ticket_id)
    return ticket


def term_of_opening(case: Case, ticket: Ticket) -> Term:
    """The term in which a ticket was opened: the one source of its terms, whatever ends or changes later (T11)."""
    return contract_of(case).term_history[ticket.term_no - 1]


def terms_of(case: Case, ticket: Ticket) -> Terms:
    return term_of_opening(case, ticket).terms


class OnTicket(Command):
    ticket_id: AnyId = Field(description="The ticket, by its id.")


def _find(case: Case, body: OnTicket) -> None:
    locate(case, case.get(Ticket, body.ticket_id).contract_id, unknown_ticket(body.ticket_id))


the_ticket = Concern[OnTicket](find=_find, streams=lambda body: [Ticket.stream(body.ticket_id)])
