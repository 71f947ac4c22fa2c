"""Drafts and what issuing makes of them: the worked figures, and a draft is what issuing records.

The worked figures are those of the domain, § 2. VAT is 19 % in Germany: of 921.25 it is 175.0375, so 175.04.
"""

from tests.billing.office import Json, Office, billed, lines, taxes, totals
from tests.billing.sold import FEB, model_l, tiers
from tests.words import confirm, credit_note, issue, log_work, open_ticket, reverse, sign, terminate, top_up

# -- the worked figures ---------------------------------------------------------------------------------------------


def test_model_l_bills_its_fee_and_shows_an_included_hour(office: Office) -> None:
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    office.ok(open_ticket("T", contract_id="L", at=FEB))
    office.ok(log_work(50, "2026-02-02T10:00:00Z", entry_id="E1"))
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
    number = office.number(issue("L"))
    assert totals(office.invoice(number)) == ("921.25", "175.04", "1096.29")


def test_model_m_bills_its_fee_and_a_quarter_of_an_hour(quick_office: Office) -> None:
    """523.75 at 19 % are 99.5125."""
    quick_office.ok(sign("groupios-m", contract_id="M", customer=billed("M")))
    quick_office.ok(open_ticket("T", contract_id="M", at=FEB))
    quick_office.ok(log_work(241, "2026-02-02T10:00:00Z", entry_id="E1"))
    found = quick_office.invoice(quick_office.number(issue("M")))
    assert lines(found) == [
        ("fee", "M.fee.1", 1, "499.00"),
        ("included", "E1", 240, "0.00"),
        ("overage", "E1", 15, "24.75"),
    ]
    assert totals(found) == ("523.75", "99.51", "623.26")


def test_model_s_bills_the_first_hour_of_a_ticket_apart_from_the_rest(quick_office: Office) -> None:
    """181.25 at 19 % are 34.4375."""
    quick_office.ok(sign("groupios-s", contract_id="S", customer=billed("S")))
    quick_office.ok(open_ticket("A", contract_id="S", at=FEB))
    quick_office.ok(log_work(20, "2026-02-02T10:00:00Z", entry_id="E1", ticket_id="A"))
    quick_office.ok(log_work(45, "2026-02-03T10:00:00Z", entry_id="E2", ticket_id="A"))
    found = quick_office.invoice(quick_office.number(issue("S")))
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
    first = office.number(issue("L"))
    office.ok(reverse("E2", "2026-11-01T09:00:00Z"))
    (account,) = office.see("contracts/L/balance")["accounts"]
    assert (account["consumed"], account["available"]) == (60, 420)
    office.ok(top_up(60, "2026-11-02T09:00:00Z", top_up_id="U", contract_id="L", pool="included", price="100.00"))
    second = office.invoice(office.number(issue("L")))
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


# -- a draft is what issuing records --------------------------------------------------------------------------------

ONLY_OF_ONE = {"number", "issued_on", "due_on", "position", "event", "waiting", "waiting_count", "notes", "through_on"}


def without(document: Json) -> Json:
    return {name: value for name, value in document.items() if name not in ONLY_OF_ONE}


def test_a_draft_is_what_issuing_records(office: Office) -> None:
    model_l(office)
    draft = office.draft("L", "2026-10-31")
    found = office.invoice(office.number(issue("L", "2026-10-31")))
    assert without(draft) == without(found)
    assert (draft["number"], draft["issued_on"], draft["due_on"]) == (None, None, None)
    assert (found["number"], found["issued_on"], found["due_on"]) == ("GR-2026-00001", "2026-11-02", "2026-11-16")
    assert (draft["through_on"], found["through_on"]) == ("2026-10-31", "2026-10-31")
    (listed,) = office.walk("invoices")
    of_lines = {"lines", "lines_next"}
    assert without(listed) == {name: value for name, value in without(found).items() if name not in of_lines}


def test_lines_name_the_events_behind_them_and_those_carry_the_amounts(office: Office) -> None:
    model_l(office)
    found = office.invoice(office.number(issue("L")))
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
    quick_office.ok(issue("L"))
    quick_office.ok(reverse("E2"))
    events = {one["position"]: one["type"] for one in quick_office.events()}
    given_back, charge = quick_office.draft("L")["lines"]
    told = ["CreditDrawn", "HoursDeducted", "CreditReturned", "DeductionReversed"]
    assert [events[n] for n in given_back["events"]] == told
    assert sorted(events[n] for n in charge["events"]) == sorted([*told, "OverageCharged", "ChargeReversed"])


def test_one_walks_from_a_line_to_the_minute_the_engineer_and_the_confirmation(office: Office) -> None:
    tiers(office)
    customer = office.token("customer", provider="north", customer="k-C")
    office.ok(confirm("E1", by="Karl Kunde"), customer)
    number = office.number(issue("C"))
    line = office.see(f"invoices/{number}", customer)["lines"][1]
    assert (line["kind"], line["net"], line["confirmation"], line["engineer"]) == (
        "overage",
        "90.00",
        "confirmed",
        "Eva",
    )
    deduction = office.see(f"deductions/{line['deduction_id']}", customer)
    assert (deduction["worked_minutes"], deduction["billed_minutes"], deduction["engineer"]) == (300, 300, "Eva")
    assert deduction["overage"] == [{"minutes": 60, "rate": "90.00", "amount": "90.00"}]
    word = deduction["history"][-1]
    assert (word["type"], word["role"], word["data"]["by"]) == ("DeductionConfirmed", "customer", "Karl Kunde")
    assert deduction["documents"] == [number]
    note = office.number(credit_note(number))
    assert office.see("deductions/E1", customer)["documents"] == [number, note]
    drawn = {one["position"] for one in office.walk("contracts/C/statement") if one["reference"] == "E1"}
    assert drawn | {one["position"] for one in deduction["history"]} == set(line["events"])


def test_silence_is_shown_as_deemed_confirmed_once_its_days_are_over(quick_office: Office) -> None:
    tiers(quick_office)
    assert {line["confirmation"] for line in quick_office.draft("C")["lines"]} == {"pending"}
    quick_office.clock.put("2026-11-03T12:00:00Z")
    assert {line["confirmation"] for line in quick_office.draft("C")["lines"]} == {"deemed_confirmed"}
    found = quick_office.invoice(quick_office.number(issue("C")))
    assert {line["confirmation"] for line in found["lines"]} == {"deemed_confirmed"}


def test_what_settles_a_debt_after_the_end_is_billed_like_any_top_up(office: Office) -> None:
    """An hour was owed when the contract ended in June; it is bought in July for 75.00, at 21 %: 15.75."""
    office.ok(sign("easyredmine-server-support", contract_id="P", customer=billed("P") | {"country": "CZ"}))
    office.ok(open_ticket("T", contract_id="P", at=FEB, channel="email"))
    office.ok(log_work(60, FEB, entry_id="E"))
    office.ok(terminate("2026-06-30", "P"))
    office.ok(top_up(60, "2026-07-06T09:00:00Z", top_up_id="U", contract_id="P", pool="server-support", price="75.00"))
    draft = office.draft("P", "2026-07-31")
    assert [line for line in lines(draft) if line[3] != "0.00"] == [("top_up", "U.price", 60, "75.00")]
    assert totals(office.invoice(office.number(issue("P", "2026-07-31", exchange_rate="24.315")))) == (
        "75.00",
        "15.75",
        "90.75",
    )
    (account,) = office.see("contracts/P/balance")["accounts"]
    assert (account["available"], account["granted"], account["consumed"], account["expired"]) == (0, 60, 60, 0)
