"""What one line of an invoice says: kind, words, quantity and unit price of a charge, or of time that cost nothing.

Words are a template and its values, so that a document can say them in its reader's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from ledger.billing.charges import BillingAccount, Charge, DeductionState, Opposite
from ledger.billing.events import LineBasis, LineKind, Unit
from ledger.billing.naming import spoken
from ledger.contracts.events import FeeCharged, LumpSumCharged, ServiceCreditCharged
from ledger.credit.confirmation import status_at
from ledger.credit.deduction_events import (
    Deducted,
    DeductionStatus,
    HoursDeducted,
    OverageCharged,
    ServiceCharged,
    ServiceDelivered,
    SurchargeCharged,
)
from ledger.credit.events import TopUpCharged
from ledger.kernel.values import shown_minutes
from ledger.plans.catalogue import Names

MINUTES_PER_HOUR = 60


class _PoolTold(msgspec.Struct):
    allotment_minutes: int | None = None


class _TermsTold(msgspec.Struct):
    """What lines say of the recorded terms."""

    name: str
    pools: dict[str, _PoolTold] = {}


_read_terms = msgspec.json.Decoder(_TermsTold).decode
FREE_TIME = "Time covered, entry {entry}"
FREE = {
    "pool": "Time covered by {pool}, entry {entry}",
    "flat": "Time covered by the flat fee, entry {entry}",
    "goodwill": "Time given as goodwill, entry {entry}",
    "warranty": "Time under warranty, entry {entry}",
}

PENALTIES = {
    "no_show": "Penalty: session {session} of {start} was missed",
    "move": "Penalty: session {session} of {start} was moved late",
    "cancel": "Penalty: session {session} of {start} was cancelled late",
}


class LineText(msgspec.Struct, frozen=True, gc=False):
    """Quantity × price / base is the amount of the line, half-up; `template` with its values is what it says."""

    kind: LineKind
    template: str
    quantity: int
    unit: Unit
    unit_price_cents: int
    price_base: int = 1
    values: dict[str, str] = {}
    service: str | None = None
    basis: LineBasis | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    included_minutes: int | None = None
    charged_before_minutes: int | None = None

    def description(self, names: Names) -> str:
        return self.template.format(**spoken(self.values, names))


def charged(account: BillingAccount, charge: Charge) -> LineText:
    """What a line over a charge says."""
    fact = charge.fact
    match fact:
        case FeeCharged():
            return _of_term(account, fact, "Support contract {plan}, term {term}")
        case LumpSumCharged():
            return _of_term(account, fact, "Lump sum paid in advance under {plan}, term {term}")
        case OverageCharged():
            return _overage(account, fact)
        case TopUpCharged():
            return _top_up(account, fact)
        case ServiceCharged():
            template, values = "Service {service}, entry {entry}", {"service": fact.service, "entry": fact.deduction_id}
            if fact.minutes is not None:
                line = _minutes(fact.KIND, template, values, fact.minutes, fact.rate_cents)
            else:
                line = _pieces(fact.KIND, template, values, fact.quantity or 1, fact.rate_cents)
            return replace(line, service=fact.service)
        case ServiceCreditCharged():
            values = {"target": fact.target, "ticket": fact.ticket_id, "percent": str(fact.percent)}
            template = "Credit for the missed {target} of ticket {ticket}, {percent} % of the fee"
            return _pieces(fact.KIND, template, values, -1, -fact.amount_cents)
        case SurchargeCharged():
            values = {"entry": fact.deduction_id}
            return _pieces(fact.KIND, "Visit on site, entry {entry}", values, 1, fact.amount_cents)
    return _taken_back(account, fact)


def _overage(account: BillingAccount, fact: OverageCharged) -> LineText:
    """With what its rate goes by: the time that the term includes, and that of its scope which cheaper tiers took."""
    template, values = "Time beyond the credit, entry {entry}", {"entry": fact.deduction_id}
    line = _minutes(fact.KIND, template, values, fact.minutes, fact.rate_cents_per_hour)
    before = fact.from_minute if fact.tier > 1 else None
    return replace(line, included_minutes=_included_minutes(account, fact.deduction_id), charged_before_minutes=before)


def _included_minutes(account: BillingAccount, deduction_id: str) -> int | None:
    """What the pool of worked time is granted in its term; None where the terms include nothing."""
    deduction = account.deductions.get(deduction_id)
    fact = deduction.fact if deduction is not None else None
    if not isinstance(fact, HoursDeducted) or fact.pool is None or fact.term_no not in account.terms:
        return None
    pool = _read_terms(account.terms[fact.term_no][0].terms).pools.get(fact.pool)
    return pool.allotment_minutes if pool is not None else None


def _of_term(account: BillingAccount, fact: FeeCharged | LumpSumCharged, template: str) -> LineText:
    term = account.terms[fact.term_no][0]
    values = {"plan": _read_terms(term.terms).name, "term": str(fact.term_no)}
    line = _pieces(fact.KIND, template, values, 1, fact.amount_cents)
    return replace(line, starts_on=term.starts_on, ends_on=term.ends_on)


def _top_up(account: BillingAccount, fact: TopUpCharged) -> LineText:
    template, values = "Credit {grant} for {pool}", {"grant": fact.grant_id, "pool": fact.pool}
    if fact.rate_cents_per_hour is not None:
        return _minutes(fact.KIND, template, values, fact.quantity, fact.rate_cents_per_hour)
    if account.units.get(fact.pool) == "minutes":  # a price for all of it: that is the base of the price
        return replace(
            _minutes(fact.KIND, template, values, fact.quantity, fact.amount_cents), price_base=fact.quantity
        )
    return _pieces(fact.KIND, template, values, 1, fact.amount_cents)


def _taken_back(account: BillingAccount, fact: Opposite) -> LineText:
    """The line of what it takes back, with the opposite quantity."""
    origin = account.charges.get(fact.reverses)
    values = {"charge": fact.reverses}
    if origin is None:
        sign = 1 if fact.amount_cents > 0 else -1
        return _pieces(fact.KIND, "Reversal of {charge}", values, sign, sign * fact.amount_cents)
    template = "Reversal of {charge}"
    if origin.invoice:
        template, values = "Reversal of {charge}, billed on {invoice}", values | {"invoice": origin.invoice}
    line = charged(account, origin)
    return replace(line, kind=fact.KIND, template=template, values=values, quantity=-line.quantity)


def costless(fact: Deducted) -> int:
    """How much of a deduction no charge is for, unless all of it was sold: minutes, or how many of a service."""
    match fact:
        case ServiceDelivered():
            return fact.quantity
        case HoursDeducted():
            return fact.billed_minutes - fact.overage_minutes
    return fact.billed_minutes


def included(deduction: DeductionState, timezone: str) -> LineText:
    """What a line says over time and services that cost nothing, and over penalties: for which session, and why."""
    fact = deduction.fact
    quantity = costless(fact)
    if isinstance(fact, ServiceDelivered):
        values = {"service": fact.service, "entry": fact.deduction_id}
        line = _pieces("included", "Service {service}, entry {entry}", values, quantity, 0)
        return replace(line, basis="pool", service=fact.service)
    if isinstance(fact, HoursDeducted):
        values = {"entry": fact.deduction_id} | ({"pool": fact.pool} if fact.pool else {})
        line = _minutes("included", FREE.get(fact.basis, FREE_TIME), values, quantity, 0)
        return replace(line, basis=fact.basis, service=fact.service)
    start = fact.starts_at.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")
    values = {"session": fact.session_id, "start": start}
    line = _minutes("included", PENALTIES[fact.cause], values, quantity, 0)
    return replace(line, basis="penalty")


def given_back(deduction: DeductionState, timezone: str) -> LineText:
    """The same of such time that was reversed after an invoice showed it."""
    values = {"entry": deduction.fact.deduction_id, "invoice": deduction.shown_on or ""}
    line = included(deduction, timezone)
    template = "Reversal of entry {entry}, shown on {invoice}"
    return replace(line, kind="reversal", template=template, values=values, quantity=-line.quantity)


@dataclass(slots=True, frozen=True)
class Evidence:
    """What the customer can check a line by: time worked and billed, in which steps, the session, the word on it."""

    confirmation: DeductionStatus | None = None
    on_behalf: bool = False
    worked_minutes: int | None = None
    billed_minutes: int | None = None
    session_id: str | None = None
    increment_minutes: int | None = None


def evidence(deduction: DeductionState, now: datetime) -> Evidence:
    fact = deduction.fact
    confirmation = status_at(deduction.status, fact.deemed_at, now)
    if isinstance(fact, HoursDeducted):
        session_id = fact.deduction_id if fact.kind == "session" else None
        worked = shown_minutes(fact.worked_seconds)
        return Evidence(
            confirmation, deduction.on_behalf, worked, fact.billed_minutes, session_id, fact.increment_minutes
        )
    if isinstance(fact, ServiceDelivered):
        return Evidence(confirmation, deduction.on_behalf)
    return Evidence(confirmation, deduction.on_behalf, None, fact.billed_minutes, fact.session_id)


def _minutes(kind: LineKind, template: str, values: dict[str, str], minutes: int, rate_cents: int) -> LineText:
    return LineText(kind, template, minutes, "minute", rate_cents, MINUTES_PER_HOUR, values)


def _pieces(kind: LineKind, template: str, values: dict[str, str], quantity: int, price_cents: int) -> LineText:
    return LineText(kind, template, quantity, "piece", price_cents, 1, values)
