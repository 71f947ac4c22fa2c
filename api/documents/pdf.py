"""The printed invoice or credit note: a page that can be sent by post or mail, as PDF/A-3b, laid out by typst.

The same document gives the same bytes: it is dated by its own day of issue.
"""

from __future__ import annotations

from api.documents.document_parties import DocumentEvent, Parties
from api.documents.hybrid import attachment_name, declared_hybrid
from api.documents.letter import laid_out, template
from api.documents.page import document_page

TEMPLATE = template("invoice")


def invoice_pdf(document: DocumentEvent, parties: Parties, xml: bytes | None = None) -> bytes:
    """The document as PDF/A-3b; with `xml` (`invoice_xml`'s) inside it, as ZUGFeRD / Factur-X.

    Callers ask `missing_for_pdf` first: what is missing there is left out here.
    """
    page = document_page(document, parties)
    if xml is None:
        return laid_out(TEMPLATE, page, document.issued_on)
    return declared_hybrid(laid_out(TEMPLATE, page, document.issued_on, (attachment_name(xml), xml)), xml)
