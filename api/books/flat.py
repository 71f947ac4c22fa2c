"""Books as CSV: one row a posting, for spreadsheets and whatever reads tables."""

from __future__ import annotations

import csv
import io

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


def flat(book: Book) -> bytes:
    """RFC 4180 in UTF-8. Debits are positive; opening balances have no position. No id is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(FLAT_COLUMNS)
    for one in book.transactions:
        head = (
            one.position,
            one.on,
            *(tags(one).get(name) for name in ("effective", "recorded", "dated")),
            _text(one.contract_id),
            _text(one.kind),
            _text(one.reference),
        )
        for posting in one.postings:
            amount = show_amount(posting.amount, posting.commodity)
            writer.writerow((*head, _text(plain_name(posting.account)), amount, posting.commodity, _text(posting.note)))
    return out.getvalue().encode()


def _text(text: str | None) -> str | None:
    return as_text(text) if text is not None else None
