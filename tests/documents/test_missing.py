"""What is not there is named, member by member, before a file is made; nothing is made up."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from api.documents.document_parties import parties_of
from api.documents.files import as_pdf
from api.documents.missing import missing_for_ksef, missing_for_pdf, missing_for_xml, missing_for_xrechnung
from ledger.billing.missing import NO_EXCHANGE_RATE, MissingPartyData, missing_names
from ledger.events import NationalVat
from tests.documents.samples import (
    CREDITED,
    DOMESTIC,
    GERMAN_BUYER,
    GERMAN_SELLER,
    OUTSIDE_EU,
    POLISH,
    POLISH_BUYER,
    POLISH_SELLER,
    POLISH_TO_GERMANY,
    REVERSE_CHARGE,
    SWISS_BUYER,
    parties,
)
from tests.documents.texts import document_texts


def without(record: dict[str, Any], *members: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in members}


BARE_SELLER = {"name": "Haus GmbH", "country": "DE"}
BARE_GERMAN = {"customer_id": "K-1", "name": "Kundin AG", "country": "DE"}
BARE_POLE = {"customer_id": "K-2", "name": "Zażółć S.A.", "country": "PL"}


def test_a_german_buyer_needs_what_xrechnung_asks_for() -> None:
    bare = parties(BARE_SELLER, BARE_GERMAN)
    assert missing_names(missing_for_xml(DOMESTIC, bare)) == ["customer.address", "provider.address", "provider.vat_id"]
    assert missing_names(missing_for_xrechnung(DOMESTIC, bare)) == [
        "customer.address",
        "customer.buyer_reference",
        "customer.email",
        "provider.address",
        "provider.contact",
        "provider.email",
        "provider.iban",
        "provider.phone",
        "provider.vat_id",
    ]


def test_any_other_buyer_needs_what_the_norm_asks_for() -> None:
    found = missing_names(missing_for_xml(POLISH, parties(BARE_SELLER, BARE_POLE)))
    assert found == ["customer.address", "provider.address", "provider.vat_id"]


def test_every_document_needs_the_buyers_address() -> None:
    known = parties(POLISH_SELLER, without(POLISH_BUYER, "address"))
    for missing in (missing_for_pdf, missing_for_xml, missing_for_ksef):
        assert missing_names(missing(POLISH, known)) == ["customer.address"]


def test_a_printed_invoice_needs_no_electronic_address() -> None:
    buyer = without(GERMAN_BUYER, "email", "buyer_reference")
    known = parties(without(GERMAN_SELLER, "contact", "phone", "email", "iban"), buyer)
    assert missing_for_pdf(DOMESTIC, known) == []


def test_reverse_charge_needs_the_buyers_vat_id() -> None:
    known = parties(GERMAN_SELLER, without(POLISH_BUYER, "vat_id"))
    assert missing_names(missing_for_xml(REVERSE_CHARGE, known)) == ["customer.vat_id"]
    assert missing_names(missing_for_pdf(REVERSE_CHARGE, known)) == ["customer.vat_id"]


def test_reverse_charge_needs_the_sellers_vat_id_too() -> None:
    known = parties(without(GERMAN_SELLER, "vat_id"), POLISH_BUYER)
    assert missing_names(missing_for_xml(REVERSE_CHARGE, known)) == ["provider.vat_id"]
    assert missing_names(missing_for_pdf(REVERSE_CHARGE, known)) == ["provider.vat_id"]
    assert missing_for_pdf(POLISH, known) == []  # in its own country the tax number will do


def test_outside_the_eu_the_register_identifies_the_seller() -> None:
    known = parties(without(GERMAN_SELLER, "registration_number"), SWISS_BUYER)
    assert missing_names(missing_for_xml(OUTSIDE_EU, known)) == ["provider.registration_number"]


def test_a_credit_note_needs_no_account() -> None:
    assert missing_for_xrechnung(CREDITED, parties(without(GERMAN_SELLER, "iban", "bic"), GERMAN_BUYER)) == []


def test_ksef_needs_a_nip_and_vat_in_zlotys() -> None:
    foreign = parties({**POLISH_SELLER, "vat_id": "DE123456788"}, POLISH_BUYER)
    assert missing_names(missing_for_ksef(POLISH, foreign)) == ["provider.vat_id"]
    assert missing_for_ksef(POLISH_TO_GERMANY, parties(POLISH_SELLER, GERMAN_BUYER)) == []
    assert missing_names(missing_for_ksef(DOMESTIC, parties(POLISH_SELLER, GERMAN_BUYER))) == ["exchange_rate"]
    in_pln = msgspec.structs.replace(DOMESTIC, national_vat=NationalVat("PLN", "4.25", [79781]))
    assert missing_for_ksef(in_pln, parties(POLISH_SELLER, GERMAN_BUYER)) == []


def test_where_an_exchange_rate_is_told_is_said_too() -> None:
    with pytest.raises(MissingPartyData) as refused:
        as_pdf(DOMESTIC, document_texts(POLISH_SELLER, GERMAN_BUYER))
    assert refused.value.missing == [NO_EXCHANGE_RATE]
    assert refused.value.members == {"missing": ["exchange_rate"]}
    assert refused.value.detail.endswith("Tell it by issue-invoice, credit the document and issue it anew.")


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_blank_is_missing(blank: str | None) -> None:
    known = parties(GERMAN_SELLER, {**GERMAN_BUYER, "email": blank})
    assert missing_names(missing_for_xrechnung(DOMESTIC, known)) == ["customer.email"]


def test_half_an_address_is_none_and_unknown_members_are_passed_over() -> None:
    half = {"line1": "Hauptstraße 2", "postcode": "", "city": "Köln"}
    known = parties_of(document_texts(GERMAN_SELLER, {**GERMAN_BUYER, "address": half, "shoe_size": 43}))
    assert known.buyer.address is None
    assert known.engineers == {}
    assert missing_names(missing_for_pdf(DOMESTIC, known)) == ["customer.address"]
