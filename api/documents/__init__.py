"""Issued documents as files: the page (PDF), the e-invoice (CII), both in one (Factur-X), and Poland's FA(3).

Everything here takes an issued document's event and its opened parties and answers bytes. Amounts are the event's
own and are not priced or added up again; only KSeF's hours and unit prices are rounded, as its form shows them. The
letter of a period (`statement`) is no document: it adds up what it lists beside the credit. Who may read a document,
and opening its sealed parties, is left to the routes.
"""

from __future__ import annotations

from api.documents.cii import invoice_xml
from api.documents.document_parties import DocumentEvent, Parties, parties_of
from api.documents.ksef import ksef_xml
from api.documents.missing import missing_for_ksef, missing_for_pdf, missing_for_xml, missing_for_xrechnung
from api.documents.pdf import invoice_pdf

__all__ = [
    "DocumentEvent",
    "Parties",
    "invoice_pdf",
    "invoice_xml",
    "ksef_xml",
    "missing_for_ksef",
    "missing_for_pdf",
    "missing_for_xml",
    "missing_for_xrechnung",
    "parties_of",
]
