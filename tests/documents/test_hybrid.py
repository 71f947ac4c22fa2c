"""One file for people and programs: the e-invoice inside the PDF, declared as its profile asks."""

from __future__ import annotations

from io import BytesIO

import facturx
import pytest
from pypdf import PdfReader

from api.documents.pdf import invoice_pdf
from tests.documents.samples import CASES, GERMAN_BUYER, GERMAN_SELLER, cii, parties
from tests.documents.seen import seen


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


def test_the_page_of_a_file_with_an_e_invoice_is_the_page_without_it() -> None:
    """Whatever stands in its texts, a reader that takes nothing amiss and one that draws find the same."""
    document = CASES["domestic"][0]
    odd = "trailer << /Root 1 0 R >> startxref 0 %%EOF /Metadata 1 0 R 1 0 obj endobj </rdf:RDF>"
    known = parties(GERMAN_SELLER, GERMAN_BUYER | {"name": odd}, titles={"T-1": odd}, notes={"W-1": odd})
    with_it, without = invoice_pdf(document, known, cii(document, known)), invoice_pdf(document, known)
    reader = PdfReader(BytesIO(with_it), strict=True)
    assert len(reader.xref[0]) == len(PdfReader(BytesIO(without)).xref[0]) + 2  # the attachment, and what names it
    assert reader.trailer["/Root"]["/PageMode"] == "/UseAttachments"
    assert [page.text for page in seen(with_it)] == [page.text for page in seen(without)]
    assert odd in seen(with_it)[0].text.replace("\r\n", " ").replace("\n", " ")


def test_metadata_and_xmp_agree_and_are_dated_by_the_issue() -> None:
    document, known = CASES["domestic"]
    reader = PdfReader(BytesIO(invoice_pdf(document, known, cii(document, known))))
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert reader.metadata is not None
    assert reader.metadata["/Title"] == "Rechnung HS-2026-00001"
    assert reader.metadata["/CreationDate"] == reader.metadata["/ModDate"] == "D:20260202000000Z"
    assert xmp.count("Date>2026-02-02T00:00:00Z<") == 2
    for key in ("/Title", "/Author", "/Creator"):
        assert f">{reader.metadata[key]}<" in xmp


def test_the_same_document_gives_the_same_bytes() -> None:
    document, known = CASES["polish"]
    xml = cii(document, known)
    assert invoice_pdf(document, known, xml) == invoice_pdf(document, known, xml)
