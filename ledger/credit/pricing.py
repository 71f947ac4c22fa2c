"""What worked time costs: overage tiers, service rates, a visit's surcharge. Pure over the terms (C3, C11, T7).

Knows kinds of rule, never a provider. Minutes and cents in, minutes and cents out.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.kernel.errors import Refusal, malformed, unknown_pool
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import parse_cents, price_of_minutes_cents
from ledger.plans.terms import FlatRate, HourlyRate, OnSiteFromSubscriptions, Overage, Terms


@dataclass(slots=True, frozen=True)
class OverageLine:
    """So many minutes at one tier's rate, from a minute of their scope on: 15 min at 8900 an hour are 2225."""

    tier: int
    from_minute: int
    minutes: int
    rate_cents_per_hour: int
    amount_cents: int


def overage_lines(overage: Overage, position_minutes: int, minutes: int) -> list[OverageLine]:
    """Prices overage minutes from a tier position on, one line a tier, each rounded half-up to the cent (C3).

    149.00 for the first 60 minutes, then 129.00: from position 30, 45 minutes are 30 at 149.00 and 15 at 129.00.
    """
    lines = []
    tier_from = 0
    for number, tier in enumerate(overage.tiers, 1):
        tier_to = None if tier.first_minutes is None else tier_from + tier.first_minutes
        if minutes and (tier_to is None or position_minutes < tier_to):
            part = minutes if tier_to is None else min(minutes, tier_to - position_minutes)
            rate = parse_cents(tier.rate)
            lines.append(OverageLine(number, position_minutes, part, rate, price_of_minutes_cents(part, rate)))
            position_minutes += part
            minutes -= part
        if tier_to is not None:
            tier_from = tier_to
    return lines


def pool_for(terms: Terms, pool: str | None) -> str | None:
    """The pool that bears the time: the one named, else the terms' first; none where the plan has none (C11).

    Raises Refusal unknown-pool where these terms do not have the one named, though the contract had it once.
    """
    if pool is None:
        return next(iter(terms.pools), None)
    if pool not in terms.pools:
        raise unknown_pool(pool, terms.pools, "The terms in force have")
    return pool


def hourly_rate_cents(terms: Terms, service: str | None) -> int | None:
    """The agreed rate of a service, minor units an hour; None where time is not sold by rate (C11).

    Raises Refusal malformed where the terms sell services and none was named, not-agreed where its rate was not.
    """
    if service is None:
        if terms.services:
            raise malformed("service", FieldFault("service_needed", {"members": tuple(terms.services)}))
        return None
    rate = terms.rates.get(service)
    if isinstance(rate, HourlyRate):
        return parse_cents(rate.rate)
    if isinstance(rate, FlatRate):
        raise Refusal(
            "invalid-transition",
            f"Service {service} has a flat price; it is recorded as a service, not as hours.",
            service=service,
        )
    if terms.services:
        raise _not_agreed(terms, service)
    return None


@dataclass(slots=True, frozen=True)
class Surcharge:
    """What a visit on site costs a contract that has fewer subscriptions than include one (T7)."""

    subscriptions: int
    minimum: int
    amount_cents: int


def on_site_surcharge(terms: Terms, subscriptions: int) -> Surcharge | None:
    """The surcharge of a visit: none where it is included (T7). Raises Refusal on-site-not-covered."""
    rule = terms.on_site
    if rule.kind == "included":
        return None
    if isinstance(rule, OnSiteFromSubscriptions):
        if subscriptions >= rule.minimum:
            return None
        if rule.surcharge is not None:
            return Surcharge(subscriptions, rule.minimum, parse_cents(rule.surcharge))
        raise Refusal(
            "on-site-not-covered",
            f"On-site work is free from {rule.minimum} subscriptions; the contract has {subscriptions}, and no "
            f"surcharge was agreed.",
            minimum=rule.minimum,
            subscriptions=subscriptions,
        )
    raise Refusal("on-site-not-covered", f"{terms.name} does not include work on site.")


def flat_price_cents(terms: Terms, service: str) -> int:
    """The agreed flat price of a service. Raises Refusal not-agreed; a service sold by the hour is logged as work."""
    rate = terms.rates.get(service)
    if isinstance(rate, FlatRate):
        return parse_cents(rate.amount)
    if isinstance(rate, HourlyRate):
        raise Refusal("invalid-transition", f"Service {service} is sold by the hour; log its work.", service=service)
    raise _not_agreed(terms, service)


def _not_agreed(terms: Terms, service: str) -> Refusal:
    known = [*terms.services, *(name for name in terms.rates if name not in terms.services)]
    if terms.services and service not in known:
        raise malformed("service", FieldFault("no_service", {"service": service, "members": tuple(known)}))
    return Refusal(
        "not-agreed", f"No rate was agreed for service {service}.", missing=[f"rates.{service}"], service=service
    )
