"""Books for Beancount. Assertions allow no difference at all: left to itself, Beancount lets a cent or two pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from api.books.chart import MINUTES, OPENING, beancount_name
from api.books.journal import Book, Posting, Transaction, show_amount, tags


def beancount(book: Book) -> Iterator[str]:
    """Lines: commodities, accounts, transactions, and assertions, which Beancount checks before their day begins."""
    accounts = book.accounts
    commodities = sorted({commodity for _, commodity in accounts})
    yield f'option "title" "Support Contract Ledger, up to position {book.position}"'
    for commodity in commodities:
        if commodity != MINUTES:
            yield f'option "operating_currency" "{commodity}"'
    yield ""
    first = min(accounts.values(), default=book.until_on)
    for commodity in commodities:
        yield f"{first} commodity {commodity}"
    opened = set()
    for (account, commodity), on in accounts.items():
        if account == OPENING:  # the one account of several commodities: it takes whatever comes
            if account not in opened:
                yield f"{on} open {beancount_name(account)}"
        else:
            yield f"{on} open {beancount_name(account)} {commodity}"
        opened.add(account)
    for transaction in book.transactions():
        yield ""
        yield from _transaction(transaction)
    yield ""
    for one in book.assertions:
        amount = show_amount(one.amount, one.commodity)
        zero = show_amount(0, one.commodity)
        day_after = one.on + timedelta(days=1)
        yield f"{day_after} balance {beancount_name(one.account)}  {amount} ~ {zero} {one.commodity}"


def _transaction(one: Transaction) -> Iterator[str]:
    links = [] if one.position is None else [one.position, *one.behind]
    yield " ".join([f"{one.on} *", _string(one.narration), *(f"^position-{link}" for link in links)])
    for name, value in tags(one).items():
        if value is not None:
            yield f"  {name}: {value if isinstance(value, int) else _string(value)}"
    for posting in one.postings:
        yield from _posting(posting)


def _posting(one: Posting) -> Iterator[str]:
    yield f"  {beancount_name(one.account)}  {show_amount(one.amount, one.commodity)} {one.commodity}"
    if one.note is not None:
        yield f"    about: {_string(one.note)}"


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
