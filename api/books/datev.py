"""Issued documents as DATEV's "Buchungsstapel" (EXTF, version 700): what a tax adviser books of a company's sales.

A row is the gross of one VAT treatment and one month of supply (`revenue`): the debtor's account against a revenue
account, which takes the VAT out of it, by itself or by its BU-Schlüssel. Charges that stand on no document yet are
left out, and so is credit: an adviser books what was invoiced. Account numbers are data (`datev_mapping`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import NAMESPACE_URL, uuid5

from api.books.cp1252 import CodePage
from api.books.datev_mapping import AdviserMapping, debtor_accounts
from api.books.extf import BOOKINGS, EXTF_CURRENCY, extf, extf_header
from api.books.journal import BookFile
from api.books.revenue import Revenue, SoldDocument
from api.documents.document_parties import compact
from api.documents.texts import clipped
from api.spreadsheet import as_text
from ledger.events import CreditNoteIssued, InvoiceIssued
from ledger.kernel.errors import malformed
from ledger.kernel.faults import FaultFigure, FieldFault
from ledger.kernel.values import from_micros, show_cents, show_instant

NAME_LENGTH, INFO_LENGTH, LINK_LENGTH, VAT_ID_LENGTH = 60, 210, 210, 15
_DOCUMENT_NUMBER = re.compile(r"[A-Za-z0-9_$%/-]{1,36}")  # what Belegfeld 1 takes


def check_period(from_on: date | None, to_on: date | None, today: date) -> tuple[date, date]:
    """Both days, within one calendar year; what is not given is the year's first or last day, by default of this year.

    Refuses `malformed` naming the field: a file holds one fiscal year.
    """
    year = (from_on or to_on or today).year
    from_on, to_on = from_on or date(year, 1, 1), to_on or date(year, 12, 31)
    if to_on.year != from_on.year:
        years: dict[str, FaultFigure] = {"last": str(to_on.year), "first": from_on, "year": str(from_on.year)}
        raise malformed("to", FieldFault("book_of_years", years))
    return from_on, to_on


@dataclass(slots=True, frozen=True)
class AdviserBooks:
    """Documents by position. `customers` are all of each provider, in the order in which they signed."""

    customers: Mapping[str, list[str]]
    documents: list[SoldDocument]


def datev(source: AdviserBooks, first: date, last: date, mapping: AdviserMapping, made_at: datetime) -> BookFile:
    """Rows by document. `made_at` in any zone.

    Refuses `malformed`: `provider` where companies would share a file, `accounts` for a number that is not there.
    """
    documents = documents_of(source)
    debtors = debtors_of(source, documents, mapping)
    rows = (row for one in documents for row in _rows_of(one, debtors[one.fact.customer_id], mapping))
    page = CodePage()
    content = extf(BOOKINGS, extf_header(BOOKINGS, mapping, made_at, first, last), rows, page)
    return BookFile(content, (*page.notes(), *unkept(documents)))


def documents_of(source: AdviserBooks) -> list[SoldDocument]:
    """Those in EUR. Refuses `malformed` `provider` where they are of several companies."""
    documents = [one for one in source.documents if one.fact.currency == EXTF_CURRENCY]
    providers = sorted({one.fact.provider for one in documents})
    if len(providers) > 1:
        raise malformed("provider", FieldFault("book_of_companies", {"providers": tuple(providers)}))
    return documents


def debtors_of(source: AdviserBooks, documents: list[SoldDocument], mapping: AdviserMapping) -> dict[str, str]:
    """The account of each customer. Refuses `malformed` with the customers of documents that have no number."""
    signed = source.customers.get(documents[0].fact.provider, []) if documents else []
    found = debtor_accounts(mapping, signed)
    missing = sorted({one.fact.customer_id for one in documents} - found.keys())
    if missing:
        raise malformed("accounts", f"[debtors] has no number for {', '.join(missing)}.", missing=missing)
    return found


def unkept(documents: list[SoldDocument]) -> Iterator[str]:
    unknown = [one.fact.number for one in documents if one.buyer is None]
    if unknown:
        yield f"The parties of {', '.join(unknown)} are no longer kept: their rows have no name and no VAT id."


def _rows_of(one: SoldDocument, debtor: str, mapping: AdviserMapping) -> Iterator[dict[str, str]]:
    shared = _of_document(one, debtor, mapping)
    for revenue in one.revenues:
        yield shared | _of_revenue(one, revenue, mapping)


def _of_document(one: SoldDocument, debtor: str, mapping: AdviserMapping) -> dict[str, str]:
    """What all rows of a document have. Belegfeld 2 is the invoice that a credit note takes back."""
    fact, buyer = one.fact, one.buyer
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
        "WKZ Umsatz": EXTF_CURRENCY,
        "Konto": debtor,
        "Belegdatum": f"{fact.issued_on:%d%m}",
        "Belegfeld 1": fact.number if _DOCUMENT_NUMBER.fullmatch(fact.number) else f"P{one.position}",
        "Belegfeld 2": corrects,
        "Buchungstext": as_text(clipped(buyer.name if buyer is not None else fact.customer_id, NAME_LENGTH - 1)),
        "Beleglink": mapping.document_link.replace("{guid}", str(guid)).replace("{number}", fact.number)[:LINK_LENGTH],
        "Fälligkeit": f"{fact.due_on:%d%m%Y}" if isinstance(fact, InvoiceIssued) else "",
    }
    for place, (kind, content) in enumerate(((k, v) for k, v in about.items() if v), 1):
        cells |= {f"Beleginfo - Art {place}": kind, f"Beleginfo - Inhalt {place}": as_text(content)[:INFO_LENGTH]}
    return cells


def _of_revenue(one: SoldDocument, revenue: Revenue, mapping: AdviserMapping) -> dict[str, str]:
    """S: the customer is debited, H: credited. The tax period is that of the supply; a VAT id goes into the ZM."""
    is_reverse_charge = revenue.treatment == "AE"
    supplied_on = f"{revenue.supplied_on:%d%m%Y}"
    return {
        "Umsatz (ohne Soll/Haben-Kz)": show_cents(abs(revenue.gross_cents)).replace(".", ","),
        "Soll/Haben-Kennzeichen": "S" if revenue.gross_cents > 0 else "H",
        "Gegenkonto (ohne BU-Schlüssel)": mapping.revenue_account(revenue.treatment, one.fact.number),
        "BU-Schlüssel": mapping.tax_keys.get(revenue.treatment, ""),
        "EU-Land u. UStID (Bestimmung)": compact((one.buyer and one.buyer.vat_id) or "")[:VAT_ID_LENGTH]
        if is_reverse_charge
        else "",
        "Leistungsdatum": supplied_on,
        "Datum Zuord. Steuerperiode": supplied_on,
    }
