"""The words printed on documents, by language; the catalogues are in `locale/`."""

from __future__ import annotations

from collections.abc import Mapping

from api.documents.texts import clipped
from api.languages import Labels, labels_in, language_among
from ledger.billing.naming import spoken
from ledger.events import DocumentLine

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


def labels_for(language: str) -> Labels:
    """Words for a language tag: `de` and `de-AT` are German, an unknown one is English."""
    return labels_in("api.documents", language_among(language) or "en")


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
