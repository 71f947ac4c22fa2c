"""Issued documents as DATEV's "Buchungsstapel" (EXTF, version 700): what a tax adviser books of a company's sales.

A row is the gross of one VAT treatment and one month of supply (`revenue`): the debtor's account against a revenue
account, which takes the VAT out of it, by itself or by its BU-Schlüssel. Charges that stand on no document yet are
left out, and so is credit: an adviser books what was invoiced. Account numbers are data (`datev_mapping`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from api.books.cp1252 import CodePage
from api.books.datev_mapping import AdviserMapping, debtor_accounts
from api.books.journal import BookFile
from api.books.revenue import Revenue, revenues
from api.documents.parties import compact
from api.documents.texts import clipped
from api.spreadsheet import as_text
from ledger.events import CreditNoteIssued, InvoiceIssued
from ledger.kernel.errors import malformed
from ledger.kernel.values import from_micros, show_cents, show_instant
from projections.books import AdviserSource, BookedDocument

CURRENCY = "EUR"
NAME_LENGTH, INFO_LENGTH, LINK_LENGTH, VAT_ID_LENGTH = 60, 210, 210, 15
_HERE = Path(__file__).parent
_DOCUMENT_NUMBER = re.compile(r"[A-Za-z0-9_$%/-]{1,36}")  # what Belegfeld 1 takes


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


def datev(source: AdviserSource, first: date, last: date, mapping: AdviserMapping, made_at: datetime) -> BookFile:
    """Header, names of the columns, rows by document: cp1252, CRLF. `made_at` in any zone.

    Refuses `malformed`: `provider` where companies would share a file, `accounts` for a number that is not there.
    """
    documents = [one for one in source.documents if one.fact.currency == CURRENCY]
    _check_one_company(documents)
    debtors = _debtors(source.customers, documents, mapping)
    names, _ = _format()
    lines = [_header(first, last, mapping, made_at), ";".join(names)]
    page = CodePage()
    for one in documents:
        buyer = source.buyers.get(one.fact.number, {})
        shared = _of_document(one, debtors[one.fact.customer_id], buyer, mapping)
        lines.extend(_line(shared | _of_revenue(one, revenue, buyer, mapping), page) for revenue in revenues(one))
    content = "".join(f"{line}\r\n" for line in lines).encode("cp1252")
    return BookFile(content, tuple(_notes(page, [one.fact.number for one in documents], source.buyers)))


def _check_one_company(documents: Iterable[BookedDocument]) -> None:
    providers = sorted({one.fact.provider for one in documents})
    if len(providers) > 1:
        raise malformed("provider", f"a Buchungsstapel is of one company; name one of {', '.join(providers)}.")


def _debtors(customers: list[str], documents: list[BookedDocument], mapping: AdviserMapping) -> dict[str, str]:
    """Refuses `malformed` with the customers that have no number."""
    found = debtor_accounts(mapping, customers)
    missing = sorted({one.fact.customer_id for one in documents} - found.keys())
    if missing:
        raise malformed("accounts", f"[debtors] has no number for {', '.join(missing)}.", missing=missing)
    return found


def _header(from_on: date, to_on: date, mapping: AdviserMapping, made_at: datetime) -> str:
    """31 fields; "SC" says where the bookings are from, 1 that they are financial accounting, 0 not locked."""
    made = made_at.strftime("%Y%m%d%H%M%S") + f"{made_at.microsecond // 1000:03d}"
    who = f"{mapping.consultant};{mapping.client};{from_on.year}0101;{mapping.account_digits}"
    label = f"{from_on:%Y-%m-%d} - {to_on:%Y-%m-%d}"
    return (
        f'"EXTF";700;21;"Buchungsstapel";13;{made};;"SC";"";"";{who};{from_on:%Y%m%d};{to_on:%Y%m%d};"{label}";"";'
        f'1;0;0;"{CURRENCY}";;"";;;"{mapping.chart}";;;"";""'
    )


def _of_document(one: BookedDocument, debtor: str, buyer: Mapping[str, Any], mapping: AdviserMapping) -> dict[str, str]:
    """What all rows of a document have. Belegfeld 2 is the invoice that a credit note takes back."""
    fact = one.fact
    corrects = fact.corrects if isinstance(fact, CreditNoteIssued) else ""
    guid = uuid5(NAMESPACE_URL, f"support-ledger:{fact.provider}:{fact.number}")
    about = {
        "Kunde": fact.customer_id,
        "Vertrag": fact.contract_id,
        "Beleg": f"/v1/invoices/{fact.number}.pdf",
        "Zu": corrects,
        "Position": str(one.position),
        "Erfasst": show_instant(from_micros(one.recorded_at)),
    }
    cells = {
        "WKZ Umsatz": CURRENCY,
        "Konto": debtor,
        "Belegdatum": f"{fact.issued_on:%d%m}",
        "Belegfeld 1": fact.number if _DOCUMENT_NUMBER.fullmatch(fact.number) else f"P{one.position}",
        "Belegfeld 2": corrects,
        "Buchungstext": as_text(clipped(str(buyer.get("name") or fact.customer_id), NAME_LENGTH - 1)),
        "Beleglink": mapping.document_link.replace("{guid}", str(guid)).replace("{number}", fact.number)[:LINK_LENGTH],
        "Fälligkeit": f"{fact.due_on:%d%m%Y}" if isinstance(fact, InvoiceIssued) else "",
    }
    for place, (kind, content) in enumerate(((k, v) for k, v in about.items() if v), 1):
        cells |= {f"Beleginfo - Art {place}": kind, f"Beleginfo - Inhalt {place}": as_text(content)[:INFO_LENGTH]}
    return cells


def _of_revenue(
    one: BookedDocument, revenue: Revenue, buyer: Mapping[str, Any], mapping: AdviserMapping
) -> dict[str, str]:
    """S: the customer is debited, H: credited. The tax period is that of the supply; a VAT id goes into the ZM."""
    is_reverse_charge = revenue.treatment == "AE"
    supplied_on = f"{revenue.supplied_on:%d%m%Y}"
    return {
        "Umsatz (ohne Soll/Haben-Kz)": show_cents(abs(revenue.gross_cents)).replace(".", ","),
        "Soll/Haben-Kennzeichen": "S" if revenue.gross_cents > 0 else "H",
        "Gegenkonto (ohne BU-Schlüssel)": mapping.revenue_account(revenue.treatment, one.fact.number),
        "BU-Schlüssel": mapping.tax_keys.get(revenue.treatment, ""),
        "EU-Land u. UStID (Bestimmung)": compact(buyer.get("vat_id") or "")[:VAT_ID_LENGTH]
        if is_reverse_charge
        else "",
        "Leistungsdatum": supplied_on,
        "Datum Zuord. Steuerperiode": supplied_on,
    }


def _line(cells: Mapping[str, str], page: CodePage) -> str:
    names, texts = _format()
    fitted = (page.fitted(cells.get(name, "")) for name in names)
    return ";".join(_quoted(cell) if place in texts else cell for place, cell in enumerate(fitted))


def _quoted(text: str) -> str:
    escaped = text.replace('"', '""')
    return f'"{escaped}"'


def _notes(page: CodePage, numbers: list[str], buyers: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if page.replaced:
        count, letters = page.replaced.total(), " ".join(sorted(page.replaced))
        yield f"DATEV's code page (cp1252) lacks {letters}: {count} characters were replaced."
    unknown = [number for number in numbers if number not in buyers]
    if unknown:
        yield f"The parties of {', '.join(unknown)} are no longer kept: their rows have no name and no VAT id."
