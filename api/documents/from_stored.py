"""Files of a document as it is stored: what the press is told to make, so that reading it is the press's work too."""

from __future__ import annotations

from api.documents.files import as_pdf, as_xml
from api.kept_files import Form
from projections.billing.document_questions import StoredDocument, read_stored


def pdf_of(stored: StoredDocument) -> bytes:
    """Raises Refusal missing-party-data."""
    return as_pdf(*read_stored(stored))


def xml_of(stored: StoredDocument, form: Form | None) -> bytes:
    """Raises Refusal missing-party-data, malformed for a form that is not the document's."""
    return as_xml(*read_stored(stored), form)
