"""The bodies of commands on work, credit, sessions and deductions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ledger.kernel.fields import (
    Amount,
    AnyId,
    Command,
    Count,
    Day,
    DeductionId,
    Id,
    Instant,
    Minutes,
    Name,
    Price,
    Text,
)

Side = Literal["customer", "provider"]
Treatment = Literal["billable", "goodwill", "warranty"]


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
