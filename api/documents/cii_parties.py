"""Seller and buyer in CII. What is there is filled in; what the format lacks then, `missing.py` has named.

Each number has its own place: BT-30 and BT-47 that of a register, BT-31 and BT-48 the VAT id, BT-32 the seller's tax
number. The norm has no place for a buyer's tax number.
"""

from __future__ import annotations

from drafthorse.models.party import TaxRegistration, TradeParty  # type: ignore[import-untyped]

from api.documents.document_parties import compact
from api.documents.texts import clean
from ledger.billing.document_texts import Buyer, PostalAddress, Seller

EMAIL = "EM"  # electronic address scheme: SMTP
VAT_ID, TAX_NUMBER = "VA", "FC"


def fill_seller(party: TradeParty, seller: Seller, identified_by_vat: bool) -> None:
    party.name = clean(seller.name)
    if seller.registration_number:
        party.legal_organization.id = clean(seller.registration_number)
    if seller.registration:
        party.description = clean(seller.registration)  # BT-33
    if seller.contact:
        party.contact.person_name = clean(seller.contact)
    if seller.phone:
        party.contact.telephone.number = clean(seller.phone)
    if seller.email:
        party.contact.email.address = clean(seller.email)
    _fill_address(party, seller.address, seller.country)
    _fill_electronic_address(party, seller.email)
    if seller.vat_id and identified_by_vat:
        party.tax_registrations.add(TaxRegistration(id=(VAT_ID, compact(seller.vat_id))))
    if seller.tax_number:
        party.tax_registrations.add(TaxRegistration(id=(TAX_NUMBER, clean(seller.tax_number))))


def fill_buyer(party: TradeParty, buyer: Buyer, identified_by_vat: bool) -> None:
    party.id = buyer.customer_id
    party.name = clean(buyer.name)
    if buyer.registration_number:
        party.legal_organization.id = clean(buyer.registration_number)
    _fill_address(party, buyer.address, buyer.country)
    _fill_electronic_address(party, buyer.email)
    if buyer.vat_id and identified_by_vat:
        party.tax_registrations.add(TaxRegistration(id=(VAT_ID, compact(buyer.vat_id))))


def _fill_address(party: TradeParty, address: PostalAddress | None, country: str) -> None:
    party.address.country_id = country
    if address is not None:
        party.address.postcode = clean(address.postcode)
        party.address.line_one = clean(address.line1)
        party.address.line_two = clean(address.line2 or "")
        party.address.city_name = clean(address.city)


def _fill_electronic_address(party: TradeParty, email: str | None) -> None:
    if email:
        party.electronic_address.uri_ID = (EMAIL, clean(email))
