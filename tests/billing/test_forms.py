"""Which form a file takes: XRechnung, the plain norm, FA(3); and VAT in the currency of the provider's country."""

import pytest
from facturx import get_xml_from_pdf  # type: ignore[import-untyped]

from tests.billing.office import Json, Office, billed
from tests.billing.test_parties import model_l
from tests.documents.rules import check_e_invoice
from tests.words import credit_note, issue, sign


@pytest.mark.parametrize(
    ("lacks", "filename", "guideline"),
    [
        ({}, "xrechnung.xml", "xrechnung_3.0"),
        ({"buyer_reference": None}, "factur-x.xml", "urn:cen.eu:en16931:2017<"),
        ({"country": "AT"}, "factur-x.xml", "urn:cen.eu:en16931:2017<"),
    ],
)
def test_the_invoice_inside_the_pdf_is_the_best_that_its_data_allow(
    quick_office: Office, lacks: Json, filename: str, guideline: str
) -> None:
    number = model_l(quick_office, **lacks)
    inside = get_xml_from_pdf(quick_office.get(f"invoices/{number}.pdf").content, check_schematron=False)
    check_e_invoice(inside[1])
    assert (inside[0], guideline in inside[1].decode()) == (filename, True)
    plain = quick_office.get(f"invoices/{number}.xml", form="en16931")
    assert (plain.status_code, "urn:cen.eu:en16931:2017<" in plain.text) == (200, True)


def test_xrechnung_is_refused_without_its_data_and_says_what_can_be_had(quick_office: Office) -> None:
    number = model_l(quick_office, buyer_reference=None)
    refused = quick_office.unseen(f"invoices/{number}.xml")
    assert refused["missing"] == ["customer.buyer_reference"]
    assert "form=en16931" in refused["detail"]
    note = quick_office.unseen(f"invoices/{quick_office.number(credit_note(number))}.xml")
    assert "form=en16931" in note["detail"]


def test_ksef_is_for_polish_sellers_and_documents_of_its_time(quick_office: Office) -> None:
    assert quick_office.unseen(f"invoices/{model_l(quick_office)}.xml", form="ksef")["field"] == "form"
    polish = {"country": "PL", "vat_id": "PL8567346215"}
    quick_office.clock.put("2025-08-31T12:00:00Z")
    quick_office.ok(
        sign("eurolinux-basic", "2025-08-01", contract_id="Q", customer=billed("Q") | polish, agreed={"fee": "100.00"})
    )
    early = quick_office.number(issue("Q"))
    assert "CrossIndustryInvoice" in quick_office.get(f"invoices/{early}.xml").text
    assert quick_office.unseen(f"invoices/{early}.xml", form="ksef")["field"] == "form"
    quick_office.clock.put("2026-11-02T12:00:00Z")
    quick_office.ok(sign("eurolinux-premium", contract_id="P", customer=billed("P") | polish, agreed={"fee": "100.00"}))
    number = quick_office.number(issue("P"))
    assert "crd.gov.pl" in quick_office.get(f"invoices/{number}.xml").text
    told = {"invoice_number": number, "reason": "R"}
    sent = "5260250274-20260202-0123456789AB-CD"
    for wrong in (
        "1",
        "1000000000-20260202-0123456789AB-CD",  # no NIP
        "5260250274-20100202-0123456789AB-CD",  # before there was KSeF
        "5260250274-20261302-0123456789AB-CD",
        "5260250274-20260200-0123456789AB-CD",
        "5260250274-20260202-0123456789ab-CD",
        f"{sent}\n",
    ):
        refused = quick_office.refused("malformed", credit_note(ksef_number=wrong, **told))
        assert refused["field"] == "ksef_number"
    german = {"invoice_number": "GR-2026-00001", "reason": "R", "ksef_number": sent}
    assert quick_office.refused("malformed", credit_note(**german))["field"] == "ksef_number"
    note = quick_office.ok(credit_note(ksef_number=sent, **told))["number"]
    assert f"<NrKSeFFaKorygowanej>{sent}<" in quick_office.get(f"invoices/{note}.xml").text.replace("tns:", "")


def test_vat_of_another_currency_is_stated_in_the_providers_own_at_the_rate_given(office: Office) -> None:
    """100.00 EUR bear 21.00; at 24.315025 they are 510.615525, half-up 510.62 CZK. A credit note takes it back."""
    czech = {"country": "CZ", "vat_id": "CZ25123891"}
    office.ok(sign("easyredmine-priority", contract_id="P", customer=billed("P") | czech, agreed={"fee": "100.00"}))
    told: Json = {"contract_id": "P", "through_on": "2026-12-31"}
    for rate in ("0", "0.000", "-1", "24,3", "1e2", "24.3150251", 24.3):
        assert office.refused("malformed", issue(exchange_rate=rate, **told))["field"] == "exchange_rate"
    number = office.number(issue("P", exchange_rate="24.315025"))
    expected = {"currency": "CZK", "exchange_rate": "24.315025", "amounts": ["510.62"], "total": "510.62"}
    note = office.number(credit_note(number))
    for one in (number, note):
        assert office.invoice(one)["national_vat"] == expected
        assert office.get(f"invoices/{one}.pdf").status_code == 200
        assert '<ram:TaxTotalAmount currencyID="CZK">510.62<' in office.get(f"invoices/{one}.xml").text
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    german: Json = {"contract_id": "L", "through_on": "2026-12-31", "exchange_rate": "1.1"}
    assert office.refused("malformed", issue(**german))["field"] == "exchange_rate"
    assert office.draft("P")["national_vat"] is None
