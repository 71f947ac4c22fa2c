"""Every sentence that the ledger can say about a field has words in the reader's language; none is told in brackets."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from api.languages import LANGUAGES, labels_in
from api.portal.words.refusal_words import reasons_of
from api.portal.words.refused_fields import fault_in_words
from ledger.kernel.errors import Refusal
from ledger.kernel.ids import ID_PATTERN
from ledger.kernel.patterns import COUNTRY, EXCHANGE_RATE, KSEF_NUMBER, MAIL, PATTERNS

ROOT = Path(__file__).parents[2]
# What decides on the commands that the portal has forms for, and what reads the days and numbers of its addresses.
ASKED = [
    *(ROOT / "ledger" / room for room in ("credit", "tickets", "sessions", "sla", "work", "door")),
    ROOT / "ledger" / "billing" / "issuing.py",
    ROOT / "ledger" / "contracts" / "vat_ids.py",
    ROOT / "ledger" / "kernel" / "values.py",
    ROOT / "api" / "books" / "datev.py",
    ROOT / "api" / "books" / "exporting.py",
    ROOT / "api" / "http" / "paging.py",
]
# What no form can say: bodies that are no forms, agreements, slips of ours, cursors, what the command line asks for.
NOT_OF_A_FORM = re.compile(
    r"is nested too deeply|differs from the header|must be a JSON object|says more than an agreement|"
    r"is declared twice|is not one that this list gave|\[debtors\] has no number|is taken by|"
    r"is a day such as|can.t be written"
)
# Which part of the call is the sentence.
SENTENCE = {"malformed": 1, "FieldFaultError": 1, "ValueError": 0}


def sentences() -> list[str]:
    """As they are written, with something in each place; a sentence that another function made is that one's."""
    found = []
    for asked in ASKED:
        for file in sorted(asked.rglob("*.py")) if asked.is_dir() else [asked]:
            for call in ast.walk(ast.parse(file.read_text())):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in SENTENCE:
                    told = call.args[SENTENCE[call.func.id]] if len(call.args) > SENTENCE[call.func.id] else None
                    if isinstance(told, ast.Constant):
                        found.append(str(told.value))
                    elif isinstance(told, ast.JoinedStr):
                        found.append("".join(str(p.value) if isinstance(p, ast.Constant) else "X" for p in told.values))
    return [one for one in found if not NOT_OF_A_FORM.search(one)]


def test_there_are_sentences() -> None:
    assert "must lie ahead of now, X" in sentences()
    assert "give it directly, or impact and urgency instead" in sentences()
    assert len(sentences()) > 25


@pytest.mark.parametrize(
    "detail", [*sentences(), *(PATTERNS[one] for one in (COUNTRY, EXCHANGE_RATE, MAIL, ID_PATTERN, KSEF_NUMBER))]
)
def test_no_sentence_of_the_ledger_is_told_in_its_own_words(detail: str) -> None:
    for language in LANGUAGES:
        labels = labels_in("api.portal", language)
        said = fault_in_words(detail, labels)
        assert f"({detail})" not in said
        assert language == "en" or said != fault_in_words(detail, labels_in("api.portal", "en"))


@pytest.mark.parametrize(
    ("command", "members", "field", "sentence"),
    [
        (
            "hold-ticket",
            {"field": "at"},
            "at",
            "Das Ticket wurde nach dieser Zeit geändert. Bitte eine spätere wählen.",
        ),
        ("escalate-ticket", {"level": "L1"}, "to_level", "Von L1 kann das Ticket in diesem Namen nicht dorthin."),
    ],
)
def test_a_step_that_may_not_follow_stands_at_its_field(
    command: str, members: dict[str, str], field: str, sentence: str
) -> None:
    refusal = Refusal("invalid-transition", "The ledger's own.", **members)
    (reason,) = reasons_of(refusal, labels_in("api.portal", "de"), "UTC", command)
    assert (reason.field, reason.sentence) == (field, sentence)


def test_a_name_that_is_taken_stands_at_its_field() -> None:
    refusal = Refusal("already-exists", "The top up id X is taken.", top_up_id="X")
    (reason,) = reasons_of(refusal, labels_in("api.portal", "en"), "UTC", "top-up-credit")
    assert reason.field == "top_up_id"
