"""Commands on a defect's way: confirmed by the provider's tests, fix announced, fix released (T6)."""

from __future__ import annotations

from pydantic import Field

from ledger.kernel.access import OPERATOR
from ledger.tickets.commands import TicketStep
from ledger.tickets.events import DefectConfirmed, FixAnnounced, FixReleased
from ledger.tickets.finding import the_ticket, ticket_of
from ledger.work.case import Case
from ledger.work.declaration import command
from ledger.work.fields import Day, Name


class DefectStep(TicketStep):
    release: Name | None = Field(default=None, description="The release that has the fix.")
    expected_on: Day | None = Field(default=None, description="The day on which it is expected.")


class AnnounceFix(TicketStep):
    release: Name | None = Field(default=None, description="The release that will have the fix.")
    expected_on: Day = Field(description="The day on which it is expected.")


@command("confirm-defect", DefectStep, roles=OPERATOR, about=the_ticket)
def confirm_defect(case: Case, body: DefectStep) -> None:
    """The provider's tests confirm a reported defect (T6)."""
    step = DefectConfirmed(body.release, body.expected_on, ticket_id=body.ticket_id)
    ticket_of(case, body.ticket_id).step_defect(step, case.at(body.at), case.stamp)


@command("announce-fix", AnnounceFix, roles=OPERATOR, about=the_ticket)
def announce_fix(case: Case, body: AnnounceFix) -> None:
    """A fix is announced, with the day on which it is expected; announced again, with another day (T6)."""
    step = FixAnnounced(body.expected_on, body.release, ticket_id=body.ticket_id)
    ticket_of(case, body.ticket_id).step_defect(step, case.at(body.at), case.stamp)


@command("release-fix", DefectStep, roles=OPERATOR, about=the_ticket)
def release_fix(case: Case, body: DefectStep) -> None:
    """The fix is out (T6)."""
    step = FixReleased(body.release, body.expected_on, ticket_id=body.ticket_id)
    ticket_of(case, body.ticket_id).step_defect(step, case.at(body.at), case.stamp)
