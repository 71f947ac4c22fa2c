"""The view of issued documents: which there are, on which one each charge stands, and which show a deduction (M3, M6).

A document's lines stay in its event, which `position` names: they are read from there.
"""

from __future__ import annotations

import msgspec

from ledger.events import CreditNoteIssued, InvoiceCredited, InvoiceIssued
from projections.tables import Table
from projections.views import EventMeta, Rows, View


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
def _invoice(rows: Rows, fact: InvoiceIssued, meta: EventMeta) -> None:
    day = fact.issued_on.isoformat()
    rows.put(DOCUMENTS, DocumentRow(fact.number, fact.contract_id, meta.position, "invoice", day, None, None))
    _bill(rows, fact, meta, fact.number)
    _show(rows, fact, meta, None)


@documents.on(CreditNoteIssued)
def _credit_note(rows: Rows, fact: CreditNoteIssued, meta: EventMeta) -> None:
    day = fact.issued_on.isoformat()
    row = DocumentRow(fact.number, fact.contract_id, meta.position, "credit-note", day, fact.corrects, None)
    rows.put(DOCUMENTS, row)
    _bill(rows, fact, meta, None)
    _show(rows, fact, meta, fact.corrects)


def _bill(rows: Rows, fact: InvoiceIssued | CreditNoteIssued, meta: EventMeta, number: str | None) -> None:
    for line in fact.lines:
        if line.charge_id is not None:
            rows.add(BILLED, BilledRow(line.charge_id, meta.position, meta.effective_at, number))


def _show(rows: Rows, fact: InvoiceIssued | CreditNoteIssued, meta: EventMeta, corrects: str | None) -> None:
    kinds: dict[str, str] = {}
    for line in fact.lines:
        if line.deduction_id is not None and kinds.get(line.deduction_id) != "invoice":
            kinds[line.deduction_id] = "reversal" if line.kind == "reversal" else "invoice"
    for deduction_id, kind in sorted(kinds.items()):
        shown = kind if corrects is None else "credit-note"
        rows.add(SHOWN, ShownRow(deduction_id, meta.position, meta.effective_at, fact.number, shown, corrects))


@documents.on(InvoiceCredited, changes=[(DOCUMENTS, lambda _, fact: [fact.number])])
def _credited(rows: Rows, fact: InvoiceCredited, meta: EventMeta) -> None:
    rows.require(DOCUMENTS, fact.number).credited_by = fact.credited_by
