"""How a time became an amount, in words of the reader's language: how it was rounded, and which rate it bears.

`0:50 worked, 1:00 billed: steps of 15 minutes`, and `0:15 at 89.00 €, beyond the 8 hours included`.
"""

from __future__ import annotations

from api.documents import figures
from api.documents.document_parties import Parties
from api.documents.labels import words_of
from api.languages import Labels
from ledger.events import DocumentLine


def rounding(worked: int | None, billed: int | None, increment: int | None, labels: Labels) -> list[str]:
    """A sentence where the minutes billed are not those worked (C1), else none."""
    if worked is None or billed is None or increment is None or worked == billed:
        return []
    steps = figures.duration(increment, labels.locale)
    told = "{worked} worked, {billed} billed: steps of {steps}"
    return [labels(told, worked=figures.hours(worked), billed=figures.hours(billed), steps=steps)]


def rate_applied(line: DocumentLine, currency: str, labels: Labels) -> list[str]:
    """A sentence where time has a price by the hour (C3, C11), else none: credit that is bought is no time worked."""
    if line.kind not in ("overage", "service") or line.unit != "minute":
        return []
    time, rate = figures.hours(line.quantity), figures.money(line.unit_price_cents, currency, labels.locale)
    beyond, before = (
        figures.duration(minutes, labels.locale) if minutes else ""
        for minutes in (line.included_minutes, line.charged_before_minutes)
    )
    if beyond and before:
        told = labels(
            "{time} at {rate}, beyond the {beyond} included and {before} charged before",
            time=time,
            rate=rate,
            beyond=beyond,
            before=before,
        )
    elif beyond:
        told = labels("{time} at {rate}, beyond the {beyond} included", time=time, rate=rate, beyond=beyond)
    elif before:
        told = labels("{time} at {rate}, beyond {before} charged before", time=time, rate=rate, before=before)
    else:
        told = labels("{time} at {rate}", time=time, rate=rate)
    return [told]


def reckoned(line: DocumentLine, currency: str, labels: Labels) -> list[str]:
    """What a line says of its time; one that takes something back says only that.

    A line without steps was issued before documents told them, and reads for ever as it did.
    """
    if line.kind == "reversal" or line.increment_minutes is None:
        return []
    return [
        *rounding(line.worked_minutes, line.billed_minutes, line.increment_minutes, labels),
        *rate_applied(line, currency, labels),
    ]


def description_of(line: DocumentLine, currency: str, parties: Parties, labels: Labels) -> str:
    """What a line of an e-invoice says: its words, how its time was reckoned, what was done; what is cut is of that."""
    note = parties.notes.get(line.deduction_id or "")
    return " · ".join([words_of(line, labels), *reckoned(line, currency, labels), *([note] if note else [])])
