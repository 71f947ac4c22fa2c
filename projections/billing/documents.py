"""The view of issued documents: which there are, on which one each charge stands, and which show a deduction (M3, M6).

A document's lines stay in its event, which `position` names: they are read from there.
"""

from __future__ import annotations

import msgspec

from ledger.events import CreditNoteIssued, InvoiceCredited, InvoiceIssued
from projections.tables import Table
from projections.views import Place, Rows, View


class DocumentRow(msgspec.Struct):
    number: str
    contract_id: str
    position: int
    kind: str
    issued_on: str
    corrects: str | None
    credited_by: str | None


class BilledRow(msgspec.Struct):
    """From a position on a charge stands on this invoice; null once a credit note has taken that back."""

    charge_id: str
    position: int
    effective_at: int
    number: str | None


class ShownRow(msgspec.Struct):
    """A document that shows a deduction: an `invoice`, one that shows only its `reversal`, or a `credit-note`."""

    deduction_id: str
    position: int
    effective_at: int
    number: str
    kind: str
    corrects: str | None


DOCUMENTS = Table("documents", DocumentRow, "number", ["(contract_id, position)", "(position)"])
BILLED = Table("billed", BilledRow, ("charge_id", "position"))
SHOWN = Table("shown", ShownRow, ("deduction_id", "position"))
documents = View("documents", DOCUMENTS, BILLED, SHOWN)


@documents.on(InvoiceIssued)
def _invoice(rows: Rows, fact: InvoiceIssued, place: Place) -> None:
    day = fact.issued_on.isoformat()
    rows.put(DOCUMENTS, DocumentRow(fact.number, fact.contract_id, place.position, "invoice", day, None, None))
    _bill(rows, fact, place, fact.number)
    _show(rows, fact, place, None)


@documents.on(CreditNoteIssued)
def _credit_note(rows: Rows, fact: CreditNoteIssued, place: Place) -> None:
    day = fact.issued_on.isoformat()
    row = DocumentRow(fact.number, fact.contract_id, place.position, "credit-note", day, fact.corrects, None)
    rows.put(DOCUMENTS, row)
    _bill(rows, fact, place, None)
    _show(rows, fact, place, fact.corrects)


def _bill(rows: Rows, fact: InvoiceIssued | CreditNoteIssued, place: Place, number: str | None) -> None:
    for line in fact.lines:
        if line.charge_id is not None:
            rows.add(BILLED, BilledRow(line.charge_id, place.position, place.effective_at, number))


def _show(rows: Rows, fact: InvoiceIssued | CreditNoteIssued, place: Place, corrects: str | None) -> None:
    kinds: dict[str, str] = {}
    for line in fact.lines:
        if line.deduction_id is not None and kinds.get(line.deduction_id) != "invoice":
            kinds[line.deduction_id] = "reversal" if line.kind == "reversal" else "invoice"
    for deduction_id, kind in sorted(kinds.items()):
        shown = kind if corrects is None else "credit-note"
        rows.add(SHOWN, ShownRow(deduction_id, place.position, place.effective_at, fact.number, shown, corrects))


@documents.on(InvoiceCredited)
def _credited(rows: Rows, fact: InvoiceCredited, place: Place) -> None:
    rows.the(DOCUMENTS, fact.number).credited_by = fact.credited_by
