"""The view of issued documents: which there are, on which one each charge stands, and which show a deduction (M3, M6).

What is as long as a document's lines (these, and who worked) has rows of its own, so that a list of documents costs no
more where one is long. Here too is how other questions learn the numbers of documents.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ledger.events import CreditNoteIssued, InvoiceCredited, InvoiceIssued
from ledger.kernel.mapper import encode, stored_topic
from ledger.kernel.values import FAR_FUTURE, to_micros
from ledger.store.database import listed
from projections.asking import all_of
from projections.reader import AsOf, Snapshot, Times
from projections.tables import Table, to_json
from projections.views import EventMeta, Rows, View


class DocumentRow(msgspec.Struct):
    """`head` is the event that issued it, under its `topic`, without lines and their texts; still sealed."""

    number: str
    contract_id: str
    position: int
    issued_on: str
    credited_by: str | None
    topic: str
    head: str


class DocumentLineRow(msgspec.Struct):
    """A line as the event has it."""

    number: str
    line: int
    said: str


class DocumentTextsRow(msgspec.Struct):
    """Who worked and what was done, by deduction, and titles by ticket, of lines up to one; still sealed."""

    number: str
    through_line: int
    texts: str


class InvoicedChargeRow(msgspec.Struct):
    """From a position on a charge stands on this invoice; null once a credit note has taken that back.

    `line` is its line there, or on the credit note.
    """

    charge_id: str
    position: int
    effective_at: int
    number: str | None
    line: int


class DocumentedDeductionRow(msgspec.Struct):
    """A document that shows a deduction: an `invoice`, one that shows only its `reversal`, or a `credit-note`."""

    deduction_id: str
    position: int
    effective_at: int
    number: str
    kind: str
    corrects: str | None


DOCUMENTS = Table("documents", DocumentRow, "number", ["(contract_id, position)", "(position)"])
# As long as documents are; lines and their texts are seen once their document is there.
DOCUMENT_LINES = Table("document_lines", DocumentLineRow, ("number", "line"), is_seen_by_position=True)
DOCUMENT_TEXTS = Table("document_texts", DocumentTextsRow, ("number", "through_line"), is_seen_by_position=True)
INVOICED_CHARGES = Table("invoiced_charges", InvoicedChargeRow, ("charge_id", "position"), is_seen_by_position=True)
DOCUMENTED_DEDUCTIONS = Table(
    "documented_deductions", DocumentedDeductionRow, ("deduction_id", "position"), is_seen_by_position=True
)
documents = View("documents", DOCUMENTS, DOCUMENT_LINES, DOCUMENT_TEXTS, INVOICED_CHARGES, DOCUMENTED_DEDUCTIONS)


@documents.on(InvoiceIssued)
def _invoice(rows: Rows, fact: InvoiceIssued, meta: EventMeta) -> None:
    _keep(rows, fact, meta)
    _bill(rows, fact, meta, fact.number)
    _show(rows, fact, meta, None)


@documents.on(CreditNoteIssued)
def _credit_note(rows: Rows, fact: CreditNoteIssued, meta: EventMeta) -> None:
    _keep(rows, fact, meta)
    _bill(rows, fact, meta, None)
    _show(rows, fact, meta, fact.corrects)


def _keep(rows: Rows, fact: InvoiceIssued | CreditNoteIssued, meta: EventMeta) -> None:
    head = encode(msgspec.structs.replace(fact, lines=[], line_texts=[])).decode()
    day, topic = fact.issued_on.isoformat(), stored_topic(fact)
    rows.put(DOCUMENTS, DocumentRow(fact.number, fact.contract_id, meta.position, day, None, topic, head))
    for line in fact.lines:
        rows.add(DOCUMENT_LINES, DocumentLineRow(fact.number, line.line, to_json(line)))
    for texts in fact.line_texts:
        rows.add(DOCUMENT_TEXTS, DocumentTextsRow(fact.number, texts.through_line, to_json(texts.texts)))


def _bill(rows: Rows, fact: InvoiceIssued | CreditNoteIssued, meta: EventMeta, number: str | None) -> None:
    for line in fact.lines:
        if line.charge_id is not None:
            place = (meta.position, meta.effective_at)
            rows.add(INVOICED_CHARGES, InvoicedChargeRow(line.charge_id, *place, number, line.line))


def _show(rows: Rows, fact: InvoiceIssued | CreditNoteIssued, meta: EventMeta, corrects: str | None) -> None:
    kinds: dict[str, str] = {}
    for line in fact.lines:
        if line.deduction_id is not None and kinds.get(line.deduction_id) != "invoice":
            kinds[line.deduction_id] = "reversal" if line.kind == "reversal" else "invoice"
    for deduction_id, kind in sorted(kinds.items()):
        shown = kind if corrects is None else "credit-note"
        rows.add(
            DOCUMENTED_DEDUCTIONS,
            DocumentedDeductionRow(deduction_id, meta.position, meta.effective_at, fact.number, shown, corrects),
        )


@documents.on(InvoiceCredited, changes=[(DOCUMENTS, lambda _, fact: [fact.number])])
def _credited(rows: Rows, fact: InvoiceCredited, meta: EventMeta) -> None:
    rows.require(DOCUMENTS, fact.number).credited_by = fact.credited_by


# -- questions: the SQL is about `:at` and `:position`, a place in both times ------------------------------------------


def number_of_charge(charge: str) -> str:
    """The number of the invoice that a charge stands on: what was told last; null once a credit note took it back."""
    return (
        f"(SELECT i.number FROM invoiced_charges i WHERE i.charge_id = {charge}.charge_id AND i.effective_at <= :at "
        "AND i.position <= :position ORDER BY i.position DESC LIMIT 1)"
    )


def charge_settling(charge: str) -> str:
    """The opposite of a charge where no document bears either of them (M3), by what is effective until `:until`.

    `ledger.billing.charges` says the same, by which a draft goes; a property test holds this to it.
    """
    return (
        f"(SELECT s.charge_id FROM charges s WHERE (s.reverses = {charge}.charge_id "
        f"OR s.charge_id = {charge}.reverses) AND s.effective_at <= :until AND s.position <= :position "
        f"AND {number_of_charge(charge)} IS NULL AND {number_of_charge('s')} IS NULL)"
    )


def settled_until(as_of: AsOf, times: Times) -> dict[str, int]:
    """What is asked now counts opposites that begin a little later, as the draft does; of the past only what was."""
    return {"until": to_micros(FAR_FUTURE) if times.is_now else as_of.at}


def invoice_showing(deduction: str) -> str:
    """The number of the last invoice that shows a deduction and was not taken back by a credit note."""
    return (
        f"(SELECT s.number FROM documented_deductions s WHERE s.deduction_id = {deduction}.deduction_id "
        "AND s.kind = 'invoice' AND s.effective_at <= :at AND s.position <= :position AND NOT EXISTS ("
        "SELECT 1 FROM documented_deductions c WHERE c.deduction_id = s.deduction_id AND c.corrects = s.number "
        "AND c.effective_at <= :at AND c.position <= :position) ORDER BY s.position DESC LIMIT 1)"
    )


async def documents_showing(snapshot: Snapshot, deduction_ids: Sequence[str], as_of: AsOf) -> dict[str, list[str]]:
    """The numbers of all documents that show each deduction: the way from the minute to the invoice (M6)."""
    found: dict[str, list[str]] = {deduction_id: [] for deduction_id in deduction_ids}
    if found:
        places, params = listed("deduction_id", found)
        condition, params = all_of((f"s.deduction_id IN ({places})", params), as_of.reached("s"))
        sql = f"SELECT s.deduction_id, s.number FROM documented_deductions s WHERE {condition} ORDER BY s.position"
        for row in await snapshot.query(sql, params):
            found[row.deduction_id].append(row.number)
    return found
