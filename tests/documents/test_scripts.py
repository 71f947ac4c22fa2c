"""Letters that the page's fonts lack are named before a document is issued; what was issued always prints."""

from __future__ import annotations

import json

import pytest
import typst

from api.documents import invoice_pdf, parties_of
from api.documents.files import missing_data
from api.documents.missing import IN_LETTERS
from api.documents.texts import DRAWN, clean
from tests.documents.samples import DOMESTIC, GERMAN_BUYER, GERMAN_SELLER
from tests.documents.seen import faults, seen

SCRIPTS = {
    "chinese": "水利公司",
    "japanese": "すいどうカイシャ",
    "korean": "수도공사",
    "thai": "การประปา",
    "arabic": "شركة المياه",
    "hebrew": "חברת המים",
    "devanagari": "जल निगम",
    "emoji": "\N{GRINNING FACE}",
    "georgian": "წყალი",
}


@pytest.mark.parametrize("name", SCRIPTS.values(), ids=SCRIPTS)
def test_a_name_in_a_script_that_the_fonts_lack_is_named_and_prints_as_squares(name: str) -> None:
    buyer = GERMAN_BUYER | {"name": f"{name} AG", "address": GERMAN_BUYER["address"] | {"city": name}}
    opened = {"seller": GERMAN_SELLER, "buyer": buyer}
    assert missing_data(DOMESTIC, opened) == [f"customer.address {IN_LETTERS}", f"customer.name {IN_LETTERS}"]
    pdf = invoice_pdf(DOMESTIC, parties_of(opened))
    assert faults(pdf) == []
    assert "\N{WHITE SQUARE}" in seen(pdf)[0].text


def test_letters_of_europe_are_drawn_and_nothing_is_missing() -> None:
    for name in (
        "Zażółć gęślą jaźń",
        "Žluťoučký kůň",
        "Ľahký vánok",
        "Ελληνική ύδρευση",
        "Водоканал",
        "Đặng – „Œuvre“ 5 €",
    ):
        opened = {"seller": GERMAN_SELLER, "buyer": GERMAN_BUYER | {"name": name}}
        assert missing_data(DOMESTIC, opened) == []


def test_the_fonts_draw_every_letter_that_is_said_to_be_drawn() -> None:
    """PDF/A lets no letter through that a font lacks."""
    letters = [chr(code) for first, last in DRAWN for code in range(first, last + 1) if clean(chr(code))]
    page = """
        #set page(width: 400pt, height: auto)
        #set text(font: "Libertinus Serif")
        #for letter in json(bytes(sys.inputs.letters)) [#letter ]
    """
    told = {"letters": json.dumps(letters)}
    assert typst.compile(page.encode(), sys_inputs=told, pdf_standards=["a-3b"], ignore_system_fonts=True)
