"""The portal speaks five languages: every word that it says is in every catalogue, and nothing else is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from babel.messages.pofile import read_po

from api.languages import LANGUAGES, labels_in
from api.portal.frame.rendering import environment, language_for
from tests.portal.extraction import FOLDER, said

TRANSLATED = [language for language in LANGUAGES if language != "en"]
FORMS = {"de": 2, "pl": 3, "cs": 3, "sk": 3}


def places(text: str) -> list[str]:
    return sorted(re.findall(r"{\w+}", text))


def catalogue(language: str) -> dict[str, Any]:
    with (FOLDER / "locale" / f"{language}.po").open("rb") as file:
        return {
            one.id if isinstance(one.id, str) else one.id[0]: one for one in read_po(file, locale=language) if one.id
        }


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_word_that_is_said_is_in_the_catalogue_and_no_other(language: str) -> None:
    found = catalogue(language)
    assert set(found) == set(said())
    assert {word: one.id for word, one in found.items()} == {
        word: tuple(told) if isinstance(told, tuple) else told for word, told in said().items()
    }


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_keeps_the_places_of_its_word(language: str) -> None:
    for english, one in catalogue(language).items():
        strings = [one.string] if isinstance(one.string, str) else one.string
        assert len(strings) == (1 if isinstance(one.id, str) else FORMS[language]), english
        for translated in strings:
            assert translated.strip(), english
            assert places(translated) == places(english), english


# Words that speak to one reader as to a friend. A button is a verb alone (`Zapisz`), which is neither.
FAMILIAR = {
    "de": r"du|dein\w*|dir|dich",
    "pl": r"jesteś|masz|możesz|chcesz|\w+niesz|\w+(?:łeś|łaś)|tw(?:ój|oj\w+)|ci|cię|tobie|\w+ się, a",
    "cs": r"jsi|máš|můžeš|chceš|tvůj|tv(?:é|á|ého|ému|ým|oje|ou)|tobě|tebe",
    "sk": r"máš|môžeš|chceš|tvoj\w*|tebe|tebou",
}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_language_addresses_its_reader_formally(language: str) -> None:
    familiar = re.compile(rf"\b(?:{FAMILIAR[language]})\b", re.IGNORECASE)
    for english, one in catalogue(language).items():
        for translated in [one.string] if isinstance(one.string, str) else one.string:
            assert not familiar.search(translated), f"{english}: {translated}"


def test_something_is_said() -> None:
    assert "Skip to the content" in said()
    assert said()["{count} was refused."] == ("{count} was refused.", "{count} were refused.")


@pytest.mark.parametrize(
    ("language", "number", "expected"),
    [
        ("en", 1, "1 was refused."),
        ("en", 0, "0 were refused."),
        ("de", 1, "1 wurde abgelehnt."),
        ("de", 2, "2 wurden abgelehnt."),
        ("cs", 5, "Odmítnuto: 5."),
        ("pl", 22, "Odmówiono 22."),
    ],
)
def test_a_number_takes_its_form(language: str, number: int, expected: str) -> None:
    count = environment(language).globals["_n"]
    assert count("{count} was refused.", "{count} were refused.", number) == expected  # type: ignore[operator]


@pytest.mark.parametrize(
    ("chosen", "accepted", "expected"),
    [
        ("sk", "de", "sk"),
        ("xx", "de-AT,de;q=0.9,en;q=0.8", "de"),
        (None, "fr,pl;q=0.4,cs;q=0.7", "cs"),
        (None, "fr", "en"),
        (None, "", "en"),
        (None, "de;q=0", "en"),
        ("", "\N{SNOWMAN},,;q=1", "en"),
        (None, "de," * 100_000, "de"),
    ],
)
def test_the_language_is_the_chosen_one_then_the_browsers_then_english(
    chosen: str | None, accepted: str, expected: str
) -> None:
    assert language_for(chosen, accepted) == expected


def test_a_language_is_read_once() -> None:
    assert labels_in("api.portal", "de") is labels_in("api.portal", "de")


@pytest.mark.parametrize("language", TRANSLATED)
def test_an_origin_and_a_beginning_are_two_words(language: str) -> None:
    """`From` over a column asks from which credit; a day or a time that begins something has words of its own."""
    labels = labels_in("api.portal", language)
    assert labels("From") not in {labels("Start"), labels("From the day")}
    templates = "\n".join(one.read_text() for one in sorted((FOLDER / "templates").rglob("*.html")))
    assert re.findall(r'"(?:from|started_at)", _\("From"\)|_\("From"\), is_narrow', templates) == []


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("pl", "reklamac"),
        ("cs", "rozpor"),
        ("sk", "namiet"),
        ("pl", r"\b(twoj|ciebie|cię\b)"),
        ("cs", "termíny"),
        ("sk", "termíny"),
        ("cs", "tiket|opravn\\w+ doklad"),
        ("sk", "tiket|opravn\\w+ doklad"),
        ("de", "gutschrift(?! für Versäumtes)|gutgeschrieben durch"),
        ("pl", r"g:mm|\} godz\."),
    ],
)
def test_one_thing_has_one_name_and_one_tone(language: str, word: str) -> None:
    strings = [
        one.string if isinstance(one.string, str) else " ".join(one.string) for one in catalogue(language).values()
    ]
    assert [one for one in strings if re.search(word, one, re.IGNORECASE)] == []


@pytest.mark.parametrize(
    ("language", "kept", "paused", "missed"),
    [
        ("pl", "dotrzymano", "wstrzymano", "przekroczono"),
        ("cs", "dodrženo", "pozastaveno", "nedodrženo"),
        ("sk", "dodržané", "pozastavené", "nedodržané"),
    ],
)
def test_the_state_of_a_clock_agrees_with_whatever_it_stands_beside(
    language: str, kept: str, paused: str, missed: str
) -> None:
    labels = labels_in("api.portal", language)
    assert [labels("kept"), labels("paused"), labels("missed its time")] == [kept, paused, missed]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_promised_first_is_called_an_answer_everywhere(language: str) -> None:
    assert {"Reaction", "Resolution"}.isdisjoint(said())
    assert not labels_in("api.portal", language)("{hours} hours", hours="1:00").endswith(".")
