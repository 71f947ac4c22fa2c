"""The customers of issued documents as DATEV's "Debitoren/Kreditoren": whose account each number is.

A customer stands there once, as on the last document of the period. Who is no longer kept has only the number.
"""

from __future__ import annotations

from datetime import date, datetime

from api.books.cp1252 import CodePage
from api.books.datev import AdviserBooks, debtors_of, documents_of, unkept
from api.books.datev_mapping import AdviserMapping
from api.books.extf import DEBTORS, extf, extf_header
from api.books.journal import BookFile
from api.documents.document_parties import compact
from api.documents.texts import clipped
from api.spreadsheet import as_text
from ledger.billing.document_texts import Buyer
from ledger.contracts.vat_ids import is_eu_vat_id

COMPANY, STREET = "2", "STR"
SHORT, POSTCODE, CITY, LINE, LONGEST_NAME, MAIL = 15, 10, 30, 36, 50, 60  # the longest that the format takes


def datev_debtors(source: AdviserBooks, first: date, mapping: AdviserMapping, made_at: datetime) -> BookFile:
    """In the order of their numbers. Refuses `malformed` as `datev` does."""
    documents = documents_of(source)
    accounts = debtors_of(source, documents, mapping)
    buyers: dict[str, Buyer | None] = {}
    for one in documents:
        buyers[one.fact.customer_id] = one.buyer or buyers.get(one.fact.customer_id)
    page = CodePage()
    rows = [_debtor(id_, accounts[id_], buyers[id_]) for id_ in sorted(buyers, key=accounts.__getitem__)]
    content = extf(DEBTORS, extf_header(DEBTORS, mapping, made_at, first), rows, page)
    return BookFile(content, (*page.notes(), *unkept(documents)))


def _debtor(customer_id: str, account: str, buyer: Buyer | None) -> dict[str, str]:
    """Of one whose data are no longer kept, the number alone."""
    known = buyer or Buyer(customer_id=customer_id, name=customer_id, country="")
    address, vat_id = known.address, compact(known.vat_id or "")
    is_eu = is_eu_vat_id(vat_id)
    cells = {
        "Name (Adressattyp Unternehmen)": (known.name, LONGEST_NAME),
        "Kurzbezeichnung": (customer_id, SHORT),
        "Straße": (address and address.line1, LINE),
        "Adresszusatz": (address and address.line2, LINE),
        "Postleitzahl": (address and address.postcode, POSTCODE),
        "Ort": (address and address.city, CITY),
        "E-Mail": (known.email, MAIL),
        "Kundennummer": (customer_id, SHORT),
    }
    texts = {name: as_text(clipped(text or "", length - 1)) for name, (text, length) in cells.items()}
    return texts | {
        "Konto": account,
        "Adressattyp": COMPANY,
        "Adressart": STREET if address else "",
        "Land": known.country,
        "EU-Land": vat_id[:2] if is_eu else "",
        "EU-UStID": vat_id[2:] if is_eu else "",
    }
