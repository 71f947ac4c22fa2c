"""A document as a file, or a refusal that names the data that its parties lack (`missing-party-data`)."""

from __future__ import annotations

from collections.abc import Callable

from api.documents.cii import invoice_xml
from api.documents.document_parties import DocumentEvent, Parties, is_credit_note, parties_of
from api.documents.forms import is_from_poland
from api.documents.ksef import FIRST_DAY as KSEF_FIRST_DAY
from api.documents.ksef import ksef_xml
from api.documents.missing import (
    is_xrechnung,
    missing_for_ksef,
    missing_for_pdf,
    missing_for_xml,
    missing_for_xrechnung,
)
from api.documents.pdf import invoice_pdf
from api.kept_files import Form
from ledger.billing.document_texts import DocumentTexts
from ledger.billing.missing import MissingDatum, MissingPartyData, missing_names
from ledger.kernel.errors import malformed

MissingFor = Callable[[DocumentEvent, Parties], list[MissingDatum]]


def as_pdf(document: DocumentEvent, opened: DocumentTexts) -> bytes:
    """The page, with the e-invoice inside where its data are complete. Raises Refusal missing-party-data.

    What lacks XRechnung's own data only is a plain EN 16931 invoice: that is all the law asks for between companies.
    """
    parties = _complete(document, opened, missing_for_pdf)
    if is_xrechnung(document, parties.buyer.country) and not missing_for_xrechnung(document, parties):
        return invoice_pdf(document, parties, invoice_xml(document, parties, as_xrechnung=True))
    is_whole = not missing_for_xml(document, parties)
    return invoice_pdf(document, parties, invoice_xml(document, parties, as_xrechnung=False) if is_whole else None)


def as_xml(document: DocumentEvent, opened: DocumentTexts, form: Form | None = None) -> bytes:
    """The e-invoice in a form; by default FA(3) of Polish sellers, else CII. Raises Refusal missing-party-data.

    `cii` is XRechnung 3.0 for a German buyer; `en16931` is CII without what XRechnung adds.
    """
    is_polish = is_from_poland(opened)
    form = form or form_by_default(document, opened)
    if form == "ksef":
        if not is_polish or document.issued_on < KSEF_FIRST_DAY:
            raise malformed(
                "form",
                f"FA(3) is for sellers in Poland and documents from {KSEF_FIRST_DAY} on; form=en16931 makes an XML of "
                f"this one",
            )
        return ksef_xml(document, _complete(document, opened, missing_for_ksef))
    as_xrechnung = form == "cii" and is_xrechnung(document, opened.buyer.country if opened.buyer else None)
    parties = _complete(document, opened, missing_for_xrechnung if as_xrechnung else missing_for_xml)
    return invoice_xml(document, parties, as_xrechnung=as_xrechnung)


def is_pdf_made(document: DocumentEvent, opened: DocumentTexts) -> bool:
    """Whether its PDF can be made of the data that it has."""
    if opened.seller is None or opened.buyer is None:
        return False
    return not missing_for_pdf(document, parties_of(opened))


def form_by_default(document: DocumentEvent, opened: DocumentTexts) -> Form:
    return "ksef" if is_from_poland(opened) and document.issued_on >= KSEF_FIRST_DAY else "cii"


def form_that_is_made(document: DocumentEvent, opened: DocumentTexts) -> Form | None:
    """The form in which its XML can be made of the data that it has: the default one, or EN 16931; None: in neither."""
    if opened.seller is None or opened.buyer is None:
        return None
    parties, default = parties_of(opened), form_by_default(document, opened)
    missing = missing_for_xrechnung if is_xrechnung(document, parties.buyer.country) else missing_for_xml
    if not (missing_for_ksef if default == "ksef" else missing)(document, parties):
        return default
    return "en16931" if not missing_for_xml(document, parties) else None


def _complete(document: DocumentEvent, opened: DocumentTexts, missing_for: MissingFor) -> Parties:
    if opened.seller is None or opened.buyer is None:
        detail = f"The parties of {document.number} are no longer kept; as JSON it still tells its lines and amounts."
        raise MissingPartyData(detail, [MissingDatum("parties")])
    parties = parties_of(opened)
    missing = missing_for(document, parties)
    if missing:
        way_out = _way_out(document, parties, missing, missing_for)
        detail = f"{document.number} was issued without {', '.join(missing_names(missing))}. {way_out}"
        raise MissingPartyData(detail, missing)
    return parties


def _way_out(document: DocumentEvent, parties: Parties, missing: list[MissingDatum], missing_for: MissingFor) -> str:
    """Another form of the same document, where one needs less; else where the data are told, to issue it anew."""
    if missing_for in (missing_for_xrechnung, missing_for_ksef) and not missing_for_xml(document, parties):
        asks = "XRechnung" if missing_for is missing_for_xrechnung else "FA(3)"
        return f"{asks} asks for that; form=en16931 does without."
    if is_credit_note(document):
        return "A credit note has the parties of the invoice that it takes back; as JSON it tells all the same."
    places = {"customer": "amend-customer", "provider": "the catalogue's [parties] table", "document": "issue-invoice"}
    told_by = sorted({places[one.whose] for one in missing})
    return f"Tell it by {' and '.join(told_by)}, credit the document and issue it anew."
