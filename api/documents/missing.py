"""Names the members of the parties that a format's rules ask for and that are not there.

Nothing is made up to fill a gap, and no gap is left to a validator: callers refuse with `missing-party-data` and
this list. `customer.…` is the contract's side (`amend-customer`), `provider.…` the catalogue's; `exchange_rate` is
given when the document is issued (M4).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from api.documents.document_parties import (
    Buyer,
    DocumentEvent,
    Parties,
    Seller,
    categories_of,
    is_credit_note,
)
from api.documents.fonts import is_drawable
from api.documents.identifiers import is_nip, nip_of
from ledger.billing.vat import needs_exchange_rate
from ledger.events import DocumentLine

IN_LETTERS = "in letters that can be printed"


def is_xrechnung(document: DocumentEvent, buyer_country: str | None) -> bool:
    """XRechnung 3.0 is for German buyers; it asks for a rate on every line, which "not subject to VAT" cannot have."""
    return buyer_country == "DE" and "O" not in categories_of(document)


def missing_for_pdf(document: DocumentEvent, parties: Parties) -> list[str]:
    """What a printed invoice needs: both addresses, and a number under which the seller is known to the tax office."""
    seller, buyer = parties.seller, parties.buyer
    missing = [*_addresses(seller, buyer), *_exchange_rate(document, seller)]
    if not (seller.vat_id or (seller.tax_number and "AE" not in categories_of(document))):
        missing.append("provider.vat_id")
    if "AE" in categories_of(document) and not buyer.vat_id:
        missing.append("customer.vat_id")
    return _sorted(missing)


def missing_for_letterhead(seller: Seller) -> list[str]:
    """What the seller's country wants on every business letter. An invoice without is an invoice still.

    Czechia and Slovakia: the IČO (§ 435 občanský zákoník, § 3a obchodný zákonník). Germany: the court of the register
    where there is an entry, and for a company of its division B the managing directors (§ 35a GmbHG, § 80 AktG).
    Poland: the court of the register of an entry in the KRS (art. 206 and 374 k.s.h.).
    """
    missing = []
    entry = (seller.registration_number or "").upper()
    if seller.country in ("CZ", "SK") and not entry:
        missing.append("provider.registration_number")
    if entry.startswith({"DE": "HR", "PL": "KRS"}.get(seller.country, " ")) and not seller.registration:
        missing.append("provider.registration")
    if seller.country == "DE" and entry.startswith("HRB") and not seller.managing_directors:
        missing.append("provider.managing_directors")
    return missing


def missing_letters(document: DocumentEvent, parties: Parties) -> list[str]:
    """What a page would show with white squares: texts with letters that no font draws, whoever wrote them.

    Of the lines' texts each kind is named once, with the first line that has it.
    """
    owned = {"customer": msgspec.to_builtins(parties.buyer), "provider": msgspec.to_builtins(parties.seller)}
    found = [name for name, text in _texts_of({**owned, "reason": parties.reason}) if not is_drawable(text)]
    of_lines: dict[str, str] = {}
    for line in document.lines:
        for name, text in _printed_of(line, parties).items():
            if name not in of_lines and text and not is_drawable(text):
                of_lines[name] = f"lines.{line.line}.{name}"
    return sorted({f"{name} {IN_LETTERS}" for name in (*found, *of_lines.values())})


def _texts_of(record: Any, *path: str) -> Iterator[tuple[str, str]]:
    """Every text of a record by its place in it; what lies deeper than a party's members is told as the member."""
    if isinstance(record, dict):
        for name, value in record.items():
            yield from _texts_of(value, *path, name)
    elif isinstance(record, list):
        for value in record:
            yield from _texts_of(value, *path)
    elif isinstance(record, str):
        yield ".".join(path[:2]), record


def _printed_of(line: DocumentLine, parties: Parties) -> dict[str, str | None]:
    """A line's texts under the names that it answers them by."""
    names = (name for by_language in line.names.values() for name in by_language.values())
    return {
        "description": " ".join((line.description, *names)),
        "engineer": parties.engineers.get(line.deduction_id or ""),
        "note": parties.notes.get(line.deduction_id or ""),
        "ticket_title": parties.titles.get(line.ticket_id or ""),
    }


def missing_for_xml(document: DocumentEvent, parties: Parties) -> list[str]:
    """What EN 16931 asks for: BR-CO-26, BR-S-02, BR-AE-02, BR-O-02; reverse charge needs both VAT ids by law."""
    seller, buyer = parties.seller, parties.buyer
    categories = categories_of(document)
    missing = [*_addresses(seller, buyer), *_exchange_rate(document, seller)]
    if "O" in categories:
        if not seller.registration_number:  # BR-O-02 forbids the VAT id, BR-CO-26 still wants the seller identified
            missing.append("provider.registration_number")
    elif not (seller.vat_id or (seller.tax_number and seller.registration_number and "AE" not in categories)):
        missing.append("provider.vat_id")
    if "AE" in categories and not buyer.vat_id:
        missing.append("customer.vat_id")
    return _sorted(missing)


def missing_for_xrechnung(document: DocumentEvent, parties: Parties) -> list[str]:
    """What its BR-DE rules ask for beside what the norm does."""
    seller, buyer = parties.seller, parties.buyer
    missing = missing_for_xml(document, parties)
    asked = {
        "provider.contact": seller.contact,
        "provider.phone": seller.phone,
        "provider.email": seller.email,
        "customer.email": buyer.email,
        "customer.buyer_reference": buyer.buyer_reference,
    }
    missing += [name for name, told in asked.items() if not told]
    if not seller.iban and not is_credit_note(document):
        missing.append("provider.iban")
    return _sorted(missing)


def missing_for_ksef(document: DocumentEvent, parties: Parties) -> list[str]:
    """What FA(3) asks for: a Polish seller's NIP and both addresses, and VAT in PLN too (P_14_1W)."""
    seller = parties.seller
    missing = [*_addresses(seller, parties.buyer), *_exchange_rate(document, seller)]
    if not is_nip(nip_of(seller.vat_id)):
        missing.append("provider.vat_id")
    if "AE" in categories_of(document) and not parties.buyer.vat_id:
        missing.append("customer.vat_id")
    return _sorted(missing)


def _addresses(seller: Seller, buyer: Buyer) -> list[str]:
    owners = (("customer", buyer.address), ("provider", seller.address))
    return [f"{owner}.address" for owner, address in owners if address is None]


def _exchange_rate(document: DocumentEvent, seller: Seller) -> list[str]:
    is_asked = document.national_vat is None and needs_exchange_rate(document.vat, seller.country, document.currency)
    return ["exchange_rate"] if is_asked else []


def _sorted(missing: list[str]) -> list[str]:
    return sorted(set(missing))
