"""What stands on a document: time that costs nothing, and every kind of charge."""

from tests.billing.office import Office, billed, lines, totals
from tests.billing.sold import FEB
from tests.words import (
    book,
    complete,
    issue,
    log_work,
    move,
    open_ticket,
    record_service,
    renew,
    service_credit,
    sign,
    terminate,
    top_up,
)

# -- time that costs nothing ----------------------------------------------------------------------------------------


def test_goodwill_and_warranty_are_lines_of_zero_with_their_minutes(quick_office: Office) -> None:
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    quick_office.ok(open_ticket("T", contract_id="L", at=FEB))
    quick_office.ok(log_work(50, "2026-02-02T10:00:00Z", entry_id="G", treatment="goodwill", reason="Sorry"))
    quick_office.ok(log_work(20, "2026-02-03T10:00:00Z", entry_id="W", treatment="warranty", reason="Our defect"))
    found = quick_office.invoice(quick_office.number(issue("L")))
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
    quick_office.ok(
        sign("eurolinux-premium", contract_id="F", customer=billed("F") | {"country": "PL"}, agreed={"fee": "1000.00"})
    )
    quick_office.ok(open_ticket("T", contract_id="F", at=FEB))
    quick_office.ok(log_work(37, "2026-02-02T10:00:00Z", entry_id="E1"))
    found = quick_office.invoice(quick_office.number(issue("F")))
    assert lines(found) == [("fee", "F.fee.1", 1, "1000.00"), ("included", "E1", 37, "0.00")]
    assert found["lines"][1]["basis"] == "flat"
    assert (found["currency"], *totals(found)) == ("PLN", "1000.00", "230.00", "1230.00")


def test_a_late_move_is_a_line_of_zero_with_the_minutes_it_cost(quick_office: Office) -> None:
    quick_office.ok(sign("easyredmine-server-support", contract_id="P", customer=billed("P") | {"country": "CZ"}))
    quick_office.ok(
        top_up(480, "2026-02-01T09:00:00Z", top_up_id="U", contract_id="P", pool="server-support", price="480.00")
    )
    booked = {"pool": "server-support", "estimate_minutes": 120, "at": "2026-02-02T09:00:00Z"}
    quick_office.ok(book(session_id="S", contract_id="P", starts_at="2026-02-10T09:00:00Z", **booked))
    moved = {"by": "customer", "at": "2026-02-09T10:00:00Z"}
    quick_office.ok(move(session_id="S", starts_at="2026-02-11T09:00:00Z", **moved))
    quick_office.ok(complete(95, "2026-02-11T11:00:00Z", "S", engineer="Jan"))
    found = quick_office.invoice(quick_office.number(issue("P", exchange_rate="25.00")))
    assert [(one["kind"], one["basis"], one["session_id"], one["quantity"], one["net"]) for one in found["lines"]] == [
        ("top_up", None, None, 480, "480.00"),
        ("included", "penalty", "S", 120, "0.00"),
        ("included", "pool", "S", 100, "0.00"),
    ]
    assert found["lines"][1]["description"] == "Penalty: session S of 2026-02-10 10:00 was moved late"
    assert [one["confirmation"] for one in found["lines"]] == [None, "pending", "pending"]
    assert totals(found) == ("480.00", "100.80", "580.80")


def test_lines_are_grouped_by_ticket_after_what_belongs_to_none(quick_office: Office) -> None:
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    for ticket in ("B", "A"):
        quick_office.ok(open_ticket(ticket, contract_id="L", at=FEB))
    quick_office.ok(log_work(15, "2026-02-02T10:00:00Z", entry_id="E1", ticket_id="B"))
    quick_office.ok(log_work(15, "2026-02-03T10:00:00Z", entry_id="E2", ticket_id="A"))
    quick_office.ok(log_work(15, "2026-02-04T10:00:00Z", entry_id="E3", ticket_id="B"))
    quick_office.ok(log_work(15, "2026-02-02T11:00:00Z", entry_id="E4", ticket_id="A"))
    found = quick_office.draft("L")["lines"]
    assert [line["line"] for line in found] == [1, 2, 3, 4, 5]
    shown = [(line["ticket_id"], line["deduction_id"]) for line in found]
    assert shown == [(None, None), ("B", "E1"), ("B", "E3"), ("A", "E4"), ("A", "E2")]


# -- other kinds of charge ------------------------------------------------------------------------------------------


def test_a_lump_sum_is_billed_once_and_what_it_bears_are_lines_of_zero(quick_office: Office) -> None:
    """Czech VAT of 10000.00 at 21 % is 2100.00; 90 minutes at 1200.00 an hour take 1800.00 of the sum."""
    agreed = {"pools.lump-sum.allotment": "10000.00", "rates.training": "1200.00"}
    agreed |= {"rates.deployment": {"kind": "flat", "amount": "500.00"}}
    quick_office.ok(sign("dytron-sbp", contract_id="D", customer=billed("D") | {"country": "CZ"}, agreed=agreed))
    quick_office.ok(open_ticket("T", contract_id="D", at=FEB))
    quick_office.ok(log_work(90, "2026-02-02T10:00:00Z", entry_id="E1", service="training"))
    quick_office.ok(record_service("deployment", 2, FEB, service_id="V1", contract_id="D"))
    found = quick_office.invoice(quick_office.number(issue("D")))
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
    quick_office.ok(sign("dytron-pay", contract_id="D", customer=billed("D") | {"country": "CZ"}, agreed=agreed))
    quick_office.ok(open_ticket("T", contract_id="D", at=FEB))
    quick_office.ok(log_work(50, "2026-02-02T10:00:00Z", entry_id="E1", service="macros"))
    quick_office.ok(record_service("training", 2, FEB, service_id="V1", contract_id="D"))
    found = quick_office.invoice(quick_office.number(issue("D")))
    shown = [(one["kind"], one["service"], one["quantity"], one["unit_price"], one["net"]) for one in found["lines"]]
    assert shown == [("service", "training", 2, "333.33", "666.66"), ("service", "macros", 50, "1350.00", "1125.00")]
    assert totals(found) == ("1791.66", "376.25", "2167.91")


def test_a_top_up_is_billed_at_its_rate_or_at_the_price_agreed_for_it(quick_office: Office) -> None:
    """480 minutes at 60.00 an hour are 480.00; with the fee of 100.00 and the 99.99 they are 679.99."""
    quick_office.ok(sign("north-all", contract_id="N", customer=billed("N")))
    quick_office.ok(top_up(480, "2026-02-02T09:00:00Z", top_up_id="U1", contract_id="N", pool="care"))
    quick_office.ok(top_up(480, "2026-02-03T09:00:00Z", top_up_id="U2", contract_id="N", pool="care", price="99.99"))
    found = quick_office.invoice(quick_office.number(issue("N")))
    shown = ("kind", "quantity", "unit", "unit_price", "price_base", "net", "description")
    assert [tuple(one[name] for name in shown) for one in found["lines"]] == [
        ("fee", 1, "piece", "100.00", 1, "100.00", "Support contract Everything, term 1"),
        ("top_up", 480, "minute", "60.00", 60, "480.00", "Credit U1 for care"),
        ("top_up", 480, "minute", "99.99", 480, "99.99", "Credit U2 for care"),
    ]
    assert totals(found) == ("679.99", "129.20", "809.19")


def test_a_visit_on_site_bears_its_surcharge_where_one_was_agreed(quick_office: Office) -> None:
    """Polish VAT of 150.00 at 23 % is 34.50. A visit out of goodwill costs nothing."""
    polish, agreed = billed("O") | {"country": "PL"}, {"on_site.surcharge": "150.00"}
    quick_office.ok(sign("eurolinux-standard", contract_id="O", customer=polish, subscriptions=49, agreed=agreed))
    quick_office.ok(open_ticket("T", contract_id="O", at=FEB, channel="on_site"))
    quick_office.ok(log_work(60, "2026-02-02T10:00:00Z", entry_id="E1", on_site=True))
    quick_office.ok(
        log_work(60, "2026-02-03T10:00:00Z", entry_id="E2", on_site=True, treatment="goodwill", reason="Sorry")
    )
    found = quick_office.invoice(quick_office.number(issue("O")))
    assert lines(found) == [
        ("included", "E1", 60, "0.00"),
        ("surcharge", "E1", 1, "150.00"),
        ("included", "E2", 60, "0.00"),
    ]
    assert totals(found) == ("150.00", "34.50", "184.50")


def test_a_missed_promise_takes_a_share_of_the_fee_back(quick_office: Office) -> None:
    """10 % of 100.00; 90.00 at 19 % are 17.10."""
    quick_office.ok(sign("north-all", contract_id="N", customer=billed("N")))
    quick_office.ok(open_ticket("T", contract_id="N", at=FEB))
    quick_office.ok(service_credit("reaction", "2026-02-03T09:00:00Z", "T"))
    found = quick_office.invoice(quick_office.number(issue("N")))
    assert [
        (one["kind"], one["charge_id"], one["quantity"], one["unit_price"], one["net"]) for one in found["lines"]
    ] == [
        ("fee", "N.fee.1", 1, "100.00", "100.00"),
        ("service_credit", "T.reaction.credit", -1, "10.00", "-10.00"),
    ]
    assert totals(found) == ("90.00", "17.10", "107.10")


def test_a_term_that_never_begins_is_billed_nowhere_or_taken_back(quick_office: Office) -> None:
    """The renewal's fee is charged for 2027; the contract ends in 2026."""
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    quick_office.ok(renew("L"))
    quick_office.ok(sign("groupios-m", contract_id="M", customer=billed("M")))
    quick_office.ok(renew("M"))
    assert quick_office.invoice(quick_office.number(issue("M", "2027-01-01")))["net"] == "998.00"
    for contract in ("L", "M"):
        quick_office.ok(terminate("2026-12-31", contract, reason="Sold"))
    assert lines(quick_office.draft("L", "2027-12-31")) == [("fee", "L.fee.1", 1, "899.00")]
    assert lines(quick_office.draft("M", "2027-12-31")) == [("reversal", "M.fee.2.reversal", -1, "-499.00")]
