"""Books asked for: the form, the days and the provider become a book, and the book the bytes of a file.

One snapshot, one position. `from` and `to` are days in each provider's zone, both included.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from api.books.beancount import beancount
from api.books.datev import AdviserBooks, check_period, datev
from api.books.datev_debtors import datev_debtors
from api.books.datev_mapping import read_mapping
from api.books.extf import EXTF_CURRENCY
from api.books.flat import flat
from api.books.gathering import BookBounds, gather
from api.books.hledger import hledger
from api.books.journal import Book, BookFile, make_book
from api.books.revenue import sold
from ledger.kernel.errors import malformed
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import local_date, to_micros
from ledger.store.ledger_files import private_opener
from projections.provider.books import AdviserSource, BooksSource, adviser_source, books_source
from projections.reader import Reader

BOUNDS = BookBounds()
JOURNALS = {"beancount": beancount, "hledger": hledger, "csv": flat}
FORMS = (*JOURNALS, "datev", "datev-debtors")


async def export(
    state_reader: Reader,
    form: str,
    from_on: date | None,
    to_on: date | None,
    provider: str | None,
    accounts: Path | None = None,
    now: datetime | None = None,
    bounds: BookBounds = BOUNDS,
) -> BookFile:
    """The books in one of FORMS, from the views as they are: whole, or what is booked from one day to another.

    Without `to_on`: what is effective by now. With it, also what is known to become effective until that day, as a
    balance's `as_of` has it. `accounts` is a file over `datev.toml`. Refuses `malformed` with the field: an unknown
    form or provider, days that are the wrong way round, and what DATEV does not take. Raises
    FaultyBooksError where the books do not agree with themselves.
    """
    if form not in FORMS:
        raise malformed("form", f"is one of {', '.join(FORMS)}.")
    if from_on is not None and to_on is not None and from_on > to_on:
        raise malformed("from", FieldFault("book_wrong_way_round", {"first": from_on, "last": to_on}))
    asked_at = now or state_reader.clock()
    if form in JOURNALS:
        async with state_reader.snapshot() as snapshot:
            source = await books_source(snapshot, provider, bounds.rows)
            book = await _book(source, from_on, to_on, asked_at, bounds)
        return BookFile(f"{line}\n".encode() for line in JOURNALS[form](book))
    mapping = read_mapping(accounts)
    first, last = check_period(from_on, to_on, asked_at.date())
    async with state_reader.snapshot() as snapshot:
        adviser = await adviser_source(snapshot, provider, first, last)
        _check_currency(adviser, provider)
        documents = [sold(*one) async for one in adviser.documents()]
        issued = AdviserBooks(await adviser.customers(), documents)
    if form == "datev-debtors":
        return datev_debtors(issued, first, mapping, asked_at)
    return datev(issued, first, last, mapping, asked_at)


async def _book(
    source: BooksSource, from_on: date | None, to_on: date | None, now: datetime, bounds: BookBounds
) -> Book:
    """The book; without `to_on` it ends with the day that `now` is, where that is latest."""
    zones = {contract.timezone for contract in source.contracts.values()} or {"UTC"}
    until_on = to_on or max(local_date(now, zone) for zone in zones)
    if from_on is not None and from_on > until_on:
        raise malformed("from", FieldFault("book_to_come", {"day": from_on}))
    at = to_micros(now)
    found = await gather(source, lambda one: one.at <= at if to_on is None else one.on <= to_on, bounds)
    return make_book(found, from_on, until_on, source.position)


def _check_currency(source: AdviserSource, provider: str | None) -> None:
    """DATEV's books are in EUR, so a provider that charges in another currency has none."""
    if provider is not None and EXTF_CURRENCY not in source.currencies:
        told = {"provider": provider, "currency": min(source.currencies)}
        raise malformed("provider", FieldFault("book_of_currency", told))


async def export_days(
    state_reader: Reader,
    form: str,
    from_: str | None = None,
    to: str | None = None,
    provider: str | None = None,
    accounts: str | None = None,
) -> BookFile:
    """`export`, with days and the path as a command line has them."""
    path = Path(accounts) if accounts is not None else None
    return await export(state_reader, form, _day("from", from_), _day("to", to), provider, path)


def _day(field: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise malformed(field, "is a day such as 2026-01-31.") from None


def write_books(pieces: Iterable[bytes], output: str | None) -> None:
    """To a file, whole or not at all, or as they are to standard output. Refuses `malformed` `output`."""
    if output is None:
        sys.stdout.buffer.writelines(pieces)
        sys.stdout.buffer.flush()
        return
    path = Path(output).resolve()
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
            with open(path, "wb") as device:
                device.writelines(pieces)
            return
        with open(beside, "wb", opener=private_opener) as file:  # books say what a customer was owed
            file.writelines(pieces)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise malformed("output", f"{output} can't be written: {error.strerror}.") from None
