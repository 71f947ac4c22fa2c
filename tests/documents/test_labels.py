"""Words and figures by language: every catalogue is whole, and figures come from exact cents."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from babel.messages.pofile import read_po

from api.documents import figures
from api.documents.cii import EXEMPTIONS
from api.documents.identifiers import WORDS
from api.documents.labels import INCLUDED, KINDS, labels_for
from api.documents.page import CATEGORY_WORDS, document_page
from api.documents.page_lines import BASES, CONFIRMATIONS, LINE_COLUMNS, groups
from api.languages import LANGUAGES, Labels
from ledger.billing import lines
from ledger.billing.naming import TARGETS, WITHOUT_NAME
from ledger.events import DocumentLine
from tests.documents.samples import CASES

LOCALE = Path(figures.__file__).parent / "locale"
TRANSLATED = [language for language in LANGUAGES if language != "en"]


def catalogue(language: str) -> dict[str, str]:
    with (LOCALE / f"{language}.po").open("rb") as file:
        return {str(word.id): str(word.string) for word in read_po(file, locale=language) if word.id}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_catalogue_has_every_word_and_keeps_its_places(language: str) -> None:
    words = catalogue(language)
    assert set(words) == set(catalogue("de"))
    for english, translated in words.items():
        assert translated.strip()
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", translated)), english


def test_every_word_that_the_code_prints_is_in_the_catalogues() -> None:
    tables = (KINDS, INCLUDED, BASES, CONFIRMATIONS, CATEGORY_WORDS)
    printed = {*LINE_COLUMNS, *(word for table in tables for word in table.values())}
    printed |= {reason for _, reason in EXEMPTIONS.values()}
    for source in Path(figures.__file__).parent.glob("*.py"):
        printed |= set(re.findall(r'labels\(\s*"([^"]+)"', source.read_text(encoding="utf-8")))
    printed |= {*WORDS.values(), *WITHOUT_NAME.values(), *TARGETS.values()}
    printed |= set(re.findall(r'"([^"\n]*{\w+}[^"\n]*)"', Path(lines.__file__).read_text(encoding="utf-8")))
    assert printed <= set(catalogue("de"))


def test_a_penalty_says_why_on_a_printed_line_and_one_of_before_reads_as_it_did() -> None:
    document, parties = next(iter(CASES.values()))
    of_session = {"kind": "included", "basis": "penalty", "deduction_id": "S.penalty.1", "session_id": "S"}
    why = {"template": lines.PENALTIES["cancel"], "values": {"session": "S", "start": "2026-03-17 09:00"}}
    absent = dict.fromkeys(("ticket_id", "starts_on", "ends_on"))
    line: DocumentLine = msgspec.structs.replace(document.lines[0], **of_session, **why, **absent)
    before = msgspec.structs.replace(line, template="Penalty for session {session}", values={"session": "S"})
    (group,) = groups(msgspec.structs.replace(document, lines=[line, before]), parties, labels_for("de"))
    assert [row["cells"][1] for row in group["rows"]] == ["Versäumter oder spät geänderter Termin"] * 2
    told, of_before = (row["details"] for row in group["rows"])
    assert told[0] == "Abzug: Termin S vom 17.03.2026 09:00 wurde zu spät abgesagt"
    assert "Termin S" not in told
    assert of_before[0] == "Termin S"


class Strict(Labels):
    """German words, and an error instead of English for one that the catalogue lacks."""

    def __call__(self, english: str, **values: str) -> str:
        assert english in catalogue("de"), english
        return super().__call__(english, **values)


@pytest.mark.parametrize("name", CASES)
def test_no_word_on_a_page_is_left_in_english(name: str) -> None:
    assert document_page(*CASES[name], Strict("de", catalogue("de")))["lang"] == "de"


def test_a_value_is_never_read_as_a_place() -> None:
    text = labels_for("en")("Corrects invoice {number} of {date}", number="{date}", date="{number}")
    assert text == "Corrects invoice {date} of {number}"


@pytest.mark.parametrize(
    ("language", "currency", "expected"),
    [
        ("en", "EUR", "€1,234,567.05"),
        ("en", "CZK", "CZK 1,234,567.05"),
        ("de", "EUR", "1.234.567,05 €"),
        ("pl", "PLN", "1 234 567,05 zł"),
        ("cs", "CZK", "1 234 567,05 Kč"),
        ("sk", "EUR", "1 234 567,05 €"),
    ],
)
def test_money_is_written_as_the_language_does(language: str, currency: str, expected: str) -> None:
    written = figures.money(123456705, currency, labels_for(language).locale)
    assert " ".join(written.split()) == expected


@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, "0:00"), (5, "0:05"), (60, "1:00"), (75, "1:15"), (-15, "-0:15"), (6005, "100:05")]
)
def test_minutes_are_hours_and_minutes(minutes: int, expected: str) -> None:
    assert figures.hours(minutes) == expected


@pytest.mark.parametrize(
    ("hundredths", "expected"), [(1900, "19 %"), (550, "5,5 %"), (0, "0 %"), (None, "–"), (2525, "25,25 %")]
)
def test_a_rate_keeps_its_decimals(hundredths: int | None, expected: str) -> None:
    assert figures.rate(hundredths, labels_for("de").locale).replace("\N{NO-BREAK SPACE}", " ") == expected
