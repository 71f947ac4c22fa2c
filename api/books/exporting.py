"""Books asked for: the form, the days and the provider become a book, and the book the bytes of a file.

One snapshot, one position. `from` and `to` are days in each provider's zone, both included.
"""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from pathlib import Path

from api.books.beancount import beancount
from api.books.datev import check_period, datev, read_mapping
from api.books.entries import transactions
from api.books.flat import flat
from api.books.hledger import hledger
from api.books.journal import Book, make_book
from api.books.stored import read_stored
from ledger.kernel.errors import malformed
from ledger.kernel.values import local_date, to_micros
from projections.reader import Reader, Snapshot, view_position

JOURNALS = {"beancount": beancount, "hledger": hledger, "csv": flat}
FORMS = (*JOURNALS, "datev")


async def export(
    state_reader: Reader,
    form: str,
    from_on: date | None,
    to_on: date | None,
    provider: str | None,
    accounts: Path | None = None,
    now: datetime | None = None,
) -> bytes:
    """The books in one of FORMS, from the views as they are: whole, or what is booked from one day to another.

    Without `to_on`: what is effective by now. With it, also what is known to become effective until that day, as a
    balance's `as_of` has it. `accounts` is a file over `datev.toml`. Refuses `malformed` with the field: an unknown
    form or provider, days that are the wrong way round, and what DATEV does not take.
    """
    if form not in FORMS:
        raise malformed("form", f"is one of {', '.join(FORMS)}.")
    if from_on is not None and to_on is not None and from_on > to_on:
        raise malformed("from", f"{from_on} lies after the last day, {to_on}.")
    asked_at = now or state_reader.clock()
    if form != "datev":
        async with state_reader.snapshot() as snapshot:
            return JOURNALS[form](await read_book(snapshot, from_on, to_on, provider, asked_at))
    mapping = read_mapping(accounts)
    first, last = check_period(from_on, to_on, asked_at.date())
    async with state_reader.snapshot() as snapshot:
        await _check_currency(snapshot, provider)
        return datev(await read_book(snapshot, first, last, provider, asked_at), first, mapping, asked_at)


async def read_book(
    snapshot: Snapshot, from_on: date | None, to_on: date | None, provider: str | None, now: datetime
) -> Book:
    """The book as of a snapshot; without `to_on` it ends with the day that `now` is, where that is latest."""
    position = await view_position(snapshot)
    stored = await read_stored(snapshot, provider, position)
    if provider is not None and not stored.contracts:
        known = await snapshot.query("SELECT DISTINCT provider FROM contracts ORDER BY provider")
        there = f"there are those of {', '.join(row[0] for row in known)}" if known else "there are none at all"
        raise malformed("provider", f"the ledger has no contract of {provider}; {there}.")
    zones = {contract.timezone for contract in stored.contracts.values()} or {"UTC"}
    until_on = to_on or max(local_date(now, zone) for zone in zones)
    if from_on is not None and from_on > until_on:
        raise malformed("from", f"{from_on} lies ahead; name the last day too.")
    at = to_micros(now)
    counted = (one for one in transactions(stored) if (one.at <= at if to_on is None else one.on <= to_on))
    return make_book(counted, from_on, until_on, position)


async def _check_currency(snapshot: Snapshot, provider: str | None) -> None:
    """DATEV's books are in EUR, so a provider that charges in another currency has none."""
    if provider is None:
        return
    rows = await snapshot.query("SELECT DISTINCT currency FROM contracts WHERE provider = ?", (provider,))
    if rows and all(row[0] != "EUR" for row in rows):
        raise malformed("provider", f"{provider} charges in {rows[0][0]}; a Buchungsstapel is in EUR.")


async def export_days(
    state_reader: Reader,
    form: str,
    from_: str | None = None,
    to: str | None = None,
    provider: str | None = None,
    accounts: str | None = None,
) -> bytes:
    """`export`, with days and the path as a command line has them."""
    path = Path(accounts) if accounts is not None else None
    return await export(state_reader, form, _day("from", from_), _day("to", to), provider, path)


def _day(field: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise malformed(field, "is a day such as 2026-01-31.") from None


def write_books(content: bytes, output: str | None) -> None:
    """To a file, whole or not at all, or as they are to standard output. Refuses `malformed` `output`."""
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    path = Path(output).resolve()
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
            path.write_bytes(content)
            return
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise malformed("output", f"{output} can't be written: {error.strerror}.") from None
