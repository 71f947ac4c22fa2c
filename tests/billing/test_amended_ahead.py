"""The customer's data count from their moment on, whenever they were told; and a draft says where contracts differ."""

from io import BytesIO

from pypdf import PdfReader

from tests.billing.office import ADDRESS, Office, billed, taxes
from tests.words import amend, credit_note, issue, sign, terminate

TOMORROW = "2026-11-03T09:00:00Z"  # now is noon of the day before
YESTERDAY = "2026-11-01T09:00:00Z"
VIENNA = {"line1": "Ring 2", "postcode": "1010", "city": "Wien"}
MOVED = {"name": "Moved GmbH", "country": "AT", "vat_id": "ATU13585627", "language": "en"}


def told(office: Office, **query: str) -> tuple[str, str, str]:
    """Name, country and city that the draft is made out to."""
    customer = office.draft("L", **query)["customer"]
    return customer["name"], customer["country"], customer["address"]["city"]


def letter(office: Office) -> str:
    response = office.get("contracts/L/statement", headers={"Accept": "application/pdf"})
    return PdfReader(BytesIO(response.content)).pages[0].extract_text()


def test_what_is_dated_ahead_counts_for_no_document_before_its_moment(office: Office) -> None:
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    office.ok(sign("groupios-l", contract_id="M", customer=billed("M") | {"customer_id": "k-L", "name": "Customer L"}))
    office.ok(amend(MOVED, "L", at=TOMORROW))
    assert told(office) == ("Customer L", "DE", "Berlin")
    assert taxes(office.draft("L")) == [("S", "19.00", "899.00", "170.81")]
    found = office.invoice(office.number(issue("L")))
    assert (found["customer"]["name"], found["language"], found["vat_total"]) == ("Customer L", "de", "170.81")
    assert office.see("contracts/L")["customer"]["name"] == "Customer L"
    assert "Customer L" in letter(office)
    assert told(office, as_of=TOMORROW)[:2] == ("Moved GmbH", "AT")
    assert taxes(office.draft("L", as_of="2026-11-03T08:59:59Z")) == []

    office.clock.put(TOMORROW)
    office.ok(credit_note(found["number"]))
    assert told(office)[:2] == ("Moved GmbH", "AT")
    assert taxes(office.draft("L")) == [("AE", "0.00", "899.00", "0.00")]
    again = office.invoice(office.number(issue("L")))
    assert (again["customer"]["name"], again["language"], again["vat_total"]) == ("Moved GmbH", "en", "0.00")
    assert office.see("contracts/L")["customer"]["language"] == "en"
    assert "Moved GmbH" in letter(office)


def test_a_document_of_an_earlier_day_bears_the_data_of_that_day(quick_office: Office) -> None:
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    quick_office.ok(amend({"name": "New"}, "L"))
    assert (
        quick_office.invoice(quick_office.number(issue("L", issued_on="2026-11-01")))["customer"]["name"]
        == "Customer L"
    )


def test_what_is_told_of_an_earlier_moment_leaves_what_was_told_of_a_later_one(office: Office) -> None:
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    office.ok(amend({"name": "Tomorrow", "vat_id": None}, "L", at=TOMORROW))
    office.ok(amend({"name": "Today", "address": VIENNA}, "L"))
    office.ok(amend({"name": "Yesterday", "email": "y@kunde.example"}, "L", at=YESTERDAY))
    assert told(office) == ("Today", "DE", "Wien")
    assert told(office, as_of=YESTERDAY) == ("Yesterday", "DE", "Berlin")
    assert told(office, as_of="2026-10-31") == ("Customer L", "DE", "Berlin")
    assert told(office, as_of=TOMORROW) == ("Tomorrow", "DE", "Wien")
    for day in (YESTERDAY, TOMORROW):
        assert office.draft("L", as_of=day)["customer"]["email"] == "y@kunde.example"


def test_two_amendments_of_one_moment_join(quick_office: Office) -> None:
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    quick_office.ok(amend({"name": "Tomorrow"}, "L", at=TOMORROW))
    quick_office.ok(amend({"address": VIENNA}, "L", at=TOMORROW))
    quick_office.ok(amend({"name": "Today", "address": ADDRESS, "country": "AT"}, "L"))
    assert told(quick_office, as_of=TOMORROW) == ("Tomorrow", "AT", "Wien")
    assert told(quick_office) == ("Today", "AT", "Berlin")


# -- two contracts of one customer ---------------------------------------------------------------------------------


def two(office: Office, **other: str | None) -> None:
    office.ok(
        sign(
            "groupios-l",
            contract_id="L",
            customer=billed("L") | {"customer_id": "K", "country": "AT", "vat_id": "ATU13585627"},
        )
    )
    office.ok(
        sign(
            "groupios-l",
            contract_id="M",
            customer=billed("M") | {"customer_id": "K", "country": "AT", "vat_id": "ATU13585627"} | other,
        )
    )


def test_a_draft_says_that_another_contract_of_the_customer_has_other_data_for_vat(office: Office) -> None:
    two(office)
    assert [office.draft(contract)["notes"] for contract in "LM"] == [[], []]
    office.ok(amend({"vat_id": None}, "M", at=TOMORROW))
    assert office.draft("L")["notes"] == []
    assert office.draft("L", as_of=TOMORROW)["notes"] == [
        "Contract M of the same customer: country AT, no VAT id on 2026-11-03; "
        "contract L: country AT, VAT id ATU13585627."
    ]
    office.clock.put(TOMORROW)
    (note,) = office.draft("M")["notes"]
    assert note.startswith("Contract L of the same customer: country AT, VAT id ATU13585627 on 2026-11-03; contract M")
    assert office.draft("M", as_of="2026-11-02")["notes"] == []
    office.ok(amend({"vat_id": None}, "L"))
    assert [office.draft(contract)["notes"] for contract in "LM"] == [[], []]


def test_other_countries_are_told_together_and_what_is_over_or_anothers_is_not(quick_office: Office) -> None:
    two(quick_office, country="DE", vat_id=None)
    for number in range(6):
        quick_office.ok(
            sign(
                "groupios-l",
                contract_id=f"N{number}",
                customer=billed(f"N{number}") | {"customer_id": "K", "country": "CH"},
            )
        )
    quick_office.ok(
        sign("groupios-l", contract_id="over", customer=billed("over") | {"customer_id": "K", "country": "PL"})
    )
    quick_office.ok(terminate("2026-10-31", "over"))
    quick_office.ok(
        sign("north-all", contract_id="north", customer=billed("north") | {"customer_id": "K", "country": "PL"})
    )
    quick_office.ok(
        sign("groupios-l", contract_id="other", customer=billed("other") | {"customer_id": "somebody", "country": "PL"})
    )
    assert quick_office.draft("L")["notes"] == [
        "Contract M of the same customer: country DE, no VAT id on 2026-11-02; "
        "contract L: country AT, VAT id ATU13585627.",
        "Contracts N0, N1, N2, N3, N4 and 1 more of the same customer: country CH, no VAT id on 2026-11-02; "
        "contract L: country AT, VAT id ATU13585627.",
    ]
