"""The printed statement: every figure is a literal worked out on paper, in each language, and no text is code."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import msgspec
import pytest
from pypdf import PdfReader

from api.documents.document_parties import read_buyer, read_seller
from api.documents.page_lines import CONFIRMATIONS
from api.documents.statement import (
    BESIDE,
    BESIDE_COLUMNS,
    MOVEMENT_WORDS,
    ON_BEHALF,
    STATEMENT_COLUMNS,
    Statement,
    statement_page,
)
from api.documents.statement import statement_pdf as pdf_of
from api.languages import LANGUAGES
from ledger.billing.document_texts import Buyer
from ledger.kernel.values import to_micros
from projections.credit.customer_statements import CustomerStatement, DeductionDetails, PoolPeriod
from projections.credit.outside_credit import OutsideCredit
from projections.credit.penalties import PenaltyTold
from projections.credit.statements import Line
from tests.documents.samples import GERMAN_BUYER, GERMAN_SELLER
from tests.documents.test_labels import Strict, catalogue
from tests.documents.test_pdf import HOSTILE


def at(month: int, day: int, hour: int = 9) -> int:
    return to_micros(datetime(2026, month, day, hour, tzinfo=UTC))


def line(position: int, when: int, kind: str, reference: str, change: int, balance: int, **facts: Any) -> Line:
    recorded = None if kind == "breakage" else when
    pool = facts.pop("pool", "care")
    return Line(position, when, recorded, pool, kind, reference, change, balance, "minutes", **facts)


def behind(deduction_id: str, worked_seconds: int, billed_minutes: int, status: str, **facts: Any) -> DeductionDetails:
    absent = dict.fromkeys(
        ("ticket_id", "ticket_title", "session_id", "service", "engineer", "note", "increment_minutes")
    )
    told = {"pool": "care", "on_behalf": False, **absent, **facts}
    return DeductionDetails(
        deduction_id, worked_seconds=worked_seconds, billed_minutes=billed_minutes, status=status, **told
    )


# 8:00 are owned before February. 1:35 worked are billed as 1:40, a no-show costs 2:00, and 0:30 of goodwill are lost at
# the end of the month: 8:00 − 1:40 − 2:00 + 0:30 = 4:50, and − 0:30 is 4:20. 15 minutes at 89.00 are 22.25, 60 at 89.00
# taken back are −89.00: together −66.75.
CARE = PoolPeriod(
    "care",
    "minutes",
    None,
    480,
    [
        line(11, at(2, 3), "work", "W-1", -100, 380, ticket_id="T-1"),
        line(14, at(2, 5), "penalty", "S-1.penalty.1", -120, 260),
        line(15, at(2, 6), "goodwill", "G-1", 30, 290, note="Für die Wartezeit", dated=at(1, 31)),
        line(15, at(2, 28, 23), "breakage", "G-1", -30, 260),
    ],
)
# 1,200.00 less 149.50 are 1,050.50.
LUMP = PoolPeriod(
    "lump-sum", "money", "EUR", 120000, [line(17, at(2, 9), "service", "V-1", -14950, 105050, pool="lump-sum")]
)
PERIOD = CustomerStatement(
    contract_id="C-1",
    provider="haus",
    language="de",
    zone="Europe/Berlin",
    currency="EUR",
    customer=msgspec.convert(GERMAN_BUYER, Buyer),
    first_on=date(2026, 2, 1),
    last_on=date(2026, 3, 1),
    dated=date(2026, 3, 31),
    pools=[CARE, LUMP],
    outside=[
        OutsideCredit(19, at(2, 12), "W-2", "overage", None, 15, 8900, 2225, "HS-2026-00001", None),
        OutsideCredit(21, at(2, 20), "W-3", "overage", "W-3.overage", -60, 8900, -8900, None, None),
    ],
    deductions={
        "W-1": behind("W-1", 5641, 100, "confirmed", ticket_id="T-1", engineer="Jürgen Weiß", on_behalf=True),
        "S-1.penalty.1": behind(
            *("S-1.penalty.1", 0, 120, "pending"), session_id="S-1", penalty=PenaltyTold("S-1", at(2, 5), "no_show")
        ),
        "V-1": behind("V-1", 0, 0, "not_required", service="training", pool="lump-sum"),
        "W-2": behind("W-2", 540, 15, "disputed", ticket_id="T-2"),
        "W-3": behind("W-3", 3600, 60, "reversed"),
    },
)
NOTHING = replace(PERIOD, pools=[PoolPeriod("care", "minutes", None, 480, [])], outside=[], deductions={})
NAMES = {
    "care": {"de": "Betreuung", "en": "care", "pl": "opieka", "cs": "péče", "sk": "starostlivosť"},
    "lump-sum": {"de": "Pauschalguthaben", "en": "lump sum"},
    "training": {"de": "Schulung", "en": "training"},
}
FEBRUARY = Statement(PERIOD, read_seller(GERMAN_SELLER), read_buyer(GERMAN_BUYER), "de", NAMES)
EMPTY = replace(FEBRUARY, period=NOTHING)


def with_texts(reason: str, engineer: str) -> CustomerStatement:
    """The period with another reason of the goodwill and another name of who worked."""
    lines = [replace(one, note=reason) if one.note else one for one in CARE.lines]
    worked = replace(PERIOD.deductions["W-1"], engineer=engineer)
    return replace(PERIOD, pools=[replace(CARE, lines=lines), LUMP], deductions=PERIOD.deductions | {"W-1": worked})


def pages(statement: Statement) -> list[str]:
    """The text of each page, on one line each, with plain spaces."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf_of(statement))).pages]


def test_a_statement_goes_from_the_opening_to_the_closing_balance_of_each_pool() -> None:
    (text,) = pages(FEBRUARY)
    for expected in (
        "Haus GmbH · Musterweg 1 · 10115 Berlin",
        "Kundin AG Hauptstraße 2 Hof 3 50667 Köln",
        "Vertrag C-1 Kundennummer K-1 Zeitraum 01.02.2026 – 01.03.2026 Stand 31.03.2026",
        "Guthabenauszug C-1",
        "Guthaben: Betreuung",
        "01.02.2026 Anfangssaldo 8:00",
        "03.02.2026 Arbeit 1:35 1:40 In Ihrem Namen bestätigt -1:40 6:20",
        "Zeitbuchung W-1 · Ticket T-1 · Bearbeitet von: Jürgen Weiß · Journaleinträge 11",
        "05.02.2026 Versäumter oder spät geänderter Termin 2:00 Bestätigung ausstehend -2:00 4:20",
        "Zeitbuchung S-1.penalty.1 · Abzug: Termin S-1 vom 05.02.2026 10:00 wurde versäumt · Journaleinträge 14",
        "06.02.2026 Kulanz 0:30 4:50",
        "Zugang G-1 · Für die Wartezeit · vom 31.01.2026, einem abgeschlossenen Monat · Journaleinträge 15",
        "01.03.2026 Ungenutzt verfallen -0:30 4:20",
        "01.03.2026 Endsaldo 4:20",
        "Seite 1 von 1",
    ):
        assert expected in text, expected


def test_money_and_what_is_beyond_the_credit_are_written_as_the_language_does() -> None:
    (text,) = pages(FEBRUARY)
    for expected in (
        "01.02.2026 Anfangssaldo 1.200,00 €",
        "09.02.2026 Leistung Keine Bestätigung nötig -149,50 € 1.050,50 €",
        "Zeitbuchung V-1 · Leistung: Schulung · Journaleinträge 17",
        "01.03.2026 Endsaldo 1.050,50 €",
        "12.02.2026 Zeit über das Guthaben hinaus 0:15 89,00 € 22,25 €",
        "Zeitbuchung W-2 · Ticket T-2 · Beanstandet · Rechnung HS-2026-00001 · Journaleinträge 19",
        "20.02.2026 Storno -1:00 89,00 € -89,00 €",
        "Zeitbuchung W-3 · noch nicht abgerechnet · Journaleinträge 21",
        "Summe des Zeitraums -0:45 -66,75 €",
    ):
        assert expected in text, expected


def test_a_grant_that_bears_the_id_of_a_deduction_is_not_taken_for_it() -> None:
    deductions = {**PERIOD.deductions, "G-1": behind("G-1", 600, 15, "confirmed", ticket_id="T-9")}
    assert pages(replace(FEBRUARY, period=replace(PERIOD, deductions=deductions))) == pages(FEBRUARY)


def test_the_reversal_of_a_grant_names_the_grant_and_why_not_the_deduction_of_the_same_id() -> None:
    taken_back = line(18, at(2, 10), "reversal", "W-1", -30, 260, is_of_grant=True, note="Zweimal erfasst")
    period = replace(NOTHING, pools=[replace(CARE, lines=[taken_back])], deductions=PERIOD.deductions)
    (text,) = pages(replace(FEBRUARY, period=period))
    assert "Zugang W-1 · Zweimal erfasst" in text
    assert "T-1" not in text


def test_an_empty_period_says_so_and_closes_as_it_opened() -> None:
    (text,) = pages(EMPTY)
    assert "01.02.2026 Anfangssaldo 8:00 Keine Bewegungen in diesem Zeitraum. 01.03.2026 Endsaldo 8:00" in text
    assert "Zeit über das Guthaben hinaus" not in text
    (text,) = pages(replace(EMPTY, period=replace(NOTHING, pools=[])))
    assert "Guthabenauszug C-1 Keine Bewegungen in diesem Zeitraum." in text
    assert "Endsaldo" not in text


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("Statement C-1", "Opening balance 8:00", "Confirmed on your behalf", "€1,050.50", "-€66.75")),
        ("de-AT", ("Guthabenauszug C-1", "Anfangssaldo 8:00", "In Ihrem Namen bestätigt")),
        ("pl", ("Wyciąg C-1", "Saldo początkowe 8:00", "Potwierdzono w Państwa imieniu", "1 050,50 €")),
        ("cs", ("Výpis C-1", "Počáteční zůstatek 8:00", "Potvrzeno vaším jménem", "1 050,50 €")),
        ("sk", ("Výpis C-1", "Počiatočný zostatok 8:00", "Potvrdené vo vašom mene", "1 050,50 €")),
        ("fr", ("Statement C-1", "Opening balance 8:00")),
    ],
)
def test_each_language_has_its_words_and_an_unknown_one_is_english(language: str, expected: tuple[str, ...]) -> None:
    (text,) = pages(replace(FEBRUARY, language=language))
    for words in expected:
        assert words in text, words


def test_no_word_of_a_statement_is_missing_in_a_catalogue() -> None:
    strict = Strict("de", catalogue("de"))
    assert statement_page(FEBRUARY, strict)["lang"] == statement_page(EMPTY, strict)["lang"] == "de"
    words = {
        *STATEMENT_COLUMNS,
        *BESIDE_COLUMNS,
        *BESIDE.values(),
        *MOVEMENT_WORDS.values(),
        *ON_BEHALF.values(),
        *CONFIRMATIONS.values(),
    }
    assert all(words <= set(catalogue(language)) for language in LANGUAGES if language != "en")


def test_hostile_texts_print_as_they_are() -> None:
    # A client's ids cannot be hostile, names, reasons and a pool's name can.
    period = with_texts(reason=HOSTILE, engineer=HOSTILE)
    known = replace(
        FEBRUARY,
        period=replace(period, pools=[period.pools[0]]),
        names={"care": {"de": HOSTILE}},
        seller=read_seller({**GERMAN_SELLER, "name": HOSTILE}),
        buyer=read_buyer({**GERMAN_BUYER, "name": HOSTILE}),
    )
    text = "".join(pages(known)).replace(" ", "")
    assert text.count(HOSTILE.replace(" ", "")) == 7  # three times the sender, recipient, pool, reason, engineer


def test_what_cancels_before_any_invoice_says_so_in_each_language() -> None:
    gone = [replace(PERIOD.outside[1], settled_by="W-3.overage")]
    for language, words in (
        ("de", "aufgehoben durch W-3.overage"),
        ("pl", "zniesiono przez W-3.overage"),
        ("cs", "zrušeno položkou W-3.overage"),
        ("sk", "zrušené položkou W-3.overage"),
        ("en", "cancelled by W-3.overage"),
    ):
        (text,) = pages(replace(FEBRUARY, period=replace(PERIOD, outside=gone), language=language))
        assert words in text, language


def test_letters_that_no_font_draws_show_as_squares_and_long_texts_stay_on_the_page() -> None:
    period = with_texts(reason="\N{CUNEIFORM SIGN A}\N{CUNEIFORM SIGN A}\x00\u202e Ω", engineer="x" * 400)
    text = "".join(pages(replace(FEBRUARY, period=period)))
    assert "□□ Ω" in text
    assert "".join(text.split()).count("x") >= 400


def test_a_long_statement_repeats_its_head_and_numbers_its_pages() -> None:
    """From 100:00, 150 times 15 minutes are 37:30: 62:30 are left."""
    lines = [line(n, at(2, 3), "work", f"W-{n}", -15, 6000 - 15 * n, ticket_id="T-1") for n in range(1, 151)]
    worked = {one.reference: behind(one.reference, 600, 15, "pending", ticket_id="T-1") for one in lines}
    pools = [PoolPeriod("care", "minutes", None, 6000, lines)]
    found = pages(replace(FEBRUARY, period=replace(PERIOD, pools=pools, outside=[], deductions=worked)))
    assert len(found) > 3
    for number, text in enumerate(found, start=1):
        assert f"Seite {number} von {len(found)}" in text
        assert "Guthaben: Betreuung Datum Bewegung Geleistet Abgerechnet Bestätigung Änderung Saldo" in text
        # A movement and what it rests on stay on one page.
        assert text.count("Arbeit 0:10 0:15") == text.count("· Ticket T-1 ·")
    assert "".join(found).count("Arbeit 0:10 0:15") == 150
    assert "01.03.2026 Endsaldo 62:30" in found[-1]


def test_the_file_is_dated_by_its_own_day_and_the_same_bytes_every_time() -> None:
    first = pdf_of(FEBRUARY)
    assert first == pdf_of(FEBRUARY)
    reader = PdfReader(BytesIO(first))
    assert reader.metadata is not None
    assert str(reader.metadata["/CreationDate"]).startswith("D:20260331000000")
    assert reader.metadata["/Title"] == "Guthabenauszug C-1"
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
