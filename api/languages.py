"""The languages of those who read: gettext catalogues, read once by Babel, for documents and for the portal.

The words in code and templates are the English ones. A language without a catalogue, or a word that a catalogue lacks,
is English.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from babel import Locale
from babel.messages.pofile import read_po

LANGUAGES = ("en", "de", "pl", "cs", "sk")
# The order of a catalogue's plurals: Polish has the first three, Czech and Slovak `one`, `few` and `other`.
PLURALS = {"one": 0, "few": 1, "many": 2, "other": 2}
PLACE = re.compile(r"\{(\w+)\}")


class Labels:
    """Words of one language: `labels("Invoice")` is `Rechnung` in German."""

    def __init__(
        self, language: str, words: dict[str, str], numbered: dict[str, tuple[str, ...]] | None = None
    ) -> None:
        """`numbered` are the words that change with a number, by their English singular."""
        self.language = language
        self.locale = Locale.parse("en_GB" if language == "en" else language)
        self._words = words
        self._numbered = numbered or {}

    def __call__(self, english: str, **values: str) -> str:
        """The word, with `{name}` filled in. Values are put in as they are: they are never read as a pattern."""
        return filled(self._words.get(english) or english, values)

    def counted(self, one: str, many: str, number: int, **values: str) -> str:
        """The word for so many: `2 Einträge` in German, `2 wpisy` and `5 wpisów` in Polish."""
        forms = self._numbered.get(one)
        if forms is None:
            return filled(one if number == 1 else many, values)
        return filled(forms[min(PLURALS[self.locale.plural_form(number)], len(forms) - 1)], values)


def word(english: str) -> str:
    """Marks a word for the catalogues that is looked up elsewhere; it stays as it is."""
    return english


def filled(pattern: str, values: dict[str, str]) -> str:
    return PLACE.sub(lambda place: values.get(place[1], place[0]), pattern)


def language_among(tag: str) -> str | None:
    """The language of a tag that there are words in: `de` and `de-AT` are German."""
    primary = tag.replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else None


@cache
def labels_in(package: str, language: str) -> Labels:
    """The words of a package in one of LANGUAGES; its catalogues are in the folder `locale`."""
    if language == "en":
        return Labels(language, {})
    with (resources.files(package) / "locale" / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    words, numbered = {}, {}
    for word in catalogue:
        if word.pluralizable:
            numbered[str(word.id[0])] = tuple(str(form) for form in word.string or ())
        elif word.id and word.string:
            words[str(word.id)] = str(word.string)
    return Labels(language, words, numbered)
