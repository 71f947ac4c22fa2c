"""Commands that add credit: top-ups and grants. Find, ask, save."""

from __future__ import annotations

from datetime import datetime

from ledger.credit.account import CreditAccount
from ledger.door import bodies
from ledger.door.unit_of_work import UnitOfWork
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.values import first_instant, parse_cents, price_of_minutes_cents, show_instant
from ledger.plans.terms import MinutesPool, Terms


def top_up_credit(work: UnitOfWork, body: bodies.TopUpCredit) -> None:
    """Bought credit, at least the terms' minimum and in their steps; charged at the price given or agreed (C5)."""
    at, term = work.active(body.at)
    account = work.account(body.pool)
    quantity = _quantity(account, body)
    rate_cents = _check_step(term.terms, body.pool, quantity)
    expires_at = _expires_at(work, body, at)
    work.follow_settlements(account.grant(body.top_up_id, "top_up", quantity, at, expires_at, work.stamp, rule="C5"))
    if body.price is not None:
        price_cents, rate_cents = parse_cents(body.price), None
    else:
        price_cents = price_of_minutes_cents(quantity, rate_cents) if rate_cents else 0
    if price_cents:
        currency = work.contract.currency
        account.charge_top_up(body.top_up_id, quantity, price_cents, rate_cents, currency, at, work.stamp)


def _check_step(terms: Terms, pool: str, quantity: int) -> int | None:
    """Refuses less than the minimum and what is no whole step; returns the price of an hour, if one is set."""
    rules = terms.pools.get(pool)
    if not isinstance(rules, MinutesPool) or rules.top_up is None:
        return None
    minimum, step = rules.top_up.minimum_minutes, rules.top_up.step_minutes
    if quantity < minimum or quantity % step:
        raise Refusal(
            "below-minimum",
            f"A top-up of {pool} is at least {minimum} minutes, in steps of {step}; {quantity} is not.",
            minimum=minimum,
            step=step,
            minutes=quantity,
        )
    return parse_cents(rules.top_up.rate) if rules.top_up.rate else None


def grant_credit(work: UnitOfWork, body: bodies.GrantCredit) -> None:
    """Credit given without a price: goodwill or a correction, with its reason."""
    at, _ = work.active(body.at)
    account = work.account(body.pool)
    quantity = _quantity(account, body)
    reason = work.seal_customer(body.reason)
    expires_at = _expires_at(work, body, at)
    settlements = account.grant(body.grant_id, body.source, quantity, at, expires_at, work.stamp, reason=reason)
    work.follow_settlements(settlements)


def _quantity(account: CreditAccount, body: bodies.Credit) -> int:
    """Minutes or cents, as the pool's unit asks. Raises Refusal malformed for the other one."""
    if account.unit == "minutes":
        if body.minutes is None:
            raise malformed("amount", f"pool {account.pool} is counted in minutes")
        return body.minutes
    if body.amount is None:
        raise malformed("minutes", f"pool {account.pool} is counted in {account.currency}")
    return parse_cents(body.amount)


def _expires_at(work: UnitOfWork, body: bodies.Credit, at: datetime) -> datetime | None:
    """00:00 provider time of the first day on which the grant no longer counts."""
    if body.expires_on is None:
        return None
    expires_at = first_instant(body.expires_on, work.contract.timezone)
    if expires_at <= at:
        raise malformed("expires_on", f"{body.expires_on} begins before the grant counts, at {show_instant(at)}")
    return expires_at
