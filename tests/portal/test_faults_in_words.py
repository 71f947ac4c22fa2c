"""Every fault that a form can learn of has words in the reader's language; none is told in brackets."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.languages import LANGUAGES, PLACE, labels_in
from api.portal.words.refusal_words import Reason, reasons_of
from api.portal.words.refused_fields import FIELD_FAULTS
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.faults import SENTENCES, FieldFault

ROOT = Path(__file__).parents[2]
# What decides on the commands that the portal has forms for, and what reads the days and numbers of its addresses.
ASKED = [
    *(ROOT / "ledger" / room for room in ("credit", "tickets", "sessions", "sla", "work", "door")),
    ROOT / "ledger" / "billing" / "document.py",
    ROOT / "ledger" / "billing" / "issuing.py",
    ROOT / "ledger" / "contracts" / "vat_ids.py",
    ROOT / "ledger" / "kernel" / "values.py",
    ROOT / "api" / "books" / "datev.py",
    ROOT / "api" / "books" / "exporting.py",
    ROOT / "api" / "http" / "paging.py",
    ROOT / "api" / "http" / "parameters.py",
    ROOT / "api" / "portal",
]
# What no form can say: bodies that are no forms, agreements, slips of ours, what the command line asks for.
NOT_OF_A_FORM = re.compile(
    r"is nested too deeply|differs from the header|must be a JSON object|says more than an agreement|"
    r"is declared twice|\[debtors\] has no number|is taken by|"
    r"is a day such as|can.t be written|is one of X\.|is no form of at most|^is X$"
)
# Which part of the call is the fault.
FAULT = {"malformed": 1, "FieldFaultError": 1, "FaultError": 0, "ValueError": 0}


def calls(*names: str, of: list[Path]) -> Iterator[ast.Call]:
    for asked in of:
        for file in sorted(asked.rglob("*.py")) if asked.is_dir() else [asked]:
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                    yield node


def plain_sentences() -> list[str]:
    """As they are written, with something in each place; a sentence that another function made is that one's."""
    found = []
    for call in calls(*FAULT, of=ASKED):
        assert isinstance(call.func, ast.Name)
        place = FAULT[call.func.id]
        told = call.args[place] if len(call.args) > place else None
        if isinstance(told, ast.Constant):
            found.append(str(told.value))
        elif isinstance(told, ast.JoinedStr):
            found.append("".join(str(p.value) if isinstance(p, ast.Constant) else "X" for p in told.values))
    return found


def test_no_form_is_told_a_plain_sentence() -> None:
    assert "is nested too deeply" in plain_sentences()
    assert [one for one in plain_sentences() if not NOT_OF_A_FORM.search(one)] == []


def test_every_code_has_words_and_no_other_has() -> None:
    assert FIELD_FAULTS.keys() == SENTENCES.keys()


@pytest.mark.parametrize("code", SENTENCES)
def test_words_name_no_figure_that_the_fault_has_not(code: str) -> None:
    assert set(PLACE.findall(FIELD_FAULTS[code])) <= set(PLACE.findall(SENTENCES[code]))


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_word_is_one_of_the_readers_language(language: str) -> None:
    labels = labels_in("api.portal", language)
    assert [english for english in FIELD_FAULTS.values() if labels(english) == english] == []


def test_every_fault_is_made_with_the_figures_of_its_sentence() -> None:
    """A code that nothing makes would be one too many."""
    made = set()
    for call in calls(
        "FieldFault", "_with_example", "_limited", "not_near", of=[ROOT / "ledger", ROOT / "projections", ROOT / "api"]
    ):
        if not isinstance(call.args[0], ast.Constant):
            continue
        code = call.args[0].value
        made.add(code)
        if isinstance(call.func, ast.Name) and call.func.id == "FieldFault" and len(call.args) == 1:
            assert PLACE.findall(SENTENCES[code]) == [], code
        elif len(call.args) == 2 and isinstance(call.args[1], ast.Dict):
            given = {key.value for key in call.args[1].keys if isinstance(key, ast.Constant)}
            assert given == set(PLACE.findall(SENTENCES[code])), code
    assert made == SENTENCES.keys()


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (FieldFault("too_long", {"limit": 4000}), "has more than 4,000 letters"),
        (FieldFault("one_of", {"members": ("en", "de", "pl")}), "is one of en, de, pl"),
        (FieldFault("far_day", {"first": "1990", "last": "2200"}), "a day lies between 1990 and 2200"),
        (
            FieldFault("no_service", {"service": "{members}", "members": ("a",)}),
            "these terms have no service {members}; they have a",
        ),
    ],
)
def test_the_ledgers_sentence_is_made_from_code_and_figures(fault: FieldFault, sentence: str) -> None:
    assert malformed("field", fault).detail == f"field: {sentence}"


def test_a_text_that_looks_like_another_fault_is_a_figure() -> None:
    fault = FieldFault("no_service", {"service": "x: is empty", "members": ("is missing",)})
    found = reasons_of(malformed("service", fault), labels_in("api.portal", "en"), "UTC")
    assert found == [Reason("The contract has no such service.", "service", "Service")]


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
