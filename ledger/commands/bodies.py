"""The body of every command, as the interface names it. One class a command; `COMMANDS` maps names to them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from ledger.commands.fields import (
    Amount,
    AnyId,
    Body,
    Command,
    Count,
    Country,
    Day,
    DeductionId,
    Id,
    Instant,
    Language,
    Mail,
    Minutes,
    Name,
    Price,
    Priority,
    Text,
)
from ledger.terms import Channel, Grade, Level, Scope

Kind = Literal["incident", "problem", "request", "change", "question", "defect"]
Side = Literal["customer", "provider"]
Treatment = Literal["billable", "goodwill", "warranty"]


class Address(Body):
    line1: Name
    line2: Name | None = None
    postcode: Name
    city: Name


class Customer(Body):
    customer_id: Id
    name: Name
    country: Country
    vat_id: Name | None = None
    tax_number: Name | None = None
    email: Mail | None = None
    address: Address | None = None
    buyer_reference: Name | None = None
    language: Language | None = None


class AmendedCustomer(Body):
    customer_id: AnyId | None = None
    name: Name | None = None
    country: Country | None = None
    vat_id: Name | None = None
    tax_number: Name | None = None
    email: Mail | None = None
    address: Address | None = None
    buyer_reference: Name | None = None
    language: Language | None = None


class Partner(Body):
    partner_id: Id
    name: Name


class Contact(Body):
    name: Name | None = None
    company: Name | None = None
    phone: Name | None = None
    email: Mail | None = None


class SignContract(Command):
    contract_id: Id
    plan: AnyId
    starts_on: Day
    customer: Customer
    partner: Partner | None = None
    subscriptions: Count | None = None
    agreed: dict[str, Any] = Field(default={}, max_length=100, examples=[{}])


class RenewContract(Command):
    contract_id: AnyId
    starts_on: Day | None = None
    at: Instant | None = None


class AmendCustomer(Command):
    contract_id: AnyId
    customer: AmendedCustomer
    at: Instant | None = None


class ChangePlan(Command):
    contract_id: AnyId
    plan: AnyId
    from_on: Day
    agreed: dict[str, Any] = Field(default={}, max_length=100, examples=[{}])


class TerminateContract(Command):
    contract_id: AnyId
    ends_on: Day
    reason: Text


class AuthoriseDirectContact(Command):
    contract_id: AnyId
    by: Name
    at: Instant | None = None


class WithdrawDirectContact(Command):
    contract_id: AnyId
    by: Name
    at: Instant | None = None


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


class Worked(Command):
    """How long: minutes, or start and end (exact seconds, rounded later)."""

    minutes: Minutes | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    treatment: Treatment = "billable"
    reason: Text | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Worked:
        if (self.started_at is None) != (self.ended_at is None):
            raise ValueError("started_at and ended_at go together")
        if (self.minutes is None) == (self.started_at is None):
            raise ValueError("minutes: give them, or started_at and ended_at instead")
        if self.started_at is not None and self.ended_at is not None and self.ended_at <= self.started_at:
            raise ValueError("ended_at: must lie after started_at")
        if self.treatment != "billable" and self.reason is None:
            raise ValueError(f"reason: {self.treatment} needs one")
        return self

    @property
    def worked_seconds(self) -> int:
        """Fractions of a second count as a whole one."""
        if self.started_at is None or self.ended_at is None:
            return (self.minutes or 0) * 60
        span = self.ended_at - self.started_at
        return span.days * 86400 + span.seconds + (span.microseconds > 0)


class LogWork(Worked):
    entry_id: Id
    ticket_id: AnyId
    engineer: Name
    at: Instant | None = None
    pool: AnyId | None = None
    service: AnyId | None = None
    on_site: bool = Field(default=False, strict=True)


class RecordService(Command):
    service_id: Id
    contract_id: AnyId
    service: AnyId
    quantity: Count = 1
    at: Instant | None = None


class Credit(Command):
    """Credit in the unit of its pool: minutes, or an amount of money."""

    contract_id: AnyId
    pool: AnyId
    minutes: Minutes | None = None
    amount: Amount | None = None
    expires_on: Day | None = None
    at: Instant | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> Credit:
        if (self.minutes is None) == (self.amount is None):
            raise ValueError("minutes: give minutes or an amount, as the pool's unit asks")
        return self


class TopUpCredit(Credit):
    top_up_id: Id
    price: Price | None = None


class GrantCredit(Credit):
    grant_id: Id
    source: Literal["goodwill", "correction"]
    reason: Text


class BookSession(Command):
    session_id: Id
    contract_id: AnyId
    starts_at: Instant
    estimate_minutes: Minutes
    pool: AnyId | None = None
    ticket_id: AnyId | None = None
    service: AnyId | None = None
    at: Instant | None = None


class MoveSession(Command):
    session_id: AnyId
    starts_at: Instant
    by: Side
    at: Instant | None = None


class CancelSession(Command):
    session_id: AnyId
    by: Side
    at: Instant | None = None


class RecordNoShow(Command):
    session_id: AnyId
    at: Instant | None = None


class CompleteSession(Worked):
    session_id: AnyId
    engineer: Name
    service: AnyId | None = None
    at: Instant | None = None


class ConfirmDeduction(Command):
    deduction_id: DeductionId
    by: Name
    at: Instant | None = None


class DisputeDeduction(ConfirmDeduction):
    reason: Text


class SettleDispute(Command):
    deduction_id: DeductionId
    outcome: Literal["upheld", "reversed"]
    reason: Text
    at: Instant | None = None


class ReverseDeduction(Command):
    deduction_id: DeductionId
    reason: Text
    at: Instant | None = None


class GrantServiceCredit(OnTicket):
    target: Literal["reaction", "resolution"]


COMMANDS: dict[str, type[Command]] = {
    "sign-contract": SignContract,
    "renew-contract": RenewContract,
    "amend-customer": AmendCustomer,
    "change-plan": ChangePlan,
    "terminate-contract": TerminateContract,
    "authorise-direct-contact": AuthoriseDirectContact,
    "withdraw-direct-contact": WithdrawDirectContact,
    "open-ticket": OpenTicket,
    "reprioritise-ticket": ReprioritiseTicket,
    "record-response": RecordResponse,
    "record-call": OnTicket,
    "hold-ticket": OnTicket,
    "resume-ticket": OnTicket,
    "resolve-ticket": OnTicket,
    "reopen-ticket": OnTicket,
    "close-ticket": OnTicket,
    "reject-ticket": RejectTicket,
    "escalate-ticket": EscalateTicket,
    "confirm-defect": DefectStep,
    "announce-fix": AnnounceFix,
    "release-fix": DefectStep,
    "log-work": LogWork,
    "record-service": RecordService,
    "top-up-credit": TopUpCredit,
    "grant-credit": GrantCredit,
    "book-session": BookSession,
    "move-session": MoveSession,
    "cancel-session": CancelSession,
    "record-no-show": RecordNoShow,
    "complete-session": CompleteSession,
    "confirm-deduction": ConfirmDeduction,
    "dispute-deduction": DisputeDeduction,
    "settle-dispute": SettleDispute,
    "reverse-deduction": ReverseDeduction,
    "grant-service-credit": GrantServiceCredit,
}

# What a command creates: the name space and the field of the new id. Entries, sessions and services share one.
CREATES: dict[str, tuple[str, str]] = {
    "sign-contract": ("contract", "contract_id"),
    "open-ticket": ("ticket", "ticket_id"),
    "log-work": ("entry", "entry_id"),
    "record-service": ("entry", "service_id"),
    "book-session": ("entry", "session_id"),
    "top-up-credit": ("grant", "top_up_id"),
    "grant-credit": ("grant", "grant_id"),
}
