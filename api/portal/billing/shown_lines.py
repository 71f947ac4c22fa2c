"""Lines of invoices and drafts as pages show them: in the reader's language, and with how time became money.

The words are those of printed documents (`api/documents/labels.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.documents import figures
from api.documents.labels import is_told_beside, kind_of, labels_for, words_of
from api.documents.reckoning import reckoned
from api.portal.credit.shown_deductions import ShownDeduction, named_deduction
from ledger.events import DocumentLine, VatLine
from ledger.kernel.access import Actor
from projections.billing.document_questions import ShownLine
from projections.credit.deduction_questions import deductions_seen
from projections.reader import Snapshot


@dataclass(slots=True, frozen=True)
class PrintedLine:
    """`kind` is what it is about, `words` say more, `reckoning` how time was rounded and priced."""

    line: DocumentLine
    kind: str
    words: str
    reckoning: Sequence[str]
    vat_rate: str
    engineer: str | None
    note: str | None
    ticket_title: str | None


def lines_in_words(lines: Iterable[ShownLine], currency: str, language: str) -> list[PrintedLine]:
    labels = labels_for(language)
    return [
        PrintedLine(
            one.line,
            kind_of(one.line, labels),
            "" if is_told_beside(one.line) else words_of(one.line, labels),
            reckoned(one.line, currency, labels),
            vat_rate(one.line, language),
            one.engineer,
            one.note,
            one.ticket_title,
        )
        for one in lines
    ]


async def penalties_of(snapshot: Snapshot, actor: Actor, lines: Iterable[ShownLine]) -> dict[str, ShownDeduction]:
    """By id the deductions of penalties among the lines: no work names them, their session does."""
    of_penalties = [one.line.deduction_id for one in lines if one.line.basis == "penalty" and one.line.deduction_id]
    found = await deductions_seen(snapshot, actor, of_penalties)
    return {each: named_deduction(one) for each, one in found.items()}


def vat_rate(line: DocumentLine | VatLine, language: str) -> str:
    """`19 %`; what bears no domestic rate has none."""
    rate = line.rate_percent_hundredths if isinstance(line, VatLine) else line.vat_rate_percent_hundredths
    category = line.category if isinstance(line, VatLine) else line.vat_category
    return figures.rate(rate if category == "S" else None, labels_for(language).locale)
