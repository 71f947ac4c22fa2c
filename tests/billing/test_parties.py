"""Parties of documents: what is missing is named, what is issued stays, and who may see it."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.billing.office import ADDRESS, Json, Office, billed, office_over
from tests.words import Step, amend, confirm, credit_note, issue, log_work, open_ticket, sign, top_up

NUMBER = "GR-2026-00001"
BARE: Json = {"address": None, "email": None, "buyer_reference": None}


def model_l(office: Office, **customer: Any) -> str:
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L") | customer))
    office.ok(open_ticket("T", contract_id="L", at="2026-02-02T09:00:00Z"))
    office.ok(log_work(50, "2026-02-02T10:00:00Z", entry_id="E"))
    return office.number(issue("L"))


def files(office: Office, number: str = NUMBER) -> list[bytes]:
    """The document as XML and in JSON, apart from how far the views had read."""
    found = office.see(f"invoices/{number}")
    del found["position"]
    return [office.get(f"invoices/{number}.xml").content, repr(found).encode()]


# -- what is missing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("customer", "pdf", "xml"),
    [
        ({}, [], []),
        ({"address": None}, ["customer.address"], ["customer.address"]),
        ({"email": None}, [], ["customer.email"]),
        ({"buyer_reference": None}, [], ["customer.buyer_reference"]),
        (BARE, ["customer.address"], ["customer.address", "customer.buyer_reference", "customer.email"]),
        ({"country": "AT", "email": None, "buyer_reference": None}, [], []),  # XRechnung is for German buyers
        ({"country": "CH", **BARE}, ["customer.address"], ["customer.address"]),
    ],
)
def test_a_file_that_lacks_data_names_the_members(
    quick_office: Office, customer: Json, pdf: list[str], xml: list[str]
) -> None:
    """The invoice itself is issued and answered, and says the same."""
    number = model_l(quick_office, **customer)
    assert quick_office.invoice(number)["missing"] == sorted({*pdf, *xml})
    for form, missing in (("pdf", pdf), ("xml", xml)):
        answer = quick_office.get(f"invoices/{number}.{form}")
        if missing:
            refused = quick_office.unseen(f"invoices/{number}.{form}")
            assert (refused["code"], refused["status"], refused["missing"]) == ("missing-party-data", 409, missing)
        else:
            assert answer.status_code == 200, answer.text
            assert answer.content.startswith(b"%PDF-" if form == "pdf" else b"<?xml")


def test_the_draft_names_what_is_missing_before_anything_is_issued(quick_office: Office) -> None:
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L") | BARE))
    named = ["customer.address", "customer.buyer_reference", "customer.email"]
    assert quick_office.draft("L")["missing"] == named
    quick_office.ok(amend({"address": ADDRESS, "email": "a@b.example"}, "L"))
    assert quick_office.draft("L")["missing"] == ["customer.buyer_reference"]


def test_what_the_provider_lacks_is_named_too(quick_office: Office) -> None:
    quick_office.ok(sign("north-all", contract_id="N", customer=billed("N")))
    number = quick_office.number(issue("N"))
    missing = ["provider.contact", "provider.email", "provider.phone"]
    assert quick_office.unseen(f"invoices/{number}.xml")["missing"] == missing
    assert quick_office.get(f"invoices/{number}.pdf").status_code == 200


def test_a_credit_note_lacks_what_its_invoice_lacks(quick_office: Office) -> None:
    note = quick_office.number(credit_note(model_l(quick_office, **BARE)))
    quick_office.ok(amend({"address": ADDRESS}, "L"))
    assert quick_office.unseen(f"invoices/{note}.pdf")["missing"] == ["customer.address"]


def test_a_refusal_names_the_form_that_needs_less_or_where_the_data_are_told(quick_office: Office) -> None:
    """XRechnung alone asks for the buyer's reference: also a credit note has the plain form of the norm."""
    number = model_l(quick_office, buyer_reference=None)
    note = quick_office.number(credit_note(number))
    for document in (number, note):
        refused = quick_office.unseen(f"invoices/{document}.xml")
        assert "form=en16931 does without" in refused["detail"]
        assert quick_office.get(f"invoices/{document}.xml?form=en16931").status_code == 200
    refused = quick_office.get(f"invoices/{number}.xml?form=ksef").json()
    assert (refused["code"], "form=en16931" in refused["detail"]) == ("malformed", True)
    quick_office.ok(amend({"address": None}, "L"))
    refused = quick_office.unseen(f"invoices/{quick_office.number(issue('L'))}.pdf")
    assert refused["detail"].endswith("Tell it by amend-customer, credit the document and issue it anew.")


def test_the_number_of_a_register_is_told_amended_and_taken_away(quick_office: Office) -> None:
    czech = {"country": "CZ", "registration_number": "69900123", "tax_number": "CZ699001237"}
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L") | czech))
    customer = quick_office.draft("L")["customer"]
    assert (customer["registration_number"], customer["tax_number"]) == ("69900123", "CZ699001237")
    quick_office.ok(amend({"registration_number": "69900124"}, "L"))
    assert quick_office.draft("L")["customer"]["registration_number"] == "69900124"
    quick_office.ok(amend({"registration_number": None}, "L"))
    assert quick_office.draft("L")["customer"]["registration_number"] is None


def test_a_customer_of_northern_ireland_keeps_its_prefix(quick_office: Office) -> None:
    northern = {"country": "GB", "vat_id": "XI 980 780 684"}
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L") | northern))
    draft = quick_office.draft("L")
    assert (draft["customer"]["vat_id"], draft["vat"][0]["category"]) == ("XI980780684", "O")


# -- what was issued stays -----------------------------------------------------------------------------------------


def test_a_later_amendment_changes_no_issued_document(office: Office) -> None:
    number = model_l(office)
    note = office.number(credit_note(number))
    before = [files(office, number), files(office, note)]
    amended = {"name": "Other AG", "country": "AT", "vat_id": "ATU13585627", "language": "en", "email": "o@o.example"}
    amended |= {"address": {"line1": "Ring 2", "postcode": "1010", "city": "Wien"}, "buyer_reference": "X"}
    office.ok(amend(amended, "L"))
    assert [files(office, number), files(office, note)] == before
    found = office.invoice(office.number(issue("L")))
    assert {name: found["customer"][name] for name in ("name", "country", "vat_id")} == {
        "name": "Other AG",
        "country": "AT",
        "vat_id": "ATU13585627",
    }
    assert (found["customer"]["address"]["city"], found["language"], found["vat_total"]) == ("Wien", "en", "0.00")


def test_an_amendment_joins_what_was_told_before(quick_office: Office) -> None:
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    quick_office.ok(amend({"name": "Other AG"}, "L"))
    customer = quick_office.draft("L")["customer"]
    assert (customer["name"], customer["address"]["city"]) == ("Other AG", "Berlin")


def test_an_amendment_takes_away_what_is_null_and_only_what_a_customer_need_not_have(office: Office) -> None:
    office.ok(
        sign(
            "groupios-l",
            contract_id="L",
            customer=billed("L") | {"country": "AT", "vat_id": "ATU13585627", "language": "en"},
        )
    )
    told = {"contract_id": "L", "command_id": "a", "customer": {"vat_id": None, "language": None}}
    kept = office.ok(amend(**told))
    assert office.ok(amend(**told)) == kept | {"replayed": True}
    office.refused("command-id-reused", amend(**told | {"customer": {"vat_id": None}}))
    draft = office.draft("L")
    assert (draft["customer"]["vat_id"], draft["customer"]["email"]) == (None, "k@kunde.example")
    assert (draft["language"], draft["vat"][0]["category"], draft["vat_total"]) == ("de", "S", "170.81")
    for name in ("name", "country", "customer_id"):
        refused = office.refused("malformed", amend({name: None}, "L"))
        assert refused["field"] == f"customer.{name}"


# -- a key that was forgotten --------------------------------------------------------------------------------------


def forget(path: Path, *parties: str) -> None:
    """What forgetting does: the keys are gone, and nothing else."""
    with sqlite3.connect(path) as connection:
        for party in parties:
            found = connection.execute("DELETE FROM party_keys WHERE party = ?", (party,))
            assert found.rowcount == 1, party
    connection.close()


def test_a_forgotten_customer_stays_on_issued_documents(tmp_path: Path) -> None:
    """Also the engineer; and the invoice can still be credited. A new invoice can't be made out to nobody."""
    path = tmp_path / "ledger.db"
    with office_over(f"sqlite:///{path}") as office:
        number = model_l(office)
        office.ok(top_up(60, "2026-02-03T09:00:00Z", top_up_id="U", contract_id="L", pool="included", price="10.00"))
        before = files(office)
        events = office.count()
    forget(path, "customer:k-L", "staff:Eva")
    with office_over(f"sqlite:///{path}") as office:
        assert files(office) == before
        assert office.get(f"invoices/{number}.pdf").status_code == 200
        found = office.invoice(number)
        assert (found["customer"]["name"], found["lines"][1]["engineer"]) == ("Customer L", "Eva")
        assert "Customer L" not in office.get("contracts/L").text
        assert office.see("deductions/E")["engineer"] is None
        told = {"contract_id": "L", "through_on": "2026-12-31"}
        assert office.refused("missing-party-data", issue(**told))["missing"] == ["customer"]
        assert office.count() == events
        credited = office.number(credit_note(number))
        office.ok(amend({"name": "New"}, "L"))
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM party_keys WHERE party = 'customer:k-L'")
    connection.close()
    with office_over(f"sqlite:///{path}") as office:
        note = office.invoice(credited)
        assert (note["customer"]["name"], note["reason"]) == ("Customer L", "Wrong")


def test_the_draft_of_a_forgotten_customer_is_answered_with_its_figures(tmp_path: Path) -> None:
    """So are those of the invoices; the draft says that the party is missing."""
    path = tmp_path / "ledger.db"
    with office_over(f"sqlite:///{path}") as office:
        office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    forget(path, "customer:k-L")
    with office_over(f"sqlite:///{path}") as office:
        answer = office.get("contracts/L/invoice-draft", through_on="2026-12-31")
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert (found["net"], found["customer"]["customer_id"], found["customer"]["name"]) == ("899.00", "k-L", None)
        assert found["missing"]


def test_a_document_whose_own_key_is_gone_keeps_its_figures(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with office_over(f"sqlite:///{path}") as office:
        number = model_l(office)
    forget(path, f"document:{number}")
    with office_over(f"sqlite:///{path}") as office:
        found = office.invoice(number)
        assert (found["net"], found["gross"], found["missing"]) == ("899.00", "1069.81", ["parties"])
        assert (found["customer"]["customer_id"], found["customer"]["name"], found["seller"]) == ("k-L", None, None)
        for form in ("pdf", "xml"):
            assert office.unseen(f"invoices/{number}.{form}")["missing"] == ["parties"]
        before = office.count()
        told = {"invoice_number": number, "reason": "Wrong"}
        assert office.refused("missing-party-data", credit_note(**told))["missing"] == ["parties"]
        assert office.count() == before


def test_no_name_of_a_party_lies_open_in_the_database(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with office_over(f"sqlite:///{path}") as office:
        office.ok(credit_note(model_l(office, name="Zyxwvut GmbH")))
    stored = b"".join(one.read_bytes() for one in tmp_path.glob("ledger.db*"))
    for text in (b"Zyxwvut", b"k@kunde.example", b"Allee 1", b"04011000"):
        assert text not in stored, text


# -- tenants -------------------------------------------------------------------------------------------------------


@pytest.fixture
def tenants(quick_office: Office) -> Office:
    """Mine and a neighbour's contract at north, and one at south whose customer and partner have my ids."""
    for contract, plan, customer in (
        ("mine", "north-all", "kunde"),
        ("anothers", "north-all", "nachbar"),
        ("abroad", "south-all", "kunde"),
    ):
        partner = {"partner_id": "haus", "name": "Haus"}
        quick_office.ok(
            sign(plan, contract_id=contract, customer=billed(contract) | {"customer_id": customer}, partner=partner)
        )
        quick_office.ok(issue(contract))
    quick_office.ok(credit_note("NO-2026-00001"))
    return quick_office


WHO: dict[str, Json] = {
    "customer": {"provider": "north", "customer": "kunde"},
    "partner": {"provider": "north", "partner": "haus"},
    "operator": {"provider": "north"},
    "finance": {"provider": "north"},
    "auditor": {},
}
SEES = {
    "customer": ["NO-2026-00001", "NO-CN-2026-00001"],
    "partner": [],
    "operator": ["NO-2026-00001", "NO-2026-00002", "NO-CN-2026-00001"],
    "finance": ["NO-2026-00001", "NO-2026-00002", "NO-CN-2026-00001"],
    "auditor": ["NO-2026-00001", "NO-2026-00002", "SO-2026-00001", "NO-CN-2026-00001"],
}
ALL = SEES["auditor"]


@pytest.mark.parametrize("role", WHO)
def test_each_role_sees_the_documents_that_are_its_own(tenants: Office, role: str) -> None:
    token = tenants.token(role, **WHO[role])
    assert [one["number"] for one in tenants.walk("invoices", token)] == SEES[role]
    for number in ALL:
        for form in ("", ".pdf"):
            answer = tenants.get(f"invoices/{number}{form}", token)
            assert answer.status_code == (200 if number in SEES[role] else 404), (number, form, answer.text)
            if number not in SEES[role]:
                assert answer.json()["code"] == "unknown-invoice"
    assert tenants.walk("invoices", token, contract_id="abroad") == ([] if role != "auditor" else tenants.walk(
        "invoices", contract_id="abroad"))  # fmt: skip


def test_a_partner_reads_no_draft_and_others_find_no_foreign_one(tenants: Office) -> None:
    for contract in ("mine", "anothers", "abroad"):
        tenants.ok(top_up(60, None, contract_id=contract, pool="care", top_up_id=f"u-{contract}"))
    door = "contracts/{}/invoice-draft"
    partner = tenants.token("partner", **WHO["partner"])
    assert tenants.unseen(door.format("mine"), partner)["status"] == 403
    assert tenants.unseen(door.format("abroad"), partner)["status"] == 404
    customer = tenants.token("customer", **WHO["customer"])
    assert tenants.see(door.format("mine"), customer)["net"] == "160.00"  # the fee came back, 60.00 for an hour
    for contract in ("anothers", "abroad"):
        assert tenants.unseen(door.format(contract), customer)["code"] == "unknown-contract"


def test_only_finance_issues_and_credits_and_only_what_is_its_own(tenants: Office) -> None:
    issuing: Json = {"contract_id": "mine", "through_on": "2026-12-31"}
    crediting: Json = {"invoice_number": "NO-2026-00002", "reason": "Wrong"}
    before = tenants.count()
    for role in ("customer", "operator", "auditor", "partner"):
        token = tenants.token(role, **WHO[role])
        assert tenants.refused("forbidden", issue(**issuing), token)["status"] == 403
    for role in ("operator", "auditor"):
        assert tenants.refused("forbidden", credit_note(**crediting), tenants.token(role, **WHO[role]))
    customer = tenants.token("customer", **WHO["customer"])
    assert tenants.refused("unknown-invoice", credit_note(**crediting), customer)["status"] == 404
    abroad = tenants.token("finance", provider="south")
    assert tenants.refused("unknown-contract", issue(**issuing), abroad)["status"] == 404
    assert tenants.refused("unknown-invoice", credit_note(**crediting), abroad)["status"] == 404
    assert tenants.count() == before
    finance = tenants.token("finance", **WHO["finance"])
    assert tenants.ok(issue(**issuing), finance)["number"] == "NO-2026-00003"
    assert tenants.ok(credit_note(**crediting), finance)["number"] == "NO-CN-2026-00002"


def test_a_replay_does_not_tell_a_number_to_whom_it_does_not_belong(tenants: Office) -> None:
    told: Json = {"contract_id": "mine", "through_on": "2026-12-31", "command_id": "again"}
    finance = tenants.token("finance", **WHO["finance"])
    number = tenants.ok(issue(**told), finance)["number"]
    abroad = tenants.send(issue(**told), tenants.token("finance", provider="south"))
    assert abroad.status_code == 404
    assert number not in abroad.text


def test_what_is_refused_leaves_no_key_behind(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"

    def parties() -> list[str]:
        with sqlite3.connect(path) as connection:
            found = [row[0] for row in connection.execute("SELECT party FROM party_keys ORDER BY party")]
        connection.close()
        return found

    with office_over(f"sqlite:///{path}") as office:
        number = model_l(office)
    forget(path, "customer:k-L", f"document:{number}")
    before = parties()
    with office_over(f"sqlite:///{path}") as office:
        office.refused("missing-party-data", issue("L", "2026-12-31"))
        office.refused("missing-party-data", credit_note(number, reason="R"))
        office.refused("malformed", log_work(entry_id="X", ticket_id="T", minutes=0, engineer="Otto Neu"))
        office.refused("unknown-pool", log_work(entry_id="X", ticket_id="T", minutes=5, engineer="Otto Neu", pool="no"))
        office.refused("nothing-to-confirm", confirm("E", by="Otto Neu"))
        office.ok(sign("groupios-l", contract_id="M", customer=billed("M")))
        assert parties() == sorted([*before, "customer:k-M"])


@pytest.mark.parametrize("text", ["\u200b", " \u00a0\u2003", "\u2060\ufeff", "\u00ad"])
def test_a_name_that_nobody_can_see_is_empty(quick_office: Office, text: str) -> None:
    refused = quick_office.refused(
        "malformed",
        sign("north-all", "2026-01-01", contract_id="M", customer={"customer_id": "k", "name": text, "country": "DE"}),
    )
    assert (refused["field"], refused["detail"]) == ("customer.name", "customer.name: is empty")


PARTNER = {"partner_id": "p", "name": "Partner"}
GERMAN = sign("groupios-l", contract_id="L", customer=billed("L"), partner=PARTNER)
POLISH = sign("eurolinux-premium", contract_id="L", customer=billed("L") | {"country": "PL"}, agreed={"fee": "100.00"})


@pytest.mark.parametrize(
    ("signed", "until"),
    [(GERMAN, "2034-12-31"), (POLISH, "2031-12-31")],  # eight years from the end of 2026, and five
)
def test_documents_are_kept_to_the_end_of_the_last_year(quick_office: Office, signed: Step, until: str) -> None:
    """A credit note of the next year is kept a year longer; both name the partner that there is."""
    quick_office.clock.put("2026-12-30T12:00:00Z")
    quick_office.ok(signed)
    number = quick_office.number(issue("L"))
    quick_office.clock.put("2027-01-04T12:00:00Z")
    quick_office.ok(credit_note(number))
    invoice, note = [
        one["data"] for one in quick_office.events() if one["type"] in ("InvoiceIssued", "CreditNoteIssued")
    ]
    assert invoice["retained_until"] == until
    assert note["retained_until"] == f"{int(until[:4]) + 1}-12-31"
    assert invoice["due_on"] == "2027-01-13"
    assert invoice.get("partner_id") == note.get("partner_id") == ("p" if signed is GERMAN else None)
