"""Questions to the view of documents: invoices and credit notes as they were issued, with their parties opened.

The customer is billed, also where a partner serves: a partner sees none of them (M2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from ledger.billing.document_texts import DocumentTexts, read_document_texts
from ledger.events import CreditNoteIssued, DocumentLine, InvoiceIssued, Sealed
from ledger.kernel.access import Actor
from ledger.kernel.errors import unknown_invoice
from ledger.kernel.mapper import decode
from ledger.store.database import Row
from ledger.store.keys import unseal
from projections.asking import Condition, Page, PageAsked, all_of, equal
from projections.reader import Snapshot, check_right_way_round, open_texts, view_position
from projections.visible import sees_billing, visible

Issued = InvoiceIssued | CreditNoteIssued


@dataclass(slots=True, frozen=True)
class DocumentFilter:
    """`issued_from` and `issued_to` are days, both included."""

    contract_id: str | None = None
    customer_id: str | None = None
    issued_from: date | None = None
    issued_to: date | None = None

    def condition(self) -> Condition:
        """Of contracts `c` and documents `d`. Raises Refusal malformed for days that are the wrong way round."""
        first, last = self.issued_from, self.issued_to
        check_right_way_round(first, last)
        return all_of(
            equal("c", contract_id=self.contract_id, customer_id=self.customer_id),
            ("d.issued_on >= :issued_from", {"issued_from": first.isoformat()}) if first is not None else ("", {}),
            ("d.issued_on <= :issued_to", {"issued_to": last.isoformat()}) if last is not None else ("", {}),
        )


@dataclass(slots=True, frozen=True)
class OpenedDocument:
    """A document as the event at the position `event` issued it.

    `fact` has no lines here, and `texts` none of them; they are empty where their key is gone.
    """

    position: int
    event: int
    fact: Issued
    texts: DocumentTexts
    credited_by: str | None


@dataclass(slots=True, frozen=True)
class StoredDocument:
    """The event that issued a document as it is stored, and the key of its texts; None where it is gone (P5).

    To read `payload` takes the longer the more `lines` there are: `read_stored` is for who has the time.
    """

    number: str
    topic: str
    payload: bytes
    secret: bytes | None
    lines: int


@dataclass(slots=True, frozen=True)
class ShownLine:
    """A line of a document or draft, and its texts; None where there is none, or it is no longer kept."""

    line: DocumentLine
    engineer: str | None
    note: str | None
    ticket_title: str | None


def with_texts(line: DocumentLine, texts: DocumentTexts) -> ShownLine:
    engineer, note = (by_id.get(line.deduction_id or "") for by_id in (texts.engineers, texts.notes))
    return ShownLine(line, engineer, note, texts.titles.get(line.ticket_id or ""))


def place_of(one: ShownLine) -> tuple[int]:
    return (one.line.line,)


async def list_documents(
    snapshot: Snapshot, actor: Actor, filters: DocumentFilter, page: PageAsked
) -> Page[OpenedDocument]:
    """Issued documents in the order in which they were issued, or from the end, without their lines."""
    condition, params = all_of(_seen_by(actor), filters.condition(), page.past("d.position"))
    limited, limit = page.limited
    order = page.in_order("d.position")
    rows = await snapshot.query(f"{_DOCUMENTS} WHERE {condition} ORDER BY {order}{limited}", params | limit)
    shown, next_after = page.cut(rows, lambda row: (row.position,))
    position = await view_position(snapshot)
    return Page(position, await _open(snapshot, shown, position), next_after, lambda one: (one.event,))


async def find_document(snapshot: Snapshot, actor: Actor, number: str) -> OpenedDocument:
    """The document with a number, without its lines. Raises Refusal unknown-invoice."""
    condition, params = all_of(equal("d", number=number), _seen_by(actor))
    rows = await snapshot.query(f"{_DOCUMENTS} WHERE {condition}", params)
    if not rows:
        raise unknown_invoice(number)
    (found,) = await _open(snapshot, rows, await view_position(snapshot))
    return found


async def find_stored_document(snapshot: Snapshot, actor: Actor, number: str) -> StoredDocument:
    """The document with all its lines, unread, for who makes a file of it. Raises Refusal unknown-invoice."""
    found = await find_document(snapshot, actor, number)
    params = {"position": found.event, "number": number, "key_id": found.fact.parties.key_id}
    sql = (
        "SELECT e.topic, e.state, (SELECT max(l.line) FROM document_lines l WHERE l.number = :number) AS lines, "
        "(SELECT k.secret FROM party_keys k WHERE k.key_id = :key_id) AS secret "
        "FROM stored_events e WHERE e.notification_id = :position"
    )
    (row,) = await snapshot.query(sql, params)
    secret = bytes(row.secret) if row.secret is not None else None
    return StoredDocument(number, row.topic, bytes(row.state), secret, row.lines or 0)


def read_stored(stored: StoredDocument) -> tuple[Issued, DocumentTexts]:
    """The document, and all its texts opened; none where their key is gone."""
    fact = decode(stored.topic, stored.payload)
    assert isinstance(fact, Issued)
    reason = fact.reason if isinstance(fact, CreditNoteIssued) else None
    of_lines = [one.texts for one in fact.line_texts]
    boxes = [fact.parties, *of_lines, *([reason] if reason is not None else [])]
    texts = unseal(boxes, {fact.parties.key_id: stored.secret} if stored.secret is not None else {})
    return fact, read_document_texts(
        texts.get(fact.parties),
        [texts[box] for box in of_lines if box in texts],
        texts.get(reason) if reason is not None else None,
    )


async def list_document_lines(snapshot: Snapshot, actor: Actor, number: str, page: PageAsked) -> Page[ShownLine]:
    """A document's lines in their order. Raises Refusal unknown-invoice."""
    _, lines = await document_with_lines(snapshot, actor, number, page)
    return lines


async def document_with_lines(
    snapshot: Snapshot, actor: Actor, number: str, page: PageAsked
) -> tuple[OpenedDocument, Page[ShownLine]]:
    """A document, and a page of its lines in their order. Raises Refusal unknown-invoice."""
    found = await find_document(snapshot, actor, number)
    condition, params = all_of(equal("l", number=number), page.past("l.line"))
    limited, limit = page.limited
    sql = f"SELECT l.said FROM document_lines l WHERE {condition} ORDER BY l.line{limited}"
    rows = await snapshot.query(sql, params | limit)
    shown, next_after = page.cut([read_line(row.said) for row in rows], lambda line: (line.line,))
    texts = await _texts_of_lines(snapshot, number, shown)
    lines = [with_texts(line, texts) for line in shown]
    return found, Page(found.position, lines, next_after, place_of)


_DOCUMENTS = (
    "SELECT d.position, d.credited_by, d.topic, d.head FROM documents d "
    "JOIN contracts c ON c.contract_id = d.contract_id"
)
read_line = msgspec.json.Decoder(DocumentLine).decode
_read_sealed = msgspec.json.Decoder(Sealed).decode


def _seen_by(actor: Actor) -> Condition:
    return visible(actor) if sees_billing(actor) else ("1 = 0", {})


async def _texts_of_lines(snapshot: Snapshot, number: str, lines: Sequence[DocumentLine]) -> DocumentTexts:
    """The texts of lines that follow each other, and few more."""
    if not lines:
        return DocumentTexts()
    sql = (
        "SELECT texts FROM document_texts WHERE number = :number AND through_line >= :first AND through_line <= "
        "coalesce((SELECT min(t.through_line) FROM document_texts t WHERE t.number = :number "
        "AND t.through_line >= :last), :last)"
    )
    rows = await snapshot.query(sql, {"number": number, "first": lines[0].line, "last": lines[-1].line})
    texts = await open_texts(snapshot, [_read_sealed(row.texts) for row in rows])
    return read_document_texts({}, texts.values())


async def _open(snapshot: Snapshot, rows: Sequence[Row], position: int) -> list[OpenedDocument]:
    heads = [(row, decode(row.topic, row.head.encode())) for row in rows]
    boxes = [fact.parties for _, fact in heads if isinstance(fact, Issued)]
    boxes += [fact.reason for _, fact in heads if isinstance(fact, CreditNoteIssued)]
    texts = await open_texts(snapshot, boxes)
    found = []
    for row, fact in heads:
        assert isinstance(fact, Issued)
        reason = texts.get(fact.reason) if isinstance(fact, CreditNoteIssued) else None
        opened = read_document_texts(texts.get(fact.parties), reason=reason)
        found.append(OpenedDocument(position, row.position, fact, opened, row.credited_by))
    return found
