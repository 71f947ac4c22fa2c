"""One file for people and programs: the e-invoice inside the PDF, declared as its profile asks."""

from __future__ import annotations

from io import BytesIO

import facturx
import pytest
from pypdf import PdfReader

from api.documents.pdf import invoice_pdf
from tests.documents.samples import CASES, cii


@pytest.mark.parametrize(
    ("name", "filename", "level"),
    [
        ("domestic", "xrechnung.xml", "XRECHNUNG"),
        ("credit-note", "xrechnung.xml", "XRECHNUNG"),
        ("polish", "factur-x.xml", "EN 16931"),
        ("outside-eu", "factur-x.xml", "EN 16931"),
    ],
)
def test_the_xml_comes_out_of_the_pdf_as_it_went_in(name: str, filename: str, level: str) -> None:
    document, known = CASES[name]
    xml = cii(document, known)
    pdf = invoice_pdf(document, known, xml)
    assert facturx.get_xml_from_pdf(pdf, check_xsd=True, check_schematron=False) == (filename, xml)

    reader = PdfReader(BytesIO(pdf))
    root = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert f"<fx:DocumentFileName>{filename}<" in xmp
    assert f"<fx:ConformanceLevel>{level}<" in xmp
    assert pdf.startswith(b"%PDF-1.7")
    assert root["/AF"][0].get_object()["/AFRelationship"] == "/Alternative"
    assert root["/OutputIntents"]
    assert reader.trailer["/ID"]


def test_metadata_and_xmp_agree_and_are_dated_by_the_issue() -> None:
    document, known = CASES["domestic"]
    reader = PdfReader(BytesIO(invoice_pdf(document, known, cii(document, known))))
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert reader.metadata is not None
    assert reader.metadata["/Title"] == "Rechnung HS-2026-00001"
    assert reader.metadata["/CreationDate"] == reader.metadata["/ModDate"] == "D:20260202000000Z"
    assert xmp.count("2026-02-02T00:00:00+00:00") == 2
    for key in ("/Title", "/Author", "/Creator", "/Producer"):
        assert f">{reader.metadata[key]}<" in xmp


def test_the_same_document_gives_the_same_bytes() -> None:
    document, known = CASES["polish"]
    xml = cii(document, known)
    assert invoice_pdf(document, known, xml) == invoice_pdf(document, known, xml)
