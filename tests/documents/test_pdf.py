"""The printed document: what stands on it, in which language, and that no text on it is taken for code."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import msgspec
import pytest
from pypdf import PdfReader

from api.documents.document_parties import DocumentEvent, Parties
from api.documents.pdf import invoice_pdf
from tests.documents.samples import CASES, DOMESTIC, GERMAN_BUYER, GERMAN_SELLER, HEAD, parties

HOSTILE = '#panic() $x$ *a* _b_ <c> @d `e` \\ "f" {page} = //'


def pages(document: DocumentEvent, known: Parties) -> list[str]:
    """The text of each page, on one line each, with plain spaces."""
    reader = PdfReader(BytesIO(invoice_pdf(document, known)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def text_of(name: str) -> str:
    return " ".join(pages(*CASES[name]))


def changed(document: DocumentEvent, **facts: Any) -> DocumentEvent:
    return msgspec.structs.replace(document, **facts)


def test_a_domestic_invoice_shows_what_was_worked_billed_and_covered() -> None:
    text = text_of("domestic")
    for expected in (
        "Rechnung HS-2026-00001",
        "Haus GmbH · Musterweg 1 · 10115 Berlin",
        "Kundin AG Hauptstraße 2 Hof 3 50667 Köln",
        "Ausgestellt am 02.02.2026",
        "Fällig am 16.02.2026",
        "Leistungszeitraum 01.01.2026 – 31.12.2026",
        "Kundennummer K-1",
        "Vertrag C-1",
        "Ticket T-1",
        "20.01.2026 0:50 1:00 0:45 89,00 66,75 19 %",
        "20.01.2026 0:15 0:15 0,00 0,00 19 %",
        "20.01.2026 0:10 0:15 0:15 89,00 22,25 19 %",
        "Zeitbuchung W-1 · Bearbeitet von: Anna Nowak · Bestätigung ausstehend · Journaleinträge 12",
        "Durch das Zeitkontingent gedeckt",
        "19 % 988,00 187,72 1.175,72",
        "Summe netto 988,00 €",
        "Rechnungsbetrag 1.175,72 €",
        "Bitte überweisen Sie 1.175,72 € bis zum 16.02.2026 unter Angabe von HS-2026-00001",
        "IBAN DE02 1203 0000 0000 2020 51",
        "BIC BYLADEM1001",
        "USt-IdNr.: DE123456788",
        "Seite 1 von 1",
    ):
        assert expected in text, expected


def test_a_german_credit_note_is_a_rechnungskorrektur() -> None:
    text = text_of("credit-note")
    assert "Rechnungskorrektur HSK-2026-00001" in text
    assert "Korrektur der Rechnung HS-2026-00001 vom 02.02.2026 Die folgenden Beträge mindern Entgelt" in text
    assert "Umsatzsteuer dieser Rechnung. Grund: Falscher Tarif" in text
    assert "Korrekturbetrag 1.175,72 €" in text
    assert "Gutschrift" not in text
    assert "IBAN" not in text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("reverse-charge", "Odwrotne obciążenie: podatek VAT rozlicza nabywca usługi."),
        ("reverse-charge", "Zażółć Gęślą S.A. ul. Jaźni 1 30-002 Kraków Polska"),
        ("outside-eu", "Not subject to VAT: the place of supply is outside the European Union."),
        ("outside-eu", "Total due €921.25"),
        ("taken-back", "-0:15 89,00 -22,25 19 %"),
        ("polish", "Do zapłaty 1 641,44 zł"),
        ("polish-credit-note", "Koryguje fakturę DM-2026-00001 z dnia 02.02.2026 Podane kwoty zmniejszają podstawę"),
        ("polish-credit-note", "Przyczyna korekty: Błędna stawka"),
        ("czech", "Žluťoučký kůň a.s. Úpění 8 602 00 Brno"),
        ("czech", "Celkem k úhradě 12 705,00 Kč"),
        ("czech-in-eur", "DPH v CZK: 113,55 Kč (1 EUR = 24,315 CZK)"),
        ("slovak", "Ľahký vánok s.r.o. Dĺžka 6 040 01 Žilina"),
        ("slovak", "Spolu na úhradu 170,66 €"),
    ],
)
def test_each_language_has_its_words_letters_and_figures(name: str, expected: str) -> None:
    assert expected in text_of(name)


@pytest.mark.parametrize(
    ("language", "invoice", "credit_note"),
    [
        ("de-AT", "Rechnung", "Rechnungskorrektur"),
        ("pl", "Faktura", "Faktura korygująca"),
        ("cs", "Faktura – daňový doklad", "Opravný daňový doklad"),
        ("sk", "Faktúra", "Opravná faktúra"),
        ("en", "Invoice", "Credit note"),
        ("fr", "Invoice", "Credit note"),
    ],
)
def test_titles_and_an_unknown_language_is_english(language: str, invoice: str, credit_note: str) -> None:
    known = parties(GERMAN_SELLER, GERMAN_BUYER)
    assert f"{invoice} HS-2026-00001" in pages(changed(DOMESTIC, language=language), known)[0]
    corrected = changed(CASES["credit-note"][0], language=language)
    assert f"{credit_note} HSK-2026-00001" in pages(corrected, known)[0]


def test_hostile_texts_print_as_they_are() -> None:
    lines = [msgspec.structs.replace(line, description=HOSTILE) for line in DOMESTIC.lines]
    seller, buyer = {**GERMAN_SELLER, "name": HOSTILE, "bank": HOSTILE}, {**GERMAN_BUYER, "name": HOSTILE}
    text = " ".join(pages(changed(DOMESTIC, lines=lines), parties(seller, buyer)))
    assert text.replace(" ", "").count(HOSTILE.replace(" ", "")) >= 7


def test_letters_that_no_font_draws_show_as_squares_and_controls_not_at_all() -> None:
    buyer = {**GERMAN_BUYER, "name": "\N{CUNEIFORM SIGN A}\N{CUNEIFORM SIGN A} 漢 AG\x00\x07\u202egnihton\u200b Ω Ж"}
    assert "□□ 漢 AGgnihton Ω Ж" in pages(DOMESTIC, parties(GERMAN_SELLER, buyer))[0]


def test_the_longest_identifiers_are_printed_whole() -> None:
    longest = "a1b2c3d4-" * 7 + "z"
    lines = [msgspec.structs.replace(line, ticket_id=longest, deduction_id=longest) for line in DOMESTIC.lines]
    known = parties(GERMAN_SELLER, {**GERMAN_BUYER, "customer_id": longest})
    text = pages(changed(DOMESTIC, contract_id=longest, customer_id=longest, lines=lines), known)[0]
    assert "".join(text.split()).count(longest) >= 3  # customer, contract, ticket; a cell's text may come in parts


def test_a_long_word_that_may_break_is_still_found_and_copied_whole() -> None:
    email = "rechnungen-und-mahnungen@haus.example"
    text = pages(DOMESTIC, parties({**GERMAN_SELLER, "email": email}, GERMAN_BUYER))[0]
    assert text.count(email) == 2  # letterhead and foot
    assert "\u200b" not in text
    assert "Rechnung HS-2026-00001" in text


def test_a_long_document_numbers_its_pages_and_repeats_its_head() -> None:
    found = pages(*CASES["long"])
    assert len(found) > 3
    for number, text in enumerate(found, start=1):
        assert f"Seite {number} von {len(found)}" in text
    assert all("Leistungsdatum Geleistet Abgerechnet" in text for text in found[:-1])
    assert "Rechnungsbetrag 3.177,30 €" in found[-1]


def test_the_file_says_that_it_is_pdf_a_3b_and_is_dated_by_its_issue() -> None:
    reader = PdfReader(BytesIO(invoice_pdf(*CASES["domestic"])))
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert reader.metadata is not None
    assert str(reader.metadata["/CreationDate"]).startswith("D:20260202000000")
    assert HEAD["issued_on"].isoformat() == "2026-02-02"


def test_the_same_document_gives_the_same_bytes() -> None:
    assert invoice_pdf(*CASES["polish"]) == invoice_pdf(*CASES["polish"])
