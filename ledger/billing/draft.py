"""The lines of an invoice: every open charge up to a day, and the time that cost nothing, grouped by ticket (M2).

A charge waits while its deduction is disputed. A charge and its reversal that are both open cancel each other and
appear on no document. Time that was covered appears as a line of zero, so that the customer sees all time used. What
takes back a line of an invoice bears the VAT of that line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from ledger.billing.charges import Billed, BillingAccount, Charge
from ledger.billing.events import DocumentLine, VatLine
from ledger.billing.lines import given_back, priced, shown, spent
from ledger.billing.vat import Treatment, vat_lines
from ledger.contracts.events import FeeCharged
from ledger.credit.deduction_events import ServiceCharged
from ledger.kernel.values import first_instant, local_date


@dataclass(slots=True)
class Draft:
    """Lines, VAT and totals in minor units; `waiting` are the charges and deductions that are held back."""

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
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents

    @property
    def is_billable(self) -> bool:
        """Only zero lines, or a total that is not above zero, make no invoice (M2)."""
        return self.net_cents > 0 and self.gross_cents > 0


class _Place(NamedTuple):
    """Where a line stands among those of its ticket."""

    effective_at: datetime
    position: int


_Placed = tuple[_Place, DocumentLine]


@dataclass(slots=True, frozen=True)
class _Cut:
    """What is asked for: what is effective before `until`, how it is taxed, the customer's words as of `now`."""

    account: BillingAccount
    until: datetime
    taxed: Treatment
    now: datetime

    def line(
        self, deduction: Billed | None, supplied_at: datetime, answered: DocumentLine | None, **fields: Any
    ) -> DocumentLine:
        """A line without its number. `answered` is the line of an invoice that it takes back."""
        supplied_on = local_date(supplied_at, self.account.timezone)
        rate = answered.vat_rate_percent_hundredths if answered else self.taxed.rate(supplied_on)
        return DocumentLine(
            line=0,
            vat_rate_percent_hundredths=rate,
            vat_category=answered.vat_category if answered else self.taxed.category,
            supplied_on=supplied_on,
            deduction_id=deduction.fact.deduction_id if deduction else None,
            ticket_id=getattr(deduction.fact, "ticket_id", None) if deduction else None,
            **(spent(deduction, self.now) if deduction else {}),
            **fields,
        )


def draft(account: BillingAccount, through_on: date, taxed: Treatment, now: datetime) -> Draft:
    """All that is open and effective up to a day (included), where the provider is. Raises NoRateError."""
    cut = _Cut(account, first_instant(through_on + timedelta(days=1), account.timezone), taxed, now)
    ready, waiting = _open(cut)
    placed = [*_charges(cut, ready), *_included(cut), *_given_back(cut)]
    lines = [msgspec.structs.replace(line, line=number) for number, line in enumerate(_grouped(placed), 1)]
    vat = vat_lines((line.vat_rate_percent_hundredths, line.vat_category, line.net_cents) for line in lines)
    return Draft(lines, vat, waiting)


def _grouped(placed: list[_Placed]) -> Iterator[DocumentLine]:
    """What belongs to no ticket first, then ticket by ticket, each by effective time."""
    placed.sort(key=lambda one: (one[1].ticket_id or "", one[0]))
    groups = [list(group) for _, group in groupby(placed, key=lambda one: one[1].ticket_id)]
    for group in sorted(groups, key=lambda group: (group[0][1].ticket_id is not None, group[0][0])):
        yield from (line for _, line in group)


def _open(cut: _Cut) -> tuple[list[Charge], list[str]]:
    """Charges on no document, and the ids of those that wait, and of disputed time that none of them is for.

    A charge that was taken back since is gone, whenever that was. What is not taxable shares no document with what is
    (EN 16931, BR-O-11 to 14): what takes back a line of the other sort waits for a credit note.
    """
    account = cut.account
    unbilled = {id_: charge for id_, charge in account.charges.items() if charge.invoice is None}
    taken_back = {charge.reverses for charge in unbilled.values()} & unbilled.keys()
    ready, waiting, told = [], [], set()
    for charge in unbilled.values():
        if charge.fact.effective_at >= cut.until or charge.charge_id in taken_back or charge.reverses in taken_back:
            continue
        answered = account.line_answered(charge)
        is_apart = answered is not None and (answered.vat_category == "O") != (cut.taxed.category == "O")
        if account.waits(charge) or is_apart:
            waiting.append(charge.charge_id)
            told.add(getattr(charge.fact, "deduction_id", None))
        else:
            ready.append(charge)
    disputed = [one.fact.deduction_id for one, _ in _unshown(cut) if one.status == "disputed"]
    return ready, waiting + [id_ for id_ in disputed if id_ not in told]


def _charges(cut: _Cut, ready: list[Charge]) -> Iterator[_Placed]:
    account = cut.account
    for charge in ready:
        deduction = account.deductions.get(getattr(charge.fact, "deduction_id", None) or "")
        origin = account.origin(charge)
        events = {charge.position}
        if deduction is not None:
            events.update(deduction.positions)
        for fee in (charge, origin):
            if fee is not None and isinstance(fee.fact, FeeCharged) and fee.fact.term_no in account.terms:
                events |= {fee.position, account.terms[fee.fact.term_no][1]}
        if origin is not None:
            events.add(origin.position)
        line = cut.line(
            deduction,
            account.supplied_at(charge),
            account.line_answered(charge),
            net_cents=charge.fact.amount_cents,
            charge_id=charge.charge_id,
            events=sorted(events),
            **priced(account, charge),
        )
        yield _Place(charge.fact.effective_at, charge.position), line


def _included(cut: _Cut) -> Iterator[_Placed]:
    for deduction, fields in _unshown(cut):
        if deduction.status != "disputed":
            yield _zero(cut, deduction, deduction.fact.effective_at, fields)


def _unshown(cut: _Cut) -> Iterator[tuple[Billed, dict[str, Any]]]:
    """Time and services that a pool, a flat plan, goodwill or a warranty bore, and penalties, on no document yet."""
    charges = cut.account.charges.values()
    charged = {charge.fact.deduction_id for charge in charges if isinstance(charge.fact, ServiceCharged)}
    for deduction_id, deduction in cut.account.deductions.items():
        is_undone = deduction.status == "reversed" and deduction.given_back_on is None
        if deduction.shown_on is not None or is_undone or deduction_id in charged:
            continue
        fields = shown(deduction)
        if deduction.fact.effective_at < cut.until and fields["quantity"]:
            yield deduction, fields


def _given_back(cut: _Cut) -> Iterator[_Placed]:
    """Included time that an invoice shows and that was reversed since: a line of zero with the time given back."""
    for deduction in cut.account.deductions.values():
        at = deduction.reversed_at
        if at is None or deduction.shown_on is None or deduction.given_back_on is not None:
            continue
        if at < cut.until:
            yield _zero(cut, deduction, at, given_back(deduction))


def _zero(cut: _Cut, deduction: Billed, effective_at: datetime, fields: dict[str, Any]) -> _Placed:
    events = sorted(deduction.positions)
    line = cut.line(deduction, deduction.fact.true_at, None, net_cents=0, events=events, **fields)
    return _Place(effective_at, deduction.positions[0]), line
