"""issue-invoices: the month in one command. Interrupted and sent again it goes on, and doubles nothing (M3)."""

import json
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from api.writer import Answers, Writer
from ledger.door.batches import Answer
from ledger.store import EventStore, Unavailable
from tests.billing.office import Json, Office, billed
from tests.senders import request_of
from tests.words import close_month, issue, issue_all, sign


def sold(office: Office, *contracts: str, plan: str = "groupios-l", **fields: object) -> None:
    """Each of its own customer; groupios L is 899.00 and 19 %, 1069.81 in all."""
    office.all_ok([sign(plan, contract_id=name, customer=billed(name), **fields) for name in contracts])


def numbers(answer: Json) -> list[tuple[str, str]]:
    return [(one["contract_id"], one["number"]) for one in answer["issued"]]


def test_each_contract_with_something_to_invoice_gets_its_document(office: Office) -> None:
    sold(office, "A", "B", "C")
    office.ok(issue("B"))
    answer = office.ok(issue_all("groupios", "2026-10-31", command_id="october"))
    assert answer["issued"] == [
        {"contract_id": "A", "number": "GR-2026-00002", "gross": "1069.81", "currency": "EUR"},
        {"contract_id": "C", "number": "GR-2026-00003", "gross": "1069.81", "currency": "EUR"},
    ]
    assert answer["left"] == []  # what has nothing due is in neither
    assert answer["replayed"] is False
    assert office.invoice("GR-2026-00003")["through_on"] == "2026-10-31"
    (event,) = answer["events"]
    assert (event["type"], event["stream"]) == ("InvoiceRunEnded", "invoice-run:/october")


def test_each_document_is_a_command_of_its_own(office: Office) -> None:
    sold(office, "A")
    office.ok(issue_all("groupios", command_id="month"))
    told = {one["type"]: (one["command"], one["command_id"]) for one in office.events()}
    assert told["InvoiceIssued"] == ("issue-invoice", "month/A")
    assert told["InvoiceRunEnded"] == ("issue-invoices", "month")


def test_sent_again_it_answers_the_same_and_issues_nothing(office: Office) -> None:
    sold(office, "A")
    first = office.ok(issue_all("groupios", command_id="month"))
    sold(office, "B")  # only another run issues what came since
    count = office.count()
    again = office.ok(issue_all("groupios", command_id="month"))
    assert again == first | {"replayed": True}
    assert office.count() == count
    assert numbers(office.ok(issue_all("groupios", command_id="rest"))) == [("B", "GR-2026-00002")]
    refused = office.refused("command-id-reused", issue_all("groupios", "2026-11-30", command_id="month"))
    assert refused["command_id"] == "month"


def test_what_is_refused_is_left_with_its_reason_and_the_others_are_issued(office: Office) -> None:
    """Czech VAT in EUR is stated in CZK too: without a rate one contract waits."""
    sold(office, "A", "C", plan="easyredmine-priority", agreed={"fee": "100.00"})  # German consumers
    office.all_ok(
        [
            sign(
                "easyredmine-priority",
                contract_id="B",
                customer=billed("B") | {"country": "CH"},
                agreed={"fee": "7.00"},
            )
        ]
    )
    answer = office.ok(issue_all("easyredmine"))
    assert [(one["contract_id"], one["gross"]) for one in answer["issued"]] == [("B", "7.00")]
    assert [(one["contract_id"], one["code"]) for one in answer["left"]] == [
        ("A", "missing-party-data"),
        ("C", "missing-party-data"),
    ]
    assert "exchange_rate" in answer["left"][0]["detail"]
    given = office.ok(issue_all("easyredmine", exchange_rate="24.315"))
    assert [(one["contract_id"], one["gross"]) for one in given["issued"]] == [("A", "121.00"), ("C", "121.00")]
    assert office.invoice(given["issued"][0]["number"])["national_vat"]["total"] == "510.62"


def test_a_rate_that_no_document_needs_is_refused_and_takes_no_id(office: Office) -> None:
    sold(office, "A")
    refused = office.refused("malformed", issue_all("groupios", exchange_rate="24.315", command_id="march"))
    assert refused["field"] == "exchange_rate"
    assert "documents from DE are in EUR" in refused["detail"]
    answer = office.ok(issue_all("groupios", command_id="march"))
    assert office.invoice(answer["issued"][0]["number"])["national_vat"] is None


def test_one_customer_alone(office: Office) -> None:
    sold(office, "A", "B")
    assert numbers(office.ok(issue_all("groupios", customer_id="k-B"))) == [("B", "GR-2026-00001")]
    refused = office.refused("not-found", issue_all("groupios", customer_id="nobody"))
    assert refused["customer_id"] == "nobody"


def test_a_day_that_can_not_be_refuses_the_whole_and_takes_no_id(office: Office) -> None:
    sold(office, "A")
    office.ok(close_month("2026-09", "groupios"))
    count = office.count()
    office.refused("malformed", issue_all("groupios", issued_on="2026-11-03", command_id="month"))
    office.refused("period-closed", issue_all("groupios", issued_on="2026-09-30", command_id="month"))
    assert office.count() == count
    assert numbers(office.ok(issue_all("groupios", issued_on="2026-10-31", command_id="month"))) == [
        ("A", "GR-2026-00001")
    ]


def test_only_its_own_provider(office: Office) -> None:
    sold(office, "A")
    finance = office.token("finance", provider="easyredmine")
    refused = office.refused("not-found", issue_all("groupios"), finance)
    assert refused["provider"] == "groupios"
    assert office.ok(issue_all("easyredmine"), finance)["issued"] == []


class Failing(EventStore):
    """A store that goes away at one of its appends."""

    left = 0

    def append(self, events, batch):  # type: ignore[no-untyped-def]
        self.left -= 1
        if self.left == -1:
            raise ConnectionError("the power is gone")
        return super().append(events, batch)


@pytest.mark.parametrize("appends", [0, 1, 2, 3])
def test_interrupted_and_sent_again_it_goes_on_and_doubles_nothing(office: Office, appends: int) -> None:
    """Of three documents and the end, it dies before each."""
    sold(office, "A", "B", "C")
    desk = office.beside(Failing)
    store = desk.ledger.store
    assert isinstance(store, Failing)
    store.left = appends
    with pytest.raises(ConnectionError):
        desk.tell(issue_all("groupios", command_id="month"))
    answer = office.ok(issue_all("groupios", command_id="month"))
    assert answer["replayed"] is False
    assert numbers(answer) == [("A", "GR-2026-00001"), ("B", "GR-2026-00002"), ("C", "GR-2026-00003")]
    assert len(office.walk("invoices")) == 3


def test_another_month_under_the_id_of_an_interrupted_one_is_refused_before_it_does_anything(office: Office) -> None:
    sold(office, "A", "B")
    desk = office.beside(Failing)
    desk.ledger.store.left = 1  # type: ignore[attr-defined]
    with pytest.raises(ConnectionError):
        desk.tell(issue_all("groupios", command_id="month"))
    for other in (issue_all("groupios", "2026-11-30"), issue_all("groupios", customer_id="k-B")):
        office.refused("command-id-reused", other.but(command_id="month"))
    office.position = office.count()
    assert len(office.walk("invoices")) == 1


class Watched(EventStore):
    """A store that tells of its appends."""

    def watch(self, appended: Callable[[], None]) -> None:
        self.appended = appended

    def append(self, events, batch):  # type: ignore[no-untyped-def]
        positions = super().append(events, batch)
        self.appended()
        return positions


def test_while_it_runs_the_commands_of_others_get_their_turn_and_lines_keep_their_order(office: Office) -> None:
    """After the first of two documents somebody signs, with an id before theirs; what follows in the lines waits."""
    sold(office, "A", "B")
    desk = office.beside(Watched)
    writer = Writer(desk.ledger)
    beside: list[Future[Answers]] = []

    def somebody_signs() -> None:
        if not beside:
            beside.append(writer.submit([request_of(sign("groupios-l", contract_id="0", customer=billed("0")))]))

    store = desk.ledger.store
    assert isinstance(store, Watched)
    store.watch(somebody_signs)
    run = issue_all("groupios", command_id="month", customer_id=None)
    after = sign("groupios-l", contract_id="Y", customer=billed("Y"))
    whole = writer.submit([request_of(run), request_of(after)])
    writer.start()
    told = whole.result(30)
    writer.stop()
    ran, last = told
    (signed,) = beside[0].result(30)
    assert isinstance(ran, Answer)
    assert isinstance(last, Answer)
    assert isinstance(signed, Answer)
    office.position = office.count()
    places = [(event["stream"], event["position"]) for event in office.events() if event["type"] == "InvoiceIssued"]
    assert places[0][1] < signed.first < places[1][1] < ran.first < last.first
    assert [stream for stream, _ in places] == ["document:GR-2026-00001", "document:GR-2026-00002"]


def test_a_process_that_stops_leaves_the_rest_to_whoever_sends_it_again(office: Office) -> None:
    sold(office, "A", "B")
    desk = office.beside(EventStore)
    writer = Writer(desk.ledger)
    whole = writer.submit([request_of(issue_all("groupios", command_id="month"))])
    writer.start()
    writer.stop()
    late = writer.submit([request_of(sign("groupios-l", contract_id="Z", customer=billed("Z")))])
    for waiting in (whole, late):  # nobody waits for a thread that has ended
        with pytest.raises(Unavailable):
            waiting.result(30)
    assert len(office.ok(issue_all("groupios", command_id="month"))["issued"]) == 2


def test_a_dry_run_lists_what_the_month_would_issue_and_takes_no_number(quick_office: Office) -> None:
    quick_office.all_ok([sign("groupios-l", contract_id=name, customer=billed(name)) for name in ("L", "M")])
    body = {"provider": "groupios", "through_on": "2026-11-30"}
    headers = quick_office.headers(None) | {"content-type": "application/json"}
    path = "/v1/commands/issue-invoices?dry_run=true"
    answer = quick_office.client.post(path, headers=headers, content=json.dumps(body).encode()).json()
    assert answer["recorded"] is False
    assert [one["number"] for one in answer["issued"]] == ["GR-2026-00001", "GR-2026-00002"]
    assert answer["left"] == []
    assert quick_office.see("invoices")["items"] == []
    assert quick_office.number(issue("L")) == "GR-2026-00001"
