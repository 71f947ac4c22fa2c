"""Three numbers tell a party apart: each is named as country and reader name it, and has a place of its own."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from lxml import etree  # type: ignore[import-untyped]

from api.documents.document_parties import parties_of, read_buyer, read_seller
from api.documents.forms import missing_data
from api.documents.identifiers import identifiers
from api.documents.labels import labels_for
from api.documents.pdf import invoice_pdf
from ledger.billing.missing import missing_names
from ledger.contracts.vat_ids import normal_vat_id
from tests.documents.samples import (
    CASES,
    CZECH_BUYER,
    CZECH_SELLER,
    DOMESTIC,
    GERMAN_BUYER,
    GERMAN_SELLER,
    POLISH_SELLER,
    SLOVAK_SELLER,
    cii,
    parties,
)
from tests.documents.seen import seen
from tests.documents.texts import document_texts

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


@pytest.mark.parametrize(
    ("seller", "language", "expected"),
    [
        (CZECH_SELLER, "cs", ["IČO: 25123891", "DIČ: CZ25123891"]),
        (CZECH_SELLER, "de", ["Registernummer (IČO): 25123891", "USt-IdNr. (DIČ): CZ25123891"]),
        (CZECH_SELLER, "en", ["registration number (IČO): 25123891", "VAT ID (DIČ): CZ25123891"]),
        (SLOVAK_SELLER, "sk", ["IČO: 36123456", "IČ DPH: SK2022749619", "DIČ: 2022749619"]),
        (SLOVAK_SELLER, "cs", ["registrační číslo (IČO): 36123456", "DIČ (IČ DPH): SK2022749619"]),
        (POLISH_SELLER, "pl", ["numer rejestrowy: KRS 0000123456", "NIP / nr VAT UE: PL5260250274"]),
        (GERMAN_SELLER, "de", ["Registernummer: HRB 12345 B", "USt-IdNr.: DE123456788", "Steuernummer: 37/123/45678"]),
        (GERMAN_SELLER, "pl", ["numer rejestrowy (Registernummer): HRB 12345 B"]),
    ],
)
def test_a_number_is_called_as_reader_and_country_call_it(
    seller: dict[str, Any], language: str, expected: list[str]
) -> None:
    found = [f"{label}: {number}" for label, number in identifiers(read_seller(seller), labels_for(language))]
    assert found[: len(expected)] == expected


def test_a_tax_number_that_the_vat_id_repeats_is_told_once_where_both_are_one_number() -> None:
    czech = read_buyer({**CZECH_BUYER, "tax_number": "699001237"})
    assert [label for label, _ in identifiers(czech, labels_for("cs"))] == ["IČO", "DIČ"]
    polish = read_seller({**POLISH_SELLER, "tax_number": "526-025-02-74"})
    assert [number for _, number in identifiers(polish, labels_for("pl"))] == ["KRS 0000123456", "PL5260250274"]


def test_the_page_names_the_numbers_of_both_parties_and_who_directs() -> None:
    (czech,) = seen(invoice_pdf(*CASES["czech"]))
    for words in ("Vaše IČO 69900123", "Vaše DIČ CZ699001237", "IČO: 25123891", "DIČ: CZ25123891"):
        assert words in czech.text, words
    (german,) = seen(invoice_pdf(*CASES["domestic"]))
    assert "Amtsgericht Charlottenburg Registernummer: HRB 12345 B USt-IdNr.: DE123456788" in german.text
    assert "Geschäftsführung: Erika Weiß, Jürgen Haus" in german.text


def test_each_number_has_its_own_element_in_the_e_invoice() -> None:
    document, _ = CASES["czech"]
    known = parties({**CZECH_SELLER, "tax_number": "CZ25123891"}, {**CZECH_BUYER, "tax_number": "CZ699001237"})
    tree = etree.fromstring(cii(document, known))
    seller, buyer = (tree.find(f".//{RAM}{party}TradeParty") for party in ("Seller", "Buyer"))
    organisation = f"{RAM}SpecifiedLegalOrganization/{RAM}ID"
    assert seller.findtext(organisation) == "25123891"  # BT-30
    assert buyer.findtext(organisation) == "69900123"  # BT-47
    taxes = {
        party: [(one.get("schemeID"), one.text) for one in party.iterfind(f"{RAM}SpecifiedTaxRegistration/{RAM}ID")]
        for party in (seller, buyer)
    }
    assert taxes[seller] == [("VA", "CZ25123891"), ("FC", "CZ25123891")]  # BT-31, BT-32
    assert taxes[buyer] == [("VA", "CZ699001237")]  # BT-48; a buyer's tax number has no place
    assert seller.findtext(f"{RAM}Description") == "Městský soud v Praze, C 12345"  # BT-33


@pytest.mark.parametrize(
    ("seller", "lacking", "expected"),
    [
        (CZECH_SELLER, ["registration_number"], ["provider.registration_number"]),
        (SLOVAK_SELLER, ["registration_number"], ["provider.registration_number"]),
        (CZECH_SELLER, ["registration", "managing_directors"], []),
        (GERMAN_SELLER, ["managing_directors"], ["provider.managing_directors"]),
        (GERMAN_SELLER, ["registration"], ["provider.registration"]),
        (GERMAN_SELLER, ["registration", "registration_number", "managing_directors"], []),  # no entry, no court
        (POLISH_SELLER, ["registration"], ["provider.registration"]),
    ],
)
def test_what_a_letter_lacks_by_the_law_of_its_country_is_named_and_it_prints_still(
    seller: dict[str, Any], lacking: list[str], expected: list[str]
) -> None:
    known = {name: value for name, value in seller.items() if name not in lacking}
    document = CASES["polish"][0] if seller is POLISH_SELLER else DOMESTIC
    opened = document_texts(known, GERMAN_BUYER)
    letterhead = ("provider.registration", "provider.managing_directors")
    assert [name for name in missing_names(missing_data(document, opened)) if name.startswith(letterhead)] == expected
    assert invoice_pdf(document, parties_of(opened))


def test_a_partner_of_a_partnership_is_no_director() -> None:
    seller = {**GERMAN_SELLER, "registration_number": "HRA 99", "managing_directors": []}
    assert missing_data(DOMESTIC, document_texts(seller, GERMAN_BUYER)) == []


@pytest.mark.parametrize(
    ("told", "country", "kept"),
    [
        ("XI 980 7806 84", "GB", "XI980780684"),
        ("GB 980 7806 84", "GB", "GB980780684"),
        ("980780684", "GB", "980780684"),
        ("EL 094259216", "GR", "EL094259216"),
        ("GR 094259216", "GR", "EL094259216"),
        ("NO 995 525 828 MVA", "NO", "NO995525828MVA"),
        ("CHE-107.787.577 IVA", "CH", "CHE107787577IVA"),
    ],
)
def test_a_vat_id_keeps_the_prefix_that_it_was_given(told: str, country: str, kept: str) -> None:
    assert normal_vat_id(told, country) == kept


def test_a_british_reader_sees_the_prefix_of_northern_ireland() -> None:
    buyer = {**GERMAN_BUYER, "country": "GB", "vat_id": "XI980780684"}
    document = msgspec.structs.replace(CASES["outside-eu"][0], customer_country="GB")
    (page,) = seen(invoice_pdf(document, parties(GERMAN_SELLER, buyer)))
    assert "Your VAT registration number XI980780684" in page.text
