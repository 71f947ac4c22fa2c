"""A PDF with its e-invoice inside: ZUGFeRD / Factur-X, by the `factur-x` package.

That package dates its metadata by the clock and knows no profile XRECHNUNG, so both are set here afterwards: the
times are those of the PDF itself, so that the same document gives the same bytes.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import facturx  # type: ignore[import-untyped]
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from api.documents.cii import XRECHNUNG

XMP_TIME = re.compile(rb"(<xmp:(?:Create|Modify)Date>)[^<]*(</xmp:)")
PDF_TIME = re.compile(r"D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")
FACTURX_NAME, XRECHNUNG_NAME = "factur-x.xml", "xrechnung.xml"


def with_xml(pdf: bytes, xml: bytes, title: str, author: str, lang: str) -> bytes:
    """The PDF/A-3b file with `xml` as an alternative rendering of it, named and declared by its profile."""
    page = PdfReader(BytesIO(pdf))
    made_at = str(page.trailer["/Info"]["/CreationDate"])  # type: ignore[index]
    hybrid = facturx.generate_from_binary(
        pdf,
        xml,
        flavor="factur-x",
        level="en16931",
        check_xsd=False,
        pdf_metadata={"title": title, "author": author, "subject": title, "keywords": "Factur-X"},
        lang=lang,
        afrelationship="alternative",
        xmp_compression=False,
    )
    writer = PdfWriter(clone_from=PdfReader(BytesIO(hybrid)))
    writer.pdf_header = page.pdf_header  # PDF/A-3 is PDF 1.7
    is_xrechnung = XRECHNUNG.encode() in xml
    _settle_metadata(writer, made_at, is_xrechnung)
    _settle_attachment(writer, made_at, is_xrechnung)
    # PDF/A wants a file identifier. The page's own is a digest; pypdf would only offer a random one.
    writer._ID = ArrayObject(ByteStringObject(part.original_bytes) for part in page.trailer["/ID"])  # type: ignore[attr-defined]
    settled = BytesIO()
    writer.write(settled)
    return settled.getvalue()


def _settle_metadata(writer: PdfWriter, made_at: str, is_xrechnung: bool) -> None:
    told: dict[str, Any] = dict(writer.metadata or {})
    kept = {key: str(told[key]) for key in ("/Title", "/Author", "/Subject", "/Creator") if key in told}
    # Only what the XMP packet says too: PDF/A wants both to agree.
    writer.metadata = {**kept, "/Producer": "pypdf", "/CreationDate": made_at, "/ModDate": made_at}
    stream = writer.root_object["/Metadata"]
    assert isinstance(stream, StreamObject)
    xmp = XMP_TIME.sub(rb"\g<1>" + _iso(made_at).encode() + rb"\g<2>", stream.get_data())
    if is_xrechnung:
        xmp = xmp.replace(b"<fx:ConformanceLevel>EN 16931<", b"<fx:ConformanceLevel>XRECHNUNG<")
        xmp = xmp.replace(FACTURX_NAME.encode(), XRECHNUNG_NAME.encode())
        xmp = xmp.replace(b"<fx:Version>1.0<", b"<fx:Version>3.0<")
    xmp = xmp.replace(b"<rdf:Description>", b'<rdf:Description rdf:about="">')  # some readers insist on it
    stream.set_data(xmp)


def _settle_attachment(writer: PdfWriter, made_at: str, is_xrechnung: bool) -> None:
    names = writer.root_object["/Names"]["/EmbeddedFiles"]["/Names"]  # type: ignore[index]
    for place in range(0, len(names), 2):
        file = names[place + 1].get_object()
        assert isinstance(file, DictionaryObject)
        file["/EF"]["/F"].get_object()["/Params"][NameObject("/ModDate")] = TextStringObject(made_at)  # type: ignore[index]
        if is_xrechnung:
            names[place] = TextStringObject(XRECHNUNG_NAME)
            file[NameObject("/F")] = file[NameObject("/UF")] = TextStringObject(XRECHNUNG_NAME)


def _iso(pdf_time: str) -> str:
    """`D:20260202000000Z` as XMP writes it: `2026-02-02T00:00:00+00:00`."""
    found = PDF_TIME.match(pdf_time)
    assert found is not None
    year, month, day, hour, minute, second = found.groups()
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}+00:00"
