"""Nothing on a letter is printed over the edge of its box or over something else, however long its texts are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
import typst
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from api.documents.document_parties import read_buyer, read_seller
from api.documents.pdf import invoice_pdf
from api.documents.statement import Statement, statement_pdf
from ledger.events import VatLine
from projections.credit.customer_statements import CustomerStatement
from tests.documents.samples import CASES, DOMESTIC, GERMAN_BUYER, GERMAN_SELLER, parties
from tests.documents.seen import faults, seen
from tests.documents.test_statement import CARE, FEBRUARY, LUMP, PERIOD, behind, line

NAME, TEXT, DONE, ID, MOST_CENTS = 200, 4000, 1000, 64, 99_999_999_999_999  # what doors and catalogue take
ADDRESS = ("line1", "line2", "postcode", "city")
SELLER_TEXTS = (
    "name",
    "email",
    "phone",
    "contact",
    "vat_id",
    "tax_number",
    "registration",
    "registration_number",
    "bic",
    "bank",
)
BUYER_TEXTS = ("name", "email", "vat_id", "tax_number", "registration_number", "buyer_reference")
# Wide, narrow, breakable and unbreakable letters, an accent that stands alone, and what no font draws.
WORDS = st.sampled_from(
    (
        "W",
        "i",
        "-",
        "Ž",
        "0",
        ".",
        "a\u0301",
        "漢",
        "ก",
        "\N{CUNEIFORM SIGN A}",
        "Wi ",
        "lorem-ipsum/",
        "x y",
        ". ",
        "! x",
    )
)


def filled(unit: str, length: int) -> str:
    return (unit * length)[:length].strip() or unit[0]


def party(record: dict[str, Any], members: tuple[str, ...], unit: str, lengths: dict[str, int]) -> dict[str, Any]:
    texts = {name: filled(unit, lengths.get(name, NAME)) for name in members}
    address = {name: filled(unit, lengths.get(name, NAME)) for name in ADDRESS}
    directors = [texts["name"][:100]] * 12  # as many as a catalogue may name
    return record | texts | {"address": address, "managing_directors": directors}


def invoice(unit: str, lengths: dict[str, int], cents: int) -> bytes:
    """A document each of whose texts is one word, as long as told and else as long as its door takes."""
    id_ = filled(unit.replace(" ", "-"), lengths.get("id", ID))
    lines = [
        msgspec.structs.replace(
            one,
            description=filled(unit, lengths.get("description", TEXT)),
            ticket_id=id_ if one.ticket_id else None,
            deduction_id=id_ if one.deduction_id else None,
            session_id=id_,
            unit_price_cents=cents,
            net_cents=cents,
            worked_minutes=10_000_000,
            billed_minutes=9_999_999,
            increment_minutes=10_000_000,
            included_minutes=10_000_000,
            charged_before_minutes=9_999_999,
            quantity=10_000_000,
        )
        for one in DOMESTIC.lines
    ]
    document = msgspec.structs.replace(
        DOMESTIC,
        contract_id=id_,
        customer_id=id_,
        number=id_,
        lines=lines,
        vat=[VatLine(1900, "S", cents, cents), VatLine(0, "AE", cents, 0)],
        net_cents=cents,
        vat_cents=cents,
        gross_cents=2 * cents,
    )
    seller = party(GERMAN_SELLER, SELLER_TEXTS, unit, lengths)
    buyer = party(GERMAN_BUYER, BUYER_TEXTS, unit, lengths) | {"country": "PL", "customer_id": id_}
    named = {id_: filled(unit, lengths.get("name", NAME))}
    done = {id_: filled(unit, lengths.get("note", DONE))}
    titles = {id_: filled(unit, lengths.get("description", TEXT))}
    return invoice_pdf(document, parties(seller, buyer, engineers=named, notes=done, titles=titles))


def statement(unit: str, lengths: dict[str, int], cents: int) -> bytes:
    id_ = filled(unit.replace(" ", "-"), lengths.get("id", ID))
    note = filled(unit, lengths.get("description", TEXT))
    name = filled(unit, lengths.get("name", NAME))
    at = CARE.lines[0].effective_at
    lines = [line(n, at, "work", id_, -cents, cents, ticket_id=id_, note=note) for n in (1, 2)]
    minutes = [replace(one, change=-10_000_000, balance=10_000_000) for one in lines]
    deduction = behind(
        id_,
        600_000_000,
        9_999_999,
        "confirmed",
        ticket_id=id_,
        ticket_title=note,
        engineer=name,
        note=filled(unit, lengths.get("note", DONE)),
        increment_minutes=10_000_000,
        on_behalf=True,
    )
    period: CustomerStatement = replace(
        PERIOD,
        contract_id=id_,
        pools=[replace(LUMP, opening=cents, lines=lines, pool=id_), replace(CARE, opening=10_000_000, lines=minutes)],
        outside=[replace(one, amount_cents=cents, rate_cents=cents, minutes=10_000_000) for one in PERIOD.outside],
        deductions={**PERIOD.deductions, id_: deduction},
    )
    seller = party(GERMAN_SELLER, SELLER_TEXTS, unit, lengths)
    buyer = party(GERMAN_BUYER, BUYER_TEXTS, unit, lengths) | {"country": "PL", "customer_id": id_}
    names = {id_: {"de": name}, "care": {"en": name}}
    return statement_pdf(Statement(period, read_seller(seller), read_buyer(buyer), "de", names))


@pytest.mark.parametrize("name", CASES)
def test_an_ordinary_document_prints_nothing_outside_its_boxes(name: str) -> None:
    assert faults(invoice_pdf(*CASES[name])) == []


@pytest.mark.parametrize("language", ["en", "de", "pl", "cs", "sk"])
def test_an_ordinary_statement_prints_nothing_outside_its_boxes(language: str) -> None:
    assert faults(statement_pdf(replace(FEBRUARY, language=language))) == []


@pytest.mark.parametrize("unit", ["W", "i", "Ž", "漢", "lorem-ipsum/", "Wi ", ". "])
@pytest.mark.parametrize("letter", [invoice, statement])
def test_texts_and_figures_as_long_as_the_doors_take_stay_in_their_boxes(letter: Any, unit: str) -> None:
    assert faults(letter(unit, {}, MOST_CENTS)) == []


@given(
    letter=st.sampled_from([invoice, statement]),
    unit=WORDS,
    lengths=st.fixed_dictionaries(
        {
            **dict.fromkeys({*SELLER_TEXTS, *BUYER_TEXTS, *ADDRESS}, st.integers(1, NAME)),
            "id": st.integers(1, ID),
            "description": st.integers(1, TEXT),
            "note": st.integers(1, DONE),
        }
    ),
    cents=st.integers(1, MOST_CENTS),
)
@settings(max_examples=30, deadline=None, phases=[Phase.generate])
def test_words_of_any_length_stay_in_their_boxes(letter: Any, unit: str, lengths: dict[str, int], cents: int) -> None:
    assert faults(letter(unit, lengths, cents)) == []


def test_a_long_identifier_is_broken_and_nothing_of_it_is_lost() -> None:
    leitweg, contract, name = "04011000-" + "1234567890" * 3 + "-34", "C" * 64, "Wasserwirtschafts" * 11
    document = msgspec.structs.replace(DOMESTIC, contract_id=contract)
    pdf = invoice_pdf(document, parties(GERMAN_SELLER, GERMAN_BUYER | {"buyer_reference": leitweg, "name": name}))
    assert faults(pdf) == []
    (page,) = seen(pdf)
    assert all(text in page.text.replace(" ", "") for text in (leitweg, contract, name))


def test_a_foot_of_many_lines_leaves_every_page_its_title_and_number() -> None:
    """Eight lines in each column, on a document of several pages: the foot is higher, the pages are shorter."""
    address = {"line1": "Musterweg 1 " * 12, "line2": "Hinterhaus " * 12, "postcode": "10115", "city": "Berlin"}
    seller = {**GERMAN_SELLER, "address": address, "contact": "Buchhaltung " * 12, "registration": "HRB 12345 B " * 12}
    pdf = invoice_pdf(CASES["long"][0], parties(seller, GERMAN_BUYER))
    assert faults(pdf) == []
    found = seen(pdf)
    assert len(found) > 4
    for number, page in enumerate(found, start=1):
        assert page.text.endswith(f"Rechnung HS-2026-00005 Seite {number} von {len(found)}")


def test_the_eye_sees_what_is_over_a_margin_between_boxes_and_over_a_text() -> None:
    """Else the tests above would prove nothing. The page has the rule of a foot, and three faults."""
    page = """
        #set page(paper: "a4", margin: 0mm)
        #place(dx: 25mm, dy: 260mm, line(length: 165mm))
        #place(dx: 30mm, dy: 270mm)[foot]
        #place(dx: 195mm, dy: 100mm)[over]
        #place(dx: 107mm, dy: 60mm)[between]
        #place(dx: 50mm, dy: 120mm)[first]
        #place(dx: 51mm, dy: 120mm)[second]
    """
    found = faults(typst.compile(page.encode(), ignore_system_fonts=True))
    assert found[:2] == ["page 1: ink right margin", "page 1: ink between window and facts"]
    assert all("printed over each other" in fault for fault in found[2:])
    assert len(found) > 2


def height_of(pdf: bytes, word: str) -> float:
    """Where a word stands on the first page, in points above its lower edge."""
    glyphs = seen(pdf)[0].glyphs
    place = "".join(glyph.letter for glyph in glyphs).index(word)
    return glyphs[place].bottom


def test_a_label_stands_on_the_line_on_which_its_value_begins() -> None:
    """A contract's id of 64 letters takes two lines; its label is no label of the second."""
    document = msgspec.structs.replace(DOMESTIC, contract_id="HU" + 62 * "W")
    pdf = invoice_pdf(document, parties(GERMAN_SELLER, GERMAN_BUYER))
    assert abs(height_of(pdf, "Vertrag") - height_of(pdf, "HU")) < 2
    assert abs(height_of(pdf, "Kundennummer") - height_of(pdf, "K-1")) < 2


def test_no_empty_line_follows_a_note_that_is_broken() -> None:
    pdf = invoice_pdf(DOMESTIC, parties(GERMAN_SELLER, GERMAN_BUYER, notes={"W-2": 100 * "W" + " END"}))
    assert height_of(pdf, "END") - height_of(pdf, "ZeitbuchungW-2") < 16
