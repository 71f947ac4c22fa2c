"""Pages print what people write in any script; what no font draws is named, shown as a square, and the page says so."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import groupby
from typing import Any

import msgspec
import pytest
import typst

from api.documents.document_parties import parties_of
from api.documents.fonts import DRAWN, FONTS, drawable, faces, is_drawable
from api.documents.forms import missing_data
from api.documents.pdf import invoice_pdf
from api.documents.statement import statement_pdf
from api.documents.texts import clean
from api.languages import LANGUAGES
from ledger.billing.document_texts import DocumentTexts
from ledger.billing.missing import IN_LETTERS, missing_names
from tests.documents.samples import CREDITED, DOMESTIC, GERMAN_BUYER, GERMAN_SELLER
from tests.documents.seen import faults, seen
from tests.documents.test_statement import FEBRUARY, PERIOD, with_texts
from tests.documents.texts import document_texts

SCRIPTS = {
    "chinese": "水利公司",
    "japanese": "すいどうカイシャ",
    "korean": "수도공사",
    "thai": "การประปา",
    "arabic": "شركة المياه",
    "hebrew": "חברת המים",
    "devanagari": "जल निगम",
    "georgian": "წყალი",
    "ethiopic": "ውሃ",
    "rare surname": "\N{CJK UNIFIED IDEOGRAPH-20BB7}田",
    "emoji": "\N{GRINNING FACE} \N{WHITE HEAVY CHECK MARK}",
}
HIGH = {
    "burmese": "မြန်မာ့လျှပ်စစ်ဓာတ်အား ဖြန့်ဖြူးရေး",
    "khmer": "ក្រុមហ៊ុនទឹកស្អាត្រ្តី",
    "thai": "การปั่นป้ํา ญู",
    "malayalam": "ജലവകുപ്പ് ക്ഷ്മ്യ",
    "marks upon marks": "Z\u0338\u0321\u0322\u031b\u0317\u0318\u0319\u031c\u0300\u0302\u0303\u0304\u0305\u0306\u0308a",
}
CUNEIFORM = "\N{CUNEIFORM SIGN A}"  # no font of ours has it
SQUARE = "\N{WHITE SQUARE}"
EVERYWHERE = {
    "engineers": {"W-1": CUNEIFORM},
    "notes": {"W-2": CUNEIFORM},
    "titles": {"T-2": CUNEIFORM},
    "reason": CUNEIFORM,
}


def known(buyer: dict[str, Any] | None = None, seller: dict[str, Any] | None = None, **texts: Any) -> DocumentTexts:
    return document_texts(GERMAN_SELLER | (seller or {}), GERMAN_BUYER | (buyer or {}), **texts)


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_texts_in_any_living_script_are_printed_wherever_they_stand(text: str) -> None:
    texts = {"engineers": {"W-1": text}, "notes": {"W-1": text}, "titles": {"T-1": text}, "reason": text}
    address = GERMAN_BUYER["address"] | {"city": text}
    opened = known({"name": f"{text} AG", "address": address, "buyer_reference": text}, {"bank": text}, **texts)
    period = with_texts(text, text)
    for document in (DOMESTIC, CREDITED):
        assert missing_data(document, opened) == []
        pdf = invoice_pdf(document, parties_of(opened))
        assert faults(pdf) == []
        assert SQUARE not in seen(pdf)[0].text
    statement = statement_pdf(replace(FEBRUARY, period=period))
    assert SQUARE not in "".join(page.text for page in seen(statement))


@pytest.mark.parametrize("text", HIGH.values(), ids=HIGH)
def test_lines_of_scripts_that_reach_high_and_deep_keep_their_distance(text: str) -> None:
    """No line of the description's column runs into the next one: a line is never so high as two are."""
    texts = {"engineers": {"W-1": text}, "notes": {"W-1": f"{text} " * 8}, "titles": {"T-1": text}, "reason": text}
    page = seen(invoice_pdf(DOMESTIC, parties_of(known(**texts))))[0]
    inked = [page.inked(33, y / 4, 90, (y + 1) / 4) for y in range(110 * 4, 190 * 4)]
    lines = [len(list(run)) / 4 for is_inked, run in groupby(inked) if is_inked]
    assert len(lines) > 10
    assert max(lines) < 7


@pytest.mark.parametrize("letter", ["\ue000", "\U000f0000", "\U0010fffd", "\u0378"], ids=ascii)
def test_a_letter_that_is_somebodys_own_or_none_yet_is_named_and_shown_as_a_square(letter: str) -> None:
    opened = known({"name": f"Bau{letter}"})
    assert missing_names(missing_data(DOMESTIC, opened)) == [f"customer.name {IN_LETTERS}"]
    assert f"Bau{SQUARE}" in seen(invoice_pdf(DOMESTIC, parties_of(opened)))[0].text


def test_what_is_no_character_reaches_no_file() -> None:
    assert clean("a\ufdd0\ufffe\uffff\U0001fffeb") == "ab"


def test_han_letters_are_written_as_the_buyers_country_does() -> None:
    assert [faces(country)[1] for country in ("JP", "KR", "TW", "CN", "DE")] == [
        "Noto Sans CJK JP",
        "Noto Sans CJK KR",
        "Noto Sans CJK TC",
        "Noto Sans CJK SC",
        "Noto Sans CJK SC",
    ]


def test_every_text_that_no_font_draws_is_named_whoever_wrote_it() -> None:
    address = GERMAN_BUYER["address"] | {"line2": CUNEIFORM}
    buyer = {"name": CUNEIFORM, "address": address, "buyer_reference": CUNEIFORM}
    seller = {"contact": CUNEIFORM, "managing_directors": ["Erika Weiß", CUNEIFORM], "registration": CUNEIFORM}
    named_line = msgspec.structs.replace(
        DOMESTIC.lines[0], service="training", names={"training": {"de": CUNEIFORM, "en": "Training"}}
    )
    document = msgspec.structs.replace(DOMESTIC, lines=[named_line, *DOMESTIC.lines[1:]])
    assert missing_names(missing_data(document, known(buyer, seller, **EVERYWHERE))) == [
        f"{name} {IN_LETTERS}"
        for name in (
            "customer.address",
            "customer.buyer_reference",
            "customer.name",
            "lines.1.description",
            "lines.2.engineer",
            "lines.4.note",
            "lines.4.ticket_title",
            "provider.contact",
            "provider.managing_directors",
            "provider.registration",
            "reason",
        )
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_with_a_square_says_what_it_stands_for_and_other_pages_say_nothing(language: str) -> None:
    words = {
        "en": "A square □ stands for a letter that can't be printed here.",
        "de": "Ein Quadrat □ steht für einen Buchstaben, der hier nicht gedruckt werden kann.",
        "pl": "Kwadrat □ oznacza literę, której nie można tu wydrukować.",
        "cs": "Čtverec □ stojí za písmeno, které zde nelze vytisknout.",
        "sk": "Štvorec □ stojí za písmeno, ktoré tu nemožno vytlačiť.",
    }[language]
    document = msgspec.structs.replace(DOMESTIC, language=language)
    statement = replace(FEBRUARY, language=language)
    for pdf in (
        invoice_pdf(document, parties_of(known(**EVERYWHERE))),
        statement_pdf(replace(statement, period=with_texts(CUNEIFORM, CUNEIFORM))),
    ):
        assert words in "".join(page.text for page in seen(pdf))
        assert faults(pdf) == []
    for pdf in (invoice_pdf(document, parties_of(known())), statement_pdf(replace(statement, period=PERIOD))):
        assert SQUARE not in "".join(page.text for page in seen(pdf))


def test_letters_of_europe_are_drawn_and_nothing_is_missing() -> None:
    for name in (
        "Zażółć gęślą jaźń",
        "Žluťoučký kůň",
        "Ľahký vánok",
        "Ελληνική ύδρευση",
        "Водоканал",
        "Đặng – „Œuvre“ 5 €",
    ):
        opened = known({"name": name})
        assert missing_data(DOMESTIC, opened) == []


def test_the_fonts_draw_every_letter_that_is_said_to_be_drawn() -> None:
    """PDF/A lets no letter through that a font lacks."""
    letters = [chr(code) for code in range(0x110000) if clean(chr(code)) and is_drawable(chr(code))]
    assert len(letters) > 50_000
    assert is_drawable("".join(chr(code) for first, last in DRAWN for code in range(first, last + 1)))
    page = """
        #set page(width: 400pt, height: auto)
        #set text(font: json(bytes(sys.inputs.faces)))
        #for letter in json(bytes(sys.inputs.letters)) [#letter ]
    """
    told = {"letters": json.dumps(letters), "faces": json.dumps(faces("DE"))}
    assert typst.compile(page.encode(), sys_inputs=told, pdf_standards=["a-3b"], font_paths=FONTS)


def test_only_what_no_font_draws_becomes_a_square() -> None:
    assert drawable(f"Nr. 7 水{CUNEIFORM}!") == f"Nr. 7 水{SQUARE}!"
