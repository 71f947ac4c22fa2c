"""Commands that deduct, and the words on a deduction: work, services, confirm, dispute, settle, reverse.

`deduct_time` is shared by work entries and completed sessions: it decides what bears the time (C13), in this
order: goodwill or warranty; a service's agreed rate; a pool, then its overage or debt; overage alone; a flat plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from ledger.contracts.events import ContractOverageCounted
from ledger.contracts.term import Term
from ledger.credit.account import Settlement
from ledger.credit.deduction import Deduction
from ledger.credit.deduction_events import HoursDeducted, ServiceCharged, ServiceDelivered, SurchargeCharged
from ledger.credit.events import Draw
from ledger.credit.pricing import flat_price_cents, hourly_rate_cents, overage_lines, pool_for
from ledger.door import bodies
from ledger.door.unit_of_work import UnitOfWork
from ledger.kernel.errors import Refusal
from ledger.kernel.values import parse_cents, price_of_minutes_cents, round_up_minutes
from ledger.plans.terms import OnSiteFromSubscriptions, Terms
from ledger.tickets.events import WorkLogged
from ledger.tickets.ticket import Ticket


@dataclass(slots=True, frozen=True)
class TimeSpent:
    """Worked time as reported, and what it was spent on."""

    deduction_id: str
    kind: Literal["work", "session"]
    moment: datetime
    worked: bodies.Worked
    engineer: str
    ticket: Ticket | None
    pool: str | None
    service: str | None
    on_site: bool = False


def log_work(work: UnitOfWork, body: bodies.LogWork) -> None:
    """Time worked on a ticket, dated by its start; priced by the terms in force then (C14)."""
    field = "started_at" if body.started_at else "at"
    moment, term = work.active(body.started_at or body.at, field)
    ticket = work.ticket(body.ticket_id)
    ticket.check(WorkLogged, None)
    spent = TimeSpent(body.entry_id, "work", moment, body, body.engineer, ticket, body.pool, body.service, body.on_site)
    deduct_time(work, term, spent)


def deduct_time(work: UnitOfWork, term: Term, spent: TimeSpent) -> None:
    """Rounds the time up, draws it or prices it, and records all of it under one deduction."""
    terms, stamp, worked = term.terms, work.stamp, spent.worked
    billed = round_up_minutes(worked.worked_seconds, terms.increment_minutes)
    surcharge_cents = _on_site_surcharge_cents(work, terms) if spent.on_site else 0
    if worked.treatment != "billable":
        surcharge_cents = 0  # goodwill and warranty cost nothing (C13)
    fields: dict[str, Any] = {"basis": worked.treatment}
    overage, settlements = 0, list[Settlement]()
    if worked.treatment == "billable":
        fields, overage, settlements = _bear(work, terms, spent, billed)
        fields.update(first_word(terms, stamp.now))
    else:
        pool_for(terms, work.contract.pools, spent.pool)
        fields["status"] = "not_required"
    deduction = work.get(Deduction, spent.deduction_id)
    deduction.deduct(
        HoursDeducted,
        work.contract.contract_id,
        spent.moment,
        stamp,
        kind=spent.kind,
        worked_seconds=worked.worked_seconds,
        billed_minutes=billed,
        increment_minutes=terms.increment_minutes,
        engineer=work.seal_staff(spent.engineer),
        overage_minutes=overage,
        ticket_id=spent.ticket.ticket_id if spent.ticket else None,
        service=spent.service,
        reason=work.seal_customer(worked.reason) if worked.reason else None,
        on_site=spent.on_site,
        started_at=worked.started_at,
        ended_at=worked.ended_at,
        term_no=term.number,
        **fields,
    )
    work.follow_settlements(settlements)
    _charge(work, terms, spent, deduction, fields, billed, overage, surcharge_cents)
    if spent.ticket is not None:
        spent.ticket.log_work(spent.deduction_id, billed, overage, spent.moment, stamp)


def _bear(
    work: UnitOfWork, terms: Terms, spent: TimeSpent, billed: int
) -> tuple[dict[str, Any], int, list[Settlement]]:
    """What bears the billed time: the fields that say so, the overage minutes, and debts filled at once."""
    rate_cents = hourly_rate_cents(terms, spent.service)
    pool = pool_for(terms, work.contract.pools, spent.pool)
    account = work.account(pool) if pool else None
    if rate_cents is not None:
        cost = price_of_minutes_cents(billed, rate_cents)
        fields = {"basis": "service", "rate_cents_per_hour": rate_cents, "cost_cents": cost}
        if account is None or account.unit != "money":
            return fields, 0, []
        draws, _, settlements = account.draw(spent.deduction_id, spent.kind, cost, spent.moment, work.stamp, owe=True)
        return fields | {"draws": draws, "pool": pool}, 0, settlements
    if account is not None and account.unit == "minutes":
        owe = terms.overage is None
        draws, rest, settlements = account.draw(
            spent.deduction_id, spent.kind, billed, spent.moment, work.stamp, owe=owe
        )
        return {"basis": "pool", "pool": pool, "draws": draws}, rest, settlements
    return {"basis": "flat" if terms.overage is None else "overage"}, 0 if terms.overage is None else billed, []


def first_word(terms: Terms, now: datetime) -> dict[str, Any]:
    """A deduction awaits the customer's word where the terms ask for it; silence counts after their days (C8)."""
    if terms.confirmation is None:
        return {"status": "not_required"}
    days = terms.confirmation.deemed_after_days
    return {"status": "pending", "deemed_at": now + timedelta(days=days) if days else None}


def _charge(
    work: UnitOfWork,
    terms: Terms,
    spent: TimeSpent,
    deduction: Deduction,
    fields: dict[str, Any],
    billed: int,
    overage: int,
    surcharge_cents: int,
) -> None:
    """The charges that arise from the time: overage by tiers, a service outside a pool, a visit's surcharge."""
    contract, stamp, moment = work.contract, work.stamp, spent.moment
    if overage and terms.overage is not None:
        by_ticket = terms.overage.scope == "ticket"
        position = contract.overage_minutes
        if by_ticket:
            position = spent.ticket.overage_minutes if spent.ticket else 0
        contract.record(ContractOverageCounted, moment, stamp, deduction_id=deduction.deduction_id, minutes=overage)
        deduction.charge_overage(overage_lines(terms.overage, position, overage), terms.currency, moment, stamp)
    if fields.get("cost_cents") and "pool" not in fields:
        deduction.record(
            ServiceCharged,
            moment,
            stamp,
            charge_id=f"{deduction.deduction_id}.service",
            deduction_id=deduction.deduction_id,
            service=spent.service,
            minutes=billed,
            rate_cents=fields["rate_cents_per_hour"],
            amount_cents=fields["cost_cents"],
            currency=terms.currency,
        )
    if surcharge_cents:
        deduction.record(
            SurchargeCharged,
            moment,
            stamp,
            charge_id=f"{deduction.deduction_id}.on-site",
            deduction_id=deduction.deduction_id,
            amount_cents=surcharge_cents,
            currency=terms.currency,
        )


def _on_site_surcharge_cents(work: UnitOfWork, terms: Terms) -> int:
    """The surcharge of a visit: none where it is included (T7). Raises Refusal on-site-not-covered."""
    rule = terms.on_site
    if rule.kind == "included":
        return 0
    if isinstance(rule, OnSiteFromSubscriptions):
        subscriptions = work.contract.subscriptions or 0
        if subscriptions >= rule.minimum:
            return 0
        if rule.surcharge is not None:
            return parse_cents(rule.surcharge)
        raise Refusal(
            "on-site-not-covered",
            f"On-site work is free from {rule.minimum} subscriptions; the contract has {subscriptions}, and no "
            f"surcharge was agreed.",
            minimum=rule.minimum,
            subscriptions=subscriptions,
        )
    raise Refusal("on-site-not-covered", f"{terms.name} does not include work on site.")


def record_service(work: UnitOfWork, body: bodies.RecordService) -> None:
    """A service at its agreed flat price: drawn from the pool of money where there is one, else charged (C11)."""
    moment, term = work.active(body.at)
    terms, contract = term.terms, work.contract
    price = flat_price_cents(terms, body.service)
    cost = price * body.quantity
    pool = next((name for name, rules in terms.pools.items() if rules.kind == "money"), None)
    draws, settlements = list[Draw](), list[Settlement]()
    if pool is not None:
        draws, _, settlements = work.account(pool).draw(body.service_id, "service", cost, moment, work.stamp, owe=True)
    deduction = work.get(Deduction, body.service_id)
    deduction.deduct(
        ServiceDelivered,
        contract.contract_id,
        moment,
        work.stamp,
        service=body.service,
        quantity=body.quantity,
        price_cents=price,
        cost_cents=cost,
        currency=terms.currency,
        pool=pool,
        draws=draws,
        **first_word(terms, work.stamp.now),
    )
    work.follow_settlements(settlements)
    if pool is None and cost:
        deduction.record(
            ServiceCharged,
            moment,
            work.stamp,
            charge_id=f"{body.service_id}.service",
            deduction_id=body.service_id,
            service=body.service,
            quantity=body.quantity,
            rate_cents=price,
            amount_cents=cost,
            currency=terms.currency,
        )


def confirm_deduction(work: UnitOfWork, body: bodies.ConfirmDeduction) -> None:
    deduction = work.get(Deduction, body.deduction_id)
    by = work.seal_customer(body.by)
    deduction.confirm(by, work.actor.on_behalf, work.at(body.at), work.stamp)


def dispute_deduction(work: UnitOfWork, body: bodies.DisputeDeduction) -> None:
    deduction = work.get(Deduction, body.deduction_id)
    by, reason = work.seal_customer(body.by), work.seal_customer(body.reason)
    deduction.dispute(by, reason, work.actor.on_behalf, work.at(body.at), work.stamp)


def settle_dispute(work: UnitOfWork, body: bodies.SettleDispute) -> None:
    """The provider's answer to a dispute: the deduction stands, or it is reversed (C8)."""
    deduction = work.get(Deduction, body.deduction_id)
    at = work.at(body.at)
    if body.outcome == "upheld":
        deduction.uphold(work.seal_customer(body.reason), at, work.stamp)
        return
    deduction.check_disputed(at)
    _reverse(work, deduction, body.reason, at, settles_dispute=True)


def reverse_deduction(work: UnitOfWork, body: bodies.ReverseDeduction) -> None:
    """Undoes a deduction in full; nothing is edited (C9)."""
    deduction = work.get(Deduction, body.deduction_id)
    at = work.at(body.at)
    deduction.check_reversible(at)
    _reverse(work, deduction, body.reason, at, settles_dispute=False)


def _reverse(work: UnitOfWork, deduction: Deduction, reason: str, at: datetime, *, settles_dispute: bool) -> None:
    correction: str | None = None
    settlements: list[Settlement] = []
    draws = deduction.drawn()
    if draws and deduction.pool is not None:
        correction, settlements = work.account(deduction.pool).give_back(deduction.deduction_id, draws, at, work.stamp)
        if correction is not None:
            work.reserve_id("grant", correction)
    overage = deduction.overage_minutes
    deduction.reverse(work.seal_customer(reason), correction, settles_dispute, at, work.stamp)
    work.follow_settlements(settlements)
    if deduction.ticket_id is not None:
        billed = deduction.billed_minutes
        work.ticket(deduction.ticket_id).reverse_work(deduction.deduction_id, billed, overage, at, work.stamp)
    if overage:
        work.contract.record(
            ContractOverageCounted, at, work.stamp, deduction_id=deduction.deduction_id, minutes=-overage
        )
