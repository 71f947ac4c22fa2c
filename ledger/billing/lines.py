"""What one line of an invoice says: kind, words, quantity and unit price of a charge, or of time that cost nothing.

Words are a template and its values, so that a document can say them in its reader's language.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from ledger.billing.charges import Billed, BillingAccount, Charge
from ledger.contracts.events import FeeCharged, FeeReversed, ServiceCreditCharged, TermStarted
from ledger.credit.confirmation import status_at
from ledger.credit.deduction_events import (
    ChargeReversed,
    HoursDeducted,
    OverageCharged,
    ServiceCharged,
    ServiceDelivered,
)
from ledger.credit.events import TopUpCharged
from ledger.kernel.values import shown_minutes

MINUTES_PER_HOUR = 60


def priced(account: BillingAccount, charge: Charge) -> dict[str, Any]:
    """Kind, words, quantity and unit price: quantity × price / base is the amount of the charge, half-up."""
    fact = charge.fact
    match fact:
        case FeeCharged():
            term = account.terms[fact.term_no][0]
            words = _words("Support contract {plan}, term {term}", plan=_name_of(term), term=str(fact.term_no))
            days = {"starts_on": term.starts_on, "ends_on": term.ends_on}
            return _pieces("fee", words, 1, fact.amount_cents) | days
        case OverageCharged():
            words = _words("Time beyond the credit, entry {entry}", entry=fact.deduction_id)
            return _minutes("overage", words, fact.minutes, fact.rate_cents_per_hour)
        case TopUpCharged():
            words = _words("Credit {grant} for {pool}", grant=fact.grant_id, pool=fact.pool)
            if fact.rate_cents_per_hour is not None:
                return _minutes("top_up", words, fact.quantity, fact.rate_cents_per_hour)
            if account.units.get(fact.pool) == "minutes":  # a price for all of it: that is the base of the price
                return _minutes("top_up", words, fact.quantity, fact.amount_cents, fact.quantity)
            return _pieces("top_up", words, 1, fact.amount_cents)
        case ServiceCharged():
            words = _words("Service {service}, entry {entry}", service=fact.service, entry=fact.deduction_id)
            more = {"service": fact.service}
            if fact.minutes is not None:
                return _minutes("service", words, fact.minutes, fact.rate_cents) | more
            return _pieces("service", words, fact.quantity or 1, fact.rate_cents) | more
        case ServiceCreditCharged():
            told = {"target": fact.target, "ticket": fact.ticket_id, "percent": str(fact.percent)}
            words = _words("Credit for the missed {target} of ticket {ticket}, {percent} % of the fee", **told)
            return _pieces("service_credit", words, -1, -fact.amount_cents)
        case FeeReversed() | ChargeReversed():
            origin = account.charges.get(fact.reverses)
            if origin is None:
                words = _words("Reversal of {charge}", charge=fact.reverses)
                return _pieces("reversal", words, -1, -fact.amount_cents)
            taken = priced(account, origin)
            words = _words("Reversal of {charge}", charge=fact.reverses)
            if origin.invoice:
                told = {"charge": fact.reverses, "invoice": origin.invoice}
                words = _words("Reversal of {charge}, billed on {invoice}", **told)
            return taken | words | {"kind": "reversal", "quantity": -taken["quantity"]}
    return _pieces("surcharge", _words("Visit on site, entry {entry}", entry=fact.deduction_id), 1, fact.amount_cents)


def shown(deduction: Billed) -> dict[str, Any]:
    """The same of time and services that cost nothing, and of penalties."""
    fact = deduction.fact
    if isinstance(fact, ServiceDelivered):
        words = _words("Service {service}, entry {entry}", service=fact.service, entry=fact.deduction_id)
        return _pieces("included", words, fact.quantity, 0) | {"basis": "pool", "service": fact.service}
    if isinstance(fact, HoursDeducted):
        covered = fact.billed_minutes - fact.overage_minutes
        words = _words("Time covered by {pool}, entry {entry}", pool=fact.pool or fact.basis, entry=fact.deduction_id)
        return _minutes("included", words, covered, 0) | {"basis": fact.basis, "service": fact.service}
    words = _words("Penalty for session {session}", session=fact.session_id)
    return _minutes("included", words, fact.billed_minutes, 0) | {"basis": "penalty"}


def given_back(deduction: Billed) -> dict[str, Any]:
    """The same of such time that was reversed after an invoice showed it."""
    fields = shown(deduction)
    told = {"entry": deduction.fact.deduction_id, "invoice": deduction.shown_on or ""}
    words = _words("Reversal of entry {entry}, shown on {invoice}", **told)
    return fields | words | {"kind": "reversal", "quantity": -fields["quantity"]}


def spent(deduction: Billed, now: datetime) -> dict[str, Any]:
    """What the customer can check a line by: time worked and billed, the session, and the word on it."""
    fact = deduction.fact
    status = status_at(deduction.status, fact.deemed_at, now)
    more: dict[str, Any] = {"confirmation": status, "on_behalf": deduction.on_behalf}
    if isinstance(fact, HoursDeducted):
        more["worked_minutes"] = shown_minutes(fact.worked_seconds)
        more["billed_minutes"] = fact.billed_minutes
        more["session_id"] = fact.deduction_id if fact.kind == "session" else None
    elif not isinstance(fact, ServiceDelivered):
        more["billed_minutes"] = fact.billed_minutes
        more["session_id"] = fact.session_id
    return more


def _name_of(term: TermStarted) -> str:
    """The plan's name as the terms have it."""
    return str(msgspec.json.decode(term.terms)["name"])


def _words(template: str, **values: str) -> dict[str, Any]:
    """What a line says, and what it is made of, so that a document can say it in another language."""
    return {"description": template.format(**values), "template": template, "values": values}


def _minutes(
    kind: str, words: dict[str, Any], minutes: int, price_cents: int, price_base: int = MINUTES_PER_HOUR
) -> dict[str, Any]:
    price = {"unit_price_cents": price_cents, "price_base": price_base}
    return {"kind": kind, **words, "quantity": minutes, "unit": "minute", **price}


def _pieces(kind: str, words: dict[str, Any], quantity: int, price_cents: int) -> dict[str, Any]:
    price = {"unit_price_cents": price_cents, "price_base": 1}
    return {"kind": kind, **words, "quantity": quantity, "unit": "piece", **price}
