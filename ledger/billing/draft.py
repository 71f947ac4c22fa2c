"""The lines of an invoice: every open charge up to a day, and the time that cost nothing, grouped by ticket (M2).

A charge waits while its deduction is disputed. A charge and its reversal that are both open cancel each other and
appear on no document. Time that was covered appears as a line of zero, so that the customer sees all time used. What
takes back a line of an invoice bears the VAT of that line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from ledger.billing.account import Billed, BillingAccount, Charge
from ledger.billing.vat import Treatment, vat_lines
from ledger.events import (
    ChargeReversed,
    DocumentLine,
    FeeCharged,
    FeeReversed,
    HoursDeducted,
    OverageCharged,
    ServiceCharged,
    ServiceCreditCharged,
    ServiceDelivered,
    TopUpCharged,
    VatLine,
)
from ledger.values import local_date

MINUTES_PER_HOUR = 60


@dataclass(slots=True)
class Draft:
    """Lines, VAT and totals in minor units; `waiting` are the charges that a dispute holds back."""

    lines: list[DocumentLine]
    vat: list[VatLine]
    waiting: list[str]

    @property
    def net_cents(self) -> int:
        return sum(line.net_cents for line in self.lines)

    @property
    def vat_cents(self) -> int:
        return sum(line.amount_cents for line in self.vat)

    @property
    def is_billable(self) -> bool:
        """Only zero lines, or a total that is not above zero, make no invoice (M2)."""
        return self.net_cents > 0


@dataclass(slots=True)
class _Item:
    """A line before it has its number: where it stands, and its fields."""

    effective_at: datetime
    position: int
    ticket_id: str | None
    fields: dict[str, Any]


def draft(account: BillingAccount, through_on: date, taxed: Treatment, now: datetime) -> Draft:
    """All that is open and effective up to a day (included), where the provider is. Raises NoRateError."""
    waiting, ready = _open(account, through_on, taxed)
    items = [*_charges(account, ready), *_included(account, through_on), *_given_back(account, through_on)]
    lines = []
    for number, item in enumerate(_grouped(items), 1):
        deduction = account.deductions.get(item.fields.get("deduction_id") or "")
        more = _spent(deduction, now) if deduction is not None else {}
        supplied_on = local_date(item.fields.pop("supplied_at"), account.timezone)
        billed: DocumentLine | None = item.fields.pop("takes_back", None)
        lines.append(
            DocumentLine(
                line=number,
                vat_rate_percent_hundredths=billed.vat_rate_percent_hundredths if billed else taxed.rate(supplied_on),
                vat_category=billed.vat_category if billed else taxed.category,
                supplied_on=supplied_on,
                ticket_id=item.ticket_id,
                **more,
                **item.fields,
            )
        )
    vat = vat_lines((line.vat_rate_percent_hundredths, line.vat_category, line.net_cents) for line in lines)
    return Draft(lines, vat, [charge.charge_id for charge in waiting])


def _grouped(items: list[_Item]) -> Iterator[_Item]:
    """What belongs to no ticket first, then ticket by ticket, each by effective time."""
    by_ticket = sorted(items, key=lambda item: item.ticket_id or "")
    groups = [list(group) for _, group in groupby(by_ticket, key=lambda item: item.ticket_id or "")]
    for group in groups:
        group.sort(key=lambda item: (item.effective_at, item.position))
    for group in sorted(groups, key=lambda g: (g[0].ticket_id is not None, g[0].effective_at, g[0].position)):
        yield from group


def _open(account: BillingAccount, through_on: date, taxed: Treatment) -> tuple[list[Charge], dict[str, Charge]]:
    """Charges on no document and effective up to the day: those that wait, and the others by id.

    What is not taxable shares no document with what is (EN 16931, BR-O-11 to 14): what takes back a line of the other
    sort waits for a credit note.
    """
    waiting, ready = [], {}
    for charge in account.charges.values():
        if charge.invoice is not None or local_date(charge.fact.effective_at, account.timezone) > through_on:
            continue
        billed = account.line_taken_back(charge)
        if account.waits(charge) or (billed and (billed.vat_category == "O") != (taxed.category == "O")):
            waiting.append(charge)
        else:
            ready[charge.charge_id] = charge
    return waiting, ready


def _charges(account: BillingAccount, ready: dict[str, Charge]) -> Iterator[_Item]:
    taken_back = {charge.reverses for charge in ready.values()} & ready.keys()
    for charge in ready.values():
        if charge.charge_id in taken_back or charge.reverses in taken_back:
            continue
        deduction_id = getattr(charge.fact, "deduction_id", None)
        deduction = account.deductions.get(deduction_id or "")
        origin = account.charges.get(charge.reverses or "")
        events = {charge.position}
        if deduction is not None:
            events.update(deduction.positions)
        if origin is not None:
            events.add(origin.position)
        if isinstance(charge.fact, FeeCharged) and charge.fact.term_no in account.terms:
            events.add(account.terms[charge.fact.term_no][1])
        fields = {
            **_priced(account, charge, origin),
            "net_cents": charge.fact.amount_cents,
            "charge_id": charge.charge_id,
            "deduction_id": deduction_id,
            "supplied_at": account.supplied_at(charge),
            "takes_back": account.line_taken_back(charge),
            "events": sorted(events),
        }
        ticket_id = getattr(deduction.fact, "ticket_id", None) if deduction is not None else None
        yield _Item(charge.fact.effective_at, charge.position, ticket_id, fields)


def _priced(account: BillingAccount, charge: Charge, origin: Charge | None) -> dict[str, Any]:
    """Kind, words, quantity and unit price: quantity × price / base is the amount of the charge, half-up."""
    fact = charge.fact
    match fact:
        case FeeCharged():
            term = account.terms[fact.term_no][0]
            # A term with an end is named by its days beside the words, which each reader writes in their own way.
            days = "" if term.ends_on else f" from {term.starts_on} on"
            words = f"{term.plan}, term {fact.term_no}{days}"
            return _pieces("fee", words, 1, fact.amount_cents) | {"starts_on": term.starts_on, "ends_on": term.ends_on}
        case OverageCharged():
            words = f"Time beyond the credit, entry {fact.deduction_id}"
            return _minutes("overage", words, fact.minutes, fact.rate_cents_per_hour)
        case TopUpCharged():
            words = f"Credit {fact.grant_id} for {fact.pool}"
            if fact.rate_cents_per_hour is not None:
                return _minutes("top_up", words, fact.quantity, fact.rate_cents_per_hour)
            return _pieces("top_up", words, 1, fact.amount_cents)
        case ServiceCharged():
            words = f"Service {fact.service}, entry {fact.deduction_id}"
            more = {"service": fact.service}
            if fact.minutes is not None:
                return _minutes("service", words, fact.minutes, fact.rate_cents) | more
            return _pieces("service", words, fact.quantity or 1, fact.rate_cents) | more
        case ServiceCreditCharged():
            words = f"Credit for the missed {fact.target} of ticket {fact.ticket_id}, {fact.percent} % of the fee"
            return _pieces("service_credit", words, -1, -fact.amount_cents)
        case FeeReversed() | ChargeReversed():
            taken = _priced(account, origin, None) if origin is not None else None
            if taken is None:
                return _pieces("reversal", f"Reversal of {fact.reverses}", -1, -fact.amount_cents)
            on = f", billed on {origin.invoice}" if origin is not None and origin.invoice else ""
            words = f"Reversal of {fact.reverses}{on}"
            return taken | {"kind": "reversal", "description": words, "quantity": -taken["quantity"]}
    words = f"Visit on site, entry {fact.deduction_id}"
    return _pieces("surcharge", words, 1, fact.amount_cents)


def _minutes(kind: str, words: str, minutes: int, rate_cents_per_hour: int) -> dict[str, Any]:
    price = {"unit_price_cents": rate_cents_per_hour, "price_base": MINUTES_PER_HOUR}
    return {"kind": kind, "description": words, "quantity": minutes, "unit": "minute", **price}


def _pieces(kind: str, words: str, quantity: int, price_cents: int) -> dict[str, Any]:
    price = {"unit_price_cents": price_cents, "price_base": 1}
    return {"kind": kind, "description": words, "quantity": quantity, "unit": "piece", **price}


def _included(account: BillingAccount, through_on: date) -> Iterator[_Item]:
    """Time and services that a pool, a flat plan, goodwill or a warranty bore, and penalties: lines of zero."""
    charged = {
        charge.fact.deduction_id for charge in account.charges.values() if isinstance(charge.fact, ServiceCharged)
    }
    for deduction_id, deduction in account.deductions.items():
        fact = deduction.fact
        is_undone = deduction.status == "reversed" and deduction.given_back_on is None
        if deduction.shown_on is not None or deduction.status == "disputed" or is_undone:
            continue
        if local_date(fact.effective_at, account.timezone) > through_on or deduction_id in charged:
            continue
        fields = _shown(deduction)
        if fields["quantity"]:
            yield _zero(deduction, deduction.fact.effective_at, fields)


def _given_back(account: BillingAccount, through_on: date) -> Iterator[_Item]:
    """Included time that an invoice shows and that was reversed since: a line of zero with the time given back."""
    for deduction in account.deductions.values():
        at = deduction.reversed_at
        if at is None or deduction.shown_on is None or deduction.given_back_on is not None:
            continue
        if local_date(at, account.timezone) <= through_on:
            fields = _shown(deduction)
            words = f"Reversal of entry {deduction.fact.deduction_id}, shown on {deduction.shown_on}"
            more = {"kind": "reversal", "description": words, "quantity": -fields["quantity"]}
            yield _zero(deduction, at, fields | more)


def _zero(deduction: Billed, effective_at: datetime, fields: dict[str, Any]) -> _Item:
    fact = deduction.fact
    more = {
        "net_cents": 0,
        "deduction_id": fact.deduction_id,
        "supplied_at": fact.true_at,
        "events": sorted(deduction.positions),
    }
    return _Item(effective_at, deduction.positions[0], getattr(fact, "ticket_id", None), fields | more)


def _shown(deduction: Billed) -> dict[str, Any]:
    fact = deduction.fact
    if isinstance(fact, ServiceDelivered):
        words = f"Service {fact.service}, entry {fact.deduction_id}"
        return _pieces("included", words, fact.quantity, 0) | {"basis": "pool", "service": fact.service}
    if isinstance(fact, HoursDeducted):
        covered = fact.billed_minutes - fact.overage_minutes
        words = f"Time covered by {fact.pool or fact.basis}, entry {fact.deduction_id}"
        return _minutes("included", words, covered, 0) | {"basis": fact.basis, "service": fact.service}
    words = f"Penalty for session {fact.session_id}"
    return _minutes("included", words, fact.billed_minutes, 0) | {"basis": "penalty"}


def _spent(deduction: Billed, now: datetime) -> dict[str, Any]:
    """What the customer can check a line by: time worked and billed, the session, and the word on it."""
    fact = deduction.fact
    status = deduction.status
    if status == "pending" and fact.deemed_at is not None and fact.deemed_at <= now:
        status = "deemed_confirmed"
    more: dict[str, Any] = {"confirmation": status, "on_behalf": deduction.on_behalf}
    if isinstance(fact, HoursDeducted):
        more["worked_minutes"] = -(-fact.worked_seconds // 60)
        more["billed_minutes"] = fact.billed_minutes
        more["session_id"] = fact.deduction_id if fact.kind == "session" else None
    elif not isinstance(fact, ServiceDelivered):
        more["billed_minutes"] = fact.billed_minutes
        more["session_id"] = fact.session_id
    return more
