"""Finding the ticket that a command is about, or that it names beside its contract."""

from __future__ import annotations

from ledger.contracts.finding import locate
from ledger.kernel.errors import unknown_ticket
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


class OnTicket(Command):
    ticket_id: AnyId


def _find(case: Case, body: OnTicket) -> None:
    locate(case, case.get(Ticket, body.ticket_id).contract_id, unknown_ticket(body.ticket_id))


the_ticket = Concern[OnTicket](find=_find, streams=lambda body: [Ticket.stream(body.ticket_id)])
