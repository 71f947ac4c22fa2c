"""Books as CSV: one row a posting, for spreadsheets and whatever reads tables."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from api.books.chart import plain_name
from api.books.journal import Book, show_amount, tags
from api.spreadsheet import as_text

FLAT_COLUMNS = (
    "position",
    "effective_on",
    "effective_at",
    "recorded_at",
    "dated_at",
    "contract_id",
    "kind",
    "reference",
    "account",
    "amount",
    "commodity",
    "note",
)


def flat(book: Book) -> Iterator[str]:
    """Lines of RFC 4180. Debits are positive; opening balances have no position. No id is taken for a formula."""
    writer = csv.writer(_Passed(), lineterminator="\r")  # a line feed follows each line of a book
    yield writer.writerow(FLAT_COLUMNS)
    for one in book.transactions():
        told = tags(one)
        head = (
            one.position,
            one.on,
            *(told.get(name) for name in ("effective", "recorded", "dated")),
            _text(one.contract_id),
            _text(one.kind),
            _text(one.reference),
        )
        for posting in one.postings:
            amount = show_amount(posting.amount, posting.commodity)
            yield writer.writerow(
                (*head, _text(plain_name(posting.account)), amount, posting.commodity, _text(posting.note))
            )


class _Passed:
    """What a writer of CSV writes to: it answers each row's text."""

    def write(self, text: str) -> str:
        return text


def _text(text: str | None) -> str | None:
    return as_text(text) if text is not None else None
