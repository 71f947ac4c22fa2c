"""The command that takes back a step of a ticket that was entered by mistake. Find, ask, save. Rule T10."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ledger.contracts.finding import contract_of
from ledger.kernel.access import OPERATOR
from ledger.tickets.finding import OnTicket, the_ticket, ticket_of
from ledger.tickets.steps import work_times
from ledger.work.case import Case
from ledger.work.declaration import command
from ledger.work.fields import ReasonText


class RetractTicketStep(OnTicket):
    position: Annotated[int, Field(strict=True, ge=1, le=2**53, examples=[1042])] = Field(
        description="The position of the step's event."
    )
    reason: ReasonText


@command("retract-ticket-step", RetractTicketStep, roles=OPERATOR, about=the_ticket, reads_history=True)
def retract_ticket_step(case: Case, body: RetractTicketStep) -> None:
    """A step was entered by mistake; `position` is that of its event (T10). The timeline is read as if it had not been,
    and the history shows both. A service credit that was given stays until it is reversed; the answer names it.

    It has no `at`: once it is known, it holds at every moment. Refused where what remains is no possible life. The step
    can be entered anew.
    """
    ticket = ticket_of(case, body.ticket_id)
    version = case.version_at(ticket, body.position)
    has_partner = contract_of(case).partner_id is not None
    worked = work_times(case.facts_of(ticket))
    ticket.retract(version, body.position, worked, has_partner, case.seal_customer(body.reason), case.stamp)
