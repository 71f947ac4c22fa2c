"""Books as CSV: one row a posting, for spreadsheets and whatever reads tables."""

from __future__ import annotations

import csv
import io

from api.books.chart import plain_name
from api.books.journal import Book, show_amount
from ledger.values import from_micros, show_instant

COLUMNS = (
    "position",
    "effective_on",
    "effective_at",
    "recorded_at",
    "contract_id",
    "kind",
    "reference",
    "account",
    "amount",
    "commodity",
    "note",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def flat(book: Book) -> bytes:
    """RFC 4180 in UTF-8. Debits are positive; opening balances have no position. No id is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in book.transactions:
        head = (
            one.position,
            one.on,
            show_instant(from_micros(one.at)) if one.position is not None else None,
            show_instant(from_micros(one.recorded_at)) if one.recorded_at is not None else None,
            _text(one.contract_id),
            _text(one.kind),
            _text(one.reference),
        )
        for posting in one.postings:
            amount = show_amount(posting.amount, posting.commodity)
            writer.writerow((*head, _text(plain_name(posting.account)), amount, posting.commodity, _text(posting.note)))
    return out.getvalue().encode()


def _text(text: str | None) -> str | None:
    """What a spreadsheet would take for a formula is quoted with ', which no id begins with: `-2-3` is `'-2-3`."""
    return f"'{text}" if text is not None and text.startswith(FORMULA) else text
