"""Every reason of a due instant's account has words in the reader's language, with the figures that it has."""

from __future__ import annotations

from datetime import date

import pytest

from api.languages import PLACE
from api.portal.words.window_words import WINDOW_REASONS
from ledger.plans.window_reasons import SENTENCES, WindowReason


def test_every_code_has_words_and_no_other_has() -> None:
    assert WINDOW_REASONS.keys() == SENTENCES.keys()


@pytest.mark.parametrize("code", SENTENCES)
def test_words_name_the_figures_of_the_sentence(code: str) -> None:
    assert PLACE.findall(WINDOW_REASONS[code]) == PLACE.findall(SENTENCES[code])


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (WindowReason("support_hours"), "support hours"),
        (
            WindowReason("counted_day", values={"number": "1", "promised": "2"}),
            "support hours: day 1 of 2",
        ),
        (WindowReason("closed", date(2026, 2, 7)), "Sat 2026-02-07 closed"),
        (
            WindowReason("holiday", date(2026, 12, 24), {"name": "Heilig; {count}"}),
            "Thu 2026-12-24 holiday: Heilig; {count}",
        ),
    ],
)
def test_the_accounts_sentence_is_made_from_code_and_figures(reason: WindowReason, sentence: str) -> None:
    assert reason.sentence == sentence
