"""The QR code of Polish documents that leave KSeF: where it leads, what stands below it, and who has none."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import date
from hashlib import sha256
from io import BytesIO

import msgspec
import pytest
from pypdf import PdfReader

from api.documents.document_parties import DocumentEvent, Parties
from api.documents.ksef import ksef_xml
from api.documents.pdf import invoice_pdf
from api.documents.verification import verification_address
from tests.documents.samples import CASES, POLISH, POLISH_BUYER, POLISH_CREDITED, POLISH_SELLER, SWISS_BUYER, parties

KNOWN = parties(POLISH_SELLER, POLISH_BUYER)


def links(pdf: bytes) -> list[str]:
    """Where the links of all pages lead."""
    pages = PdfReader(BytesIO(pdf)).pages
    found = [one.get_object() for page in pages for one in page.get("/Annots", [])]
    return sorted({str(one["/A"]["/URI"]) for one in found if "/URI" in one.get("/A", {})})


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def digest_of(xml: bytes) -> str:
    """43 characters of Base64URL, without the sign that fills up."""
    return urlsafe_b64encode(sha256(xml).digest()).decode()[:43]


@pytest.mark.parametrize("name", ["polish", "polish-credit-note", "polish-to-switzerland"])
def test_the_code_leads_to_the_very_file_that_ksef_gets(name: str) -> None:
    """`/invoice/`, the seller's NIP, the day of issue, the digest of the FA(3) file."""
    document, known = CASES[name]
    day = "03-03-2026" if name == "polish-credit-note" else "02-02-2026"
    expected = f"https://qr.ksef.mf.gov.pl/invoice/5260250274/{day}/{digest_of(ksef_xml(document, known))}"
    assert verification_address(document, known) == expected
    pdf = invoice_pdf(document, known)
    assert links(pdf) == [expected]
    assert "OFFLINE" in text_of(pdf)


def test_the_address_is_data_of_the_provider() -> None:
    test = parties({**POLISH_SELLER, "ksef_verification": "https://qr-test.ksef.mf.gov.pl"}, POLISH_BUYER)
    found = verification_address(POLISH, test)
    assert found is not None
    assert found.startswith("https://qr-test.ksef.mf.gov.pl/invoice/5260250274/02-02-2026/")


@pytest.mark.parametrize(
    ("document", "known"),
    [
        CASES["domestic"],  # of a German seller
        CASES["czech-in-eur"],
        (msgspec.structs.replace(POLISH, issued_on=date(2025, 8, 31)), KNOWN),  # FA(3) takes none of then
        (POLISH, parties({**POLISH_SELLER, "vat_id": None, "tax_number": "1"}, POLISH_BUYER)),
        (POLISH, parties(POLISH_SELLER, {**POLISH_BUYER, "address": None})),
        (msgspec.structs.replace(POLISH, number=""), KNOWN),  # the schema refuses it
    ],
)
def test_a_document_that_is_no_fa3_has_none(document: DocumentEvent, known: Parties) -> None:
    assert verification_address(document, known) is None
    assert links(invoice_pdf(document, known)) == []


def test_a_correction_names_the_ksef_number_of_its_invoice() -> None:
    number = "5260250274-20260202-0123456789AB-CD"
    sent = parties(POLISH_SELLER, POLISH_BUYER, corrected_ksef_number=number)
    text = text_of(invoice_pdf(POLISH_CREDITED, sent))
    assert f"Koryguje fakturę DM-2026-00001 z dnia 02.02.2026 Numer KSeF tej faktury: {number}" in text
    assert "KSeF tej faktury" not in text_of(invoice_pdf(POLISH_CREDITED, KNOWN))


def test_the_page_has_the_words_of_reverse_charge_where_fa3_has_p_18() -> None:
    document, _ = CASES["polish-to-switzerland"]
    text = text_of(invoice_pdf(document, parties(POLISH_SELLER, SWISS_BUYER)))
    assert "Not subject to VAT" in text
    assert "Reverse charge" in text
