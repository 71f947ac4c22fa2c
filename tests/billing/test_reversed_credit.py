"""Credit and service credits that are taken back: in drafts, invoices, credit notes and months (C15, C17, M2, M5)."""

from typing import Any

from tests.billing.months import MARCH, as_of, closed
from tests.billing.office import Office, billed, lines, taxes, totals
from tests.words import (
    amend,
    close_month,
    credit_note,
    issue,
    open_ticket,
    reverse_credit,
    reverse_service_credit,
    service_credit,
    sign,
    terminate,
    top_up,
)

JANUARY = "2026-01-05T09:00:00Z"


def bought(office: Office, **customer: Any) -> None:
    """480 minutes for 480.00, and then 4800 for 4800.00 by mistake."""
    office.ok(sign("easyredmine-server-support", contract_id="P", customer=billed("P") | customer))
    office.ok(top_up(480, JANUARY, top_up_id="right", contract_id="P", pool="server-support", price="480.00"))
    office.ok(top_up(4800, JANUARY, top_up_id="wrong", contract_id="P", pool="server-support", price="4800.00"))


UNDONE = reverse_credit(top_up_id="wrong")
RIGHT = ("top_up", "right.price", 480, "480.00")


def test_a_charge_and_its_opposite_that_are_both_open_cancel_each_other(office: Office) -> None:
    bought(office)
    office.ok(UNDONE)
    assert lines(office.draft("P")) == [RIGHT]
    assert lines(office.invoice(office.number(issue("P", exchange_rate="24.315")))) == [RIGHT]
    assert office.charges("P", invoiced="false") == {"wrong.price": None, "wrong.price.reversal": None}


def test_what_an_invoice_shows_is_taken_back_by_the_next_one(office: Office) -> None:
    """5280.00 were asked for; 4800.00 go back with their VAT once something else is owed."""
    bought(office)
    number = office.number(issue("P", exchange_rate="24.315"))
    assert office.invoice(number)["net"] == "5280.00"
    office.ok(UNDONE)
    assert lines(office.draft("P")) == [("reversal", "wrong.price.reversal", -4800, "-4800.00")]
    office.refused("nothing-to-invoice", issue("P", "2026-12-31"))
    office.ok(top_up(6000, JANUARY, top_up_id="more", contract_id="P", pool="server-support", price="6000.00"))
    found = office.invoice(office.number(issue("P", exchange_rate="24.315")))
    assert lines(found) == [
        ("top_up", "more.price", 6000, "6000.00"),
        ("reversal", "wrong.price.reversal", -4800, "-4800.00"),
    ]
    assert totals(found)[0] == "1200.00"
    events = {one["position"]: one["type"] for one in office.events()}
    assert [events[n] for n in found["lines"][1]["events"]] == ["TopUpCharged", "TopUpReversed"]
    assert found["lines"][1]["description"] == f"Reversal of wrong.price, billed on {number}"


def test_after_its_credit_note_a_wrong_top_up_is_not_asked_for_again(office: Office) -> None:
    bought(office)
    office.ok(credit_note(office.number(issue("P", exchange_rate="24.315"))))
    assert totals(office.draft("P"))[0] == "5280.00"
    office.ok(UNDONE)
    assert lines(office.draft("P")) == [RIGHT]
    assert totals(office.invoice(office.number(issue("P", exchange_rate="24.315"))))[0] == "480.00"
    office.refused("nothing-to-invoice", issue("P", "2026-12-31"))


def test_a_credit_note_after_the_opposite_is_the_same(office: Office) -> None:
    bought(office)
    number = office.number(issue("P", exchange_rate="24.315"))
    office.ok(UNDONE)
    office.ok(credit_note(number))
    assert lines(office.draft("P")) == [RIGHT]


def test_the_opposite_bears_the_vat_of_what_it_takes_back(office: Office) -> None:
    """A Czech customer pays 21 % in January and has a Slovak seat and VAT id in November."""
    bought(office, country="CZ")
    office.ok(issue("P", exchange_rate="24.315"))
    office.ok(amend({"country": "SK", "vat_id": "SK2020273893"}, "P"))
    office.ok(UNDONE)
    office.ok(
        top_up(6000, "2026-11-02T11:00:00Z", top_up_id="more", contract_id="P", pool="server-support", price="6000.00")
    )
    draft = office.draft("P")
    assert taxes(draft) == [("AE", "0.00", "6000.00", "0.00"), ("S", "21.00", "-4800.00", "-1008.00")]


def test_a_service_credit_and_its_opposite_are_lines_of_their_own_once_one_is_billed(office: Office) -> None:
    """100.00 of fee less 10.00; then 10.00 owed after all, which is an invoice of its own."""
    office.ok(sign("north-all", contract_id="N", customer=billed("N")))
    office.ok(open_ticket("T", contract_id="N", at="2026-02-02T09:00:00Z"))
    office.ok(service_credit("reaction", "2026-02-03T09:00:00Z"))
    number = office.number(issue("N"))
    assert office.invoice(number)["net"] == "90.00"
    office.ok(reverse_service_credit("reaction", "2026-02-04T09:00:00Z"))
    found = office.invoice(office.number(issue("N")))
    assert lines(found) == [("reversal", "T.reaction.credit.reversal", 1, "10.00")]
    assert (found["lines"][0]["unit_price"], totals(found)) == ("10.00", ("10.00", "1.90", "11.90"))
    assert office.get(f"invoices/{found['number']}.pdf").status_code == 200
    assert office.get(f"invoices/{found['number']}.xml", form="en16931").status_code == 200


def test_a_withdrawn_contract_owes_nothing_of_its_service_credit(office: Office) -> None:
    office.ok(sign("north-all", contract_id="N", customer=billed("N")))
    office.ok(open_ticket("T", contract_id="N", at="2026-02-02T09:00:00Z"))
    office.ok(service_credit("reaction", "2026-02-03T09:00:00Z"))
    office.ok(terminate("2025-12-31", "N"))
    amounts = [one["amount"] for one in office.walk("contracts/N/charges")]
    assert amounts == ["100.00", "-10.00", "-100.00", "10.00"]
    assert lines(office.draft("N")) == []
    office.refused("nothing-to-invoice", issue("N", "2026-12-31"))


def test_an_invoiced_fee_goes_back_with_the_share_that_was_taken_off(office: Office) -> None:
    office.ok(sign("north-all", contract_id="N", customer=billed("N")))
    office.ok(open_ticket("T", contract_id="N", at="2026-02-02T09:00:00Z"))
    office.ok(service_credit("reaction", "2026-02-03T09:00:00Z"))
    number = office.number(issue("N"))
    office.ok(terminate("2025-12-31", "N"))
    assert totals(office.draft("N")) == ("-90.00", "-17.10", "-107.10")
    office.ok(credit_note(number))
    assert lines(office.draft("N")) == []


def test_the_closed_month_keeps_its_credit_and_the_next_one_gives_it_back(office: Office) -> None:
    """480 bought in February until the 15th: 480 granted and expired in February, both taken off in March."""
    office.clock.put("2026-03-10T12:00:00Z")
    office.ok(sign("easyredmine-server-support", "2026-02-01", contract_id="P", customer=billed("P")))
    told = {"pool": "server-support", "price": "480.00", "expires_on": "2026-02-15"}
    office.ok(top_up(480, "2026-02-02T09:00:00Z", top_up_id="lot", contract_id="P", **told))
    before = as_of(office, "P", "2026-02-28")
    office.ok(close_month("2026-02", "easyredmine"))
    office.ok(reverse_credit("lot", "2026-02-03T09:00:00Z"))
    assert as_of(office, "P", "2026-02-28") == before
    shown = [
        (one["effective_at"], one["kind"], one["change"], one["balance"], one["dated"])
        for one in office.walk("contracts/P/statement")
    ]
    assert shown == [
        ("2026-02-02T09:00:00Z", "top_up", 480, 480, None),
        ("2026-02-14T23:00:00Z", "breakage", -480, 0, None),
        (MARCH, "breakage", 480, 480, None),
        (MARCH, "reversal", -480, 0, "2026-02-03T09:00:00Z"),
    ]
    office.clock.put("2026-04-10T12:00:00Z")
    office.ok(close_month("2026-03", "easyredmine"))
    months = closed(office)
    pool = "server-support"
    figures = {
        month: (one["P"]["charged_cents"], one["P"]["granted"][pool], one["P"]["expired"][pool])
        for month, one in months.items()
    }
    assert figures == {"2026-02": (48000, 480, 480), "2026-03": (-48000, -480, -480)}
