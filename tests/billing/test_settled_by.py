"""Charges that cancel each other before any document say by which, and never get a number (M3)."""

from io import BytesIO

from pypdf import PdfReader

from tests.billing.office import Office, billed, lines
from tests.words import credit_note, issue, log_work, open_ticket, renew, reverse, sign, terminate, top_up

FEB = "2026-02-02T09:00:00Z"
TAKEN = {"E.overage.1": "E.overage.1.reversal", "E.overage.1.reversal": "E.overage.1"}
OPEN: dict[str, str | None] = {"L.fee.1": None, "E.overage.1": None}


def settled(office: Office, **query: str) -> dict[str, str | None]:
    return {one["charge_id"]: one["settled_by"] for one in office.walk("contracts/L/charges", **query)}


def printed(office: Office) -> str:
    """The statement on paper, in English."""
    response = office.get("contracts/L/statement", headers={"Accept": "application/pdf"})
    assert response.status_code == 200, response.text
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages).split())


def worked(office: Office) -> None:
    """495 minutes of 480: 15 beyond them."""
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L") | {"language": "en"}))
    office.ok(open_ticket("T", contract_id="L", at=FEB))
    office.ok(log_work(495, "2026-02-03T10:00:00Z", entry_id="E"))


def test_a_charge_and_its_reversal_that_are_both_open_settle_each_other(office: Office) -> None:
    worked(office)
    assert settled(office) == OPEN
    office.ok(reverse("E", "2026-03-02T10:00:00Z"))
    assert settled(office) == OPEN | TAKEN
    assert lines(office.draft("L")) == [("fee", "L.fee.1", 1, "899.00")]
    office.ok(issue("L"))
    assert office.charges("L") == {"L.fee.1": "GR-2026-00001", **dict.fromkeys(TAKEN)}
    assert settled(office, invoiced="false") == TAKEN
    assert settled(office, invoiced="true") == {"L.fee.1": None}


def test_what_was_settled_is_so_from_the_reversal_on_and_once_it_is_known(office: Office) -> None:
    office.clock.put("2026-02-10T12:00:00Z")
    worked(office)
    office.clock.put("2026-04-01T12:00:00Z")
    office.ok(reverse("E", "2026-03-02T10:00:00Z"))
    assert settled(office, as_of="2026-03-02T09:59:59Z") == OPEN
    assert settled(office, as_of="2026-03-02T10:00:00Z") == OPEN | TAKEN
    known = {one["charge_id"]: one["recorded_at"] for one in office.walk("contracts/L/charges")}
    assert settled(office, as_of="2026-03-31", known_at=known["E.overage.1"]) == OPEN
    assert settled(office, as_of="2026-03-31", known_at=known["E.overage.1.reversal"]) == OPEN | TAKEN


def test_a_reversal_that_is_dated_ahead_settles_at_once_as_on_the_draft(quick_office: Office) -> None:
    worked(quick_office)
    quick_office.ok(reverse("E", "2026-11-03T06:00:00Z"))  # now is noon of the day before
    assert settled(quick_office) == OPEN | TAKEN
    assert lines(quick_office.draft("L")) == [("fee", "L.fee.1", 1, "899.00")]
    assert settled(quick_office, as_of="2026-11-02T12:00:00Z") == OPEN
    assert settled(quick_office, as_of="2026-11-03T06:00:00Z") == OPEN | TAKEN


def test_what_stands_on_an_invoice_is_settled_by_nothing_until_a_credit_note(office: Office) -> None:
    worked(office)
    number = office.number(issue("L"))
    office.ok(reverse("E"))
    assert settled(office) == OPEN | {"E.overage.1.reversal": None}
    office.clock.put("2026-11-10T12:00:00Z")
    office.ok(credit_note(number))
    assert settled(office) == OPEN | TAKEN
    assert settled(office, as_of="2026-11-09") == OPEN | {"E.overage.1.reversal": None}


def test_the_charges_of_a_term_that_is_taken_back_settle_each_other(office: Office) -> None:
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    office.ok(renew("L"))
    office.ok(terminate("2026-12-31", "L"))
    fees = {"L.fee.2": "L.fee.2.reversal", "L.fee.2.reversal": "L.fee.2"}
    assert settled(office) == settled(office, as_of="2027-01-01") == {"L.fee.1": None, **fees}
    assert settled(office, as_of="2026-12-31") == {"L.fee.1": None}


def test_a_statement_says_what_cancelled_its_time(quick_office: Office) -> None:
    worked(quick_office)
    assert "not invoiced yet" in printed(quick_office)
    quick_office.ok(reverse("E", "2026-03-02T10:00:00Z"))
    assert printed(quick_office).count("cancelled by E.overage.1") == 2
    assert "not invoiced yet" not in printed(quick_office)


def test_what_settles_a_charge_is_found_without_reading_others(quick_office: Office) -> None:
    """However many charges a contract has."""
    worked(quick_office)
    quick_office.ok(top_up(60, FEB, top_up_id="U", contract_id="L", pool="included", price="1.00"))
    plan = quick_office.store.database.query(
        "EXPLAIN QUERY PLAN SELECT s.charge_id FROM charges s WHERE s.reverses = :charge OR s.charge_id = :reverses",
        {"charge": "a", "reverses": "b"},
    )
    assert not [row.detail for row in plan if row.detail.startswith("SCAN")]
