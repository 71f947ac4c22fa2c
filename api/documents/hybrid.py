"""A PDF with its e-invoice inside, as ZUGFeRD / Factur-X asks: typst attaches it to the page.

What typst does not know is declared here: the profile, in the XMP packet. PDF lets a file be continued behind its end,
where an object that is told again takes the place of the one before. So nothing of a long page is read or written anew,
and the same document gives the same bytes.
"""

from __future__ import annotations

import re

from api.documents.cii import XRECHNUNG

FACTURX_NAME, XRECHNUNG_NAME = "factur-x.xml", "xrechnung.xml"
TRAILER = re.compile(rb"trailer\s*<<(.*?/Root (\d+) 0 R.*)>>\s*startxref\s+(\d+)\s+%%EOF\s*$", re.DOTALL)
METADATA = re.compile(rb"/Metadata (\d+) 0 R")
BAG, END_OF_RDF = b"<pdfaExtension:schemas><rdf:Bag>", b"</rdf:RDF>"
NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
PROPERTIES = {
    "DocumentFileName": "The name of the embedded XML document",
    "DocumentType": "The type of the hybrid document in capital letters, e.g. INVOICE or ORDER",
    "Version": "The actual version of the standard applying to the embedded XML document",
    "ConformanceLevel": "The conformance level of the embedded XML document",
}


def attachment_name(xml: bytes) -> str:
    return XRECHNUNG_NAME if XRECHNUNG.encode() in xml else FACTURX_NAME


def declared_hybrid(pdf: bytes, xml: bytes) -> bytes:
    """The PDF/A-3b file that typst attached `xml` to, declared by its profile; readers show that there is something."""
    trailer = TRAILER.search(pdf, pdf.rindex(b"trailer"))
    assert trailer is not None, "typst ends a file with a trailer"
    root, before = int(trailer[2]), int(trailer[3])
    catalog = _object(pdf, root)
    metadata = METADATA.search(catalog)
    assert metadata is not None, "PDF/A has XMP"
    packet = _object(pdf, int(metadata[1]))
    xmp = _with_profile(packet[packet.index(b"<?xpacket begin") : packet.rindex(b"endstream")].rstrip(), xml)
    told = {
        root: catalog[: catalog.rindex(b">>")] + b"/PageMode/UseAttachments>>",
        int(metadata[1]): b"<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%b\nendstream" % (len(xmp), xmp),
    }
    added, places = b"\n", b""
    for number, content in sorted(told.items()):
        places += b"%d 1\n%010d 00000 n\r\n" % (number, len(pdf) + len(added))
        added += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    end = b"xref\n%btrailer\n<<%b/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
    return pdf + added + end % (places, trailer[1], before, len(pdf) + len(added))


def _object(pdf: bytes, number: int) -> bytes:
    """What an object is, from behind `obj` to before `endobj`; these two stand at the end, behind all pages."""
    head = b"\n%d 0 obj" % number
    begin = pdf.rindex(head) + len(head)
    return pdf[begin : pdf.index(b"endobj", begin)].strip()


def _with_profile(xmp: bytes, xml: bytes) -> bytes:
    """The packet with the profile (`fx`), and with what says what its members are, as PDF/A wants of a schema."""
    is_xrechnung = XRECHNUNG.encode() in xml
    values = {
        "DocumentType": "INVOICE",
        "DocumentFileName": attachment_name(xml),
        "Version": "3.0" if is_xrechnung else "1.0",
        "ConformanceLevel": "XRECHNUNG" if is_xrechnung else "EN 16931",
    }
    members = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{meaning}</pdfaProperty:description></rdf:li>"
        for name, meaning in PROPERTIES.items()
    )
    schema = (
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{members}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )
    told = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, value in values.items())
    profile = f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}">{told}</rdf:Description>'
    assert xmp.count(BAG) == xmp.count(END_OF_RDF) == 1, "typst writes its own schemas in one bag"
    return xmp.replace(BAG, BAG + schema.encode()).replace(END_OF_RDF, profile.encode() + END_OF_RDF)
