"""A document as a file, or a refusal that names the data that its parties lack (`missing-party-data`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from api.documents.cii import invoice_xml
from api.documents.ksef import ksef_xml
from api.documents.missing import missing_for_ksef, missing_for_pdf, missing_for_xml
from api.documents.parties import Document, Parties, parties_of
from api.documents.pdf import invoice_pdf
from ledger.errors import Refusal, malformed

Form = Literal["cii", "ksef"]


def as_pdf(document: Document, opened: Mapping[str, Any]) -> bytes:
    """The page, with the e-invoice inside where its data are complete. Raises Refusal missing-party-data."""
    parties = _complete(document, opened, missing_for_pdf)
    xml = invoice_xml(document, parties) if not missing_for_xml(document, parties) else None
    return invoice_pdf(document, parties, xml)


def as_xml(document: Document, opened: Mapping[str, Any], form: Form | None = None) -> bytes:
    """The e-invoice; KSeF FA(3) is for Polish sellers, and their default. Raises Refusal missing-party-data."""
    country = opened.get("seller", {}).get("country")
    form = form or ("ksef" if country == "PL" else "cii")
    if form == "ksef":
        if country != "PL":
            raise malformed("form", "KSeF is for sellers in Poland")
        return ksef_xml(document, _complete(document, opened, missing_for_ksef))
    return invoice_xml(document, _complete(document, opened, missing_for_xml))


def missing_data(document: Document, opened: Mapping[str, Any]) -> list[str]:
    """What either file would lack."""
    if not opened.get("seller") or not opened.get("buyer"):
        return ["parties"]
    if not opened["buyer"].get("name"):
        return ["customer"]
    if not document.lines:
        return []
    parties = parties_of(opened)
    xml = missing_for_ksef if parties.seller.country == "PL" else missing_for_xml
    return sorted({*missing_for_pdf(document, parties), *xml(document, parties)})


def _complete(document: Document, opened: Mapping[str, Any], missing_for: Any) -> Parties:
    if not opened.get("seller") or not opened.get("buyer"):
        raise Refusal(
            "missing-party-data", f"The parties of {document.number} are no longer kept.", missing=["parties"]
        )
    parties = parties_of(opened)
    missing = missing_for(document, parties)
    if missing:
        remedy = "Complete the data, credit the document and issue it anew."
        if missing == ["document.vat_in_pln"]:
            remedy = "FA(3) states Polish VAT in PLN, for which the ledger has no exchange rate."
        detail = f"{document.number} was issued without {', '.join(missing)}. {remedy}"
        raise Refusal("missing-party-data", detail, missing=missing)
    return parties
