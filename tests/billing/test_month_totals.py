"""The totals that a closed month carries (M5)."""

from datetime import date

from ledger.billing.period_totals import TOTALS_TOPICS, PeriodFold
from tests.billing.months import MARCH, closed
from tests.billing.office import Office, billed
from tests.words import (
    book,
    cancel,
    close_month,
    credit_note,
    issue,
    log_work,
    open_ticket,
    record_service,
    reverse,
    reverse_credit,
    sign,
    terminate,
    top_up,
)


def test_a_close_carries_the_totals_of_its_month(office: Office) -> None:
    """
    charged    100.00 fee + 60.00 top-up + 250.00 audit                   410.00, invoiced and credited
    granted    6000 with the term + 60 bought                             6060
    consumed   40 + 10 − 40, and 10 of the last second                    20
    expired    of the 60 bought, which end on 20 February, 10 were used   50
    """
    office.clock.put("2026-02-25T12:00:00Z")
    office.ok(sign("north-all", "2026-02-01", contract_id="N", customer=billed("N")))
    office.ok(
        sign("north-all", "2026-01-01", contract_id="M", customer=billed("M"))
    )  # it moves in January and in March
    office.ok(open_ticket("T", contract_id="N", at="2026-02-02T09:00:00Z"))
    office.ok(top_up(60, "2026-02-03T09:00:00Z", top_up_id="U", contract_id="N", pool="care", expires_on="2026-02-20"))
    office.ok(log_work(40, "2026-02-04T09:00:00Z", entry_id="E1"))
    office.ok(log_work(10, "2026-02-05T09:00:00Z", entry_id="E2"))
    office.ok(record_service("audit", service_id="V", contract_id="N", at="2026-02-06T09:00:00Z"))
    office.ok(reverse("E1", "2026-02-10T09:00:00Z"))
    office.ok(credit_note(office.number(issue("N", "2026-02-28"))))
    office.clock.put("2026-03-02T12:00:00Z")
    office.ok(log_work(10, "2026-02-28T22:59:59Z", entry_id="E3"))
    office.ok(log_work(10, MARCH, entry_id="E4"))
    office.ok(top_up(60, "2026-03-01T09:00:00Z", top_up_id="V1", contract_id="M", pool="care"))
    office.ok(close_month("2026-02", "north"))
    found = closed(office)
    assert {month: list(of) for month, of in found.items()} == {"2026-01": ["M"], "2026-02": ["N"]}
    assert found["2026-02"]["N"] == {
        "contract_id": "N",
        "currency": "EUR",
        "charged_cents": 41000,
        "invoiced_cents": 41000,
        "credited_cents": 41000,
        "granted": {"care": 6060},
        "consumed": {"care": 20},
        "expired": {"care": 50},
    }


def test_what_comes_late_is_in_the_totals_of_the_month_that_it_is_booked_in(quick_office: Office) -> None:
    """50 minutes are billed as 60; the fee and the 480 minutes of the year are January's."""
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    quick_office.ok(open_ticket("T", contract_id="L", at="2026-02-02T09:00:00Z"))
    quick_office.ok(close_month("2026-01", "groupios"))
    quick_office.ok(close_month("2026-02", "groupios"))
    quick_office.ok(log_work(50, "2026-02-10T09:00:00Z", entry_id="E"))
    quick_office.clock.put("2026-04-10T12:00:00Z")
    quick_office.ok(close_month("2026-03", "groupios"))
    found = closed(quick_office)
    assert (found["2026-01"]["L"]["charged_cents"], found["2026-01"]["L"]["granted"]) == (89900, {"included": 480})
    assert found["2026-02"] == {}
    assert found["2026-03"]["L"]["consumed"] == {"included": 60}


def test_the_totals_of_a_month_carry_what_a_reversal_gave_back_to_credit_that_was_over(quick_office: Office) -> None:
    """480 are bought, 60 used, 420 expire in January. In February the 60 come back: they are over, 60 are granted."""
    quick_office.clock.put("2026-02-10T12:00:00Z")
    quick_office.ok(sign("easyredmine-server-support", contract_id="P", customer=billed("P") | {"country": "CZ"}))
    quick_office.ok(open_ticket("T", contract_id="P", at="2026-01-02T09:00:00Z"))
    quick_office.ok(
        top_up(
            480, "2026-01-05T09:00:00Z", top_up_id="U", contract_id="P", pool="server-support", expires_on="2026-01-31"
        )
    )
    quick_office.ok(log_work(60, "2026-01-06T09:00:00Z", entry_id="E"))
    quick_office.ok(close_month("2026-01", "easyredmine"))
    quick_office.ok(reverse("E", "2026-02-05T09:00:00Z"))
    quick_office.clock.put("2026-03-01T12:00:00Z")
    quick_office.ok(close_month("2026-02", "easyredmine"))
    account = quick_office.account("P", "server-support", as_of="2026-02-28")
    assert (account["granted"], account["consumed"], account["expired"]) == (540, 0, 480)
    found = closed(quick_office)
    assert found["2026-01"]["P"]["expired"] == {"server-support": 420}
    assert found["2026-02"]["P"]["granted"] == {"server-support": 60}
    assert found["2026-02"]["P"]["consumed"] == {"server-support": -60}
    assert found["2026-02"]["P"]["expired"] == {"server-support": 60}


def test_the_totals_of_a_month_carry_late_credit_that_was_over_when_it_was_told(quick_office: Office) -> None:
    """480 of January that ended in January, told after it was closed: February grants them, and they are over."""
    quick_office.clock.put("2026-02-10T12:00:00Z")
    quick_office.ok(sign("easyredmine-server-support", contract_id="P", customer=billed("P") | {"country": "CZ"}))
    quick_office.ok(close_month("2026-01", "easyredmine"))
    quick_office.ok(
        top_up(
            480, "2026-01-05T09:00:00Z", top_up_id="U", contract_id="P", pool="server-support", expires_on="2026-01-20"
        )
    )
    quick_office.clock.put("2026-03-01T12:00:00Z")
    quick_office.ok(close_month("2026-02", "easyredmine"))
    account = quick_office.account("P", "server-support", as_of="2026-02-28")
    assert (account["granted"], account["expired"], account["available"]) == (480, 480, 0)
    total = closed(quick_office)["2026-02"]["P"]
    assert (total["granted"], total["expired"]) == ({"server-support": 480}, {"server-support": 480})
    shown = [(one["kind"], one["change"], one["balance"]) for one in quick_office.walk("contracts/P/statement")]
    assert shown == [("top_up", 480, 480), ("breakage", -480, 0)]


def test_what_settled_a_debt_does_not_expire_with_the_rest(quick_office: Office) -> None:
    """60 are owed from 6 January; of the 480 bought on the 7th, which end with January, 420 are left to expire."""
    quick_office.clock.put("2026-02-10T12:00:00Z")
    quick_office.ok(sign("easyredmine-server-support", contract_id="P", customer=billed("P") | {"country": "CZ"}))
    quick_office.ok(open_ticket("T", contract_id="P", at="2026-01-02T09:00:00Z"))
    quick_office.ok(log_work(60, "2026-01-06T09:00:00Z", entry_id="E"))
    quick_office.ok(
        top_up(
            480, "2026-01-07T09:00:00Z", top_up_id="U", contract_id="P", pool="server-support", expires_on="2026-01-31"
        )
    )
    quick_office.ok(close_month("2026-01", "easyredmine"))
    total = closed(quick_office)["2026-01"]["P"]
    assert (total["consumed"], total["expired"]) == ({"server-support": 60}, {"server-support": 420})


def test_an_allotment_that_ends_with_its_contract_expires_in_that_month(quick_office: Office) -> None:
    """Its end is the first instant of March."""
    quick_office.clock.put("2026-04-02T12:00:00Z")
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    quick_office.ok(terminate("2026-02-28", "L"))
    quick_office.ok(close_month("2026-03", "groupios"))
    found = closed(quick_office)
    assert (found["2026-02"], found["2026-03"]["L"]["expired"]) == ({}, {"included": 480})


def test_a_month_in_which_debts_were_settled_alone_has_no_totals(quick_office: Office) -> None:
    """All 480 are reserved when 60 are worked; the session is cancelled in February, and they settle what is owed."""
    quick_office.clock.put("2026-03-02T12:00:00Z")
    quick_office.ok(sign("easyredmine-server-support", contract_id="P", customer=billed("P") | {"country": "CZ"}))
    quick_office.ok(open_ticket("T", contract_id="P", at="2026-01-02T09:00:00Z"))
    quick_office.ok(top_up(480, "2026-01-05T09:00:00Z", top_up_id="U", contract_id="P", pool="server-support"))
    quick_office.ok(book(480, "2026-03-20T09:00:00Z", "2026-01-06T09:00:00Z", contract_id="P"))
    quick_office.ok(log_work(60, "2026-01-07T09:00:00Z", entry_id="E"))
    quick_office.ok(cancel("2026-02-10T09:00:00Z", "provider"))
    quick_office.ok(close_month("2026-02", "easyredmine"))
    found = closed(quick_office)
    assert (found["2026-01"]["P"]["consumed"], found["2026-02"]) == ({"server-support": 60}, {})
    assert quick_office.see("deductions/E")["draws"] == [{"grant_id": "U", "minutes": 60}]


def test_a_fold_that_goes_on_comes_to_the_same_wherever_it_was_settled(quick_office: Office) -> None:
    """Grants that are used, given back, taken back, and end: of the term, and two bought."""
    quick_office.clock.put("2026-02-25T12:00:00Z")
    quick_office.ok(sign("north-all", "2026-01-01", contract_id="N", customer=billed("N")))
    quick_office.ok(open_ticket("T", contract_id="N", at="2026-01-02T09:00:00Z"))
    bought = {"contract_id": "N", "pool": "care"}
    quick_office.ok(top_up(60, "2026-02-03T09:00:00Z", top_up_id="U", expires_on="2026-02-20", **bought))
    quick_office.ok(top_up(60, "2026-02-03T09:00:00Z", top_up_id="V", expires_on="2026-02-21", **bought))
    quick_office.ok(log_work(40, "2026-02-04T09:00:00Z", entry_id="E1"))
    quick_office.ok(reverse("E1", "2026-02-22T09:00:00Z"))
    quick_office.ok(reverse_credit(top_up_id="V", at="2026-02-24T09:00:00Z"))
    quick_office.ok(terminate("2026-03-31", "N"))
    (movements,) = quick_office.store.facts_of_provider("north", TOTALS_TOPICS, 0, 1000)
    assert len(movements) > 10
    last = date(2026, 5, 1)
    at_once = PeriodFold("Europe/Berlin")
    at_once.add(movements)
    whole = at_once.totals(None, last)
    assert sum(one.expired.get("care", 0) for month in whole.values() for one in month) > 0
    for split in range(len(movements)):
        fold = PeriodFold("Europe/Berlin")
        fold.add(movements[:split])
        fold.settle()
        fold.add(movements[split:])
        assert fold.totals(None, last) == whole
