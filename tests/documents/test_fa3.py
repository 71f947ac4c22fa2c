"""Poland's FA(3): valid against its schema, with the ledger's own totals."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from ksef_client.documents.fa3 import validate_fa3_xml_xsd
from lxml import etree

from api.documents.document_parties import DocumentEvent, Parties
from api.documents.ksef import ksef_xml
from api.documents.missing import missing_for_ksef
from ledger.events import NationalVat, VatLine
from tests.documents.samples import (
    CASES,
    CZECH_BUYER,
    GERMAN_BUYER,
    POLISH,
    POLISH_BUYER,
    POLISH_CREDITED,
    POLISH_SELLER,
    POLISH_TO_GERMANY,
    POLISH_TO_SWITZERLAND,
    SWISS_BUYER,
    parties,
)

FA = {"fa": "http://crd.gov.pl/wzor/2025/06/25/13775/"}
HOSTILE = "]]> <b>&amp; #panic() *\x00\x07\u202e \N{GRINNING FACE}"
DOCUMENTS: dict[str, tuple[DocumentEvent, Parties]] = {
    "domestic": CASES["polish"],
    "correction": CASES["polish-credit-note"],
    "owed after all": CASES["owed-after-all"],
    "germany": (POLISH_TO_GERMANY, parties(POLISH_SELLER, GERMAN_BUYER)),
    "switzerland": (POLISH_TO_SWITZERLAND, parties(POLISH_SELLER, SWISS_BUYER)),
}


def texts(xml: bytes, name: str) -> list[str]:
    return [element.text or "" for element in etree.fromstring(xml).iterfind(f".//fa:{name}", FA)]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_is_valid_against_the_schema(name: str) -> None:
    assert missing_for_ksef(*DOCUMENTS[name]) == []
    validate_fa3_xml_xsd(ksef_xml(*DOCUMENTS[name]))


@pytest.mark.parametrize(
    ("name", "currency", "sums"),
    [
        ("domestic", "PLN", {"P_13_1": "1334.50", "P_14_1": "306.94", "P_15": "1641.44"}),
        ("correction", "PLN", {"P_13_1": "-1334.50", "P_14_1": "-306.94", "P_15": "-1641.44"}),
        ("owed after all", "PLN", {"P_13_1": "909.00", "P_14_1": "209.07", "P_15": "1118.07"}),
        ("germany", "EUR", {"P_13_9": "921.25", "P_15": "921.25"}),
        ("switzerland", "EUR", {"P_13_8": "921.25", "P_15": "921.25"}),
    ],
)
def test_the_summary_is_the_ledgers(name: str, currency: str, sums: dict[str, str]) -> None:
    xml = ksef_xml(*DOCUMENTS[name])
    assert texts(xml, "KodWaluty") == [currency]
    summary = {element.tag.split("}")[1]: element.text for element in etree.fromstring(xml).find("fa:Fa", FA)}
    assert {field: text for field, text in summary.items() if field.startswith(("P_13", "P_14", "P_15"))} == sums
    assert texts(xml, "P_11Vat") == []


def test_the_day_of_supply_is_the_documents_or_each_lines_own() -> None:
    """P_6 for one day, OkresFa for terms alone, else P_6A of each line."""
    dated = ("P_6", "P_6_Od", "P_6_Do", "P_6A")
    xml = ksef_xml(*DOCUMENTS["domestic"])
    assert [texts(xml, name) for name in dated] == [[], [], [], ["2026-01-01", "2026-01-20", "2026-01-20"]]
    visits = msgspec.structs.replace(POLISH, lines=POLISH.lines[1:])
    xml = ksef_xml(visits, DOCUMENTS["domestic"][1])
    assert [texts(xml, name) for name in dated] == [["2026-01-20"], [], [], []]
    terms = msgspec.structs.replace(POLISH, lines=POLISH.lines[:1])
    xml = ksef_xml(terms, DOCUMENTS["domestic"][1])
    assert [texts(xml, name) for name in dated] == [[], ["2026-01-01"], ["2026-12-31"], []]


def test_what_takes_back_polish_vat_stands_beside_reverse_charge() -> None:
    """899.00 without VAT and −22.25 with 23 % (−5.1175); in zlotys at 4.25 −21.76."""
    back = msgspec.structs.replace(POLISH.lines[1], quantity=-15, net_cents=-2225)
    fields = {"lines": [POLISH_TO_GERMANY.lines[0], back], "net_cents": 87675, "vat_cents": -512, "gross_cents": 87163}
    vat = [VatLine(0, "AE", 89900, 0), VatLine(2300, "S", -2225, -512)]
    in_pln = NationalVat("PLN", "4.25", [0, -2176])
    mixed = msgspec.structs.replace(POLISH_TO_GERMANY, **fields, vat=vat, national_vat=in_pln)
    xml = ksef_xml(mixed, parties(POLISH_SELLER, GERMAN_BUYER))
    validate_fa3_xml_xsd(xml)
    found = [texts(xml, name) for name in ("P_13_1", "P_14_1", "P_14_1W", "P_13_9", "P_15", "P_18")]
    assert found == [["-22.25"], ["-5.12"], ["-21.76"], ["899.00"], ["871.63"], ["1"]]
    assert texts(xml, "KursWaluty") == ["4.25"]  # of the line that bears VAT


def test_polish_vat_of_another_currency_is_stated_in_zlotys() -> None:
    """306.94 at 4.2500 are 1304.495, half-up 1304.50; a correction takes them back."""
    told = {"currency": "EUR", "national_vat": NationalVat("PLN", "4.25", [130450])}
    for document, amount in ((POLISH, "1304.50"), (POLISH_CREDITED, "-1304.50")):
        xml = ksef_xml(msgspec.structs.replace(document, **told), DOCUMENTS["domestic"][1])
        validate_fa3_xml_xsd(xml)
        assert texts(xml, "P_14_1W") == [amount]
        assert texts(xml, "KursWaluty") == ["4.25", "4.25", "4.25"]
    assert texts(ksef_xml(*DOCUMENTS["domestic"]), "KursWaluty") == []


@pytest.mark.parametrize(
    ("kind", "template", "values", "name"),
    [
        ("overage", "Time beyond the credit, entry {entry}", {"entry": "E-1"}, "Czas ponad pulę, wpis E-1"),
        ("surcharge", "Visit on site, entry {entry}", {"entry": "E-1"}, "Wizyta u klienta, wpis E-1"),
        (
            "service",
            "Service {service}, entry {entry}",
            {"service": "x", "entry": "E-1"},
            "Usługa: zgodnie z umową, wpis E-1",
        ),
        ("reversal", "Reversal of {charge}", {"charge": "E-1.overage"}, "Storno E-1.overage"),
        (
            "lump_sum",
            "Lump sum paid in advance under {plan}, term {term}",
            {"plan": "SBP", "term": "1"},
            "Ryczałt opłacony z góry w ramach SBP, okres 1",
        ),
        (
            "fee",
            "Support contract {plan}, term {term}",
            {"plan": "Premium", "term": "1"},
            "Opłata: Umowa wsparcia Premium, okres 1",
        ),
    ],
)
def test_the_name_of_a_line_says_nothing_twice(kind: Any, template: str, values: dict[str, str], name: str) -> None:
    line = msgspec.structs.replace(POLISH.lines[0], kind=kind, template=template, values=values)
    xml = ksef_xml(msgspec.structs.replace(POLISH, lines=[line]), DOCUMENTS["domestic"][1])
    assert texts(xml, "P_7") == [name]


def test_the_times_of_a_deduction_are_told_once() -> None:
    twice = msgspec.structs.replace(POLISH, lines=[POLISH.lines[1], msgspec.structs.replace(POLISH.lines[1], line=2)])
    xml = ksef_xml(twice, DOCUMENTS["domestic"][1])
    assert texts(xml, "Klucz").count("Przepracowano") == 1


def test_minutes_are_hours_with_the_price_of_one() -> None:
    xml = ksef_xml(*DOCUMENTS["domestic"])
    assert texts(xml, "P_8A") == ["szt.", "godz.", "godz."]
    assert texts(xml, "P_8B") == ["1", "0.5", "0.833333"]
    assert texts(xml, "P_9A") == ["1234.5", "200", "0"]
    assert texts(xml, "P_11") == ["1234.50", "100.00", "0.00"]
    assert texts(xml, "P_12") == ["23", "23", "23"]


def test_reverse_charge_names_the_buyers_vat_number_and_sets_p_18() -> None:
    xml = ksef_xml(*DOCUMENTS["germany"])
    assert texts(xml, "KodUE") + texts(xml, "NrVatUE") == ["DE", "136695976"]
    assert texts(xml, "P_12") == ["np II", "np II"]
    assert texts(xml, "P_18") == ["1"]


def test_outside_the_eu_the_buyer_owes_a_tax_like_vat_and_p_18_says_so() -> None:
    xml = ksef_xml(*DOCUMENTS["switzerland"])
    assert texts(xml, "NrID") == ["CHE-123.456.788 MWST"]
    assert texts(xml, "P_12") == ["np I", "np I"]
    assert texts(xml, "P_18") == ["1"]
    assert texts(ksef_xml(*DOCUMENTS["domestic"]), "P_18") == ["2"]


def test_a_credit_note_is_a_kor_with_differences() -> None:
    xml = ksef_xml(*DOCUMENTS["correction"])
    assert texts(xml, "RodzajFaktury") == ["KOR"]
    assert texts(xml, "NrFaKorygowanej") + texts(xml, "DataWystFaKorygowanej") == ["DM-2026-00001", "2026-02-02"]
    assert texts(xml, "PrzyczynaKorekty") == ["Błędna stawka"]
    assert texts(xml, "TypKorekty") == ["2"]  # it lowers the tax when it is issued
    assert texts(ksef_xml(*DOCUMENTS["domestic"]), "TypKorekty") == []
    assert texts(xml, "P_8B") == ["-1", "-0.5", "-0.833333"]
    assert texts(xml, "NrKSeFN") == ["1"]
    number = "5260250274-20260202-0123456789AB-CD"
    sent = parties(POLISH_SELLER, POLISH_BUYER, corrected_ksef_number=number)
    assert texts(ksef_xml(POLISH_CREDITED, sent), "NrKSeFFaKorygowanej") == [number]


def test_what_gives_a_minus_back_is_a_plus_and_its_credit_note_a_minus() -> None:
    """The opposite of a service credit: its own amount, one piece of 10.00, on an ordinary invoice."""
    document, known = DOCUMENTS["owed after all"]
    xml = ksef_xml(document, known)
    assert texts(xml, "RodzajFaktury") == ["VAT"]
    assert [texts(xml, name)[1] for name in ("P_7", "P_8A", "P_8B", "P_9A", "P_11", "P_12")] == [
        *("Storno T.reaction.credit z faktury DM-2026-00001", "szt.", "1", "10", "10.00", "23")
    ]
    sums = {"net_cents": document.net_cents, "vat_cents": document.vat_cents, "gross_cents": document.gross_cents}
    credited = msgspec.structs.replace(POLISH_CREDITED, lines=document.lines, vat=document.vat, **sums)
    taken_back = ksef_xml(credited, known)
    validate_fa3_xml_xsd(taken_back)
    assert [texts(taken_back, name)[1] for name in ("P_8B", "P_9A", "P_11")] == ["-1", "10", "-10.00"]
    stated = [texts(taken_back, name) for name in ("P_13_1", "P_14_1", "P_15")]
    assert stated == [["-909.00"], ["-209.07"], ["-1118.07"]]


@pytest.mark.parametrize(
    "known",
    [
        parties({**POLISH_SELLER, "name": HOSTILE, "iban": None}, {**POLISH_BUYER, "name": HOSTILE, "vat_id": None}),
        parties(POLISH_SELLER, {**POLISH_BUYER, "vat_id": None, "tax_number": "123-456-32-18"}),
        parties(POLISH_SELLER, {**CZECH_BUYER, "vat_id": None}, reason="x" * 3000),
        parties({**POLISH_SELLER, "phone": "+48 22 123 45 67 wew. 1234"}, {**POLISH_BUYER, "name": "x" * 3000}),
        parties(POLISH_SELLER, {**POLISH_BUYER, "vat_id": None, "tax_number": "44051401359"}),
        parties({**POLISH_SELLER, "bic": "?"}, {**SWISS_BUYER, "email": "nobody", "vat_id": "x" * 64}),
        parties(POLISH_SELLER, {**GERMAN_BUYER, "vat_id": "DE.136.695.976.and.more"}),
    ],
)
def test_hostile_and_sparse_parties_are_valid_too(known: Parties) -> None:
    validate_fa3_xml_xsd(ksef_xml(POLISH, known))
    validate_fa3_xml_xsd(ksef_xml(POLISH_CREDITED, known))


def test_the_same_document_gives_the_same_bytes() -> None:
    assert ksef_xml(*DOCUMENTS["domestic"]) == ksef_xml(*DOCUMENTS["domestic"])
