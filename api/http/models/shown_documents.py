"""Issued documents and drafts as the models that read doors answer."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from api.documents.forms import missing_data
from api.http.lists import first_items
from api.http.models.billing import (
    DocumentAnswer,
    DocumentLineOut,
    DocumentSummary,
    DraftAnswer,
    NationalVatOut,
    VatOut,
)
from ledger.billing.document_texts import DocumentTexts
from ledger.billing.missing import missing_names
from ledger.events import CreditNoteIssued, InvoiceIssued, VatLine
from ledger.kernel.values import show_cents
from projections.asking import Page, PageAsked
from projections.billing.document_questions import Issued, OpenedDocument, ShownLine
from projections.billing.drafts import InvoiceDraft

_CUSTOMER = (
    *("customer_id", "name", "country", "vat_id", "tax_number", "registration_number"),
    *("email", "address", "buyer_reference"),
)


FIRST_LINES = PageAsked(500)  # of the lines that stand with the document itself
MOST_WAITING = 500


def show_document(found: OpenedDocument) -> DocumentSummary:
    """An issued document as lists have it; where the parties' key is gone only ids and countries are shown."""
    shown = _document(found.fact, found.texts)
    return shown.model_copy(update={"credited_by": found.credited_by, "reason": found.texts.reason})


def show_whole_document(found: OpenedDocument, lines: Page[ShownLine]) -> DocumentAnswer:
    """An issued document with its first lines."""
    members = show_document(found).model_dump()
    shown, following = first_items(lines, show_line)
    return DocumentAnswer(position=found.position, event=found.event, **members, lines=shown, lines_next=following)


def show_draft(found: InvoiceDraft) -> DraftAnswer:
    """A draft has no number and no days."""
    members = _document(found.invoice, found.texts).model_dump() | dict.fromkeys(("number", "issued_on", "due_on"))
    shown, following = first_items(found.lines(FIRST_LINES), show_line)
    return DraftAnswer(
        position=found.position,
        **members,
        lines=shown,
        lines_next=following,
        waiting=[one.held_id for one in found.waiting[:MOST_WAITING]],
        waiting_count=len(found.waiting),
        notes=found.notes,
    )


def _document(fact: Issued, texts: DocumentTexts) -> DocumentSummary:
    known = {"customer_id": fact.customer_id, "country": fact.customer_country}
    buyer = msgspec.to_builtins(texts.buyer) if texts.buyer is not None else known
    invoice = fact if isinstance(fact, InvoiceIssued) else None
    return DocumentSummary(
        number=fact.number,
        kind="invoice" if invoice is not None else "credit-note",
        issued_on=fact.issued_on.isoformat(),
        due_on=invoice.due_on.isoformat() if invoice is not None else None,
        through_on=invoice.through_on.isoformat() if invoice is not None else None,
        provider=fact.provider,
        contract_id=fact.contract_id,
        seller=msgspec.to_builtins(texts.seller),
        customer={name: buyer.get(name) for name in _CUSTOMER},
        language=fact.language,
        currency=fact.currency,
        corrects=fact.corrects if isinstance(fact, CreditNoteIssued) else None,
        credited_by=None,
        reason=None,
        vat=_vat(fact.vat),
        national_vat=_national_vat(fact),
        net=show_cents(fact.net_cents),
        vat_total=show_cents(fact.vat_cents),
        gross=show_cents(fact.gross_cents),
        missing=missing_names(missing_data(fact, texts)),
    )


def _percent(rate: int | None) -> str:
    """Hundredths of a percent: 1900 is "19.00"; what is not taxable bears 0."""
    return show_cents(rate or 0)


def show_line(shown: ShownLine) -> DocumentLineOut:
    line = shown.line
    return DocumentLineOut(
        line=line.line,
        kind=line.kind,
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=show_cents(line.unit_price_cents),
        price_base=line.price_base,
        net=show_cents(line.net_cents),
        vat_rate=_percent(line.vat_rate_percent_hundredths),
        vat_category=line.vat_category,
        supplied_on=line.supplied_on.isoformat(),
        starts_on=line.starts_on.isoformat() if line.starts_on else None,
        ends_on=line.ends_on.isoformat() if line.ends_on else None,
        charge_id=line.charge_id,
        deduction_id=line.deduction_id,
        ticket_id=line.ticket_id,
        ticket_title=shown.ticket_title,
        session_id=line.session_id,
        service=line.service,
        basis=line.basis,
        worked_minutes=line.worked_minutes,
        billed_minutes=line.billed_minutes,
        increment_minutes=line.increment_minutes,
        included_minutes=line.included_minutes,
        charged_before_minutes=line.charged_before_minutes,
        confirmation=line.confirmation,
        on_behalf=line.on_behalf,
        engineer=shown.engineer,
        note=shown.note,
        events=line.events,
    )


def _national_vat(fact: Issued) -> NationalVatOut | None:
    national = fact.national_vat
    if national is None:
        return None
    return NationalVatOut(
        currency=national.currency,
        exchange_rate=national.exchange_rate,
        amounts=[show_cents(cents) for cents in national.amounts_cents],
        total=show_cents(national.total_cents),
    )


def _vat(lines: Sequence[VatLine]) -> list[VatOut]:
    return [
        VatOut(
            rate=_percent(line.rate_percent_hundredths),
            category=line.category,
            net=show_cents(line.net_cents),
            amount=show_cents(line.amount_cents),
        )
        for line in lines
    ]
