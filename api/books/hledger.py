"""Books for hledger: commodities and accounts declared, so that `hledger check --strict` has something to check.

An assertion stands on the last posting of its account in a month, so that every transaction is still an event's.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from api.books.chart import MINUTES, plain_name
from api.books.journal import Book, Transaction, show_amount, tags


def hledger(book: Book) -> Iterator[str]:
    """The journal's lines: position as the transaction's code and tag, ids as tags."""
    accounts = book.accounts
    yield f"; Support Contract Ledger, up to position {book.position}"
    yield "decimal-mark ."
    yield ""
    for commodity in sorted({commodity for _, commodity in accounts}):
        yield f"commodity {'1000.' if commodity == MINUTES else '1000.00'} {commodity}"
    for name in sorted({plain_name(account) for account, _ in accounts}):
        yield f"account {name}"
    for place, transaction, asserted in _with_assertions(book):
        yield ""
        yield from _transaction(transaction, place, asserted)


def _with_assertions(book: Book) -> Iterator[tuple[int, Transaction, dict[tuple[int, int], str]]]:
    """Each transaction with its place, and what its month asserts. Both are in order of their months."""
    told = groupby(book.assertions, lambda one: one.on)
    on, month = next(told, (None, iter(())))
    asserted: dict[tuple[int, int], str] = {}
    for place, transaction in enumerate(book.transactions()):
        if on is not None and book.month_of(transaction) >= on:
            asserted = {one.last: show_amount(one.amount, one.commodity) for one in month}
            on, month = next(told, (None, iter(())))
        yield place, transaction, asserted


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
