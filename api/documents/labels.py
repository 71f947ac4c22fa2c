"""The words printed on documents, by language; the catalogues are in `locale/`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from api.documents import figures
from api.documents.texts import clipped
from api.languages import Labels, labels_in, language_among
from ledger.billing.lines import PENALTIES
from ledger.billing.naming import spoken
from ledger.events import DocumentLine
from ledger.kernel.values import from_micros
from projections.credit.penalties import PenaltyTold

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
# Kinds whose words say no more than the kind and the details beside it.
TOLD = ("included", "overage", "service", "surcharge")
START = "start"  # of a session, where it was
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
    values = spoken(line.values, line.names, labels.language, labels)
    if START in values:
        values[START] = figures.moment(datetime.fromisoformat(values[START]), labels.locale)
    return labels(line.template, **values)


def is_told_beside(line: DocumentLine) -> bool:
    """Whether the words of a line say no more than its kind and the details beside it. Those of a penalty say why."""
    return line.kind in TOLD and line.deduction_id is not None and START not in line.values


def penalty_in_words(penalty: PenaltyTold, zone: str, labels: Labels) -> str:
    """Which session it is for, when that was to begin there, and whether it was missed or changed late (C7)."""
    start = from_micros(penalty.starts_at).astimezone(ZoneInfo(zone))
    return labels(PENALTIES[penalty.cause], session=penalty.session_id, start=figures.moment(start, labels.locale))


def ticket_named(ticket_id: str, titles: Mapping[str, str]) -> str:
    """A ticket by its id, and its title where that is known."""
    title = clipped(titles.get(ticket_id, ""), LONGEST_TITLE)
    return f"{ticket_id}: {title}" if title else ticket_id
