"""The forms that an issued document has as a file, and what it would lack in them. It is known without making one."""

from __future__ import annotations

from api.documents.document_parties import DocumentEvent, parties_of
from api.documents.missing import (
    is_xrechnung,
    missing_for_ksef,
    missing_for_letterhead,
    missing_for_pdf,
    missing_for_xml,
    missing_for_xrechnung,
    missing_letters,
)
from ledger.billing.document_texts import DocumentTexts
from ledger.billing.missing import MissingDatum, in_order


def is_from_poland(opened: DocumentTexts) -> bool:
    return opened.seller is not None and opened.seller.country == "PL"


def missing_data(document: DocumentEvent, opened: DocumentTexts) -> list[MissingDatum]:
    """What the PDF, its letterhead, or the XML that is made by default would lack."""
    if opened.seller is None:
        return [MissingDatum("parties")]
    if opened.buyer is None:
        return [MissingDatum("customer")]
    parties = parties_of(opened)
    if parties.seller.country == "PL":
        xml = missing_for_ksef
    else:
        xml = missing_for_xrechnung if is_xrechnung(document, parties.buyer.country) else missing_for_xml
    letterhead = missing_for_letterhead(parties.seller)
    shown = [*letterhead, *missing_letters(document, parties)]
    return in_order([*missing_for_pdf(document, parties), *shown, *xml(document, parties)])
