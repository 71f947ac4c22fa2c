"""The customers of issued documents as DATEV's "Debitoren/Kreditoren": whose account each number is.

A customer stands there once, as on the last document of the period. Who is no longer kept has only the number.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from api.books.cp1252 import CodePage
from api.books.datev import debtors_of, documents_of, unkept
from api.books.datev_mapping import AdviserMapping
from api.books.extf import DEBTORS, extf, extf_header
from api.books.journal import BookFile
from api.documents.document_parties import compact
from api.documents.texts import clipped
from api.spreadsheet import as_text
from ledger.contracts.vat_ids import is_eu_vat_id
from projections.provider.books import AdviserSource

COMPANY, STREET = "2", "STR"
SHORT, POSTCODE, CITY, LINE, LONGEST_NAME, MAIL = 15, 10, 30, 36, 50, 60  # the longest that the format takes


def datev_debtors(source: AdviserSource, first: date, mapping: AdviserMapping, made_at: datetime) -> BookFile:
    """In the order of their numbers. Refuses `malformed` as `datev` does."""
    documents = documents_of(source)
    accounts = debtors_of(source, documents, mapping)
    buyers: dict[str, Mapping[str, Any]] = {}
    for one in documents:
        buyers[one.fact.customer_id] = source.buyers.get(one.fact.number) or buyers.get(one.fact.customer_id, {})
    page = CodePage()
    rows = [_debtor(id_, accounts[id_], buyers[id_]) for id_ in sorted(buyers, key=accounts.__getitem__)]
    content = extf(DEBTORS, extf_header(DEBTORS, mapping, made_at, first), rows, page)
    return BookFile(content, (*page.notes(), *unkept(source, documents)))


def _debtor(customer_id: str, account: str, buyer: Mapping[str, Any]) -> dict[str, str]:
    address, vat_id = buyer.get("address") or {}, compact(buyer.get("vat_id") or "")
    is_eu = is_eu_vat_id(vat_id)
    cells = {
        "Name (Adressattyp Unternehmen)": (buyer.get("name") or customer_id, LONGEST_NAME),
        "Kurzbezeichnung": (customer_id, SHORT),
        "Straße": (address.get("line1"), LINE),
        "Adresszusatz": (address.get("line2"), LINE),
        "Postleitzahl": (address.get("postcode"), POSTCODE),
        "Ort": (address.get("city"), CITY),
        "E-Mail": (buyer.get("email"), MAIL),
        "Kundennummer": (customer_id, SHORT),
    }
    texts = {name: as_text(clipped(text or "", length - 1)) for name, (text, length) in cells.items()}
    return texts | {
        "Konto": account,
        "Adressattyp": COMPANY,
        "Adressart": STREET if address else "",
        "Land": buyer.get("country", ""),
        "EU-Land": vat_id[:2] if is_eu else "",
        "EU-UStID": vat_id[2:] if is_eu else "",
    }
