"""Drafts and what issuing makes of them: which charges stand on a document, which wait, and what time costs nothing.

The worked figures are those of the domain, § 2. VAT is 19 % in Germany: of 921.25 it is 175.0375, so 175.04.
"""

import pytest

from tests.billing.office import Json, Office, lines, taxes, totals

FEB = "2026-02-02T09:00:00Z"


def model_l(office: Office) -> None:
    """Rows 1 and 2: 50 minutes are billed as 60, then 425 as 435, of which 15 are beyond the 480 included."""
    office.sign("L")
    office.ticket("T", "L", FEB)
    office.work("E1", "T", 50, "2026-02-02T10:00:00Z")
    office.work("E2", "T", 425, "2026-02-03T10:00:00Z")


def tiers(office: Office) -> None:
    """240 minutes are included; beyond them an hour costs 90.00, and from the second hour on 70.10."""
    office.sign("C", "north-tiers")
    office.ticket("T", "C", FEB)
    office.work("E1", "T", 300, "2026-02-02T10:00:00Z")  # 240 included, 60 at 90.00: 90.00
    office.work("E2", "T", 15, "2026-02-03T10:00:00Z")  # 15 at 70.10 an hour: 17.525, so 17.53


# -- the worked figures --------------------------------------------------------------------------------------------


def test_model_l_bills_its_fee_and_shows_an_included_hour(office: Office) -> None:
    office.sign("L")
    office.ticket("T", "L", FEB)
    office.work("E1", "T", 50, "2026-02-02T10:00:00Z")
    draft = office.draft("L")
    assert lines(draft) == [("fee", "L.fee.1", 1, "899.00"), ("included", "E1", 60, "0.00")]
    assert totals(draft) == ("899.00", "170.81", "1069.81")


def test_model_l_bills_what_goes_beyond_the_included_hours(office: Office) -> None:
    model_l(office)
    draft = office.draft("L")
    assert lines(draft) == [
        ("fee", "L.fee.1", 1, "899.00"),
        ("included", "E1", 60, "0.00"),
        ("included", "E2", 420, "0.00"),
        ("overage", "E2", 15, "22.25"),
    ]
    assert taxes(draft) == [("S", "19.00", "921.25", "175.04")]
    assert totals(draft) == ("921.25", "175.04", "1096.29")
    number = office.issue("L")
    assert totals(office.invoice(number)) == ("921.25", "175.04", "1096.29")


def test_model_m_bills_its_fee_and_a_quarter_of_an_hour(quick_office: Office) -> None:
    """523.75 at 19 % are 99.5125."""
    quick_office.sign("M", "groupios-m")
    quick_office.ticket("T", "M", FEB)
    quick_office.work("E1", "T", 241, "2026-02-02T10:00:00Z")
    found = quick_office.invoice(quick_office.issue("M"))
    assert lines(found) == [
        ("fee", "M.fee.1", 1, "499.00"),
        ("included", "E1", 240, "0.00"),
        ("overage", "E1", 15, "24.75"),
    ]
    assert totals(found) == ("523.75", "99.51", "623.26")


def test_model_s_bills_the_first_hour_of_a_ticket_apart_from_the_rest(quick_office: Office) -> None:
    """181.25 at 19 % are 34.4375."""
    quick_office.sign("S", "groupios-s")
    quick_office.ticket("A", "S", FEB)
    quick_office.work("E1", "A", 20, "2026-02-02T10:00:00Z")
    quick_office.work("E2", "A", 45, "2026-02-03T10:00:00Z")
    found = quick_office.invoice(quick_office.issue("S"))
    assert [(line["deduction_id"], line["quantity"], line["unit_price"], line["net"]) for line in found["lines"]] == [
        ("E1", 30, "149.00", "74.50"),
        ("E2", 30, "149.00", "74.50"),
        ("E2", 15, "129.00", "32.25"),
    ]
    assert {(line["kind"], line["unit"], line["price_base"]) for line in found["lines"]} == {("overage", "minute", 60)}
    assert totals(found) == ("181.25", "34.44", "215.69")


def test_what_is_reversed_after_it_was_invoiced_is_a_negative_line_on_the_next_document(office: Office) -> None:
    """Row 12. The next document: 100.00 − 22.25 are 77.75; at 19 % 14.7725."""
    model_l(office)
    first = office.issue("L")
    office.reverse("E2", "2026-11-01T09:00:00Z")
    (account,) = office.see("contracts/L/balance")["accounts"]
    assert (account["consumed"], account["available"]) == (60, 420)
    office.top_up("U", "L", 60, "2026-11-02T09:00:00Z", pool="included", price="100.00")
    second = office.invoice(office.issue("L"))
    assert lines(second) == [
        ("top_up", "U.price", 60, "100.00"),
        ("reversal", "E2", -420, "0.00"),
        ("reversal", "E2", -15, "-22.25"),
    ]
    assert second["lines"][2]["unit_price"] == "89.00"
    assert second["lines"][2]["supplied_on"] == "2026-02-03"
    assert first in second["lines"][1]["description"]
    assert first in second["lines"][2]["description"]
    assert totals(second) == ("77.75", "14.77", "92.52")
    assert totals(office.invoice(first)) == ("921.25", "175.04", "1096.29")
    assert office.charges("L") == {
        "L.fee.1": "GR-2026-00001",
        "E2.overage.1": "GR-2026-00001",
        "E2.overage.1.reversal": "GR-2026-00002",
        "U.price": "GR-2026-00002",
    }


# -- time that costs nothing ---------------------------------------------------------------------------------------


def test_goodwill_and_warranty_are_lines_of_zero_with_their_minutes(quick_office: Office) -> None:
    quick_office.sign("L")
    quick_office.ticket("T", "L", FEB)
    quick_office.work("G", "T", 50, "2026-02-02T10:00:00Z", treatment="goodwill", reason="Sorry")
    quick_office.work("W", "T", 20, "2026-02-03T10:00:00Z", treatment="warranty", reason="Our defect")
    found = quick_office.invoice(quick_office.issue("L"))
    shown = [
        (one["basis"], one["quantity"], one["worked_minutes"], one["billed_minutes"], one["net"])
        for one in found["lines"]
    ]
    assert shown == [
        (None, 1, None, None, "899.00"),
        ("goodwill", 60, 50, 60, "0.00"),
        ("warranty", 30, 20, 30, "0.00"),
    ]
    assert found["net"] == "899.00"


def test_time_under_a_flat_plan_is_a_line_of_zero(quick_office: Office) -> None:
    """Polish VAT of 1000.00 at 23 % is 230.00."""
    quick_office.sign("F", "eurolinux-premium", agreed={"fee": "1000.00"}, customer={"country": "PL"})
    quick_office.ticket("T", "F", FEB)
    quick_office.work("E1", "T", 37, "2026-02-02T10:00:00Z")
    found = quick_office.invoice(quick_office.issue("F"))
    assert lines(found) == [("fee", "F.fee.1", 1, "1000.00"), ("included", "E1", 37, "0.00")]
    assert found["lines"][1]["basis"] == "flat"
    assert (found["currency"], *totals(found)) == ("PLN", "1000.00", "230.00", "1230.00")


def test_a_late_move_is_a_line_of_zero_with_the_minutes_it_cost(quick_office: Office) -> None:
    quick_office.sign("P", "easyredmine-server-support", customer={"country": "CZ"})
    quick_office.top_up("U", "P", 480, "2026-02-01T09:00:00Z", pool="server-support", price="480.00")
    booked = {"pool": "server-support", "estimate_minutes": 120, "at": "2026-02-02T09:00:00Z"}
    quick_office.ok("book-session", session_id="S", contract_id="P", starts_at="2026-02-10T09:00:00Z", **booked)
    moved = {"by": "customer", "at": "2026-02-09T10:00:00Z"}
    quick_office.ok("move-session", session_id="S", starts_at="2026-02-11T09:00:00Z", **moved)
    quick_office.ok("complete-session", session_id="S", minutes=95, engineer="Jan", at="2026-02-11T11:00:00Z")
    found = quick_office.invoice(quick_office.issue("P"))
    assert [(one["kind"], one["basis"], one["session_id"], one["quantity"], one["net"]) for one in found["lines"]] == [
        ("top_up", None, None, 480, "480.00"),
        ("included", "penalty", "S", 120, "0.00"),
        ("included", "pool", "S", 100, "0.00"),
    ]
    assert [one["confirmation"] for one in found["lines"]] == [None, "pending", "pending"]
    assert totals(found) == ("480.00", "100.80", "580.80")


def test_lines_are_grouped_by_ticket_after_what_belongs_to_none(quick_office: Office) -> None:
    quick_office.sign("L")
    for ticket in ("B", "A"):
        quick_office.ticket(ticket, "L", FEB)
    quick_office.work("E1", "B", 15, "2026-02-02T10:00:00Z")
    quick_office.work("E2", "A", 15, "2026-02-03T10:00:00Z")
    quick_office.work("E3", "B", 15, "2026-02-04T10:00:00Z")
    quick_office.work("E4", "A", 15, "2026-02-02T11:00:00Z")
    found = quick_office.draft("L")["lines"]
    assert [line["line"] for line in found] == [1, 2, 3, 4, 5]
    shown = [(line["ticket_id"], line["deduction_id"]) for line in found]
    assert shown == [(None, None), ("B", "E1"), ("B", "E3"), ("A", "E4"), ("A", "E2")]


# -- disputes and reversals ----------------------------------------------------------------------------------------


def test_a_disputed_charge_waits_and_comes_after_it_was_upheld(office: Office) -> None:
    """17.53 at 19 % are 3.3307; 90.00 are 17.10."""
    tiers(office)
    office.dispute("E1")
    draft = office.draft("C")
    assert (lines(draft), draft["waiting"]) == ([("overage", "E2", 15, "17.53")], ["E1.overage.1"])
    first = office.invoice(office.issue("C"))
    assert (lines(first), totals(first)) == ([("overage", "E2", 15, "17.53")], ("17.53", "3.33", "20.86"))
    refused = office.refused("nothing-to-invoice", "issue-invoice", contract_id="C", through_on="2026-12-31")
    assert refused["waiting"] == ["E1.overage.1"]

    office.settle("E1", "upheld")
    second = office.invoice(office.issue("C"))
    assert lines(second) == [("included", "E1", 240, "0.00"), ("overage", "E1", 60, "90.00")]
    assert [line["confirmation"] for line in second["lines"]] == ["upheld", "upheld"]
    assert totals(second) == ("90.00", "17.10", "107.10")


def test_a_dispute_that_ends_in_a_reversal_leaves_nothing_on_any_document(quick_office: Office) -> None:
    tiers(quick_office)
    quick_office.dispute("E1")
    quick_office.settle("E1", "reversed")
    draft = quick_office.draft("C")
    assert (lines(draft), draft["waiting"]) == ([("overage", "E2", 15, "17.53")], [])
    assert quick_office.charges("C") == {
        "E1.overage.1": None,
        "E1.overage.1.reversal": None,
        "E2.overage.1": None,
    }


def test_what_was_disputed_after_it_was_invoiced_stays_on_its_invoice(quick_office: Office) -> None:
    tiers(quick_office)
    quick_office.issue("C")
    quick_office.dispute("E1")
    refused = quick_office.refused("nothing-to-invoice", "issue-invoice", contract_id="C", through_on="2026-12-31")
    assert refused["waiting"] == []
    quick_office.settle("E1", "reversed")
    assert lines(quick_office.draft("C")) == [("reversal", "E1", -240, "0.00"), ("reversal", "E1", -60, "-90.00")]


def test_what_is_reversed_before_it_was_invoiced_is_on_no_document(office: Office) -> None:
    model_l(office)
    office.reverse("E2")
    draft = office.draft("L")
    assert lines(draft) == [("fee", "L.fee.1", 1, "899.00"), ("included", "E1", 60, "0.00")]
    office.issue("L")
    nothing(office, "L")
    assert office.charges("L") == {"L.fee.1": "GR-2026-00001", "E2.overage.1": None, "E2.overage.1.reversal": None}


# -- nothing to invoice --------------------------------------------------------------------------------------------


def nothing(office: Office, contract: str) -> None:
    """The ledger says so and stores nothing."""
    before = office.count()
    office.refused("nothing-to-invoice", "issue-invoice", contract_id=contract, through_on="2026-12-31")
    assert office.count() == before
    assert office.walk("invoices", contract_id=contract, limit=10) == [
        one for one in office.walk("invoices") if one["contract_id"] == contract
    ]


@pytest.mark.parametrize("query", [{}, {"as_of": "2026-03-19"}, {"known_at": "2026-04-02T12:00:00Z"}])
def test_a_draft_without_lines_is_answered(quick_office: Office, query: dict[str, str]) -> None:
    march(quick_office)
    quick_office.issue("S", "2026-05-31")
    draft = quick_office.draft("S", None, **query)
    assert (draft["lines"], draft["vat"], draft["waiting"], totals(draft)) == ([], [], [], ("0.00", "0.00", "0.00"))


def test_an_empty_draft_makes_no_invoice(quick_office: Office) -> None:
    quick_office.sign("S", "groupios-s")
    nothing(quick_office, "S")


def test_only_lines_of_zero_make_no_invoice(quick_office: Office) -> None:
    quick_office.sign("S", "groupios-s")
    quick_office.ticket("T", "S", FEB)
    quick_office.work("G", "T", 50, "2026-02-02T10:00:00Z", treatment="goodwill", reason="Sorry")
    assert lines(quick_office.draft("S")) == [("included", "G", 60, "0.00")]
    nothing(quick_office, "S")


@pytest.mark.parametrize("price", [None, "22.24", "22.25"])
def test_a_total_that_is_not_above_zero_makes_no_invoice(quick_office: Office, price: str | None) -> None:
    """The reversal of 22.25 alone, with 22.24 beside it, and with 22.25."""
    model_l(quick_office)
    quick_office.issue("L")
    quick_office.reverse("E2")
    if price is not None:
        quick_office.top_up("U", "L", 60, "2026-11-02T09:00:00Z", pool="included", price=price)
    nothing(quick_office, "L")


def test_a_cent_above_zero_makes_an_invoice(quick_office: Office) -> None:
    model_l(quick_office)
    quick_office.issue("L")
    quick_office.reverse("E2")
    quick_office.top_up("U", "L", 60, "2026-11-02T09:00:00Z", pool="included", price="22.26")
    assert totals(quick_office.invoice(quick_office.issue("L"))) == ("0.01", "0.00", "0.01")


def test_issuing_twice_finds_nothing_the_second_time(office: Office) -> None:
    model_l(office)
    office.issue("L")
    nothing(office, "L")
    office.sign("L2")
    assert office.issue("L2") == "GR-2026-00002", "a refused one takes no number"


# -- the day through which ---------------------------------------------------------------------------------------


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
    quick_office.sign("S", "groupios-s")
    quick_office.ticket("T", "S", FEB)
    quick_office.work("E", "T", 15, at)
    if is_in:
        assert lines(quick_office.draft("S", through_on)) == [("overage", "E", 15, "37.25")]
        assert quick_office.invoice(quick_office.issue("S", through_on))["net"] == "37.25"
    else:
        quick_office.refused("nothing-to-invoice", "issue-invoice", contract_id="S", through_on=through_on)


def test_a_draft_without_a_day_counts_through_today(quick_office: Office) -> None:
    quick_office.sign("S", "groupios-s")
    quick_office.ticket("T", "S", FEB)
    quick_office.work("E1", "T", 15, "2026-11-02T11:00:00Z")
    quick_office.work("E2", "T", 15, "2026-11-02T23:00:00Z")  # tomorrow in Berlin
    draft = quick_office.draft("S", None)
    assert (draft["through_on"], lines(draft)) == ("2026-11-02", [("overage", "E1", 15, "37.25")])


# -- time travel ---------------------------------------------------------------------------------------------------


def march(office: Office) -> None:
    """An hour of March is recorded on 20 March and billed on 2 April; on 10 April another of March is told."""
    office.clock.put("2026-03-20T12:00:00Z")
    office.sign("S", "groupios-s")
    office.ticket("A", "S", "2026-03-02T09:00:00Z")
    office.ticket("B", "S", "2026-03-02T09:00:00Z")
    office.work("E1", "A", 60, "2026-03-20T09:00:00Z")  # 149.00
    office.clock.put("2026-04-02T12:00:00Z")
    office.issue("S", "2026-03-31")
    office.clock.put("2026-04-10T12:00:00Z")
    office.work("E2", "B", 30, "2026-03-25T09:00:00Z")  # 74.50
    office.clock.put("2026-05-01T12:00:00Z")


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
    quick_office.sign("L")
    quick_office.ok("renew-contract", contract_id="L")
    assert quick_office.invoice(quick_office.issue("L", "2027-01-31"))["net"] == "1798.00"
    quick_office.top_up("U", "L", 60, "2026-11-02T12:00:00Z", pool="included", price="100.00")
    answer = quick_office.get("contracts/L/invoice-draft", as_of="2026-11-02")
    assert answer.status_code == 200, answer.text
    assert lines(answer.json()) == [("top_up", "U.price", 60, "100.00")]


def test_a_draft_of_a_past_moment_is_answered_where_an_invoice_bears_an_earlier_day(quick_office: Office) -> None:
    """Dated 5 February, through the end of February: on 6 February the work of the 10th was not done."""
    quick_office.sign("L")
    quick_office.ticket("T", "L", FEB)
    quick_office.work("E1", "T", 50, "2026-02-10T10:00:00Z")
    quick_office.issue("L", "2026-02-28", issued_on="2026-02-05")
    quick_office.work("E2", "T", 15, "2026-02-04T10:00:00Z")
    answer = quick_office.get("contracts/L/invoice-draft", as_of="2026-02-06")
    assert answer.status_code == 200, answer.text
    assert lines(answer.json()) == [("included", "E2", 15, "0.00")]


# -- a draft is what issuing records -------------------------------------------------------------------------------

ONLY_OF_ONE = {"number", "issued_on", "due_on", "position", "event", "waiting", "through_on"}


def without(document: Json) -> Json:
    return {name: value for name, value in document.items() if name not in ONLY_OF_ONE}


def test_a_draft_is_what_issuing_records(office: Office) -> None:
    model_l(office)
    draft = office.draft("L", "2026-10-31")
    found = office.invoice(office.issue("L", "2026-10-31"))
    assert without(draft) == without(found)
    assert (draft["number"], draft["issued_on"], draft["due_on"]) == (None, None, None)
    assert (found["number"], found["issued_on"], found["due_on"]) == ("GR-2026-00001", "2026-11-02", "2026-11-16")
    assert (draft["through_on"], found["through_on"]) == ("2026-10-31", "2026-10-31")
    (listed,) = office.walk("invoices")
    assert without(listed) == without(found)


def test_lines_name_the_events_behind_them_and_those_carry_the_amounts(office: Office) -> None:
    model_l(office)
    found = office.invoice(office.issue("L"))
    events = {one["position"]: one for one in office.events()}
    behind = [[(events[n]["type"], events[n]["data"]) for n in line["events"]] for line in found["lines"]]
    assert [[kind for kind, _ in one] for one in behind] == [
        ["TermStarted", "FeeCharged"],
        ["CreditDrawn", "HoursDeducted"],
        ["CreditDrawn", "HoursDeducted"],
        ["CreditDrawn", "HoursDeducted", "OverageCharged"],
    ]
    assert (behind[0][1][1]["charge_id"], behind[0][1][1]["amount_cents"]) == ("L.fee.1", 89900)
    assert behind[3][0][1]["draws"] == [{"grant_id": "L.allotment.1", "quantity": 420}]
    worked = behind[3][1][1]
    assert (worked["worked_seconds"], worked["billed_minutes"], worked["overage_minutes"]) == (25500, 435, 15)
    assert worked["draws"] == [{"grant_id": "L.allotment.1", "quantity": 420}]
    over = behind[3][2][1]
    assert (over["minutes"], over["rate_cents_per_hour"], over["amount_cents"]) == (15, 8900, 2225)
    issued = events[found["event"]]
    assert (issued["type"], issued["data"]["net_cents"], issued["data"]["gross_cents"]) == (
        "InvoiceIssued",
        92125,
        109629,
    )


def test_a_reversal_names_what_it_takes_back(quick_office: Office) -> None:
    model_l(quick_office)
    quick_office.issue("L")
    quick_office.reverse("E2")
    events = {one["position"]: one["type"] for one in quick_office.events()}
    given_back, charge = quick_office.draft("L")["lines"]
    told = ["CreditDrawn", "HoursDeducted", "CreditReturned", "DeductionReversed"]
    assert [events[n] for n in given_back["events"]] == told
    assert sorted(events[n] for n in charge["events"]) == sorted([*told, "OverageCharged", "ChargeReversed"])


def test_one_walks_from_a_line_to_the_minute_the_engineer_and_the_confirmation(office: Office) -> None:
    tiers(office)
    customer = office.token("customer", provider="north", customer="k-C")
    office.ok("confirm-deduction", customer, deduction_id="E1", by="Karl Kunde")
    number = office.issue("C")
    line = office.see(f"invoices/{number}", customer)["lines"][1]
    assert (line["kind"], line["net"], line["confirmation"], line["engineer"]) == (
        "overage",
        "90.00",
        "confirmed",
        "Eva Berg",
    )
    deduction = office.see(f"deductions/{line['deduction_id']}", customer)
    assert (deduction["worked_minutes"], deduction["billed_minutes"], deduction["engineer"]) == (300, 300, "Eva Berg")
    assert deduction["overage"] == [{"minutes": 60, "rate": "90.00", "amount": "90.00"}]
    word = deduction["history"][-1]
    assert (word["type"], word["role"], word["data"]["by"]) == ("DeductionConfirmed", "customer", "Karl Kunde")
    assert deduction["documents"] == [number]
    note = office.credit(number)
    assert office.see("deductions/E1", customer)["documents"] == [number, note]
    drawn = {one["position"] for one in office.walk("contracts/C/statement") if one["reference"] == "E1"}
    assert drawn | {one["position"] for one in deduction["history"]} == set(line["events"])


def test_silence_is_shown_as_deemed_confirmed_once_its_days_are_over(quick_office: Office) -> None:
    tiers(quick_office)
    assert {line["confirmation"] for line in quick_office.draft("C")["lines"]} == {"pending"}
    quick_office.clock.put("2026-11-03T12:00:00Z")
    assert {line["confirmation"] for line in quick_office.draft("C")["lines"]} == {"deemed_confirmed"}
    found = quick_office.invoice(quick_office.issue("C"))
    assert {line["confirmation"] for line in found["lines"]} == {"deemed_confirmed"}


# -- other kinds of charge -----------------------------------------------------------------------------------------


def test_a_lump_sum_is_billed_once_and_what_it_bears_are_lines_of_zero(quick_office: Office) -> None:
    """Czech VAT of 10000.00 at 21 % is 2100.00; 90 minutes at 1200.00 an hour take 1800.00 of the sum."""
    agreed = {"pools.lump-sum.allotment": "10000.00", "rates.training": "1200.00"}
    agreed |= {"rates.deployment": {"kind": "flat", "amount": "500.00"}}
    quick_office.sign("D", "dytron-sbp", agreed=agreed, customer={"country": "CZ"})
    quick_office.ticket("T", "D", FEB)
    quick_office.work("E1", "T", 90, "2026-02-02T10:00:00Z", service="training")
    quick_office.ok("record-service", service_id="V1", contract_id="D", service="deployment", quantity=2, at=FEB)
    found = quick_office.invoice(quick_office.issue("D"))
    shown = [
        (one["kind"], one["deduction_id"], one["service"], one["quantity"], one["unit"], one["net"])
        for one in found["lines"]
    ]
    assert shown == [
        ("lump_sum", None, None, 1, "piece", "10000.00"),
        ("included", "V1", "deployment", 2, "piece", "0.00"),
        ("included", "E1", "training", 90, "minute", "0.00"),
    ]
    assert (found["currency"], *totals(found)) == ("CZK", "10000.00", "2100.00", "12100.00")
    (account,) = quick_office.see("contracts/D/balance")["accounts"]
    assert (account["granted"], account["available"]) == ("10000.00", "7200.00")


def test_services_outside_a_pool_are_billed_by_the_minute_and_by_the_piece(quick_office: Office) -> None:
    """50 minutes at 1350.00 an hour are 1125.00, two at 333.33 are 666.66; 1791.66 at 21 % are 376.2486."""
    agreed = {"rates.macros": "1350.00", "rates.training": {"kind": "flat", "amount": "333.33"}}
    quick_office.sign("D", "dytron-pay", agreed=agreed, customer={"country": "CZ"})
    quick_office.ticket("T", "D", FEB)
    quick_office.work("E1", "T", 50, "2026-02-02T10:00:00Z", service="macros")
    quick_office.ok("record-service", service_id="V1", contract_id="D", service="training", quantity=2, at=FEB)
    found = quick_office.invoice(quick_office.issue("D"))
    shown = [(one["kind"], one["service"], one["quantity"], one["unit_price"], one["net"]) for one in found["lines"]]
    assert shown == [("service", "training", 2, "333.33", "666.66"), ("service", "macros", 50, "1350.00", "1125.00")]
    assert totals(found) == ("1791.66", "376.25", "2167.91")


def test_a_top_up_is_billed_at_its_rate_or_at_the_price_agreed_for_it(quick_office: Office) -> None:
    """480 minutes at 60.00 an hour are 480.00; with the fee of 100.00 and the 99.99 they are 679.99."""
    quick_office.sign("N", "north-all")
    quick_office.top_up("U1", "N", 480, "2026-02-02T09:00:00Z")
    quick_office.top_up("U2", "N", 480, "2026-02-03T09:00:00Z", price="99.99")
    found = quick_office.invoice(quick_office.issue("N"))
    shown = ("kind", "quantity", "unit", "unit_price", "price_base", "net", "description")
    assert [tuple(one[name] for name in shown) for one in found["lines"]] == [
        ("fee", 1, "piece", "100.00", 1, "100.00", "Support contract Everything, term 1"),
        ("top_up", 480, "minute", "60.00", 60, "480.00", "Credit U1 for care"),
        ("top_up", 480, "minute", "99.99", 480, "99.99", "Credit U2 for care"),
    ]
    assert totals(found) == ("679.99", "129.20", "809.19")


def test_a_visit_on_site_bears_its_surcharge_where_one_was_agreed(quick_office: Office) -> None:
    """Polish VAT of 150.00 at 23 % is 34.50. A visit out of goodwill costs nothing."""
    told = {"subscriptions": 49, "agreed": {"on_site.surcharge": "150.00"}, "customer": {"country": "PL"}}
    quick_office.sign("O", "eurolinux-standard", **told)
    quick_office.ticket("T", "O", FEB, channel="on_site")
    quick_office.work("E1", "T", 60, "2026-02-02T10:00:00Z", on_site=True)
    quick_office.work("E2", "T", 60, "2026-02-03T10:00:00Z", on_site=True, treatment="goodwill", reason="Sorry")
    found = quick_office.invoice(quick_office.issue("O"))
    assert lines(found) == [
        ("included", "E1", 60, "0.00"),
        ("surcharge", "E1", 1, "150.00"),
        ("included", "E2", 60, "0.00"),
    ]
    assert totals(found) == ("150.00", "34.50", "184.50")


def test_a_missed_promise_takes_a_share_of_the_fee_back(quick_office: Office) -> None:
    """10 % of 100.00; 90.00 at 19 % are 17.10."""
    quick_office.sign("N", "north-all")
    quick_office.ticket("T", "N", FEB)
    quick_office.ok("grant-service-credit", ticket_id="T", target="reaction", at="2026-02-03T09:00:00Z")
    found = quick_office.invoice(quick_office.issue("N"))
    assert [
        (one["kind"], one["charge_id"], one["quantity"], one["unit_price"], one["net"]) for one in found["lines"]
    ] == [
        ("fee", "N.fee.1", 1, "100.00", "100.00"),
        ("service_credit", "T.reaction.credit", -1, "10.00", "-10.00"),
    ]
    assert totals(found) == ("90.00", "17.10", "107.10")


def test_a_term_that_never_begins_is_billed_nowhere_or_taken_back(quick_office: Office) -> None:
    """The renewal's fee is charged for 2027; the contract ends in 2026."""
    quick_office.sign("L")
    quick_office.ok("renew-contract", contract_id="L")
    quick_office.sign("M", "groupios-m")
    quick_office.ok("renew-contract", contract_id="M")
    assert quick_office.invoice(quick_office.issue("M", "2027-01-01"))["net"] == "998.00"
    for contract in ("L", "M"):
        quick_office.ok("terminate-contract", contract_id=contract, ends_on="2026-12-31", reason="Sold")
    assert lines(quick_office.draft("L", "2027-12-31")) == [("fee", "L.fee.1", 1, "899.00")]
    assert lines(quick_office.draft("M", "2027-12-31")) == [("reversal", "M.fee.2.reversal", -1, "-499.00")]


# -- what was taken back, whenever that was ------------------------------------------------------------------------


def test_a_draft_up_to_a_day_has_nothing_of_what_was_taken_back_after_it(office: Office) -> None:
    """Disputed in January, settled as reversed in February: an invoice for January bills neither half of it."""
    tiers(office)
    office.dispute("E1", "2026-02-05T09:00:00Z")
    office.settle("E1", "reversed", "2026-03-10T09:00:00Z")
    draft = office.draft("C", "2026-02-28")
    assert (lines(draft), draft["waiting"]) == ([("overage", "E2", 15, "17.53")], [])
    assert lines(office.draft("C", "2026-02-28", as_of="2026-03-09"))[0] == ("overage", "E2", 15, "17.53")
    assert office.draft("C", "2026-02-28", as_of="2026-03-09")["waiting"] == ["E1.overage.1"]


def test_disputed_time_that_costs_nothing_is_named_among_what_waits(quick_office: Office) -> None:
    quick_office.sign("N", "north-all")
    quick_office.ticket("T", "N", FEB)
    quick_office.work("E", "T", 60, "2026-02-02T10:00:00Z")
    quick_office.dispute("E")
    draft = quick_office.draft("N")
    assert (draft["waiting"], [line["kind"] for line in draft["lines"]]) == (["E"], ["fee"])


def test_a_disputed_service_waits_too(quick_office: Office) -> None:
    quick_office.sign("N", "north-all")
    quick_office.ok("record-service", service_id="V", contract_id="N", service="audit", at=FEB)
    assert [line["kind"] for line in quick_office.draft("N")["lines"]] == ["fee", "service"]
    quick_office.dispute("V")
    draft = quick_office.draft("N")
    assert ([line["kind"] for line in draft["lines"]], draft["waiting"]) == (["fee"], ["V.service"])


def test_lines_of_zero_are_those_up_to_the_day_too(quick_office: Office) -> None:
    quick_office.sign("L")
    quick_office.ticket("T", "L", FEB)
    quick_office.work("E1", "T", 60, "2026-02-28T22:59:59Z")
    quick_office.work("E2", "T", 60, "2026-02-28T23:00:00Z")  # 1 March in Berlin
    assert [line["deduction_id"] for line in quick_office.draft("L", "2026-02-28")["lines"]] == [None, "E1"]
    quick_office.issue("L")
    quick_office.reverse("E1", "2026-03-31T21:59:59Z")
    quick_office.reverse("E2", "2026-03-31T22:00:00Z")
    assert [line["deduction_id"] for line in quick_office.draft("L", "2026-03-31")["lines"]] == ["E1"]


def test_a_line_shows_a_word_that_the_provider_entered_and_minutes_rounded_up(quick_office: Office) -> None:
    """30 minutes and a second are 31 worked; 40 billed."""
    quick_office.sign("N", "north-all")
    quick_office.ticket("T", "N", FEB)
    told = {"entry_id": "E", "ticket_id": "T", "engineer": "E", "started_at": "2026-02-02T10:00:00Z"}
    quick_office.ok("log-work", **told, ended_at="2026-02-02T10:30:01Z")
    quick_office.ok("confirm-deduction", deduction_id="E", by="Karl Kunde")
    line = quick_office.draft("N")["lines"][1]
    assert (line["worked_minutes"], line["billed_minutes"]) == (31, 40)
    assert (line["confirmation"], line["on_behalf"]) == ("confirmed", True)


def test_the_fee_names_its_term_and_a_service_credit_the_fee_it_lowers(quick_office: Office) -> None:
    quick_office.sign("N", "north-all")
    quick_office.ticket("T", "N", FEB)
    quick_office.ok("grant-service-credit", ticket_id="T", target="reaction")
    fee, credit = quick_office.draft("N")["lines"]
    assert (fee["starts_on"], fee["ends_on"]) == ("2026-01-01", "2026-12-31")
    events = {one["position"]: one["type"] for one in quick_office.events()}
    assert [events[n] for n in credit["events"]] == ["TermStarted", "FeeCharged", "ServiceCreditCharged"]
    assert credit["description"] == "Credit for the missed reaction of ticket T, 10 % of the fee"
