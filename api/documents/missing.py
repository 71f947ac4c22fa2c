"""Names the members of the parties that a format's rules ask for and that are not there.

Nothing is made up to fill a gap, and no gap is left to a validator: callers refuse with `missing-party-data` and
this list. `customer.…` is the contract's side (`amend-customer`), `provider.…` the catalogue's; `exchange_rate` is
given when the document is issued (M4).
"""

from __future__ import annotations

import re

from api.documents.document_parties import (
    Buyer,
    DocumentEvent,
    Parties,
    Seller,
    categories_of,
    compact,
    is_credit_note,
)
from ledger.billing.vat import needs_exchange_rate
from ledger.kernel import patterns

NIP = re.compile(patterns.NIP)


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


def missing_for_xml(document: DocumentEvent, parties: Parties) -> list[str]:
    """What EN 16931 asks for: BR-CO-26, BR-S-02, BR-AE-02, BR-O-02; reverse charge needs both VAT ids by law."""
    seller, buyer = parties.seller, parties.buyer
    categories = categories_of(document)
    missing = [*_addresses(seller, buyer), *_exchange_rate(document, seller)]
    if "O" in categories:
        if not seller.registration:  # BR-O-02 forbids the VAT id, BR-CO-26 still wants the seller identified
            missing.append("provider.registration")
    elif not (seller.vat_id or (seller.tax_number and seller.registration and "AE" not in categories)):
        missing.append("provider.vat_id")
    if "AE" in categories and not buyer.vat_id:
        missing.append("customer.vat_id")
    return _sorted(missing)


def missing_for_xrechnung(document: DocumentEvent, parties: Parties) -> list[str]:
    """What its BR-DE rules ask for beside what the norm does."""
    seller, buyer = parties.seller, parties.buyer
    missing = missing_for_xml(document, parties)
    missing += [f"provider.{name}" for name in ("contact", "phone", "email") if not getattr(seller, name)]
    missing += [f"customer.{name}" for name in ("email", "buyer_reference") if not getattr(buyer, name)]
    if not seller.iban and not is_credit_note(document):
        missing.append("provider.iban")
    return _sorted(missing)


def missing_for_ksef(document: DocumentEvent, parties: Parties) -> list[str]:
    """What FA(3) asks for: a Polish seller's NIP and both addresses, and VAT in PLN too (P_14_1W)."""
    seller = parties.seller
    missing = [*_addresses(seller, parties.buyer), *_exchange_rate(document, seller)]
    if not (seller.vat_id and NIP.fullmatch(compact(seller.vat_id).removeprefix("PL"))):
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
