"""The files of a document that a page offers: those that can be made of the data that it was issued with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.documents.files import form_that_is_made, is_pdf_made
from api.portal.frame.addresses import DOCUMENTS_PAGE, with_query
from projections.billing.document_questions import OpenedDocument


@dataclass(slots=True, frozen=True)
class OfferedFile:
    href: str
    kind: str


def files_of(found: OpenedDocument) -> Sequence[OfferedFile]:
    """An XML in the form that its data are enough for; its lines can always be had."""
    own, opened = f"{DOCUMENTS_PAGE}/{found.fact.number}", found.texts
    form = form_that_is_made(found.fact, opened)
    xml = with_query(f"{own}.xml", form="en16931" if form == "en16931" else None)
    return [
        *([OfferedFile(f"{own}.pdf", "PDF")] if is_pdf_made(found.fact, opened) else []),
        *([OfferedFile(xml, "XML")] if form is not None else []),
        OfferedFile(f"{own}/lines.csv", "CSV"),
    ]


def kinds_lacking(files: Sequence[OfferedFile]) -> str:
    """Which kinds are not among them."""
    return " / ".join(kind for kind in ("PDF", "XML") if kind not in {one.kind for one in files})
