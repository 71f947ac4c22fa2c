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
from typing import NamedTuple

import msgspec

from ledger.billing.charges import BillingAccount, Charge, DeductionState
from ledger.billing.events import DocumentLine, VatLine
from ledger.billing.lines import Evidence, LineText, charged, evidence, given_back, included
from ledger.billing.naming import names_in
from ledger.billing.vat import VatTreatment, vat_lines
from ledger.contracts.events import FeeCharged, LumpSumCharged
from ledger.credit.deduction_events import ServiceCharged
from ledger.kernel.values import end_of_day, local_date
from ledger.plans.catalogue import Names


class HeldBack(NamedTuple):
    """A charge or a deduction that waits, by its id, and the deduction that it is or that it is for, if any."""

    held_id: str
    deduction_id: str | None


@dataclass(slots=True)
class Draft:
    """Lines, VAT and totals in minor units; `waiting` is what is held back."""

    lines: list[DocumentLine]
    vat: list[VatLine]
    waiting: list[HeldBack]

    @property
    def net_cents(self) -> int:
        return sum(line.net_cents for line in self.lines)

    @property
    def vat_cents(self) -> int:
        return sum(line.amount_cents for line in self.vat)

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents

    @property
    def is_billable(self) -> bool:
        """Only zero lines, or a total that is not above zero, make no invoice (M2)."""
        return self.net_cents > 0 and self.gross_cents > 0


class _LinePlace(NamedTuple):
    """Where a line stands among those of its ticket."""

    effective_at: datetime
    position: int


_Placed = tuple[_LinePlace, DocumentLine]
_Unshown = tuple[DeductionState, LineText]


@dataclass(slots=True, frozen=True)
class _Asked:
    """What is asked for: what is effective before `until`, how it is taxed, the customer's words as of `now`."""

    account: BillingAccount
    until: datetime
    taxed: VatTreatment
    now: datetime
    names: Names

    def line(
        self,
        text: LineText,
        deduction: DeductionState | None,
        supplied_at: datetime,
        net_cents: int,
        events: list[int],
        *,
        charge_id: str | None = None,
        answered: DocumentLine | None = None,
    ) -> DocumentLine:
        """A line without its number. `answered` is the line of an invoice that it takes back."""
        supplied_on = local_date(supplied_at, self.account.timezone)
        checked = evidence(deduction, self.now) if deduction else Evidence()
        return DocumentLine(
            line=0,
            kind=text.kind,
            description=text.description(self.names),
            quantity=text.quantity,
            unit=text.unit,
            unit_price_cents=text.unit_price_cents,
            price_base=text.price_base,
            net_cents=net_cents,
            vat_rate_percent_hundredths=(
                answered.vat_rate_percent_hundredths if answered else self.taxed.rate(supplied_on)
            ),
            vat_category=answered.vat_category if answered else self.taxed.category,
            supplied_on=supplied_on,
            events=events,
            charge_id=charge_id,
            deduction_id=deduction.fact.deduction_id if deduction else None,
            ticket_id=deduction.ticket_id if deduction else None,
            session_id=checked.session_id,
            service=text.service,
            basis=text.basis,
            worked_minutes=checked.worked_minutes,
            billed_minutes=checked.billed_minutes,
            increment_minutes=checked.increment_minutes,
            included_minutes=text.included_minutes,
            charged_before_minutes=text.charged_before_minutes,
            confirmation=checked.confirmation,
            on_behalf=checked.on_behalf,
            starts_on=text.starts_on,
            ends_on=text.ends_on,
            template=text.template,
            values=text.values,
            names=names_in(text.values, text.service, self.names),
        )


def draft(account: BillingAccount, through_on: date, taxed: VatTreatment, now: datetime, names: Names) -> Draft:
    """All that is open and effective up to a day (included), where the provider is; `names` are for its keys.

    Raises NoRateError.
    """
    asked = _Asked(account, end_of_day(through_on, account.timezone), taxed, now, names)
    unshown = list(_unshown(asked))
    ready, waiting = _open(asked, unshown)
    placed = [*_charges(asked, ready), *_included(asked, unshown), *_given_back(asked)]
    lines = [msgspec.structs.replace(line, line=number) for number, line in enumerate(_grouped(placed), 1)]
    vat = vat_lines((line.vat_rate_percent_hundredths, line.vat_category, line.net_cents) for line in lines)
    return Draft(lines, vat, waiting)


def _grouped(placed: list[_Placed]) -> Iterator[DocumentLine]:
    """What belongs to no ticket first, then ticket by ticket, each by effective time."""
    placed.sort(key=lambda one: (one[1].ticket_id or "", one[0]))
    groups = [list(group) for _, group in groupby(placed, key=lambda one: one[1].ticket_id)]
    for group in sorted(groups, key=lambda group: (group[0][1].ticket_id is not None, group[0][0])):
        yield from (line for _, line in group)


def _open(asked: _Asked, unshown: list[_Unshown]) -> tuple[list[Charge], list[HeldBack]]:
    """Charges on no document, and those that wait, with disputed time that none of them is for.

    A charge that was taken back since is gone, whenever that was. What is not taxable shares no document with what is
    (EN 16931, BR-O-11 to 14): what takes back a line of the other sort waits for a credit note.
    """
    account = asked.account
    ready, waiting = [], []
    for charge in account.charges.values():
        if charge.invoice is not None or charge.fact.effective_at >= asked.until or account.settled_by(charge):
            continue
        answered = account.line_answered(charge)
        is_apart = answered is not None and (answered.vat_category == "O") != (asked.taxed.category == "O")
        if account.waits(charge) or is_apart:
            waiting.append(HeldBack(charge.charge_id, charge.deduction_id))
        else:
            ready.append(charge)
    held = {one.deduction_id for one in waiting}
    disputed = [one.fact.deduction_id for one, _ in unshown if one.status == "disputed"]
    return ready, waiting + [HeldBack(id_, id_) for id_ in disputed if id_ not in held]


def _charges(asked: _Asked, ready: list[Charge]) -> Iterator[_Placed]:
    account = asked.account
    for charge in ready:
        deduction = account.deduction_of(charge)
        origin = account.origin(charge)
        events = {charge.position}
        if deduction is not None:
            events.update(deduction.positions)
        for one in (charge, origin):
            if (
                one is not None
                and isinstance(one.fact, FeeCharged | LumpSumCharged)
                and one.fact.term_no in account.terms
            ):
                events |= {one.position, account.terms[one.fact.term_no][1]}
        if origin is not None:
            events.add(origin.position)
        line = asked.line(
            charged(account, charge),
            deduction,
            account.supplied_at(charge),
            charge.fact.amount_cents,
            sorted(events),
            charge_id=charge.charge_id,
            answered=account.line_answered(charge),
        )
        yield _LinePlace(charge.fact.effective_at, charge.position), line


def _included(asked: _Asked, unshown: list[_Unshown]) -> Iterator[_Placed]:
    for deduction, text in unshown:
        if deduction.status != "disputed":
            yield _zero(asked, deduction, deduction.fact.effective_at, text)


def _unshown(asked: _Asked) -> Iterator[_Unshown]:
    """Time and services that a pool, a flat plan, goodwill or a warranty bore, and penalties, on no document yet."""
    charges = asked.account.charges.values()
    sold = {charge.fact.deduction_id for charge in charges if isinstance(charge.fact, ServiceCharged)}
    for deduction_id, deduction in asked.account.deductions.items():
        if deduction.zero_line != "included" or deduction_id in sold:
            continue
        text = included(deduction, asked.account.timezone)
        if deduction.fact.effective_at < asked.until and text.quantity:
            yield deduction, text


def _given_back(asked: _Asked) -> Iterator[_Placed]:
    """Included time that an invoice shows and that was reversed since: a line of zero with the time given back."""
    for deduction in asked.account.deductions.values():
        at = deduction.reversed_at
        if at is not None and deduction.zero_line == "reversal" and at < asked.until:
            yield _zero(asked, deduction, at, given_back(deduction, asked.account.timezone))


def _zero(asked: _Asked, deduction: DeductionState, effective_at: datetime, text: LineText) -> _Placed:
    line = asked.line(text, deduction, deduction.fact.true_at, 0, sorted(deduction.positions))
    return _LinePlace(effective_at, deduction.positions[0]), line
