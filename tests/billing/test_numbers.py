"""The numbers of documents: in a row for each provider, kind and year, whatever is refused or sent again in between."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ledger.store import EventStore
from ledger.store.histories import History
from tests.billing.office import Office, billed, office_over
from tests.words import credit_note, issue, sign


def contracts(office: Office, *names: str, plan: str = "groupios-l", country: str = "DE", **fields: Any) -> None:
    for name in names:
        office.ok(sign(plan, contract_id=name, customer=billed(name) | {"country": country}, **fields))


def test_numbers_follow_each_other_whatever_is_refused_in_between(office: Office) -> None:
    contracts(office, "A", "B", "C")
    assert office.number(issue("A")) == "GR-2026-00001"
    office.refused("nothing-to-invoice", issue("A", "2026-12-31"))
    office.refused("nothing-to-invoice", issue("B", "2025-12-31"))
    office.refused("malformed", issue("B", "2026-12-31", issued_on="2026-11-03"))
    office.refused("unknown-contract", issue("Z", "2026-12-31"))
    assert office.number(issue("B")) == "GR-2026-00002"
    assert office.number(issue("C")) == "GR-2026-00003"
    taken = [event["data"] for event in office.events() if event["type"] == "NumberTaken"]
    assert [(one["ordinal"], one["number"], one["kind"]) for one in taken] == [
        (1, "GR-2026-00001", "invoice"),
        (2, "GR-2026-00002", "invoice"),
        (3, "GR-2026-00003", "invoice"),
    ]


def test_a_number_that_another_server_gives_meanwhile_is_no_refusal(
    database_url: str,
) -> None:
    """Between the series, known of old, and the document under its next number another server issues that one."""
    with office_over(database_url) as one, office_over(database_url) as other:
        contracts(one, "A", "B", "C")
        assert one.number(issue("A")) == "GR-2026-00001"
        meanwhile: list[str] = []

        class Interrupted(EventStore):
            def histories(self, streams: Iterable[str]) -> dict[str, History]:
                wanted = list(streams)
                if "document:GR-2026-00002" in wanted and not meanwhile:
                    meanwhile.append("once")
                    meanwhile.append(other.number(issue("B")))
                return super().histories(wanted)

        (answer,) = one.beside(Interrupted).ok(issue("C"))
        assert answer.named["number"] == "GR-2026-00003"
        assert meanwhile == ["once", "GR-2026-00002"]


def test_providers_and_kinds_of_document_have_series_of_their_own(office: Office) -> None:
    contracts(office, "A", "B", "C")
    contracts(office, "N", "N2", plan="north-all")
    contracts(office, "P", plan="eurolinux-premium", agreed={"fee": "10.00"}, country="PL")
    given = [office.number(issue("A")), office.number(issue("N")), office.number(issue("P")), office.number(issue("B"))]
    assert given == ["GR-2026-00001", "NO-2026-00001", "EL-2026-00001", "GR-2026-00002"]
    assert [office.number(credit_note("GR-2026-00002")), office.number(credit_note("NO-2026-00001"))] == [
        "GR-CN-2026-00001",
        "NO-CN-2026-00001",
    ]
    assert [office.number(issue("C")), office.number(issue("N2"))] == ["GR-2026-00003", "NO-2026-00002"]
    assert office.number(credit_note("GR-2026-00003")) == "GR-CN-2026-00002"
    listed = [one["number"] for one in office.walk("invoices", limit=2)]
    assert listed == [
        *["GR-2026-00001", "NO-2026-00001", "EL-2026-00001", "GR-2026-00002", "GR-CN-2026-00001", "NO-CN-2026-00001"],
        *["GR-2026-00003", "NO-2026-00002", "GR-CN-2026-00002"],
    ]


def test_a_year_begins_with_its_first_number_at_midnight_where_the_provider_is(office: Office) -> None:
    contracts(office, "A", "B", "C", "D")
    office.clock.put("2026-12-31T22:59:59Z")
    assert office.number(issue("A")) == "GR-2026-00001"
    office.clock.put("2026-12-31T23:00:00Z")
    assert office.number(issue("B")) == "GR-2027-00001"
    assert office.invoice("GR-2027-00001")["issued_on"] == "2027-01-01"
    told = {"contract_id": "C", "through_on": "2026-12-31", "issued_on": "2026-12-31"}
    assert office.refused("malformed", issue(**told))["last_issued_on"] == "2027-01-01"
    assert office.number(issue("C")) == "GR-2027-00002"
    assert office.number(credit_note("GR-2026-00001")) == "GR-CN-2027-00001"


def test_the_old_year_goes_on_until_the_new_one_has_a_document(quick_office: Office) -> None:
    contracts(quick_office, "A", "B", "C")
    quick_office.ok(issue("A"))
    quick_office.clock.put("2027-01-04T09:00:00Z")
    assert quick_office.number(issue("B", issued_on="2026-12-31")) == "GR-2026-00002"
    assert quick_office.invoice("GR-2026-00002")["due_on"] == "2027-01-14"
    assert quick_office.number(issue("C")) == "GR-2027-00001"


@pytest.mark.parametrize(
    ("issued_on", "fits"),
    [("2026-11-03", False), ("2026-11-02", True), ("2026-10-20", True), ("2026-10-19", False), ("2025-12-31", False)],
)
def test_a_document_is_dated_neither_ahead_nor_before_the_last_of_its_series(
    quick_office: Office, issued_on: str, fits: bool
) -> None:
    """Now is 2 November; the last document bears 20 October."""
    contracts(quick_office, "A", "B")
    quick_office.ok(issue("A", issued_on="2026-10-20"))
    before = quick_office.count()
    told = {"contract_id": "B", "through_on": "2026-12-31", "issued_on": issued_on}
    if fits:
        assert quick_office.number(issue("B", issued_on=issued_on)) == "GR-2026-00002"
        assert quick_office.invoice("GR-2026-00002")["issued_on"] == issued_on
    else:
        assert quick_office.refused("malformed", issue(**told))["field"] == "issued_on"
        assert quick_office.count() == before
        assert quick_office.number(issue("B")) == "GR-2026-00002"


def test_today_is_the_providers_day(quick_office: Office) -> None:
    """At 23:30 in UTC it is tomorrow in Berlin."""
    contracts(quick_office, "A")
    quick_office.clock.put("2026-11-02T23:30:00Z")
    assert quick_office.invoice(quick_office.number(issue("A", issued_on="2026-11-03")))["issued_on"] == "2026-11-03"


def test_another_series_last_document_does_not_matter(quick_office: Office) -> None:
    contracts(quick_office, "A", "B")
    contracts(quick_office, "N", plan="north-all")
    quick_office.ok(issue("A", issued_on="2026-10-20"))
    quick_office.ok(issue("N"))
    assert quick_office.number(credit_note("GR-2026-00001", issued_on="2026-10-21")) == "GR-CN-2026-00001"
    assert quick_office.number(issue("B", issued_on="2026-10-20")) == "GR-2026-00002"


@pytest.mark.parametrize("issued_on", ["2026-10-19", "2026-11-03"])
def test_a_credit_note_is_dated_neither_before_its_invoice_nor_ahead(quick_office: Office, issued_on: str) -> None:
    contracts(quick_office, "A")
    quick_office.ok(issue("A", issued_on="2026-10-20"))
    told = {"invoice_number": "GR-2026-00001", "reason": "Wrong", "issued_on": issued_on}
    assert quick_office.refused("malformed", credit_note(**told))["field"] == "issued_on"
    assert quick_office.number(credit_note("GR-2026-00001", issued_on="2026-10-20")) == "GR-CN-2026-00001"


def test_a_command_sent_again_answers_with_the_number_of_the_first_time(database_url: str) -> None:
    """In the same process, and after a restart."""
    told = {"contract_id": "A", "through_on": "2026-12-31", "command_id": "i-1"}
    note = {"invoice_number": "GR-2026-00001", "reason": "Wrong", "command_id": "c-1"}
    with office_over(database_url) as office:
        contracts(office, "A", "B")
        first = office.ok(issue(**told))
        assert (first["number"], first["replayed"]) == ("GR-2026-00001", False)
        again = office.ok(issue(**told))
        assert (again["number"], again["replayed"], again["position"]) == ("GR-2026-00001", True, first["position"])
        assert office.ok(credit_note(**note))["number"] == "GR-CN-2026-00001"
        office.refused("command-id-reused", issue(**told | {"through_on": "2026-11-30"}))
    with office_over(database_url) as office:
        again = office.ok(issue(**told))
        assert (again["number"], again["replayed"]) == ("GR-2026-00001", True)
        again = office.ok(credit_note(**note))
        assert (again["number"], again["replayed"]) == ("GR-CN-2026-00001", True)
        assert office.number(issue("B")) == "GR-2026-00002"


def test_lines_that_issue_are_answered_with_their_numbers_in_order(office: Office) -> None:
    contracts(office, "A", "B")
    issuing = [issue(name, "2026-12-31") for name in "AAB"]
    crediting = credit_note("GR-2026-00001", reason="Wrong")
    answers = office.lines([*issuing, crediting, issuing[0]])
    assert [one.get("number", one.get("code")) for one in answers] == [
        *["GR-2026-00001", "nothing-to-invoice", "GR-2026-00002", "GR-CN-2026-00001", "GR-2026-00003"],
    ]


def test_the_list_of_documents_is_cut_by_the_days_of_issue(tmp_path: Path) -> None:
    with office_over(f"sqlite:///{tmp_path / 'ledger.db'}") as office:
        contracts(office, "A", "B", "C")
        for contract, day in (("A", "2026-10-01"), ("B", "2026-10-02"), ("C", "2026-10-03")):
            office.ok(issue(contract, issued_on=day))
        found = {
            query: [one["contract_id"] for one in office.walk("invoices", **dict(query))]
            for query in (
                (("from_", "2026-10-02"),),
                (("to", "2026-10-02"),),
                (("from_", "2026-10-02"), ("to", "2026-10-02")),
                (("contract_id", "A"),),
                (("customer_id", "k-C"),),
                (("customer_id", "k-C"), ("to", "2026-10-02")),
            )
        }
    assert list(found.values()) == [["B", "C"], ["A", "B"], ["B"], ["A"], ["C"], []]
