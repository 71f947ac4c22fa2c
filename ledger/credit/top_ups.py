"""Commands that add credit: top-ups and grants. Find, ask, save. Rules C5, C10."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import model_validator

from ledger.contracts.finding import OnContract, contract_of, in_force, the_contract
from ledger.credit.account import CreditAccount
from ledger.credit.finding import account_of, tell_settled
from ledger.kernel.access import FINANCE, OPERATOR
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.values import first_instant, parse_cents, price_of_minutes_cents, show_instant
from ledger.kernel.wording import FieldFaultError
from ledger.plans.terms import MinutesPool, Terms
from ledger.work.case import Case
from ledger.work.declaration import NewId, command
from ledger.work.fields import Amount, AnyId, Day, Id, Instant, Minutes, Price, Text


class Credit(OnContract):
    """Credit in the unit of its pool: minutes, or an amount of money."""

    pool: AnyId
    minutes: Minutes | None = None
    amount: Amount | None = None
    expires_on: Day | None = None
    at: Instant | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> Credit:
        if (self.minutes is None) == (self.amount is None):
            raise FieldFaultError("minutes", "give minutes or an amount, as the pool's unit asks")
        return self


class TopUpCredit(Credit):
    top_up_id: Id
    price: Price | None = None


class GrantCredit(Credit):
    grant_id: Id
    source: Literal["goodwill", "correction"]
    reason: Text


NEW_TOP_UP = NewId[TopUpCredit]("grant", "top_up_id", lambda body: body.top_up_id)
NEW_GRANT = NewId[GrantCredit]("grant", "grant_id", lambda body: body.grant_id)


@command("top-up-credit", TopUpCredit, roles=OPERATOR | FINANCE, about=the_contract, creates=NEW_TOP_UP)
def top_up_credit(case: Case, body: TopUpCredit) -> None:
    """Bought credit: `minutes` or an `amount`, as the pool's unit asks, at least the terms' minimum and in their steps.

    It costs the `price` given, else the terms' rate, else nothing (C5). From `expires_on` on it counts no more.
    """
    at, term = in_force(case, body.at)
    account = account_of(case, body.pool)
    quantity = _quantity(account, body)
    rate_cents = _check_step(term.terms, body.pool, quantity)
    expires_at = _expires_at(case, body, at)
    tell_settled(case, account.grant(body.top_up_id, "top_up", quantity, at, expires_at, case.stamp, rule="C5"))
    if body.price is not None:
        price_cents, rate_cents = parse_cents(body.price), None
    else:
        price_cents = price_of_minutes_cents(quantity, rate_cents) if rate_cents else 0
    if price_cents:
        currency = contract_of(case).currency
        account.charge_top_up(body.top_up_id, quantity, price_cents, rate_cents, currency, at, case.stamp)


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


@command("grant-credit", GrantCredit, roles=OPERATOR | FINANCE, about=the_contract, creates=NEW_GRANT)
def grant_credit(case: Case, body: GrantCredit) -> None:
    """Credit without a price, and why: `minutes` or an `amount`, as the pool's unit asks.

    From `expires_on` on it counts no more (C10).
    """
    at, _ = in_force(case, body.at)
    account = account_of(case, body.pool)
    quantity = _quantity(account, body)
    reason = case.seal_customer(body.reason)
    expires_at = _expires_at(case, body, at)
    tell_settled(case, account.grant(body.grant_id, body.source, quantity, at, expires_at, case.stamp, reason=reason))


def _quantity(account: CreditAccount, body: Credit) -> int:
    """Minutes or cents, as the pool's unit asks. Raises Refusal malformed for the other one."""
    if account.unit == "minutes":
        if body.minutes is None:
            raise malformed("amount", f"pool {account.pool} is counted in minutes")
        return body.minutes
    if body.amount is None:
        raise malformed("minutes", f"pool {account.pool} is counted in {account.currency}")
    return parse_cents(body.amount)


def _expires_at(case: Case, body: Credit, at: datetime) -> datetime | None:
    """00:00 provider time of the first day on which the grant no longer counts."""
    if body.expires_on is None:
        return None
    expires_at = first_instant(body.expires_on, case.scope.timezone)
    if expires_at <= at:
        raise malformed("expires_on", f"{body.expires_on} begins before the grant counts, at {show_instant(at)}")
    return expires_at
