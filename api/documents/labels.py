"""The words printed on documents, by language: gettext catalogues in `locale/`, read once by Babel.

The words in code are the English ones. A language without a catalogue, or a word that a catalogue lacks, is English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from babel import Locale
from babel.messages.pofile import read_po

from api.documents.texts import clipped
from ledger.billing.naming import spoken
from ledger.events import DocumentLine

LANGUAGES = ("en", "de", "pl", "cs", "sk")
INCLUDED = {"penalty": "Missed or late changed session", "goodwill": "Time free of charge"}
INCLUDED["warranty"] = INCLUDED["goodwill"]
KINDS = {
    "fee": "Fee",
    "lump_sum": "Lump sum paid in advance",
    "top_up": "Top-up of credit",
    "overage": "Time beyond the credit",
    "service": "Service",
    "surcharge": "On-site surcharge",
    "service_credit": "Service credit",
    "reversal": "Reversal",
}
LONGEST_TITLE = 200  # of a ticket, where it heads what follows
PLACE = re.compile(r"\{(\w+)\}")


class Labels:
    """Words of one language: `labels("Invoice")` is `Rechnung` in German."""

    def __init__(self, language: str, words: dict[str, str]) -> None:
        self.language = language
        self.locale = Locale.parse("en_GB" if language == "en" else language)
        self._words = words

    def __call__(self, english: str, **values: str) -> str:
        """The word, with `{name}` filled in. Values are put in as they are: they are never read as a pattern."""
        pattern = self._words.get(english) or english
        return PLACE.sub(lambda place: values.get(place[1], place[0]), pattern)


def labels_for(language: str) -> Labels:
    """Words for a language tag: `de` and `de-AT` are German, an unknown one is English."""
    primary = language.replace("_", "-").split("-")[0].lower()
    return _labels(primary if primary in LANGUAGES else "en")


def kind_of(line: DocumentLine, labels: Labels) -> str:
    """What a line is about, in a word or two of the document's language."""
    if line.kind == "included":
        included = "Included time" if line.unit == "minute" else "Included service"
        return labels(INCLUDED.get(line.basis or "", included))
    return labels(KINDS[line.kind])


def words_of(line: DocumentLine, labels: Labels) -> str:
    """What the line says, in the document's language."""
    if not line.template:
        return line.description
    return labels(line.template, **spoken(line.values, line.names, labels.language, labels))


def ticket_named(ticket_id: str, titles: Mapping[str, str]) -> str:
    """A ticket by its id, and its title where that is known."""
    title = clipped(titles.get(ticket_id, ""), LONGEST_TITLE)
    return f"{ticket_id}: {title}" if title else ticket_id


@cache
def _labels(language: str) -> Labels:
    if language == "en":
        return Labels(language, {})
    with (resources.files("api.documents") / "locale" / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return Labels(language, {str(word.id): str(word.string) for word in catalogue if word.id and word.string})
