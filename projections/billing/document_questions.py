"""Questions to the view of documents: invoices and credit notes as they were issued, with their parties opened.

The customer is billed, also where a partner serves: a partner sees none of them (M2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.events import CreditNoteIssued, InvoiceIssued
from ledger.kernel.access import Actor
from ledger.kernel.errors import malformed, unknown_invoice
from ledger.kernel.mapper import decode
from ledger.store.database import Row, listed
from projections.asking import Condition, Page, PageAsked, all_of, equal
from projections.reader import Snapshot, open_texts, view_position
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
        if first is not None and last is not None and first > last:
            raise malformed("from", f"{first} lies after {last}")
        return all_of(
            equal("c", contract_id=self.contract_id, customer_id=self.customer_id),
            ("d.issued_on >= :issued_from", {"issued_from": first.isoformat()}) if first is not None else ("", {}),
            ("d.issued_on <= :issued_to", {"issued_to": last.isoformat()}) if last is not None else ("", {}),
        )


@dataclass(slots=True, frozen=True)
class OpenedDocument:
    """A document as the event at the position `event` issued it; `reason` is that of a credit note.

    `parties` and `reason` are empty where their key is gone.
    """

    position: int
    event: int
    fact: Issued
    parties: dict[str, Any]
    reason: str | None
    credited_by: str | None


async def list_documents(
    snapshot: Snapshot, actor: Actor, filters: DocumentFilter, page: PageAsked
) -> Page[OpenedDocument]:
    """Issued documents in the order in which they were issued."""
    condition, params = all_of(_seen_by(actor), filters.condition(), page.past("d.position"))
    limited, limit = page.limited
    rows = await snapshot.query(f"{_DOCUMENTS} WHERE {condition} ORDER BY d.position{limited}", params | limit)
    shown, next_after = page.cut(rows, lambda row: (row.position,))
    position = await view_position(snapshot)
    return Page(position, await _open(snapshot, shown, position), next_after)


async def find_document(snapshot: Snapshot, actor: Actor, number: str) -> OpenedDocument:
    """The document with a number. Raises Refusal unknown-invoice."""
    condition, params = all_of(equal("d", number=number), _seen_by(actor))
    rows = await snapshot.query(f"{_DOCUMENTS} WHERE {condition}", params)
    if not rows:
        raise unknown_invoice(number)
    (found,) = await _open(snapshot, rows, await view_position(snapshot))
    return found


_DOCUMENTS = "SELECT d.position, d.credited_by FROM documents d JOIN contracts c ON c.contract_id = d.contract_id"


def _seen_by(actor: Actor) -> Condition:
    return visible(actor) if sees_billing(actor) else ("1 = 0", {})


async def _open(snapshot: Snapshot, rows: Sequence[Row], position: int) -> list[OpenedDocument]:
    """The documents that the events at the rows' positions issued, in their order."""
    if not rows:
        return []
    places, params = listed("position", [row.position for row in rows])
    sql = f"SELECT notification_id, topic, state FROM stored_events WHERE notification_id IN ({places})"
    facts = {row.notification_id: decode(row.topic, bytes(row.state)) for row in await snapshot.query(sql, params)}
    boxes = [fact.parties for fact in facts.values() if isinstance(fact, Issued)]
    boxes += [fact.reason for fact in facts.values() if isinstance(fact, CreditNoteIssued)]
    texts = await open_texts(snapshot, boxes)
    found = []
    for row in rows:
        fact = facts[row.position]
        assert isinstance(fact, Issued)
        reason = texts.get(fact.reason) if isinstance(fact, CreditNoteIssued) else None
        parties = texts.get(fact.parties) or {}
        found.append(OpenedDocument(position, row.position, fact, parties, reason, row.credited_by))
    return found
