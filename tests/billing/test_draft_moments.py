"""Drafts up to a day, and as of a moment: what is in, and what was taken back whenever that was."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.billing.office import Office, billed, lines
from tests.billing.sold import FEB, march, tiers
from tests.words import (
    confirm,
    dispute,
    issue,
    log_work,
    open_ticket,
    record_service,
    renew,
    reverse,
    service_credit,
    settle,
    sign,
    top_up,
)

# -- the day through which ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "through_on", "is_in"),
    [
        ("2026-03-31T21:59:59Z", "2026-03-31", True),  # 23:59:59 of a summer's evening in Berlin
        ("2026-03-31T22:00:00Z", "2026-03-31", False),
        ("2026-03-31T22:00:00Z", "2026-04-01", True),
        ("2026-02-28T22:59:59Z", "2026-02-28", True),
        ("2026-02-28T23:00:00Z", "2026-02-28", False),
        ("2026-02-28T23:30:00Z", "2026-03-01", True),  # still February in UTC
    ],
)
def test_the_last_second_of_the_day_is_in_and_the_next_midnight_is_not(
    quick_office: Office, at: str, through_on: str, is_in: bool
) -> None:
    quick_office.ok(sign("groupios-s", contract_id="S", customer=billed("S")))
    quick_office.ok(open_ticket("T", contract_id="S", at=FEB))
    quick_office.ok(log_work(15, at, entry_id="E"))
    if is_in:
        assert lines(quick_office.draft("S", through_on)) == [("overage", "E", 15, "37.25")]
        assert quick_office.invoice(quick_office.number(issue("S", through_on)))["net"] == "37.25"
    else:
        quick_office.refused("nothing-to-invoice", issue("S", through_on))


def test_a_draft_without_a_day_counts_through_today(quick_office: Office) -> None:
    quick_office.ok(sign("groupios-s", contract_id="S", customer=billed("S")))
    quick_office.ok(open_ticket("T", contract_id="S", at=FEB))
    quick_office.ok(log_work(15, "2026-11-02T11:00:00Z", entry_id="E1"))
    quick_office.ok(log_work(15, "2026-11-02T23:00:00Z", entry_id="E2"))  # tomorrow in Berlin
    draft = quick_office.draft("S", None)
    assert (draft["through_on"], lines(draft)) == ("2026-11-02", [("overage", "E1", 15, "37.25")])


# -- time travel ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "entries"),
    [
        ({}, ["E2"]),
        ({"as_of": "2026-03-31"}, ["E1", "E2"]),  # neither was billed in March
        ({"as_of": "2026-03-24"}, ["E1"]),
        ({"as_of": "2026-04-02T11:59:59Z"}, ["E1", "E2"]),
        ({"as_of": "2026-04-02T12:00:00Z"}, ["E2"]),
        ({"as_of": "2026-03-31", "known_at": "2026-04-01T00:00:00Z"}, ["E1"]),
        ({"known_at": "2026-04-10T12:00:00Z"}, ["E2"]),
    ],
)
def test_a_draft_is_asked_as_of_a_day_and_as_known_at_one(
    quick_office: Office, query: dict[str, str], entries: list[str]
) -> None:
    march(quick_office)
    draft = quick_office.draft("S", None, **query)
    assert [line["deduction_id"] for line in draft["lines"]] == entries
    assert draft["net"] == {("E1",): "149.00", ("E2",): "74.50", ("E1", "E2"): "223.50"}[tuple(entries)]


@pytest.mark.parametrize(
    ("query", "invoiced", "open_"),
    [
        ({}, ["E1.overage.1"], ["E2.overage.1"]),
        ({"as_of": "2026-03-31"}, [], ["E1.overage.1", "E2.overage.1"]),
        ({"as_of": "2026-03-31", "known_at": "2026-04-01T00:00:00Z"}, [], ["E1.overage.1"]),
        ({"as_of": "2026-04-02"}, ["E1.overage.1"], ["E2.overage.1"]),
        ({"known_at": "2026-04-02T12:00:00Z"}, ["E1.overage.1"], []),
    ],
)
def test_charges_say_whether_they_were_invoiced_at_a_moment(
    quick_office: Office, query: dict[str, str], invoiced: list[str], open_: list[str]
) -> None:
    march(quick_office)
    assert list(quick_office.charges("S", invoiced="true", **query)) == invoiced
    assert list(quick_office.charges("S", invoiced="false", **query)) == open_


def test_a_draft_of_a_past_moment_is_answered_where_a_fee_was_billed_ahead(quick_office: Office) -> None:
    """The fee of the next term is effective on 1 January and billed in November before: then only the rest is owed."""
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    quick_office.ok(renew("L"))
    assert quick_office.invoice(quick_office.number(issue("L", "2027-01-31")))["net"] == "1798.00"
    quick_office.ok(top_up(60, "2026-11-02T12:00:00Z", top_up_id="U", contract_id="L", pool="included", price="100.00"))
    answer = quick_office.get("contracts/L/invoice-draft", as_of="2026-11-02")
    assert answer.status_code == 200, answer.text
    assert lines(answer.json()) == [("top_up", "U.price", 60, "100.00")]


def test_a_draft_of_a_past_moment_is_answered_where_an_invoice_bears_an_earlier_day(quick_office: Office) -> None:
    """Dated 5 February, through the end of February: on 6 February the work of the 10th was not done."""
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    quick_office.ok(open_ticket("T", contract_id="L", at=FEB))
    quick_office.ok(log_work(50, "2026-02-10T10:00:00Z", entry_id="E1"))
    quick_office.ok(issue("L", "2026-02-28", issued_on="2026-02-05"))
    quick_office.ok(log_work(15, "2026-02-04T10:00:00Z", entry_id="E2"))
    answer = quick_office.get("contracts/L/invoice-draft", as_of="2026-02-06")
    assert answer.status_code == 200, answer.text
    assert lines(answer.json()) == [("included", "E2", 15, "0.00")]


# -- what was taken back, whenever that was -------------------------------------------------------------------------


def test_a_draft_up_to_a_day_has_nothing_of_what_was_taken_back_after_it(office: Office) -> None:
    """Disputed in January, settled as reversed in February: an invoice for January bills neither half of it."""
    tiers(office)
    office.ok(dispute("E1", "2026-02-05T09:00:00Z"))
    office.ok(settle("reversed", "E1", "2026-03-10T09:00:00Z"))
    draft = office.draft("C", "2026-02-28")
    assert (lines(draft), draft["waiting"]) == ([("overage", "E2", 15, "17.53")], [])
    assert lines(office.draft("C", "2026-02-28", as_of="2026-03-09"))[0] == ("overage", "E2", 15, "17.53")
    assert office.draft("C", "2026-02-28", as_of="2026-03-09")["waiting"] == ["E1.overage.1"]


def test_disputed_time_that_costs_nothing_is_named_among_what_waits(quick_office: Office) -> None:
    quick_office.ok(sign("north-all", contract_id="N", customer=billed("N")))
    quick_office.ok(open_ticket("T", contract_id="N", at=FEB))
    quick_office.ok(log_work(60, "2026-02-02T10:00:00Z", entry_id="E"))
    quick_office.ok(dispute("E"))
    draft = quick_office.draft("N")
    assert (draft["waiting"], [line["kind"] for line in draft["lines"]]) == (["E"], ["fee"])


def test_a_disputed_service_waits_too(quick_office: Office) -> None:
    quick_office.ok(sign("north-all", contract_id="N", customer=billed("N")))
    quick_office.ok(record_service("audit", service_id="V", contract_id="N", at=FEB))
    assert [line["kind"] for line in quick_office.draft("N")["lines"]] == ["fee", "service"]
    quick_office.ok(dispute("V"))
    draft = quick_office.draft("N")
    assert ([line["kind"] for line in draft["lines"]], draft["waiting"]) == (["fee"], ["V.service"])


def test_lines_of_zero_are_those_up_to_the_day_too(quick_office: Office) -> None:
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    quick_office.ok(open_ticket("T", contract_id="L", at=FEB))
    quick_office.ok(log_work(60, "2026-02-28T22:59:59Z", entry_id="E1"))
    quick_office.ok(log_work(60, "2026-02-28T23:00:00Z", entry_id="E2"))  # 1 March in Berlin
    assert [line["deduction_id"] for line in quick_office.draft("L", "2026-02-28")["lines"]] == [None, "E1"]
    quick_office.ok(issue("L"))
    quick_office.ok(reverse("E1", "2026-03-31T21:59:59Z"))
    quick_office.ok(reverse("E2", "2026-03-31T22:00:00Z"))
    assert [line["deduction_id"] for line in quick_office.draft("L", "2026-03-31")["lines"]] == ["E1"]


def test_a_line_shows_a_word_that_the_provider_entered_and_minutes_rounded_up(quick_office: Office) -> None:
    """30 minutes and a second are 31 worked; 40 billed."""
    quick_office.ok(sign("north-all", contract_id="N", customer=billed("N")))
    quick_office.ok(open_ticket("T", contract_id="N", at=FEB))
    told = {"entry_id": "E", "ticket_id": "T", "engineer": "E", "started_at": "2026-02-02T10:00:00Z"}
    quick_office.ok(log_work(**told, ended_at="2026-02-02T10:30:01Z"))
    quick_office.ok(confirm("E", by="Karl Kunde"))
    line = quick_office.draft("N")["lines"][1]
    assert (line["worked_minutes"], line["billed_minutes"]) == (31, 40)
    assert (line["confirmation"], line["on_behalf"]) == ("confirmed", True)


def test_a_word_that_the_provider_entered_stays_theirs_once_the_dispute_is_upheld(quick_office: Office) -> None:
    """C8: on the draft, on the invoice, on the deduction and on paper; before the word nobody spoke for anybody."""
    quick_office.ok(sign("north-all", contract_id="N", customer=billed("N") | {"language": "en"}))
    quick_office.ok(open_ticket("T", contract_id="N", at=FEB))
    quick_office.ok(log_work(30, FEB, entry_id="E"))
    quick_office.ok(dispute("E", "2026-02-05T09:00:00Z"))
    quick_office.ok(settle("upheld", "E", "2026-02-10T09:00:00Z"))
    line = quick_office.draft("N")["lines"][1]
    assert (line["confirmation"], line["on_behalf"]) == ("upheld", True)
    moments = {"2026-02-04": ("pending", False), "2026-02-05": ("disputed", True), "2026-02-10": ("upheld", True)}
    for day, word in moments.items():
        seen = quick_office.see("deductions/E", as_of=day)
        assert (seen["status"], seen["on_behalf"]) == word
    issued = quick_office.invoice(quick_office.number(issue("N")))["lines"][1]
    assert (issued["confirmation"], issued["on_behalf"]) == ("upheld", True)
    response = quick_office.get("contracts/N/statement", headers={"Accept": "application/pdf"})
    text = " ".join(PdfReader(BytesIO(response.content)).pages[0].extract_text().split())
    assert "Upheld after a dispute on your behalf" in text
    quick_office.ok(reverse("E", "2026-02-11T09:00:00Z"))
    assert quick_office.see("deductions/E")["on_behalf"] is True


def test_the_fee_names_its_term_and_a_service_credit_the_fee_it_lowers(quick_office: Office) -> None:
    quick_office.ok(sign("north-all", contract_id="N", customer=billed("N")))
    quick_office.ok(open_ticket("T", contract_id="N", at=FEB))
    quick_office.ok(service_credit("reaction", ticket_id="T"))
    fee, credit = quick_office.draft("N")["lines"]
    assert (fee["starts_on"], fee["ends_on"]) == ("2026-01-01", "2026-12-31")
    events = {one["position"]: one["type"] for one in quick_office.events()}
    assert [events[n] for n in credit["events"]] == ["TermStarted", "FeeCharged", "ServiceCreditCharged"]
    assert credit["description"] == "Credit for the missed reaction time of ticket T, 10 % of the fee"
