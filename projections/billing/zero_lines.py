"""The view of time and services that cost nothing: which documents show them, and which the next one has to (M2).

A draft reads what is open here, so that what was invoiced before costs it nothing.
"""

from __future__ import annotations

from typing import get_args

import msgspec

from ledger.billing.charges import next_zero_line
from ledger.billing.lines import costless
from ledger.credit.deduction_events import Deducted
from ledger.events import CreditNoteIssued, DeductionReversed, InvoiceIssued, ServiceCharged
from projections.tables import Table
from projections.views import EventMeta, Rows, View


class ZeroLineRow(msgspec.Struct):
    """A deduction of which something cost nothing. `shown_on` and `given_back_on` are the invoices that show its time,
    and show it as given back, unless a credit note took them back; all of what `is_sold` is for a charge instead.

    `is_open` is 1 while the next document has a line of zero of it.
    """

    deduction_id: str
    contract_id: str
    is_sold: int
    is_reversed: int
    shown_on: str | None
    given_back_on: str | None
    is_open: int


ZERO_LINES = Table(
    "zero_lines",
    ZeroLineRow,
    "deduction_id",
    ["(contract_id, deduction_id) WHERE is_open = 1"],
    changing=["is_sold", "is_reversed", "shown_on", "given_back_on", "is_open"],
)
zero_lines = View("zero_lines", ZERO_LINES)


@zero_lines.on(*get_args(Deducted))
def _deducted(rows: Rows, fact: Deducted, meta: EventMeta) -> None:
    if costless(fact):
        rows.put(ZERO_LINES, ZeroLineRow(fact.deduction_id, fact.contract_id, 0, 0, None, None, 1))


def _its_deduction(_: Rows, fact: ServiceCharged | DeductionReversed) -> list[str]:
    return [fact.deduction_id]


@zero_lines.on(ServiceCharged, DeductionReversed, changes=[(ZERO_LINES, _its_deduction)])
def _sold_or_reversed(rows: Rows, fact: ServiceCharged | DeductionReversed, meta: EventMeta) -> None:
    if rows.get(ZERO_LINES, fact.deduction_id) is None:
        return
    row = rows.require(ZERO_LINES, fact.deduction_id)
    if isinstance(fact, ServiceCharged):
        row.is_sold = 1
    else:
        row.is_reversed = 1
    _set_open(row)


def _on_lines(_: Rows, fact: InvoiceIssued | CreditNoteIssued) -> list[str]:
    """Lines without a charge are the lines of zero; a credit note has those of its invoice."""
    return [line.deduction_id for line in fact.lines if line.charge_id is None and line.deduction_id is not None]


@zero_lines.on(InvoiceIssued, changes=[(ZERO_LINES, _on_lines)])
def _invoiced(rows: Rows, fact: InvoiceIssued, meta: EventMeta) -> None:
    for line in fact.lines:
        if line.charge_id is None and line.deduction_id is not None:
            row = rows.require(ZERO_LINES, line.deduction_id)
            if line.kind == "included":
                row.shown_on = fact.number
            else:
                row.given_back_on = fact.number
            _set_open(row)


@zero_lines.on(CreditNoteIssued, changes=[(ZERO_LINES, _on_lines)])
def _credited(rows: Rows, fact: CreditNoteIssued, meta: EventMeta) -> None:
    for deduction_id in _on_lines(rows, fact):
        row = rows.require(ZERO_LINES, deduction_id)
        if row.shown_on == fact.corrects:
            row.shown_on = None
        if row.given_back_on == fact.corrects:
            row.given_back_on = None
        _set_open(row)


def _set_open(row: ZeroLineRow) -> None:
    is_due = next_zero_line(bool(row.is_reversed), row.shown_on, row.given_back_on) is not None
    row.is_open = int(is_due and not row.is_sold)
