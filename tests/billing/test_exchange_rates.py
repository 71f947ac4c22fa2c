"""VAT in the currency of the provider's country: asked for where the law wants it, and of nobody else (M4)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.billing.events import VatLine
from ledger.billing.vat import needs_exchange_rate
from tests.billing.office import Json, Office, billed, office_over, taxes
from tests.words import credit_note, issue, sign

CZ, PL = "CZ25123891", "PL8567346215"
PLANS = """
[provider]
id = "dach"
name = "Dach"
country = "PL"
timezone = "Europe/Warsaw"
currency = "EUR"
language = "pl"
invoice_series = { invoice = "DA-{year}-{number:05}", credit_note = "DA-CN-{year}-{number:05}" }

[parties.dach]
name = "Dach Sp. z o.o."
address = { line1 = "ul. Wzorowa 1", postcode = "00-001", city = "Warszawa" }
vat_id = "PL9999900009"
registration = "KRS 0000000000"

[plans.dach-year]
version = 1
name = "Year"
fee = "100.00"
term_months = 12
"""


@pytest.fixture
def polish_office(tmp_path: Path) -> Iterator[Office]:
    """One that sells from Poland in EUR."""
    plans = tmp_path / "plans"
    plans.mkdir()
    (plans / "dach.toml").write_text(PLANS, encoding="utf-8")
    with office_over(f"sqlite:///{tmp_path / 'ledger.db'}", catalogue=plans) as opened:
        yield opened


def sold_in_eur(office: Office, contract: str, **customer: str) -> None:
    office.ok(
        sign(
            "easyredmine-priority", contract_id=contract, customer=billed(contract) | customer, agreed={"fee": "100.00"}
        )
    )


def test_a_draft_names_the_rate_and_without_it_nothing_is_issued(office: Office) -> None:
    """Czech support sold in EUR bears 21.00 EUR; at 24.315 that is 510.615, half-up 510.62 CZK."""
    sold_in_eur(office, "P", country="CZ", vat_id=CZ)
    assert office.draft("P")["missing"] == ["exchange_rate"]
    refused = office.refused("missing-party-data", issue("P", "2026-12-31"))
    assert refused["missing"] == ["exchange_rate"]
    assert "CZK" in refused["detail"]
    assert "exchange_rate" in refused["detail"]
    number = office.number(issue("P", exchange_rate="24.315"))
    assert number.endswith("-00001")  # the refused command took no number
    found = office.invoice(number)
    assert found["missing"] == []
    assert found["national_vat"]["total"] == "510.62"
    assert office.invoice(office.number(credit_note(number)))["national_vat"] == found["national_vat"]


@pytest.mark.parametrize("customer", [{"country": "PL", "vat_id": PL}, {"country": "CH"}])
def test_without_vat_no_rate_is_asked_for(quick_office: Office, customer: Json) -> None:
    sold_in_eur(quick_office, "P", **customer)
    assert "exchange_rate" not in quick_office.draft("P")["missing"]
    refused = quick_office.refused("malformed", issue("P", exchange_rate="24.315"))
    assert refused["field"] == "exchange_rate"
    assert "bears no VAT" in refused["detail"]
    assert quick_office.invoice(quick_office.number(issue("P")))["national_vat"] is None


def test_a_consumer_abroad_pays_vat_that_is_stated_too(quick_office: Office) -> None:
    sold_in_eur(quick_office, "P", country="SK")
    assert quick_office.draft("P")["missing"] == ["exchange_rate"]
    assert quick_office.refused("missing-party-data", issue("P", "2026-12-31"))["missing"] == ["exchange_rate"]


def test_poland_asks_for_it_and_it_stands_in_every_file(polish_office: Office) -> None:
    """23.00 EUR at 4.2617 are 98.0191, so 98.02 PLN."""
    polish_office.ok(sign("dach-year", contract_id="P", customer=billed("P") | {"country": "PL", "vat_id": PL}))
    assert polish_office.draft("P")["missing"] == ["exchange_rate"]
    polish_office.refused("missing-party-data", issue("P", "2026-12-31"))
    number = polish_office.number(issue("P", exchange_rate="4.2617"))
    assert taxes(polish_office.invoice(number)) == [("S", "23.00", "100.00", "23.00")]
    fa3 = polish_office.get(f"invoices/{number}.xml").text.replace("tns:", "")
    assert "<P_14_1>23.00<" in fa3
    assert "<P_14_1W>98.02<" in fa3
    cii = polish_office.get(f"invoices/{number}.xml", form="cii").text
    assert "<ram:TaxCurrencyCode>PLN<" in cii  # BT-6
    assert '<ram:TaxTotalAmount currencyID="PLN">98.02<' in cii  # BT-111
    assert polish_office.get(f"invoices/{number}.pdf").status_code == 200


def test_in_the_countrys_own_currency_nothing_is_asked_for(quick_office: Office) -> None:
    quick_office.ok(
        sign(
            "eurolinux-premium",
            contract_id="P",
            customer=billed("P") | {"country": "PL", "vat_id": PL},
            agreed={"fee": "100.00"},
        )
    )
    assert quick_office.draft("P")["missing"] == []
    assert quick_office.invoice(quick_office.number(issue("P")))["national_vat"] is None


@pytest.mark.parametrize(
    ("country", "currency", "cents", "asked"),
    [
        ("CZ", "EUR", [2100], True),
        ("CZ", "CZK", [2100], False),
        ("CZ", "PLN", [0, -512], True),  # beside reverse charge, VAT that goes back
        ("CZ", "EUR", [0], False),
        ("CZ", "EUR", [], False),
        ("PL", "EUR", [1], True),
        ("DE", "CHF", [1900], False),  # German law converts in the return
        ("AT", "CHF", [2000], False),
    ],
)
def test_the_law_of_the_providers_country_decides(country: str, currency: str, cents: list[int], asked: bool) -> None:
    vat = [VatLine(2100 if one else 0, "S" if one else "AE", 10000, one) for one in cents]
    assert needs_exchange_rate(vat, country, currency) is asked
