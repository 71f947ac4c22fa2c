"""The money of the books as DATEV's "Buchungsstapel" (EXTF, version 700): charges, invoices and credit notes in EUR.

Credit is left out: its accounts are memoranda, and what was bought stands in the charges. So are opening balances,
which the program that reads the file carries itself. A row has an account and its contra account, so a transaction of
more postings becomes several rows. Account numbers are data: `datev.toml`, and a file of the user's own over it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from api.books.chart import Account, plain_name
from api.books.journal import CREDIT_NOTE, DOCUMENTS, Book, Posting, Transaction, tags
from ledger.kernel.errors import malformed
from ledger.kernel.values import show_cents

CURRENCY = "EUR"
TEXT_LENGTH, INFO_LENGTH = 60, 210
_HERE = Path(__file__).parent
_DOCUMENT_NUMBER = re.compile(r"[A-Za-z0-9_$%/-]{1,36}")  # what Belegfeld 1 takes
_LEADS = ("Receivable", "Accrued")
_BOUNDS = {"consultant": (1001, 9_999_999), "client": (1, 99_999), "account_digits": (4, 8)}


@dataclass(frozen=True)
class Mapping:
    """Whose books they are for DATEV, and the number of each account."""

    consultant: int
    client: int
    chart: str
    account_digits: int
    accounts: dict[str, str]

    def number(self, account: Account) -> str:
        """By the longest beginning of its name that has a number. Refuses `malformed` where none has."""
        parts = plain_name(account).split(":")
        for length in range(len(parts), 0, -1):
            found = self.accounts.get(":".join(parts[:length]))
            if found is not None:
                return found
        raise malformed("accounts", f"no number is given for {':'.join(parts)}.")


def read_mapping(own: Path | None = None) -> Mapping:
    """The mapping as shipped, with what a file of one's own says over it. Refuses `malformed` with the field."""
    shipped = tomllib.loads((_HERE / "datev.toml").read_text(encoding="utf-8"))
    given = _read(own) if own is not None else {}
    unknown = sorted({*given} - {*shipped} | {*given.get("header", {})} - {*shipped["header"]})
    if unknown:
        raise malformed("accounts", f"{own} says {unknown[0]}, which means nothing; see api/books/datev.toml.")
    mapping = Mapping(
        **(shipped["header"] | given.get("header", {})), accounts=shipped["accounts"] | given.get("accounts", {})
    )
    for name, (least, most) in _BOUNDS.items():
        value = getattr(mapping, name)
        if type(value) is not int or not least <= value <= most:
            raise malformed(f"accounts.{name}", f"is a whole number from {least} to {most}.")
    if not isinstance(mapping.chart, str) or re.fullmatch(r"[0-9]{2}", mapping.chart) is None:
        raise malformed("accounts.chart", 'is the two digits of a chart of accounts, such as "04".')
    digits = (mapping.account_digits, mapping.account_digits + 1)
    for name, number in mapping.accounts.items():
        if not isinstance(number, str) or re.fullmatch(r"[0-9]+", number) is None or len(number) not in digits:
            raise malformed(f"accounts.{name}", f'is a number of {digits[0]} or {digits[1]} digits, such as "1210".')
    return mapping


def _read(own: Path) -> dict[str, Any]:
    try:
        given = tomllib.loads(own.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise malformed("accounts", f"{own} can't be read: {error}") from None
    if not all(isinstance(table, dict) for table in given.values()):
        raise malformed("accounts", f"{own} has values outside its tables [header] and [accounts].")
    return given


@cache
def _format() -> tuple[list[str], frozenset[int]]:
    """Names of the columns, and the places of those that are texts."""
    told = tomllib.loads((_HERE / "extf.toml").read_text(encoding="utf-8"))
    return list(told["columns"]), frozenset(place - 1 for place in told["texts"])


def check_period(from_on: date | None, to_on: date | None, today: date) -> tuple[date, date]:
    """Both days, within one calendar year; what is not given is the year's first or last day, by default of this year.

    Refuses `malformed` naming the field: a file holds one fiscal year.
    """
    year = (from_on or to_on or today).year
    from_on, to_on = from_on or date(year, 1, 1), to_on or date(year, 12, 31)
    if to_on.year != from_on.year:
        raise malformed("to", f"lies in {to_on.year}, {from_on} in {from_on.year}; a Buchungsstapel is of one year.")
    return from_on, to_on


def datev(book: Book, from_on: date, mapping: Mapping, made_at: datetime) -> bytes:
    """Header, names of the columns, one row for each pair of postings: cp1252, CRLF. `made_at` in any zone.

    Refuses `malformed` `provider` where companies would share a file.
    """
    booked = [one for one in book.transactions if one.position is not None and _is_money(one)]
    providers = sorted({posting.account.ids[0] for one in booked for posting in one.postings})
    if len(providers) > 1:
        raise malformed("provider", f"a Buchungsstapel is of one company; name one of {', '.join(providers)}.")
    names, _ = _format()
    lines = [_header(from_on, book.until_on, mapping, made_at), ";".join(names)]
    for one in booked:
        lines.extend(_row(one, *pair, mapping) for pair in _pairs(one))
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")


def _is_money(one: Transaction) -> bool:
    return all(posting.commodity == CURRENCY and not posting.account.is_credit for posting in one.postings)


def _header(from_on: date, to_on: date, mapping: Mapping, made_at: datetime) -> str:
    """31 fields; "SC" says where the bookings are from, 1 that they are financial accounting, 0 not locked."""
    made = made_at.strftime("%Y%m%d%H%M%S") + f"{made_at.microsecond // 1000:03d}"
    who = f"{mapping.consultant};{mapping.client};{from_on.year}0101;{mapping.account_digits}"
    label = f"{from_on:%Y-%m-%d} - {to_on:%Y-%m-%d}"
    return (
        f'"EXTF";700;21;"Buchungsstapel";13;{made};;"SC";"";"";{who};{from_on:%Y%m%d};{to_on:%Y%m%d};"{label}";"";'
        f'1;0;0;"{CURRENCY}";;"";;;"{mapping.chart}";;;"";""'
    )


def _pairs(one: Transaction) -> Iterator[tuple[Posting, Posting, int]]:
    """Debit, credit and the amount they share: an invoice's receivable against what accrued, then against its VAT."""
    debits = [posting for posting in one.postings if posting.amount > 0]
    credits = [posting for posting in one.postings if posting.amount < 0]
    left = {id(posting): abs(posting.amount) for posting in one.postings}
    while debits and credits:
        debit, contra = debits[0], credits[0]
        amount = min(left[id(debit)], left[id(contra)])
        yield debit, contra, amount
        for side, posting in ((debits, debit), (credits, contra)):
            left[id(posting)] -= amount
            if left[id(posting)] == 0:
                side.pop(0)


def _row(one: Transaction, debit: Posting, contra: Posting, amount: int, mapping: Mapping) -> str:
    """The account is the receivable, else what accrued; S says that it is debited, H credited.

    Belegfeld 1 is a document's number; a charge has none, and its position stands there: `P17`. Belegfeld 2 is the
    invoice that a credit note takes back.
    """
    leads = _rank(debit.account) <= _rank(contra.account)
    lead, other, side = (debit, contra, "S") if leads else (contra, debit, "H")
    has_number = one.kind in DOCUMENTS and _DOCUMENT_NUMBER.fullmatch(one.reference) is not None
    cells = {
        "Umsatz (ohne Soll/Haben-Kz)": show_cents(amount).replace(".", ","),
        "Soll/Haben-Kennzeichen": side,
        "WKZ Umsatz": CURRENCY,
        "Konto": mapping.number(lead.account),
        "Gegenkonto (ohne BU-Schlüssel)": mapping.number(other.account),
        "Belegdatum": f"{one.on:%d%m}",
        "Belegfeld 1": one.reference if has_number else f"P{one.position}",
        "Belegfeld 2": (lead.note or "") if one.kind == CREDIT_NOTE else "",
        "Buchungstext": one.narration[:TEXT_LENGTH],
    }
    told = tags(one)
    about = {
        "Position": str(one.position),
        "Vertrag": one.contract_id,
        "Referenz": one.reference,
        "Erfasst": told["recorded"],
        "Datiert": told["dated"],
        "Zu": lead.note,
    }
    for place, (kind, content) in enumerate(((k, v) for k, v in about.items() if v is not None), 1):
        cells |= {f"Beleginfo - Art {place}": kind, f"Beleginfo - Inhalt {place}": str(content)[:INFO_LENGTH]}
    names, texts = _format()
    return ";".join(_quoted(cells.get(name, "")) if n in texts else cells.get(name, "") for n, name in enumerate(names))


def _rank(account: Account) -> int:
    return _LEADS.index(account.words[1]) if account.words[1] in _LEADS else len(_LEADS)


def _quoted(text: str) -> str:
    escaped = text.replace('"', '""')
    return f'"{escaped}"'
