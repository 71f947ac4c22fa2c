"""Value added tax by where buyer and seller are and when the supply was; its rounding; VAT ids by their form."""

import pytest

from ledger.billing.events import NationalVat, VatLine
from ledger.billing.vat import national_vat, treatment, vat_lines
from tests.billing.office import Json, Office, billed, lines, taxes, totals
from tests.words import amend, credit_note, issue, log_work, open_ticket, renew, reverse, service_credit, sign, top_up

DE, AT, SK, PL, CZ = "DE136695976", "ATU13585627", "SK2022749619", "PL8567346215", "CZ25123891"
FEE: Json = {"agreed": {"fee": "100.00"}}
SUM: Json = {"agreed": {"pools.lump-sum.allotment": "100.00"}}


@pytest.mark.parametrize(
    ("plan", "told", "country", "vat_id", "tax"),
    [
        ("north-all", {}, "DE", None, ("S", "19.00", "100.00", "19.00")),
        ("north-all", {}, "DE", DE, ("S", "19.00", "100.00", "19.00")),
        ("north-all", {}, "AT", AT, ("AE", "0.00", "100.00", "0.00")),
        ("north-all", {}, "AT", None, ("S", "19.00", "100.00", "19.00")),
        ("north-all", {}, "AT", DE, ("S", "19.00", "100.00", "19.00")),  # an id of the seller's own country
        ("north-all", {}, "AT", PL, ("AE", "0.00", "100.00", "0.00")),  # registered in a third member state
        ("north-all", {}, "GR", "EL094259216", ("AE", "0.00", "100.00", "0.00")),
        ("north-all", {}, "GR", None, ("S", "19.00", "100.00", "19.00")),
        ("north-all", {}, "CH", None, ("O", "0.00", "100.00", "0.00")),
        ("north-all", {}, "CH", "CHE107787577IVA", ("O", "0.00", "100.00", "0.00")),
        ("north-all", {}, "US", None, ("O", "0.00", "100.00", "0.00")),
        ("north-all", {}, "GB", None, ("O", "0.00", "100.00", "0.00")),
        ("eurolinux-premium", FEE, "PL", PL, ("S", "23.00", "100.00", "23.00")),
        ("eurolinux-premium", FEE, "DE", DE, ("AE", "0.00", "100.00", "0.00")),
        ("eurolinux-premium", FEE, "DE", None, ("S", "23.00", "100.00", "23.00")),
        ("eurolinux-premium", FEE, "UA", None, ("O", "0.00", "100.00", "0.00")),
        ("dytron-sbp", SUM, "CZ", CZ, ("S", "21.00", "100.00", "21.00")),
        ("dytron-sbp", SUM, "SK", SK, ("AE", "0.00", "100.00", "0.00")),
        ("cloudempiere-standard", FEE, "SK", SK, ("S", "23.00", "100.00", "23.00")),
        ("cloudempiere-standard", FEE, "CZ", CZ, ("AE", "0.00", "100.00", "0.00")),
        ("easyredmine-priority", FEE, "CZ", CZ, ("S", "21.00", "100.00", "21.00")),
        ("easyredmine-priority", FEE, "PL", None, ("S", "21.00", "100.00", "21.00")),
        ("easyredmine-priority", FEE, "PL", PL, ("AE", "0.00", "100.00", "0.00")),
    ],
)
def test_a_supply_is_taxed_by_where_both_sides_are(
    quick_office: Office, plan: str, told: Json, country: str, vat_id: str | None, tax: tuple[str, str, str, str]
) -> None:
    quick_office.ok(
        sign(plan, customer=billed("C") | {"country": country} | ({"vat_id": vat_id} if vat_id else {}), **told)
    )
    rate = {"exchange_rate": "24.315"} if plan == "easyredmine-priority" and tax[0] == "S" else {}
    found = quick_office.invoice(quick_office.number(issue("C", **rate)))
    assert taxes(found) == [tax]
    assert [(line["vat_category"], line["vat_rate"]) for line in found["lines"]] == [tax[:2]]
    assert (found["vat_total"], found["customer"]["vat_id"]) == (tax[3], vat_id)


def test_the_day_of_supply_decides_the_rate_to_the_second(office: Office) -> None:
    """Four quarters of an hour at 37.25: two at 19 % (74.50: 14.155) and two at 16 % (74.50: 11.92)."""
    office.ok(sign("groupios-s", "2020-01-01", contract_id="S", customer=billed("S")))
    for entry, at in (
        ("A", "2020-06-30T21:59:59Z"),
        ("B", "2020-06-30T22:00:00Z"),  # 1 July in Berlin
        ("C", "2020-12-31T22:59:59Z"),
        ("D", "2020-12-31T23:00:00Z"),  # 1 January in Berlin
    ):
        office.ok(open_ticket(f"T{entry}", contract_id="S", at="2020-06-01T09:00:00Z"))
        office.ok(log_work(15, at, entry_id=entry, ticket_id=f"T{entry}"))
    found = office.invoice(office.number(issue("S")))
    shown = {line["deduction_id"]: (line["supplied_on"], line["vat_rate"]) for line in found["lines"]}
    assert shown == {
        "A": ("2020-06-30", "19.00"),
        "B": ("2020-07-01", "16.00"),
        "C": ("2020-12-31", "16.00"),
        "D": ("2021-01-01", "19.00"),
    }
    assert taxes(found) == [("S", "19.00", "74.50", "14.16"), ("S", "16.00", "74.50", "11.92")]
    assert totals(found) == ("149.00", "26.08", "175.08")


def test_a_reversal_bears_the_rate_of_what_it_takes_back(quick_office: Office) -> None:
    quick_office.ok(sign("groupios-s", "2020-01-01", contract_id="S", customer=billed("S")))
    quick_office.ok(open_ticket("T", contract_id="S", at="2020-06-01T09:00:00Z"))
    quick_office.ok(log_work(15, "2020-08-01T09:00:00Z", entry_id="A"))
    assert totals(quick_office.invoice(quick_office.number(issue("S")))) == ("37.25", "5.96", "43.21")
    quick_office.ok(reverse("A"))
    draft = quick_office.draft("S")
    assert (taxes(draft), totals(draft)) == ([("S", "16.00", "-37.25", "-5.96")], ("-37.25", "-5.96", "-43.21"))


def test_slovak_fees_of_two_years_stand_on_one_invoice_at_two_rates(office: Office) -> None:
    agreed = {"fee": "100.00", "term_months": 1}
    office.ok(sign("cloudempiere-standard", "2024-12-01", customer=billed("C") | {"country": "SK"}, agreed=agreed))
    office.ok(renew("C"))
    found = office.invoice(office.number(issue("C")))
    assert taxes(found) == [("S", "23.00", "100.00", "23.00"), ("S", "20.00", "100.00", "20.00")]
    assert totals(found) == ("200.00", "43.00", "243.00")


def test_a_supply_before_the_first_known_rate_names_what_is_missing(quick_office: Office) -> None:
    quick_office.ok(sign("cloudempiere-standard", "2010-12-31", customer=billed("C") | {"country": "SK"}, **FEE))
    told = {"contract_id": "C", "through_on": "2026-12-31"}
    assert quick_office.refused("missing-party-data", issue(**told))["missing"] == ["provider.vat_rate"]
    assert quick_office.unseen("contracts/C/invoice-draft")["code"] == "missing-party-data"


@pytest.mark.parametrize(
    ("prices", "net", "vat"),
    [
        (["0.13", "0.13"], "100.26", "19.05"),  # 19.0494; line by line 0.02 + 0.02
        (["0.18", "0.18"], "100.36", "19.07"),  # 19.0684; line by line 0.03 + 0.03
        (["0.02"] * 5, "100.10", "19.02"),  # 19.019; line by line nothing
        (["0.03"] * 3, "100.09", "19.02"),  # 19.0171; line by line 0.01 + 0.01 + 0.01
        (["1.50"], "101.50", "19.29"),  # 19.285: a half goes up
        (["0.50"], "100.50", "19.10"),  # 19.095
    ],
)
def test_vat_is_rounded_half_up_once_on_the_sum_and_not_line_by_line(
    quick_office: Office, prices: list[str], net: str, vat: str
) -> None:
    """Beside them the fee of 100.00, which bears 19.00."""
    quick_office.ok(sign("north-all", contract_id="N", customer=billed("N")))
    for n, price in enumerate(prices):
        quick_office.ok(
            top_up(60, "2026-02-02T09:00:00Z", top_up_id=f"U{n}", contract_id="N", pool="care", price=price)
        )
    found = quick_office.invoice(quick_office.number(issue("N")))
    assert (found["net"], found["vat_total"]) == (net, vat)
    assert taxes(found) == [("S", "19.00", net, vat)]


@pytest.mark.parametrize(
    ("net_cents", "vat_cents"),
    [
        (50, 10),  # 9.5: to the even cent it would be the same
        (150, 29),  # 28.5: to the even cent it would be 28
        (250, 48),  # 47.5
        (-50, -10),
        (-150, -29),
        (-250, -48),
        (149, 28),  # 28.31
        (-151, -29),  # 28.69
        (1, 0),
        (-1, 0),
        (0, 0),
    ],
)
def test_half_a_cent_of_vat_is_rounded_away_from_zero(net_cents: int, vat_cents: int) -> None:
    """19 % of the sum of a row, whether it is asked for or taken back."""
    assert vat_lines([(1900, "S", net_cents)]) == [VatLine(1900, "S", net_cents, vat_cents)]
    assert vat_lines([(1900, "S", net_cents + 7), (1900, "S", -7)]) == [VatLine(1900, "S", net_cents, vat_cents)]


def test_a_row_that_takes_back_is_rounded_by_itself_beside_one_that_asks() -> None:
    """19 % of 1.50 are 0.285, and 16 % of −0.50 are −0.08; neither reverse charge nor what is not taxable has any."""
    rows = vat_lines([(1900, "S", 150), (1600, "S", -50), (0, "AE", 150), (None, "O", -150)])
    assert rows == [
        VatLine(0, "AE", 150, 0),
        VatLine(None, "O", -150, 0),
        VatLine(1900, "S", 150, 29),
        VatLine(1600, "S", -50, -8),
    ]


@pytest.mark.parametrize(
    ("rate", "cents", "national"),
    [
        ("25", 2100, 52500),
        ("24.3", 2100, 51030),
        ("24.315", 3191, 77589),  # 775.89165
        ("24.315", -3191, -77589),
        ("24.315025", 2100, 51062),  # 510.615525
        ("24.5", 1, 25),  # 24.5: a half goes away from zero
        ("24.5", -1, -25),
        ("0.000001", 100, 0),
    ],
)
def test_a_rate_of_exchange_may_have_up_to_six_places(rate: str, cents: int, national: int) -> None:
    rows = [VatLine(2100, "S", 0, cents), VatLine(1200, "S", 0, 0)]
    assert national_vat(rows, "CZ", "EUR", rate) == NationalVat("CZK", rate, [national, 0])


@pytest.mark.parametrize(("country", "currency"), [("CZ", "CZK"), ("DE", "EUR"), ("XX", "EUR")])
def test_nothing_is_converted_into_the_currency_that_a_document_is_in(country: str, currency: str) -> None:
    with pytest.raises(ValueError, match=f"documents from {country} are in {currency}"):
        national_vat([], country, currency, "1.1")


MALFORMED = [
    ("DE", "DE136695977"),  # a wrong check digit
    ("DE", "DE13669597"),
    ("DE", "136695976"),  # without its country
    ("DE", "Nope"),
    ("AT", "AT13585627"),  # without the U
    ("AT", "ATU13585628"),
    ("GR", "EL094259217"),
    ("PL", "PL8567346216"),
    ("CH", "CHE107787578IVA"),
    ("DE", "CHE107787577IVA"),  # not of a member state
]


@pytest.mark.parametrize(("country", "vat_id"), MALFORMED)
def test_a_malformed_vat_id_is_refused_where_it_is_told_and_nothing_is_stored(
    quick_office: Office, country: str, vat_id: str
) -> None:
    quick_office.ok(sign("north-all", contract_id="N", customer=billed("N") | {"country": country}))
    before = quick_office.count()
    customer = {"customer_id": "k", "name": "K", "country": country, "vat_id": vat_id}
    told: Json = {"contract_id": "M", "plan": "north-all", "starts_on": "2026-01-01", "customer": customer}
    assert quick_office.refused("malformed", sign(**told))["field"] == "customer.vat_id"
    amended: Json = {"contract_id": "N", "customer": {"name": "Other", "vat_id": vat_id}}
    assert quick_office.refused("malformed", amend(**amended))["field"] == "customer.vat_id"
    assert quick_office.count() == before
    assert quick_office.unseen("contracts/M")["code"] == "unknown-contract"
    kept = quick_office.see("contracts/N")["customer"]
    assert (kept["name"], kept.get("vat_id")) == ("Customer N", None)


@pytest.mark.parametrize(
    ("country", "told", "kept"),
    [
        ("DE", "de 136 695 976", "DE136695976"),
        ("AT", "atu 13585627", "ATU13585627"),
        ("GR", "EL 094259216", "EL094259216"),
        ("GR", "GR 094259216", "EL094259216"),
        ("PL", "PL 856-734-62-15", "PL8567346215"),
        ("GB", "GB 980 7806 84", "GB980780684"),
        ("NO", "NO 995 525 828 MVA", "NO995525828MVA"),
        ("CH", "CHE-107.787.577 IVA", "CHE107787577IVA"),
        ("US", "12-3456789", "12-3456789"),  # no form is known
    ],
)
def test_a_vat_id_is_kept_in_its_normal_form(quick_office: Office, country: str, told: str, kept: str) -> None:
    quick_office.ok(sign("north-all", contract_id="N", customer=billed("N") | {"country": country, "vat_id": told}))
    assert quick_office.see("contracts/N")["customer"]["vat_id"] == kept
    quick_office.ok(sign("north-all", contract_id="M", customer=billed("M") | {"country": country}))
    quick_office.ok(amend({"vat_id": told}, "M"))
    assert quick_office.draft("M")["customer"]["vat_id"] == kept


@pytest.mark.parametrize(("told", "meant"), [("EL", "GR"), ("UK", "GB"), ("ZZ", None), ("DD", None), ("EU", None)])
def test_a_country_is_one_of_iso_3166(quick_office: Office, told: str, meant: str | None) -> None:
    """Else a customer in Greece would be outside the EU."""
    customer = {"customer_id": "k", "name": "K", "country": told}
    refused = quick_office.refused("malformed", sign("north-all", "2026-01-01", contract_id="M", customer=customer))
    assert refused["field"] == "customer.country"
    assert (f"{meant} is meant" in refused["detail"]) == (meant is not None)


@pytest.mark.parametrize(
    ("provider", "customer", "vat_id", "category"),
    [
        ("CH", "CH", None, "S"),
        ("CH", "DE", DE, "S"),  # no reverse charge from outside the EU
        ("DE", "GR", "EL094259216", "AE"),
        ("GR", "DE", "EL094259216", "S"),  # an id of the seller's own country
        ("GR", "DE", DE, "AE"),
    ],
)
def test_the_treatment_of_providers_elsewhere(provider: str, customer: str, vat_id: str | None, category: str) -> None:
    assert treatment(provider, customer, vat_id).category == category


def test_a_vat_id_that_comes_later_turns_the_draft_and_not_the_invoice(quick_office: Office) -> None:
    quick_office.ok(sign("north-all", contract_id="N", customer=billed("N") | {"country": "AT"}))
    number = quick_office.number(issue("N"))
    quick_office.ok(top_up(60, "2026-02-02T09:00:00Z", top_up_id="U", contract_id="N", pool="care", price="50.00"))
    assert taxes(quick_office.draft("N")) == [("S", "19.00", "50.00", "9.50")]
    quick_office.ok(amend({"vat_id": AT}, "N"))
    assert taxes(quick_office.draft("N")) == [("AE", "0.00", "50.00", "0.00")]
    assert taxes(quick_office.invoice(number)) == [("S", "19.00", "100.00", "19.00")]


def reversed_after_the_customer_changed(office: Office, **customer: str) -> tuple[str, Json]:
    """An invoice with 19 % to Austria, then another customer's data, a reversal of 22.25, and a top-up of 100.00."""
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L") | {"country": "AT"}))
    office.ok(open_ticket("T", contract_id="L", at="2026-02-02T09:00:00Z"))
    office.ok(log_work(495, "2026-02-03T10:00:00Z", entry_id="E"))  # 480 included, 15 at 89.00 an hour
    number = office.number(issue("L"))
    assert taxes(office.invoice(number)) == [("S", "19.00", "921.25", "175.04")]
    office.ok(amend(customer, "L"))
    office.ok(reverse("E"))
    office.ok(top_up(60, "2026-11-01T10:00:00Z", top_up_id="U", contract_id="L", pool="included", price="100.00"))
    return number, office.draft("L")


def test_a_reversal_bears_the_vat_of_the_line_it_takes_back_whatever_the_customer_is_by_now(office: Office) -> None:
    """22.25 at 19 % are 4.2275: that much VAT goes back, and the 100.00 bear none."""
    _, draft = reversed_after_the_customer_changed(office, vat_id=AT)
    assert taxes(draft) == [("AE", "0.00", "100.00", "0.00"), ("S", "19.00", "-22.25", "-4.23")]
    assert totals(draft) == ("77.75", "-4.23", "73.52")
    found = office.invoice(office.number(issue("L")))
    assert [(line["kind"], line["net"], line["vat_category"], line["vat_rate"]) for line in found["lines"]] == [
        ("top_up", "100.00", "AE", "0.00"),
        ("reversal", "0.00", "AE", "0.00"),
        ("reversal", "-22.25", "S", "19.00"),
    ]


def test_what_is_not_taxable_never_shares_a_document_with_a_reversal_that_is(office: Office) -> None:
    """EN 16931 allows no O beside another category (BR-O-11): the reversal waits for the invoice's credit note."""
    number, draft = reversed_after_the_customer_changed(office, country="CH")
    assert draft["waiting"] == ["E.overage.1.reversal"]
    assert taxes(draft) == [("O", "0.00", "100.00", "0.00")]
    office.ok(credit_note(number))
    draft = office.draft("L")
    assert draft["waiting"] == []
    assert lines(draft) == [("fee", "L.fee.1", 1, "899.00"), ("top_up", "U.price", 60, "100.00")]


def test_a_service_credit_bears_the_vat_of_the_fee_it_lowers(quick_office: Office) -> None:
    """A tenth of 100.00 goes back with its 19 %; the top-up of 50.00 bears none."""
    quick_office.ok(sign("north-all", contract_id="N", customer=billed("N") | {"country": "AT"}))
    quick_office.ok(open_ticket("T", contract_id="N", at="2026-02-02T09:00:00Z"))
    quick_office.ok(issue("N"))
    quick_office.ok(amend({"vat_id": AT}, "N"))
    quick_office.ok(service_credit("reaction", ticket_id="T"))
    quick_office.ok(top_up(60, "2026-02-02T09:00:00Z", top_up_id="U", contract_id="N", pool="care", price="50.00"))
    assert taxes(quick_office.draft("N")) == [("AE", "0.00", "50.00", "0.00"), ("S", "19.00", "-10.00", "-1.90")]
