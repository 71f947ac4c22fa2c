"""Books for hledger: commodities and accounts declared, so that `hledger check --strict` has something to check.

An assertion stands on the last posting of its account in a month, so that every transaction is still an event's.
"""

from __future__ import annotations

from collections.abc import Iterator

from api.books.chart import MINUTES, plain_name
from api.books.journal import Book, Transaction, show_amount, tags


def hledger(book: Book) -> bytes:
    """The journal: position as the transaction's code and tag, ids as tags."""
    return ("\n".join(_lines(book)) + "\n").encode()


def _lines(book: Book) -> Iterator[str]:
    accounts = book.accounts()
    yield f"; Support Contract Ledger, up to position {book.position}"
    yield "decimal-mark ."
    yield ""
    for commodity in sorted({commodity for _, commodity in accounts}):
        yield f"commodity {'1000.' if commodity == MINUTES else '1000.00'} {commodity}"
    for name in sorted({plain_name(account) for account, _ in accounts}):
        yield f"account {name}"
    asserted = {one.last: show_amount(one.amount, one.commodity) for one in book.assertions()}
    for place, transaction in enumerate(book.transactions):
        yield ""
        yield from _transaction(transaction, place, asserted)


def _transaction(one: Transaction, place: int, asserted: dict[tuple[int, int], str]) -> Iterator[str]:
    code = "" if one.position is None else f"({one.position}) "
    yield f"{one.on} * {code}{one.narration}"
    told = tags(one) | {"behind": " ".join(map(str, one.behind)) or None}
    shown = ", ".join(f"{name}:{value}" for name, value in told.items() if value is not None)
    if shown:
        yield f"    ; {shown}"
    for part, posting in enumerate(one.postings):
        line = (
            f"    {plain_name(posting.account)}  {show_amount(posting.amount, posting.commodity)} {posting.commodity}"
        )
        if (place, part) in asserted:
            line += f" = {asserted[place, part]} {posting.commodity}"
        yield line if posting.note is None else f"{line}  ; about:{posting.note}"
