"""The bodies of commands on tickets."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from ledger.kernel.fields import AnyId, Body, Command, Day, Id, Instant, Mail, Name, Priority, Text
from ledger.plans.terms import Channel, Grade, Level, Scope

Kind = Literal["incident", "problem", "request", "change", "question", "defect"]


class Contact(Body):
    name: Name | None = None
    company: Name | None = None
    phone: Name | None = None
    email: Mail | None = None


class Urgent(Command):
    """A priority given directly, or by impact and urgency together (T2)."""

    priority: Priority | None = None
    impact: Grade | None = None
    urgency: Grade | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Urgent:
        if (self.impact is None) != (self.urgency is None):
            raise ValueError("impact and urgency go together")
        if (self.priority is None) == (self.impact is None):
            raise ValueError("priority: give it directly, or impact and urgency instead")
        return self


class OpenTicket(Urgent):
    ticket_id: Id
    contract_id: AnyId
    title: Text
    kind: Kind
    channel: Channel
    contact: Contact | None = None
    scope: Scope | None = None
    at: Instant | None = None


class ReprioritiseTicket(Urgent):
    ticket_id: AnyId
    reason: Text
    at: Instant | None = None


class RecordResponse(Command):
    ticket_id: AnyId
    by: Name
    to: Literal["customer", "partner"] | None = None
    at: Instant | None = None


class OnTicket(Command):
    ticket_id: AnyId
    at: Instant | None = None


class RejectTicket(OnTicket):
    reason: Text


class EscalateTicket(OnTicket):
    to_level: Level
    by: Literal["partner", "provider"]


class DefectStep(OnTicket):
    release: Name | None = None
    expected_on: Day | None = None


class AnnounceFix(DefectStep):
    expected_on: Day


class GrantServiceCredit(OnTicket):
    target: Literal["reaction", "resolution"]
