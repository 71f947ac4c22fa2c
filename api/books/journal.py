"""Neutral double entry: transactions that balance, opening balances, and what each account holds at a month's end.

Knows no database and no format. Amounts are ints: minutes, or minor units of a currency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, groupby, takewhile
from typing import NamedTuple

from api.books.chart import EXPIRED, MINUTES, OPENING, Account
from api.books.ordered import Spool
from ledger.kernel.values import from_micros, show_cents, show_instant

INVOICE, CREDIT_NOTE = DOCUMENT_KINDS = ("invoice", "credit-note")


class FaultyBooksError(ValueError):
    """What the books are made from does not agree with itself; says what, and where."""


class Posting(NamedTuple):
    """Debits are positive. `note` names the grant, the charge or the invoice that the amount concerns; of VAT also what
    it is in the currency of the provider's country."""

    account: Account
    amount: int
    commodity: str
    note: str | None = None


@dataclass(slots=True, frozen=True)
class Transaction:
    """What one event did to the books. Raises FaultyBooksError where it does not balance in every commodity.

    `on` is the day of `at`, its effective time in microseconds, in the provider's zone; for a document the day of
    issue. `recorded_at` is None for breakage, which nobody records, and for an opening balance, which is no event and
    has no `position`. `behind` are the positions of the events that a document's lines rest on. `dated` is when it was
    true, where that month was closed already (M5). Ids only, no texts.
    """

    on: date
    at: int
    position: int | None
    recorded_at: int | None
    contract_id: str | None
    kind: str
    reference: str
    postings: tuple[Posting, ...]
    behind: tuple[int, ...] = ()
    dated: int | None = None

    def __post_init__(self) -> None:
        sums: dict[str, int] = defaultdict(int)
        for posting in self.postings:
            sums[posting.commodity] += posting.amount
        if any(sums.values()):
            raise FaultyBooksError(
                f"position {self.position}: {self.kind} {self.reference} does not balance: {dict(sums)}"
            )

    @property
    def narration(self) -> str:
        is_undone = self.kind == "breakage" and self.postings[0].amount < 0  # what had expired was taken back since
        return f"{self.kind} {'undone ' if is_undone else ''}{self.reference}"

    @property
    def order(self) -> tuple[date, int, int, bool]:
        """By day, effective time and position; a grant goes before its own breakage, as in statements."""
        return (self.on, self.at, self.position or 0, self.recorded_at is None)


@dataclass(slots=True, frozen=True)
class Assertion:
    """What an account holds at the end of the day `on`. `last` is the posting that brought it there:
    its transaction's place in the book and its own place in the transaction."""

    on: date
    account: Account
    commodity: str
    amount: int
    last: tuple[int, int]


@dataclass(slots=True, frozen=True)
class Book:
    """Opening balances, and what was since; `accounts` has each account and commodity by name, with the day of its
    first posting. `until_on` is the last day that the book covers, included.

    `assertions` are the balance of every account at the end of each month in which it moved, by day and account; the
    last day of the book ends a month.
    """

    openings: list[Transaction]
    ordered: Iterable[Transaction]
    from_on: date | None
    until_on: date
    position: int
    accounts: dict[tuple[Account, str], date]
    assertions: Spool[Assertion]

    def transactions(self) -> Iterator[Transaction]:
        """In order, opening balances first."""
        return chain(self.openings, _since(self.from_on, self.ordered))

    def month_of(self, one: Transaction) -> date:
        """The day of the assertions that its month has."""
        return min(last_day(one.on), self.until_on)


@dataclass(slots=True, frozen=True)
class BookFile:
    """Books as another program reads them, and what has to be said of them to whoever asked."""

    pieces: Iterable[bytes]
    notes: tuple[str, ...] = ()


def make_book(ordered: Iterable[Transaction], from_on: date | None, until_on: date, position: int) -> Book:
    """The transactions from `from_on` on (all, where it is None); what was before is in opening balances.

    `ordered` are all, by `Transaction.order`; they are read through here, and again each time that the book is written.
    Raises FaultyBooksError where of a grant less than nothing has expired.
    """
    openings = [] if from_on is None else list(_openings(takewhile(lambda one: one.on < from_on, ordered), from_on))
    book = Book(openings, ordered, from_on, until_on, position, {}, Spool())
    first: dict[tuple[Account, str], date] = {}
    balances: dict[tuple[Account, str], int] = defaultdict(int)
    placed = enumerate(chain(openings, _since(from_on, _checked(ordered))))
    for on, month in groupby(placed, lambda one: book.month_of(one[1])):
        ends: dict[tuple[Account, str], Assertion] = {}
        for place, transaction in month:
            for part, posting in enumerate(transaction.postings):
                key = (posting.account, posting.commodity)
                first.setdefault(key, transaction.on)
                balances[key] += posting.amount
                if transaction.position is not None:
                    ends[key] = Assertion(on, *key, balances[key], (place, part))
        for key in sorted(ends):
            book.assertions.add(ends[key])
    book.accounts.update(sorted(first.items()))
    return book


def _since(from_on: date | None, ordered: Iterable[Transaction]) -> Iterator[Transaction]:
    return (one for one in ordered if from_on is None or one.on >= from_on)


def _checked(ordered: Iterable[Transaction]) -> Iterator[Transaction]:
    """The same. What is missing of a grant is a debt, which less than nothing of `Expired` would hide (C17)."""
    expired: dict[tuple[Account, str | None], int] = defaultdict(int)
    for one in ordered:
        for posting in one.postings:
            if posting.account.leaf != EXPIRED:
                continue
            of_grant = (posting.account, posting.note)
            expired[of_grant] += posting.amount
            if expired[of_grant] < 0:
                told = f"{expired[of_grant]} of grant {posting.note} had expired on {one.on}"
                raise FaultyBooksError(f"position {one.position}: {told}")
        yield one


def _openings(before: Iterable[Transaction], from_on: date) -> Iterator[Transaction]:
    """One transaction an account with a balance, against `Equity:Opening`."""
    balances: dict[tuple[Account, str], int] = defaultdict(int)
    for transaction in before:
        for posting in transaction.postings:
            balances[posting.account, posting.commodity] += posting.amount
    for (account, commodity), amount in sorted(balances.items()):
        if amount:
            postings = (Posting(account, amount, commodity), Posting(OPENING, -amount, commodity))
            yield Transaction(from_on, 0, None, None, None, "opening", "balance", postings)


def last_day(day: date) -> date:
    """The last day of its month: 2026-02-10 is 2026-02-28."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def tags(one: Transaction) -> dict[str, str | int | None]:
    """Where and when: position, both times and the contract, None where there is none; none at all of an opening."""
    if one.position is None:
        return {}
    times = {"effective": one.at, "recorded": one.recorded_at, "dated": one.dated}
    shown = {name: show_instant(from_micros(at)) if at is not None else None for name, at in times.items()}
    return {"position": one.position, **shown, "contract": one.contract_id}


def show_amount(amount: int, commodity: str) -> str:
    """Minutes as they are, money with two decimals: 6675 EUR is `66.75`."""
    return str(amount) if commodity == MINUTES else show_cents(amount)
