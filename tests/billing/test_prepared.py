"""What takes long is prepared beside the writer: others get their turn, and nothing that came meanwhile is missed."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import pytest

from api.writer import Answers, Writer
from ledger.door.batches import Answer
from ledger.events import Fact
from ledger.kernel.errors import Refusal
from ledger.store import EventStore, Prior, Unavailable
from ledger.store.histories import History
from tests.billing.months import closed
from tests.billing.office import Office, billed, lines, office_over
from tests.senders import request_of
from tests.words import Step, close_month, credit_note, issue, issue_all, log_work, open_ticket, sign

PATIENCE_SECONDS = 60
LATE = log_work(20, "2026-02-04T09:00:00Z")


class Watched(EventStore):
    """A store that counts the events which the writer reads, and is interrupted when much is read beside it."""

    def watch(self) -> None:
        self.read_by_writer = 0
        self.readings = 0  # of history, beside the writer
        self.meanwhile: Callable[[], None] = lambda: None
        self.once_looked_up: Callable[[], None] | None = None  # done when ids were looked up beside the writer

    def commands_by_id(self, sender: str, command_ids: Sequence[str]) -> dict[str, Prior]:
        found = super().commands_by_id(sender, command_ids)
        if self.once_looked_up is not None and threading.current_thread().name != "writer":
            done, self.once_looked_up = self.once_looked_up, None
            done()
        return found

    def _facts(self, *asked: Any) -> Any:
        found = super()._facts(*asked)
        if threading.current_thread().name == "writer":
            self.read_by_writer += len(found)
        else:
            self.readings += 1
            self.meanwhile()
        return found

    def facts_between(self, first: int, last: int) -> list[tuple[int, Fact]]:
        found = super().facts_between(first, last)
        if threading.current_thread().name == "writer":
            self.read_by_writer += len(found)
        return found

    def histories(self, streams: Iterable[str]) -> dict[str, History]:
        found = super().histories(streams)
        if threading.current_thread().name == "writer":
            self.read_by_writer += sum(len(one.events) for one in found.values())
        return found


class Desk:
    """A process beside the office's own, whose writer runs."""

    def __init__(self, office: Office) -> None:
        door = office.beside(Watched)
        assert isinstance(door.ledger.store, Watched)
        self.store = door.ledger.store
        self.store.watch()
        self.writer = Writer(door.ledger)
        self.office = office

    def send(self, *steps: Step) -> Future[Answers]:
        return self.writer.submit([request_of(step.named(self.office.numbers)) for step in steps])

    def tell(self, *steps: Step) -> Answers:
        return self.send(*steps).result(PATIENCE_SECONDS)

    def ok(self, *steps: Step) -> Answer:
        """The last answer."""
        for answer in self.tell(*steps):
            assert isinstance(answer, Answer), f"{answer.code}: {answer}"
        return answer

    def once(self, what: Callable[[], object]) -> None:
        """Done while history is read beside the writer, the first time."""
        done: list[bool] = []

        def meanwhile() -> None:
            if not done:
                done.append(True)
                what()

        self.store.meanwhile = meanwhile


@contextmanager
def desk_of(office: Office) -> Iterator[Desk]:
    desk = Desk(office)
    desk.writer.start()
    try:
        yield desk
    finally:
        desk.writer.stop()


@pytest.fixture
def desk(office: Office) -> Iterator[Desk]:
    with desk_of(office) as opened:
        yield opened


@pytest.fixture
def quick_desk(quick_office: Office) -> Iterator[Desk]:
    with desk_of(quick_office) as opened:
        yield opened


def sold(desk: Desk, contract: str = "S", entries: int = 1) -> None:
    """Model S, without fee: each entry of 20 minutes is 30 billed, 74.50, on a ticket of its own."""
    steps = [sign("groupios-s", contract_id=contract, customer=billed(contract))]
    for n in range(entries):
        ticket = f"{contract}-T{n}"
        steps.append(open_ticket(ticket, contract_id=contract, at="2026-02-02T09:00:00Z"))
        steps.append(log_work(20, "2026-02-03T09:00:00Z", entry_id=f"{contract}-E{n}", ticket_id=ticket))
    desk.ok(*steps)


def late_work(entry: str, contract: str = "S") -> Step:
    return LATE.but(entry_id=entry, ticket_id=f"{contract}-T0")


def shown(desk: Desk, number: str) -> list[str]:
    """The entries that a document shows."""
    desk.office.position = desk.office.count()
    return [
        entry for kind, entry, _, _ in lines(desk.office.invoice(number)) if kind == "overage" and entry is not None
    ]


def cost_in_writer(desk: Desk, step: Step) -> int:
    """How many events the writer reads for it."""
    before = desk.store.read_by_writer
    desk.ok(step)
    return desk.store.read_by_writer - before


def test_what_another_process_carries_out_while_it_is_prepared_is_a_repetition(desk: Desk) -> None:
    """Not refused, as if nothing were left to invoice: its id was free when it was looked up (C12)."""
    sold(desk)
    issuing = issue("S", "2026-02-28", command_id="once")
    desk.store.once_looked_up = lambda: desk.office.ok(issuing)
    answer = desk.ok(issuing)
    assert (answer.replayed, answer.named["number"]) == (True, "GR-2026-00001")


@pytest.mark.parametrize("entries", [1, 40])
def test_the_writer_reads_no_history_of_what_was_prepared(entries: int, quick_desk: Desk) -> None:
    sold(quick_desk, entries=entries)
    assert cost_in_writer(quick_desk, issue("S")) == 0
    assert cost_in_writer(quick_desk, credit_note("GR-2026-00001")) == 0
    assert cost_in_writer(quick_desk, close_month("2026-02", "groupios")) == 0


def test_others_are_carried_out_while_an_invoice_is_prepared(desk: Desk) -> None:
    """Work on the contract itself, and another contract: the first is on the document, which is prepared again."""
    sold(desk)
    desk.once(lambda: desk.ok(late_work("late"), sign("groupios-l", contract_id="O", customer=billed("O"))))
    assert desk.ok(issue("S")).named["number"] == "GR-2026-00001"
    assert shown(desk, "GR-2026-00001") == ["S-E0", "late"]
    assert desk.store.readings == 2


def test_another_contracts_work_makes_nobody_prepare_again(desk: Desk) -> None:
    sold(desk)
    sold(desk, "O")
    desk.once(lambda: desk.ok(late_work("late", "O")))
    desk.ok(issue("S"))
    assert desk.store.readings == 1


def test_another_document_of_the_series_makes_nobody_prepare_again(desk: Desk) -> None:
    """The number is taken when it is recorded: who is ready first has the first."""
    sold(desk)
    sold(desk, "O")
    given: list[str] = []
    desk.once(lambda: given.append(desk.ok(issue("O")).named["number"]))
    given.append(desk.ok(issue("S")).named["number"])
    assert given == ["GR-2026-00001", "GR-2026-00002"]
    assert desk.store.readings == 2


def test_a_contract_on_which_work_never_ends_gets_its_invoice_by_the_writer(desk: Desk) -> None:
    """Three times it was prepared in vain; each time there was one entry more."""
    sold(desk)
    entries = iter(f"late-{n}" for n in range(1, 100))

    def work_on() -> None:
        desk.ok(late_work(next(entries)))

    desk.store.meanwhile = work_on
    desk.ok(issue("S"))
    assert desk.store.readings == 3
    assert shown(desk, "GR-2026-00001") == ["S-E0", "late-1", "late-2", "late-3"]


def test_an_invoice_that_another_one_has_overtaken_has_nothing_left(desk: Desk) -> None:
    sold(desk)
    desk.once(lambda: desk.ok(issue("S")))
    (answer,) = desk.tell(issue("S"))
    assert isinstance(answer, Refusal)
    assert answer.code == "nothing-to-invoice"


def test_a_document_is_credited_once_though_two_prepare_it_at_the_same_time(desk: Desk) -> None:
    sold(desk)
    desk.ok(issue("S"))
    both = [desk.send(credit_note("GR-2026-00001")) for _ in range(2)]
    answers = [one.result(PATIENCE_SECONDS)[0] for one in both]
    assert sorted(answer.code if isinstance(answer, Refusal) else "recorded" for answer in answers) == [
        "already-credited",
        "recorded",
    ]


def test_a_customer_whose_key_goes_meanwhile_stands_on_no_document(quick_desk: Desk) -> None:
    sold(quick_desk)
    database = quick_desk.store.database

    def forget() -> None:
        with database.transaction() as transaction:
            transaction.execute("DELETE FROM party_keys WHERE party = 'customer:k-S'")

    quick_desk.once(forget)
    (answer,) = quick_desk.tell(issue("S"))
    assert isinstance(answer, Refusal)
    assert answer.code == "missing-party-data"


def test_the_same_command_sent_twice_at_once_issues_once(desk: Desk) -> None:
    sold(desk)
    both = [desk.send(issue("S", command_id="one")) for _ in range(2)]
    answers = [one.result(PATIENCE_SECONDS)[0] for one in both]
    assert [isinstance(answer, Answer) and answer.named["number"] for answer in answers] == ["GR-2026-00001"] * 2
    assert sorted(isinstance(answer, Answer) and answer.replayed for answer in answers) == [False, True]


def test_lines_keep_their_order_around_what_is_prepared(desk: Desk) -> None:
    sold(desk)
    answers = desk.tell(issue("S"), late_work("after"), issue("S"), credit_note("GR-2026-00001"), issue("S"))
    assert [answer.named.get("number") if isinstance(answer, Answer) else answer.code for answer in answers] == [
        *["GR-2026-00001", None, "GR-2026-00002", "GR-CN-2026-00001", "GR-2026-00003"],
    ]
    assert shown(desk, "GR-2026-00002") == ["after"]


def test_parts_are_prepared_too(desk: Desk) -> None:
    """While the first of two documents is prepared, work comes in on its contract."""
    sold(desk)
    sold(desk, "Z")
    desk.once(lambda: desk.ok(late_work("late")))
    before = desk.store.read_by_writer
    issued = desk.ok(issue_all("groupios", command_id="month")).named["issued"]
    assert [one["number"] for one in issued] == ["GR-2026-00001", "GR-2026-00002"]
    assert shown(desk, "GR-2026-00001") == ["S-E0", "late"]
    assert desk.store.readings == 3
    assert desk.store.read_by_writer == before


def test_parts_of_before_are_read_beside_the_writer(office: Office) -> None:
    """A process ends while the second of two documents is prepared; another goes on."""
    with desk_of(office) as first:
        sold(first)
        sold(first, "Z")

        def end_at_second() -> None:
            if first.store.readings == 2:
                first.writer.end()

        first.store.meanwhile = end_at_second
        with pytest.raises(Unavailable):
            first.tell(issue_all("groupios", command_id="month"))
    with desk_of(office) as second:
        issued = second.ok(issue_all("groupios", command_id="month")).named["issued"]
        assert [one["number"] for one in issued] == ["GR-2026-00001", "GR-2026-00002"]
        assert second.store.readings == 1
        assert second.store.read_by_writer == 0


def test_what_comes_while_a_month_is_folded_is_in_its_totals(database_url: str) -> None:
    """The late entry of 20 minutes is 74.50 more: it is read alone, by the writer, and nothing is folded again."""
    with office_over(database_url, "2026-03-10T12:00:00Z") as office, desk_of(office) as desk:
        sold(desk)
        desk.once(lambda: desk.ok(late_work("late")))
        before = desk.store.read_by_writer
        desk.ok(close_month("2026-02", "groupios"))
        assert desk.store.readings == 1
        assert desk.store.read_by_writer == before + 1
        office.position = office.count()
        assert closed(office)["2026-02"]["S"]["charged_cents"] == 14_900


def test_a_month_is_closed_once_though_two_fold_it_at_the_same_time(desk: Desk) -> None:
    sold(desk)
    desk.once(lambda: desk.ok(close_month("2026-02", "groupios")))
    (answer,) = desk.tell(close_month("2026-02", "groupios"))
    assert isinstance(answer, Refusal)
    assert answer.code == "period-closed"


def test_an_invoice_dated_in_a_month_that_closes_meanwhile_is_refused(desk: Desk) -> None:
    sold(desk)
    desk.once(lambda: desk.ok(close_month("2026-09", "groupios")))
    (answer,) = desk.tell(issue("S", issued_on="2026-09-30"))
    assert isinstance(answer, Refusal)
    assert answer.code == "period-closed"


def test_a_process_that_ends_gives_up_what_is_being_prepared(desk: Desk) -> None:
    """Nothing was recorded, and no number taken: it is sent again."""
    sold(desk)
    desk.once(desk.writer.end)
    waiting = desk.send(issue("S", command_id="one"))
    with pytest.raises(Unavailable):
        waiting.result(PATIENCE_SECONDS)
    assert desk.office.number(issue("S", command_id="one")) == "GR-2026-00001"


def test_a_fault_beside_the_writer_is_that_commands_alone(quick_desk: Desk) -> None:
    sold(quick_desk)

    def fail() -> None:
        raise LookupError("a page is damaged")

    quick_desk.once(fail)
    with pytest.raises(LookupError):
        quick_desk.tell(issue("S"))
    assert quick_desk.ok(issue("S")).named["number"] == "GR-2026-00001"
