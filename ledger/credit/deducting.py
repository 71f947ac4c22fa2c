"""Worked time becomes a deduction: what bears it (C13), in this order: goodwill or warranty; a service's agreed rate;
a pool, then its overage or debt; overage alone; a flat plan. Shared by work entries and completed sessions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from ledger.contracts.finding import contract_of
from ledger.contracts.term import Term
from ledger.credit.confirmation import NOT_REQUIRED, awaited
from ledger.credit.deduction import Deduction
from ledger.credit.deduction_events import Basis, HoursDeducted
from ledger.credit.events import Draw
from ledger.credit.finding import account_of, tell_settled
from ledger.credit.pricing import hourly_rate_cents, on_site_surcharge, overage_lines, pool_for
from ledger.credit.settlement import Settlement
from ledger.kernel.faults import FieldFault, FieldFaultError
from ledger.kernel.values import price_of_minutes_cents, round_up_minutes
from ledger.plans.terms import Terms
from ledger.tickets.ticket import Ticket
from ledger.work.case import Case
from ledger.work.fields import Command, Instant, Minutes, Note, ReasonText

WorkTreatment = Literal["billable", "goodwill", "warranty"]


class Worked(Command):
    """How long: minutes, or start and end (exact seconds, rounded later); and what was done, for the customer."""

    minutes: Minutes | None = Field(default=None, description="How long, in minutes; or start and end.")
    started_at: Instant | None = Field(default=None, description="When the work began; then without minutes.")
    ended_at: Instant | None = Field(default=None, description="When the work ended.")
    note: Note | None = Field(default=None, description="What was done, for the customer: it stands on documents.")
    treatment: WorkTreatment = Field(
        default="billable", description="Goodwill and warranty cost nothing, and need a reason."
    )
    reason: ReasonText | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Worked:
        if (self.started_at is None) != (self.ended_at is None):
            raise FieldFaultError("started_at", FieldFault("start_without_end"))
        if (self.minutes is None) == (self.started_at is None):
            raise FieldFaultError("minutes", FieldFault("minutes_or_times"))
        if self.started_at is not None and self.ended_at is not None and self.ended_at <= self.started_at:
            raise FieldFaultError("ended_at", FieldFault("end_before_start"))
        if self.treatment != "billable" and self.reason is None:
            raise FieldFaultError("reason", FieldFault("treatment_without_reason", {"treatment": self.treatment}))
        return self

    @property
    def worked_seconds(self) -> int:
        """Fractions of a second count as a whole one."""
        if self.started_at is None or self.ended_at is None:
            return (self.minutes or 0) * 60
        span = self.ended_at - self.started_at
        return span.days * 86400 + span.seconds + (span.microseconds > 0)


@dataclass(slots=True, frozen=True)
class TimeSpent:
    """Worked time as reported, and what it was spent on."""

    deduction_id: str
    kind: Literal["work", "session"]
    moment: datetime
    worked: Worked
    engineer: str
    ticket: Ticket | None
    pool: str | None
    service: str | None
    on_site: bool = False


@dataclass(slots=True, frozen=True)
class Allocation:
    """What bears the billed time: credit drawn, overage to be charged, or a service's rate; debts settled at once."""

    basis: Basis
    pool: str | None = None
    draws: list[Draw] = field(default_factory=list)
    overage_minutes: int = 0
    rate_cents_per_hour: int | None = None
    cost_cents: int | None = None
    settlements: list[Settlement] = field(default_factory=list)


def deduct_time(case: Case, term: Term, spent: TimeSpent) -> None:
    """Rounds the time up, draws it or prices it, and records all of it under one deduction."""
    terms, stamp, worked = term.terms, case.stamp, spent.worked
    contract = contract_of(case)
    billed = round_up_minutes(worked.worked_seconds, terms.increment_minutes)
    surcharge = on_site_surcharge(terms, contract.subscriptions or 0) if spent.on_site else None
    is_billable = worked.treatment == "billable"
    allocation = allocation_of(case, terms, spent, billed)
    word = awaited(terms, stamp.now) if is_billable else NOT_REQUIRED
    deduction = case.get(Deduction, spent.deduction_id)
    deducted = HoursDeducted(
        kind=spent.kind,
        worked_seconds=worked.worked_seconds,
        billed_minutes=billed,
        increment_minutes=terms.increment_minutes,
        engineer=case.seal_staff(spent.engineer),
        status=word.status,
        basis=allocation.basis,
        draws=allocation.draws,
        overage_minutes=allocation.overage_minutes,
        ticket_id=spent.ticket.ticket_id if spent.ticket else None,
        pool=allocation.pool,
        service=spent.service,
        rate_cents_per_hour=allocation.rate_cents_per_hour,
        cost_cents=allocation.cost_cents,
        reason=case.seal_customer(worked.reason) if worked.reason else None,
        note=case.seal_customer(worked.note) if worked.note else None,
        on_site=spent.on_site,
        started_at=worked.started_at,
        ended_at=worked.ended_at,
        deemed_at=word.deemed_at,
        term_no=term.number,
        deduction_id=spent.deduction_id,
    )
    deduction.deduct(contract.contract_id, deducted, spent.moment, stamp)
    tell_settled(case, allocation.settlements)
    _charge(case, terms, spent, deduction, allocation, billed)
    if is_billable and surcharge is not None and surcharge.amount_cents:
        deduction.charge_surcharge(surcharge, terms.currency, spent.moment, stamp)
    if spent.ticket is not None:
        spent.ticket.log_work(spent.deduction_id, billed, allocation.overage_minutes, spent.moment, stamp)


def allocation_of(case: Case, terms: Terms, spent: TimeSpent, billed: int) -> Allocation:
    """What bears the billed time. Goodwill and warranty cost nothing (C13)."""
    pool = pool_for(terms, spent.pool)
    if spent.worked.treatment != "billable":
        return Allocation(spent.worked.treatment)
    rate_cents = hourly_rate_cents(terms, spent.service)
    account = account_of(case, pool) if pool else None
    if rate_cents is not None:
        cost = price_of_minutes_cents(billed, rate_cents)
        if account is None or account.unit != "money":
            return Allocation("service", rate_cents_per_hour=rate_cents, cost_cents=cost)
        draws, _, settled = account.draw(spent.deduction_id, spent.kind, cost, spent.moment, case.stamp, owe=True)
        return Allocation("service", pool, draws, 0, rate_cents, cost, settled)
    if account is not None and account.unit == "minutes":
        owe = terms.overage is None
        draws, rest, settled = account.draw(spent.deduction_id, spent.kind, billed, spent.moment, case.stamp, owe=owe)
        return Allocation("pool", pool, draws, rest, settlements=settled)
    return Allocation("flat") if terms.overage is None else Allocation("overage", overage_minutes=billed)


def _charge(
    case: Case, terms: Terms, spent: TimeSpent, deduction: Deduction, allocation: Allocation, billed: int
) -> None:
    """The charges that arise from the time: overage by tiers, or a service that no pool of money bears."""
    contract, stamp, moment = contract_of(case), case.stamp, spent.moment
    if allocation.overage_minutes and terms.overage is not None:
        position = contract.overage_minutes
        if terms.overage.scope == "ticket":
            position = spent.ticket.overage_minutes if spent.ticket else 0
        contract.count_overage(deduction.deduction_id, allocation.overage_minutes, moment, stamp)
        lines = overage_lines(terms.overage, position, allocation.overage_minutes)
        deduction.charge_overage(terms.overage, lines, terms.currency, moment, stamp)
    if allocation.cost_cents and allocation.pool is None:
        assert spent.service is not None, "what has a service's rate has a service"
        assert allocation.rate_cents_per_hour is not None
        deduction.charge_service(
            spent.service,
            allocation.cost_cents,
            allocation.rate_cents_per_hour,
            terms.currency,
            moment,
            stamp,
            minutes=billed,
        )
