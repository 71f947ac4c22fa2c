"""Commands that add credit: top-ups and grants. Find, ask, save. Rules C4, C5, C10, C15."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from ledger.contracts.finding import OnContract, contract_of, the_contract
from ledger.credit.account import CreditAccount
from ledger.credit.events import Source
from ledger.credit.finding import account_of, tell_settled
from ledger.kernel.access import FINANCE, OPERATOR
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.fact import Sealed
from ledger.kernel.faults import FieldFault, FieldFaultError
from ledger.kernel.ids import price_id_of
from ledger.kernel.values import FAR_FUTURE, first_instant, parse_cents, price_of_minutes_cents, show_instant
from ledger.plans.terms import MinutesPool, Terms, TopUp
from ledger.work.case import Case
from ledger.work.declaration import NewId, command
from ledger.work.fields import Amount, AnyId, Day, EffectiveAt, Id, Minutes, Price, ReasonText


class Credit(OnContract):
    """Credit in the unit of its pool: minutes, or an amount of money."""

    pool: AnyId = Field(description="The pool of the contract, by its name.")
    minutes: Minutes | None = Field(default=None, description="How much, in a pool of minutes.")
    amount: Amount | None = Field(default=None, description="How much, in a pool of money.")
    expires_on: Day | None = Field(default=None, description="The first day on which it counts no more.")
    at: EffectiveAt | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> Credit:
        if (self.minutes is None) == (self.amount is None):
            raise FieldFaultError("minutes", FieldFault("minutes_or_amount"))
        return self


class TopUpCredit(Credit):
    top_up_id: Id = Field(description="The id that it gets.")
    price: Price | None = Field(default=None, description="What it costs; by the terms' rate if absent.")


class GrantCredit(Credit):
    grant_id: Id = Field(description="The id that it gets.")
    source: Literal["goodwill", "correction"] = Field(description="Whether it is a favour, or puts something right.")
    reason: ReasonText


NEW_TOP_UP = NewId[TopUpCredit]("grant", "top_up_id", lambda body: body.top_up_id)
NEW_GRANT = NewId[GrantCredit]("grant", "grant_id", lambda body: body.grant_id)


@dataclass(slots=True, frozen=True)
class Received:
    """Credit as it comes in, in its account's unit; after the contract's end it `settles_alone` what is owed (C4)."""

    account: CreditAccount
    terms: Terms
    quantity: int
    at: datetime
    expires_at: datetime | None
    settles_alone: bool


@command("top-up-credit", TopUpCredit, roles=OPERATOR | FINANCE, about=the_contract, creates=NEW_TOP_UP)
def top_up_credit(case: Case, body: TopUpCredit) -> None:
    """Bought credit: `minutes` or an `amount`, as the pool's unit asks, at least the terms' minimum and in their steps.

    It costs the `price` given, else the terms' rate, else nothing (C5). From `expires_on` on it counts no more. After
    the contract's end it is at most what its pool owes, without minimum or step, by the terms that were last (C4).
    """
    bought = _received(case, body)
    rules = _top_up_rules(bought.terms, body.pool)
    if rules is not None and not bought.settles_alone:
        _check_step(rules, body.pool, bought.quantity)
    rate_cents = parse_cents(rules.rate) if rules is not None and rules.rate else None
    if body.price is not None:
        price_cents, rate_cents = parse_cents(body.price), None
    else:
        price_cents = price_of_minutes_cents(bought.quantity, rate_cents) if rate_cents else 0
    charge_id = price_id_of(body.top_up_id) if price_cents else None
    _grant(case, bought, body.top_up_id, "top_up", rule="C5", charge_id=charge_id)
    if price_cents:
        charged = (body.top_up_id, bought.quantity, price_cents, rate_cents, contract_of(case).currency)
        bought.account.charge_top_up(*charged, bought.at, case.stamp)


def _top_up_rules(terms: Terms, pool: str) -> TopUp | None:
    rules = terms.pools.get(pool)
    return rules.top_up if isinstance(rules, MinutesPool) else None


def _check_step(rules: TopUp, pool: str, quantity: int) -> None:
    """Refuses less than the minimum and what is no whole step."""
    minimum, step = rules.minimum_minutes, rules.step_minutes
    if quantity < minimum or quantity % step:
        raise Refusal(
            "below-minimum",
            f"A top-up of {pool} is at least {minimum} minutes, in steps of {step}; {quantity} is not.",
            minimum=minimum,
            step=step,
            minutes=quantity,
        )


@command("grant-credit", GrantCredit, roles=OPERATOR | FINANCE, about=the_contract, creates=NEW_GRANT)
def grant_credit(case: Case, body: GrantCredit) -> None:
    """Credit without a price, and why: `minutes` or an `amount`, as the pool's unit asks.

    From `expires_on` on it counts no more (C10). After the contract's end it is at most what its pool owes (C4).
    """
    _grant(case, _received(case, body), body.grant_id, body.source, reason=case.seal_customer(body.reason))


def _received(case: Case, body: Credit) -> Received:
    """Raises Refusal contract-not-active where no term is in force, and after the end for more than is owed (C4)."""
    contract, at = contract_of(case), case.heard_at(body.at)
    settles_alone = contract.is_over(at)
    terms = contract.last_terms if settles_alone else contract.term_at(at).terms
    account = account_of(case, body.pool)
    quantity = _quantity(account, body)
    if settles_alone and quantity > account.debts.total:
        besides = f" Of {account.pool} {account.show(account.debts.total)} are owed; it takes no more than that."
        raise contract.not_active(at, "at", besides, **account.figures(debt=account.debts.total))
    case.check_not_ahead(at, "at")
    expires_at, ends_at = _expires_at(case, body, at), contract.credit_ends_at
    if ends_at is not None and not settles_alone:
        expires_at = min(expires_at or FAR_FUTURE, case.stamp.open_from(ends_at))
    return Received(account, terms, quantity, at, expires_at, settles_alone)


def _grant(
    case: Case,
    credit: Received,
    grant_id: str,
    source: Source,
    *,
    reason: Sealed | None = None,
    rule: str = "C2",
    charge_id: str | None = None,
) -> None:
    told = (grant_id, source, credit.quantity, credit.at, credit.expires_at, case.stamp)
    settled = credit.account.grant(*told, reason=reason, rule=rule, charge_id=charge_id)
    tell_settled(case, settled)


def _quantity(account: CreditAccount, body: Credit) -> int:
    """Minutes or cents, as the pool's unit asks. Raises Refusal malformed for the other one."""
    if account.unit == "minutes":
        if body.minutes is None:
            raise malformed("amount", FieldFault("pool_of_minutes", {"pool": account.pool}))
        return body.minutes
    if body.amount is None:
        told = {"pool": account.pool, "currency": str(account.currency)}
        raise malformed("minutes", FieldFault("pool_of_money", told))
    return parse_cents(body.amount)


def _expires_at(case: Case, body: Credit, at: datetime) -> datetime | None:
    """00:00 provider time of the first day on which the grant no longer counts."""
    if body.expires_on is None:
        return None
    expires_at = first_instant(body.expires_on, case.scope.timezone)
    if expires_at <= at:
        fault = FieldFault("expires_before_grant", {"day": body.expires_on, "moment": show_instant(at)})
        raise malformed("expires_on", fault)
    return expires_at
