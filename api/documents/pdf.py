"""The printed document: a page that can be sent by post or mail, as PDF/A-3b, laid out by typst.

The same document gives the same bytes: it is dated by its own day of issue, and only the fonts that typst brings
along are used. Texts reach the template as JSON and are set as they are; nothing in them is run as code.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from importlib import resources
from typing import Any

import typst

from api.documents.hybrid import with_xml
from api.documents.page import each_text, page_of
from api.documents.parties import Document, Parties
from api.documents.texts import drawable

TEMPLATE = (resources.files("api.documents") / "invoice.typ").read_bytes()


def invoice_pdf(document: Document, parties: Parties, xml: bytes | None = None) -> bytes:
    """The document as PDF/A-3b; with `xml` (`invoice_xml`'s) inside it, as ZUGFeRD / Factur-X.

    Callers ask `missing_for_pdf` first: what is missing there is left out here.
    """
    page = page_of(document, parties)
    issued_at = datetime.combine(document.issued_on, time(), UTC)
    try:
        pdf = _compiled(page, issued_at)
    except typst.TypstError:
        # PDF/A forbids a character that no font draws. Such a one is shown as a white square, the rest stays.
        page = each_text(page, drawable)
        pdf = _compiled(page, issued_at)
    if xml is None:
        return pdf
    return with_xml(pdf, xml, title=f"{page['title']} {page['number']}", author=page["seller"], lang=page["lang"])


def _compiled(page: dict[str, Any], issued_at: datetime) -> bytes:
    return typst.compile(
        TEMPLATE,
        sys_inputs={"document": json.dumps(page)},
        pdf_standards=["a-3b"],
        ignore_system_fonts=True,
        timestamp=issued_at,
    )
