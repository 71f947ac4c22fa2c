"""Seller and buyer in FA(3): a NIP for Poland, a VAT number with its country inside the EU, else a tax number."""

from __future__ import annotations

import re

from ksef_client.documents.fa3 import Address as FA3Address
from ksef_client.documents.fa3 import Contact, InvoiceParty, PartyIdentifier

from api.documents.document_parties import compact
from api.documents.identifiers import is_nip, nip_of
from api.documents.texts import clean, clipped
from ledger.billing.document_texts import Buyer, PostalAddress, Seller

EU_VAT_PREFIXES = "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI"
LONGEST_TEXT, LONGEST_ID = 512, 50  # TZnakowy512, TZnakowy50
EMAIL, PHONE = re.compile(r"(?=.{3,255}$).+@.+"), re.compile(r".{1,16}")  # TAdresEmail, TNumerTelefonu
EU_VAT = re.compile(r"[0-9A-Z+*]{1,12}")  # TNrVatUE


def seller_party(seller: Seller) -> InvoiceParty:
    return InvoiceParty(
        name=clipped(seller.name, LONGEST_TEXT),
        identifier=PartyIdentifier.polish_nip(nip_of(seller.vat_id)),
        taxpayer_prefix="PL",
        address=_address(seller.address, seller.country),
        contacts=_contacts(seller.email, seller.phone),
    )


def buyer_party(buyer: Buyer) -> InvoiceParty:
    return InvoiceParty(
        name=clipped(buyer.name, LONGEST_TEXT),
        identifier=_identifier(buyer),
        address=_address(buyer.address, buyer.country),
        contacts=_contacts(buyer.email, None),
        customer_number=buyer.customer_id,
    )


def _identifier(buyer: Buyer) -> PartyIdentifier:
    """KSeF hands an invoice to a Polish buyer by the NIP, so theirs never stands in the fields for foreign numbers."""
    if buyer.country == "PL":
        nip = nip_of(buyer.vat_id) or "".join(char for char in buyer.tax_number or "" if char in "0123456789")
        return PartyIdentifier.polish_nip(nip) if is_nip(nip) else PartyIdentifier.none()
    vat_id = compact(buyer.vat_id or "")
    if vat_id[:2] in EU_VAT_PREFIXES.split() and EU_VAT.fullmatch(vat_id[2:]):
        return PartyIdentifier.eu_vat(vat_id[:2], vat_id[2:])
    number = buyer.vat_id or buyer.tax_number
    if not number:
        return PartyIdentifier.none()
    return PartyIdentifier.foreign(clipped(number, LONGEST_ID), country_code=buyer.country)


def _address(address: PostalAddress | None, country: str) -> FA3Address | None:
    if address is None:
        return None
    street = ", ".join(part for part in (address.line1, address.line2) if part)
    place = f"{address.postcode} {address.city}"
    return FA3Address(clipped(street, LONGEST_TEXT), country_code=country, line2=clipped(place, LONGEST_TEXT))


def _contacts(email: str | None, phone: str | None) -> tuple[Contact, ...]:
    """Both are optional in the schema: what its fields do not take is left out."""
    reached = (fitting(EMAIL, clean(email or "")), fitting(PHONE, "".join((phone or "").split())))
    return (Contact(*reached),) if any(reached) else ()


def fitting(pattern: re.Pattern[str], text: str) -> str | None:
    """The text, if a field of the schema takes it."""
    return text if pattern.fullmatch(text) else None
