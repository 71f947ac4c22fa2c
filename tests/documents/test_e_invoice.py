"""The e-invoice (CII): valid by the published rules, and with the ledger's own figures in it."""

from __future__ import annotations

import msgspec
import pytest
from lxml import etree

from api.documents.document_parties import DocumentEvent, Parties
from api.documents.missing import missing_for_xml
from tests.documents.rules import check_xsd, en16931_findings, needs_saxon
from tests.documents.samples import CASES, DOMESTIC, GERMAN_BUYER, GERMAN_SELLER, OUTSIDE_EU, SWISS_BUYER, cii, parties

RAM = {"ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"}
UDT = "{urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100}"
HOSTILE = "]]> <b>&amp; #panic() $x$ *\x00\x07\u202e\ud800 \N{GRINNING FACE}"


def texts(xml: bytes, path: str) -> list[str]:
    """The texts of the elements at a path of `ram` names, `/` between them, anywhere in the document."""
    found = etree.fromstring(xml).findall(".//" + "/".join(f"ram:{name}" for name in path.split("/")), RAM)
    return ["".join(element.itertext()).strip() for element in found]


def xml_of(name: str) -> bytes:
    return cii(*CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_every_document_is_valid_against_the_schema(name: str) -> None:
    assert missing_for_xml(*CASES[name]) == []
    check_xsd(xml_of(name))


@needs_saxon
@pytest.mark.parametrize("name", CASES)
def test_every_document_keeps_the_rules_of_en_16931(name: str) -> None:
    assert en16931_findings(xml_of(name)) == []


@needs_saxon
def test_the_rules_do_find_faults() -> None:
    xml = xml_of("domestic")
    assert any("BR-CO-15" in text for text in en16931_findings(xml.replace(b">1175.72<", b">1175.73<")))


@needs_saxon
@pytest.mark.parametrize(
    ("document", "known"),
    [
        (DOMESTIC, parties(GERMAN_SELLER, {**GERMAN_BUYER, "name": HOSTILE, "buyer_reference": HOSTILE})),
        (OUTSIDE_EU, parties({**GERMAN_SELLER, "name": HOSTILE, "iban": None}, {**SWISS_BUYER, "vat_id": None})),
    ],
)
def test_hostile_and_sparse_parties_keep_the_rules_too(document: DocumentEvent, known: Parties) -> None:
    xml = cii(document, known)
    check_xsd(xml)
    assert en16931_findings(xml) == []
    assert "]]> <b>&amp; #panic() $x$ *" in " ".join(texts(xml, "Name"))


def test_a_german_buyer_gets_xrechnung_and_others_the_plain_norm() -> None:
    ids = "GuidelineSpecifiedDocumentContextParameter/ID"
    assert texts(xml_of("domestic"), ids) == ["urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"]
    assert texts(xml_of("czech"), ids) == ["urn:cen.eu:en16931:2017"]


def test_the_last_day_of_supply_and_the_period_of_the_whole_are_named() -> None:
    delivered = "ActualDeliverySupplyChainEvent/OccurrenceDateTime"
    assert texts(xml_of("domestic"), delivered) == ["20260120"]
    settlement = "ApplicableHeaderTradeSettlement/BillingSpecifiedPeriod"
    assert texts(xml_of("domestic"), f"{settlement}/StartDateTime") == ["20260101"]
    assert texts(xml_of("domestic"), f"{settlement}/EndDateTime") == ["20261231"]


def test_a_line_says_in_the_readers_language_what_it_is() -> None:
    document, known = CASES["domestic"]
    template = "Support contract {plan}, term {term}"
    told = msgspec.structs.replace(document.lines[0], template=template, values={"plan": "Modell L", "term": "2"})
    xml = cii(msgspec.structs.replace(document, lines=[told, *document.lines[1:]]), known)
    assert texts(xml, "SpecifiedTradeProduct/Description")[0] == "Supportvertrag Modell L, Laufzeit 2"
    assert texts(xml, "SpecifiedTradeProduct/Name")[0] == "Vertragspauschale"


def test_vat_is_stated_in_the_sellers_currency_too_where_its_rate_was_given() -> None:
    xml = xml_of("czech-in-eur")
    assert texts(xml, "TaxCurrencyCode") == ["CZK"]
    assert texts(xml, "TaxTotalAmount") == ["4.67", "113.55"]


def test_an_hourly_line_has_minutes_and_the_price_of_sixty_of_them() -> None:
    xml = xml_of("domestic")
    assert texts(xml, "BilledQuantity") == ["1", "45", "15", "15"]
    assert texts(xml, "NetPriceProductTradePrice/ChargeAmount") == ["899.00", "89.00", "0.00", "89.00"]
    assert texts(xml, "NetPriceProductTradePrice/BasisQuantity") == ["1", "60", "60", "60"]
    units = etree.fromstring(xml).xpath("//ram:BilledQuantity/@unitCode", namespaces=RAM)
    assert units == ["H87", "MIN", "MIN", "MIN"]
    nets = "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"
    assert texts(xml, nets) == ["899.00", "66.75", "0.00", "22.25"]


@pytest.mark.parametrize(
    ("name", "currency", "net", "vat", "gross", "percents"),
    [
        ("domestic", "EUR", "988.00", "187.72", "1175.72", ["19"]),
        ("credit-note", "EUR", "988.00", "187.72", "1175.72", ["19"]),
        ("reverse-charge", "EUR", "921.25", "0.00", "921.25", ["0"]),
        ("outside-eu", "EUR", "921.25", "0.00", "921.25", []),
        ("taken-back", "EUR", "866.75", "164.68", "1031.43", ["19"]),
        ("polish", "PLN", "1334.50", "306.94", "1641.44", ["23"]),
        ("czech", "CZK", "10500.00", "2205.00", "12705.00", ["21"]),
        ("slovak", "EUR", "138.75", "31.91", "170.66", ["23"]),
        ("long", "EUR", "2670.00", "507.30", "3177.30", ["19"]),
    ],
)
def test_totals_are_the_ledgers(name: str, currency: str, net: str, vat: str, gross: str, percents: list[str]) -> None:
    xml = xml_of(name)
    total = "SpecifiedTradeSettlementHeaderMonetarySummation"
    assert texts(xml, "InvoiceCurrencyCode") == [currency]
    assert texts(xml, f"{total}/LineTotalAmount") == texts(xml, f"{total}/TaxBasisTotalAmount") == [net]
    assert texts(xml, f"{total}/TaxTotalAmount") == [vat]
    assert texts(xml, f"{total}/GrandTotalAmount") == texts(xml, f"{total}/DuePayableAmount") == [gross]
    breakdown = "ApplicableHeaderTradeSettlement/ApplicableTradeTax"
    assert texts(xml, f"{breakdown}/BasisAmount") == [net]
    assert texts(xml, f"{breakdown}/CalculatedAmount") == [vat]
    assert texts(xml, f"{breakdown}/RateApplicablePercent") == percents


def test_what_is_taken_back_has_a_negative_quantity_and_a_price_that_is_not() -> None:
    xml = xml_of("taken-back")
    assert texts(xml, "BilledQuantity") == ["1", "-15", "-1"]
    assert texts(xml, "NetPriceProductTradePrice/ChargeAmount") == ["899.00", "89.00", "10.00"]


def test_reverse_charge_names_both_vat_ids_and_says_so() -> None:
    xml = xml_of("reverse-charge")
    ids = "SpecifiedTaxRegistration/ID"
    assert texts(xml, f"SellerTradeParty/{ids}") == ["DE123456788", "37/123/45678"]
    assert texts(xml, f"BuyerTradeParty/{ids}") == ["PL1234563218"]
    assert texts(xml, "ExemptionReasonCode") == ["VATEX-EU-AE"]
    assert texts(xml, "ExemptionReason") == ["Odwrotne obciążenie: podatek VAT rozlicza nabywca usługi."]


def test_outside_the_eu_no_vat_id_is_named() -> None:
    xml = xml_of("polish-to-switzerland")
    assert texts(xml, "SpecifiedTaxRegistration/ID") == []
    assert texts(xml, "SpecifiedLegalOrganization/ID") == ["KRS 0000123456"]
    assert texts(xml, "ExemptionReasonCode") == ["VATEX-EU-O"]
    assert texts(xml, "RateApplicablePercent") == []


def test_a_credit_note_names_the_invoice_it_corrects_and_asks_for_no_money() -> None:
    xml = xml_of("credit-note")
    assert texts(xml, "InvoiceReferencedDocument/IssuerAssignedID") == ["HS-2026-00001"]
    assert texts(xml, "InvoiceReferencedDocument/FormattedIssueDateTime") == ["20260202"]
    assert texts(xml, "TypeCode")[0] == "381"
    assert texts(xml, "IncludedNote/Content") == ["Falscher Tarif"]
    assert texts(xml, "IBANID") == texts(xml, "DueDateDateTime") == []
    assert texts(xml_of("domestic"), "IBANID") == ["DE02120300000000202051"]


def test_a_line_leads_back_to_its_work_without_naming_a_person() -> None:
    xml = xml_of("domestic")
    attributes = texts(xml, "ApplicableProductCharacteristic/Value")
    assert attributes[1:6] == ["T-1", "W-1", "0:50", "1:00", "12"]
    assert b"Anna Nowak" not in xml


def test_the_same_document_gives_the_same_bytes() -> None:
    document, known = CASES["domestic"]
    again = msgspec.convert(msgspec.to_builtins(known), Parties)
    assert cii(document, known) == cii(document, again)
