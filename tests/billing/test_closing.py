"""Which months close, when and by whom; what can't be booked into a closed one; several at the same moment (M5)."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from ledger.billing.closed_periods import ClosedPeriods
from ledger.door.verify import first_fault
from ledger.events import Fact
from ledger.kernel.aggregate import Stamp
from ledger.kernel.errors import Refusal
from ledger.store import EventStore
from tests.billing.months import BOOKED, MARCH, as_of, closed
from tests.billing.office import Office, billed, office_over, totals
from tests.words import (
    Step,
    change_plan,
    close_month,
    credit_note,
    grant,
    issue,
    log_work,
    open_ticket,
    renew,
    reverse,
    sign,
    terminate,
    top_up,
)

NOW = datetime(2026, 7, 1, tzinfo=UTC)


# -- which months ---------------------------------------------------------------------------------------------------


def booked_at(office: Office, entry: str, at: str) -> str:
    office.ok(log_work(15, at, entry_id=entry))
    return str(office.see(f"deductions/{entry}")["effective_at"])


def test_a_month_closes_with_all_that_are_open_before_it(office: Office) -> None:
    """Else a word on an earlier month would change what expires in the closed one. Each month has its own totals."""
    office.clock.put("2026-05-10T12:00:00Z")
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    office.ok(open_ticket("T", contract_id="L", at="2026-01-02T09:00:00Z"))
    assert booked_at(office, "A", "2026-01-15T09:00:00Z") == "2026-01-15T09:00:00Z"
    assert booked_at(office, "B", "2026-02-15T09:00:00Z") == "2026-02-15T09:00:00Z"
    office.ok(close_month("2026-03", "groupios"))
    consumed = {month: of.get("L", {}).get("consumed", {}) for month, of in closed(office).items()}
    assert consumed == {"2026-01": {"included": 15}, "2026-02": {"included": 15}, "2026-03": {}}
    for entry, month in (("D", "2026-01"), ("E", "2026-02"), ("F", "2026-03")):
        assert booked_at(office, entry, f"{month}-15T09:00:00Z") == "2026-03-31T22:00:00Z"  # summer time has begun
    assert booked_at(office, "G", "2026-03-31T21:59:59Z") == "2026-03-31T22:00:00Z"
    assert booked_at(office, "H", "2026-03-31T22:00:00Z") == "2026-03-31T22:00:00Z"
    assert booked_at(office, "I", "2026-04-15T09:00:00Z") == "2026-04-15T09:00:00Z"
    for month in ("2025-12", "2026-01", "2026-02", "2026-03"):
        office.refused("period-closed", close_month(month, "groupios"))
    office.ok(close_month("2026-04", "groupios"))
    assert list(closed(office)) == ["2026-01", "2026-02", "2026-03", "2026-04"]


def test_nothing_changes_what_expires_in_a_closed_month(quick_office: Office) -> None:
    """480 that end on 15 March, of which 60 were used in February: 420 expire in March, and stay 420."""
    quick_office.clock.put("2026-04-10T12:00:00Z")
    quick_office.ok(sign("easyredmine-server-support", contract_id="P", customer=billed("P") | {"country": "CZ"}))
    quick_office.ok(open_ticket("T", contract_id="P", at="2026-02-02T09:00:00Z", channel="email"))
    care = {"pool": "server-support"}
    quick_office.ok(
        top_up(480, "2026-02-01T09:00:00Z", top_up_id="U", contract_id="P", expires_on="2026-03-15", **care)
    )
    quick_office.ok(log_work(60, "2026-02-10T09:00:00Z", entry_id="E"))
    quick_office.ok(close_month("2026-03", "easyredmine"))
    assert closed(quick_office)["2026-03"]["P"]["expired"] == {"server-support": 420}
    before = as_of(quick_office, "P", "2026-03-31")
    quick_office.ok(log_work(60, "2026-02-11T09:00:00Z", entry_id="F"))
    quick_office.ok(
        top_up(480, "2026-02-12T09:00:00Z", top_up_id="V", contract_id="P", expires_on="2026-03-16", **care)
    )
    quick_office.ok(reverse("E", "2026-02-20T09:00:00Z"))
    assert as_of(quick_office, "P", "2026-03-31") == before


def test_months_that_an_old_history_closed_out_of_order_stay_closed(quick_office: Office) -> None:
    books, stamp = ClosedPeriods.blank("p"), Stamp("t", "finance", NOW)
    for month in (date(2026, 5, 1), date(2026, 2, 1)):
        books.close("p", month, [], NOW, stamp)
    may = datetime(2026, 5, 3, tzinfo=UTC)
    assert books.first_open(may, "UTC") == datetime(2026, 6, 1, tzinfo=UTC)
    with pytest.raises(Refusal, match="2026-05 is closed already"):
        books.check_open(date(2026, 5, 1))


def test_a_closed_month_binds_its_provider_alone(quick_office: Office) -> None:
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    quick_office.ok(open_ticket("T", contract_id="L", at="2026-02-02T09:00:00Z"))
    quick_office.ok(close_month("2026-02", "north"))
    assert booked_at(quick_office, "A", "2026-02-15T09:00:00Z") == "2026-02-15T09:00:00Z"


def test_a_month_is_closed_once_and_not_before_it_is_over(office: Office) -> None:
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    office.clock.put("2026-02-28T22:59:59Z")
    before = office.count()
    running = office.refused("invalid-transition", close_month("2026-02", "groupios"))
    assert (running["month"], running["ends_at"]) == ("2026-02", MARCH)
    office.refused("invalid-transition", close_month("2027-01", "groupios"))
    assert office.count() == before
    office.clock.put(MARCH)
    office.ok(close_month("2026-02", "groupios"))
    assert office.refused("period-closed", close_month("2026-02", "groupios"))["month"] == "2026-02"
    assert office.count() == before + 2  # January was open too


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "2026-2", "2026-02-01", "02-2026", "", "1800-01"])
def test_a_month_that_is_none_is_malformed(quick_office: Office, month: str) -> None:
    assert quick_office.refused("malformed", close_month(month, "groupios"))["field"] == "month"


def test_only_the_providers_own_finance_closes_its_months(quick_office: Office) -> None:
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    own = quick_office.token("finance", provider="groupios")
    other = quick_office.token("finance", provider="north")
    closing = close_month("2026-02", "groupios")
    assert quick_office.refused("not-found", closing, other)["status"] == 404
    for role in ("operator", "customer", "partner", "auditor"):
        who = {"customer": "k-L"} if role == "customer" else {"partner": "p"} if role == "partner" else {}
        token = quick_office.token(role, provider="groupios", **who)
        assert quick_office.refused("forbidden", closing, token)["status"] == 403
    quick_office.ok(closing, own)
    assert quick_office.send(close_month("2026-02", "nobody")).status_code == 404


# -- what can't be booked later -------------------------------------------------------------------------------------


def test_a_plan_changes_in_no_closed_month(office: Office) -> None:
    office.clock.put("2026-03-10T12:00:00Z")
    office.ok(sign("groupios-l", contract_id="B", customer=billed("B")))
    office.ok(close_month("2026-02", "groupios"))
    before = office.count()
    changing = {"contract_id": "B", "plan": "groupios-m", "from_on": "2026-02-28"}
    assert office.refused("period-closed", change_plan(**changing))["field"] == "from_on"
    assert office.count() == before
    closed = as_of(office, "B", "2026-02-28")
    office.ok(change_plan(**changing | {"from_on": "2026-03-01"}))
    assert as_of(office, "B", "2026-02-28") == closed


# -- what ends in one --------------------------------------------------------------------------------------------------


def test_a_contract_that_ends_in_a_closed_month_keeps_its_credit_until_the_first_open_instant(office: Office) -> None:
    """What is left breaks in an open month; work of the closed one that is told late still draws on it (M5, C14)."""
    office.clock.put("2026-03-10T12:00:00Z")
    office.ok(sign("groupios-l", "2026-01-01", contract_id="A", customer=billed("A")))
    office.ok(open_ticket("T", contract_id="A", at="2026-01-05T09:00:00Z"))
    office.ok(close_month("2026-02", "groupios"))
    before, totals_before = as_of(office, "A", "2026-02-28"), closed(office)
    office.ok(terminate(contract_id="A", ends_on="2026-02-14", reason="Sold"))
    office.ok(log_work(60, "2026-02-10T09:00:00Z", entry_id="late"))
    after = log_work(60, "2026-02-16T09:00:00Z", entry_id="after")
    office.refused("contract-not-active", after)
    assert (as_of(office, "A", "2026-02-28"), closed(office)) == (before, totals_before)
    assert office.see("contracts/A")["ends_on"] == "2026-02-14"
    lines = office.see("contracts/A/statement")["items"]
    assert [(one["kind"], one["change"], one["effective_at"]) for one in lines] == [
        ("allotment", 480, "2025-12-31T23:00:00Z"),
        ("breakage", -420, MARCH),
        ("work", -60, MARCH),
    ]


@pytest.mark.parametrize("told", ["credit, then the end", "the end, then credit"])
def test_credit_of_a_closed_month_bears_its_work_whenever_the_end_is_told(office: Office, told: str) -> None:
    """60 beside the allotment of 480, from 10 February on: work of the 12th takes 30 of them, whatever came first."""
    office.clock.put("2026-03-10T12:00:00Z")
    office.ok(sign("groupios-l", "2026-01-01", contract_id="A", customer=billed("A")))
    office.ok(open_ticket("T", contract_id="A", at="2026-01-05T09:00:00Z"))
    office.ok(close_month("2026-02", "groupios"))
    steps = [
        grant(60, "2026-02-10T09:00:00Z", grant_id="G", contract_id="A", pool="included", reason="Goodwill"),
        terminate(contract_id="A", ends_on="2026-02-14", reason="Sold"),
    ]
    for step in steps if told.startswith("credit") else reversed(steps):
        office.ok(step)
    office.ok(log_work(510, "2026-02-12T09:00:00Z", entry_id="late"))
    found = office.see("deductions/late")
    assert {one["grant_id"]: one["minutes"] for one in found["draws"]} == {"A.allotment.1": 480, "G": 30}
    assert found["overage"] == []
    (account,) = office.see("contracts/A/balance")["accounts"]
    assert (account["granted"], account["consumed"], account["expired"]) == (540, 510, 30)


def test_what_was_settled_before_an_end_in_a_closed_month_stays_settled(office: Office) -> None:
    """100 are owed from January on; credit of 10 February settles them, booked in March as the end is."""
    office.clock.put("2026-01-20T12:00:00Z")
    office.ok(sign("easyredmine-server-support", "2026-01-01", contract_id="A", customer=billed("A")))
    office.ok(open_ticket("T", contract_id="A", at="2026-01-05T09:00:00Z"))
    office.ok(log_work(100, "2026-01-10T09:00:00Z", entry_id="debt"))
    office.clock.put("2026-03-10T12:00:00Z")
    office.ok(close_month("2026-02", "easyredmine"))
    bought = top_up(480, "2026-02-10T09:00:00Z", top_up_id="U", contract_id="A", pool="server-support")
    office.ok(bought)
    office.ok(terminate(contract_id="A", ends_on="2026-02-14", reason="Sold"))
    (account,) = office.see("contracts/A/balance")["accounts"]
    assert (account["granted"], account["consumed"], account["expired"], account["available"]) == (480, 100, 380, 0)
    assert first_fault(office.store.database) is None


def test_a_renewal_is_taken_back_though_the_first_month_of_its_term_is_closed(office: Office) -> None:
    """A mistake has its opposite (C17): the term's fee and allotment come back, at the first open instant."""
    office.clock.put("2026-03-10T12:00:00Z")
    office.ok(sign("groupios-l", "2025-02-01", contract_id="A", customer=billed("A")))
    office.ok(renew("A"))
    office.ok(close_month("2026-02", "groupios"))
    before, totals_before = as_of(office, "A", "2026-02-28"), closed(office)
    office.ok(terminate(contract_id="A", ends_on="2026-01-31", reason="Renewed by mistake"))
    assert (as_of(office, "A", "2026-02-28"), closed(office)) == (before, totals_before)
    charges = office.see("contracts/A/charges")["items"]
    assert [(one["amount"], one["effective_at"]) for one in charges] == [
        ("899.00", "2025-01-31T23:00:00Z"),
        ("899.00", "2026-01-31T23:00:00Z"),
        ("-899.00", MARCH),
    ]
    lines = office.see("contracts/A/statement")["items"]
    assert [(one["kind"], one["change"], one["effective_at"]) for one in lines] == [
        ("allotment", 480, "2025-01-31T23:00:00Z"),
        ("breakage", -480, "2026-01-31T23:00:00Z"),
        ("allotment", 480, "2026-01-31T23:00:00Z"),
        ("reversal", -480, MARCH),
    ]


def test_a_contract_is_withdrawn_though_its_first_month_is_closed(office: Office) -> None:
    office.clock.put("2026-03-10T12:00:00Z")
    office.ok(sign("groupios-l", contract_id="A", starts_on="2026-02-01", customer=billed("A")))
    office.ok(close_month("2026-02", "groupios"))
    before, totals_before = as_of(office, "A", "2026-02-28"), closed(office)
    office.ok(terminate(contract_id="A", ends_on="2026-01-31", reason="Signed for somebody else"))
    assert (as_of(office, "A", "2026-02-28"), closed(office)) == (before, totals_before)
    charges = office.see("contracts/A/charges")["items"]
    assert [(one["amount"], one["effective_at"]) for one in charges] == [
        ("899.00", "2026-01-31T23:00:00Z"),
        ("-899.00", MARCH),
    ]
    lines = office.see("contracts/A/statement")["items"]
    assert [(one["kind"], one["change"], one["effective_at"]) for one in lines] == [
        ("allotment", 480, "2026-01-31T23:00:00Z"),
        ("reversal", -480, MARCH),
    ]
    assert office.see("contracts/A")["state"] == "withdrawn"


def test_a_document_is_dated_in_no_closed_month(office: Office) -> None:
    office.clock.put("2026-03-10T12:00:00Z")
    for contract in ("A", "B"):
        office.ok(sign("groupios-l", contract_id=contract, customer=billed(contract)))
    office.ok(issue("A", issued_on="2026-02-20"))
    office.ok(close_month("2026-02", "groupios"))
    before = office.count()
    issuing = {"contract_id": "B", "through_on": "2026-02-28"}
    refused = office.refused("period-closed", issue(issued_on="2026-02-28", **issuing))
    assert (refused["field"], refused["month"]) == ("issued_on", "2026-02")
    crediting = {"invoice_number": "GR-2026-00001", "reason": "Wrong"}
    office.refused("period-closed", credit_note(issued_on="2026-02-28", **crediting))
    assert office.count() == before
    assert office.number(issue("B", "2026-02-28", issued_on="2026-03-01")) == "GR-2026-00002"
    assert office.number(credit_note("GR-2026-00001", issued_on="2026-03-01")) == "GR-CN-2026-00001"


# -- several at the same moment -------------------------------------------------------------------------------------

AFTER = {
    "2026-01": "2026-01-31T23:00:00Z",
    "2026-02": "2026-02-28T23:00:00Z",
    "2026-03": "2026-03-31T22:00:00Z",
    "2026-04": "2026-04-30T22:00:00Z",
    "2026-05": "2026-05-31T22:00:00Z",
    "2026-06": "2026-06-30T22:00:00Z",
    "2026-07": "2026-07-31T22:00:00Z",
    "2026-08": "2026-08-31T22:00:00Z",
}


def test_what_is_told_while_a_month_is_being_closed_is_in_its_totals(
    database_url: str,
) -> None:
    """Between reading and saving the close, work of the month comes in from elsewhere: the close decides again."""
    now = "2026-03-10T12:00:00Z"
    with office_over(database_url, now) as office, office_over(database_url, now) as other:
        office.ok(sign("groupios-l", "2026-02-01", contract_id="L", customer=billed("L")))
        office.ok(open_ticket("T", contract_id="L", at="2026-02-02T09:00:00Z"))
        reads: list[int] = []

        class Interrupted(EventStore):
            def facts_of_provider(
                self, provider: str, topics: Sequence[str], position: int, size: int
            ) -> Iterator[list[tuple[int, Fact]]]:
                reads.append(position)
                yield from super().facts_of_provider(provider, topics, position, size)
                if len(reads) == 2:
                    other.ok(log_work(60, "2026-02-10T09:00:00Z", entry_id="E"))

        office.beside(Interrupted).ok(close_month("2026-02", "groupios"))
        office.position = office.count()
        assert closed(office)["2026-02"]["L"]["consumed"] == {"included": 60}
        assert len(reads) == 3
        assert reads[2] >= reads[1] > reads[0] == 0  # what was read is not read again


def test_a_close_and_late_work_at_the_same_moment_put_nothing_into_the_closed_month(database_url: str) -> None:
    """Four threads log 15 minutes a time, each at one of two applications, while months are closed at the other.

    64 entries are 960 minutes: 480 included and 480 beyond them.
    """
    with (
        office_over(database_url, "2026-09-10T12:00:00Z") as one,
        office_over(database_url, "2026-09-10T12:00:00Z") as two,
    ):
        one.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
        one.ok(open_ticket("T", contract_id="L", at="2026-01-02T09:00:00Z"))
        begin = threading.Barrier(5)

        def post(office: Office, step: Step) -> None:
            while (answer := office.send(step)).status_code != 200:
                assert answer.json()["code"] == "conflict", answer.text

        def log(thread: int) -> None:
            begin.wait()
            for n in range(16):
                at = f"2026-{1 + n % 8:02}-15T09:00:00Z"
                post((one, two)[thread % 2], log_work(15, at, entry_id=f"E{thread}-{n}"))

        def close() -> None:
            begin.wait()
            for n in range(1, 9):
                post((one, two)[n % 2], close_month(f"2026-{n:02}", "groupios"))

        work: list[Callable[[], None]] = [close, *(lambda thread=thread: log(thread) for thread in range(4))]
        with ThreadPoolExecutor(5) as pool:
            for done in [pool.submit(task) for task in work]:
                done.result()

        two.position = two.count()
        events = two.events()
        open_from = "2025-12-31T23:00:00Z"
        consumed = 0
        for event in events:
            if event["type"] == "PeriodClosed":
                open_from = max(open_from, AFTER[event["data"]["month"]])
                consumed += sum(total["consumed"].get("included", 0) for total in event["data"]["totals"])
            elif event["type"] in BOOKED:
                assert event["effective_at"] >= open_from, event
        account = two.account("L", "included")
        assert (account["consumed"], account["available"]) == (480, 0)
        assert two.account("L", "included", as_of="2026-08-31")["consumed"] == consumed
        over = two.see("contracts/L/balance")["overage"]
        assert (over["minutes"], over["amount"]) == (480, "712.00")
        assert totals(two.draft("L"))[0] == "1611.00"
