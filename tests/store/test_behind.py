"""Whether others appended is asked where it matters: while saving, after that, and before anything is refused."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import pytest

from ledger.door.batches import Answer, Ledger
from ledger.events import CreditDrawn, TicketHeld
from ledger.kernel.errors import Refusal
from ledger.kernel.mapper import StreamEvent
from ledger.store import Batch, ConflictError, EventStore, open_store
from ledger.store.schema import MOST_MISSED
from ledger.work.unit_of_work import AggregateCache
from tests.scenario import catalogue
from tests.senders import WriteDoor
from tests.words import PREPAID, Step, contract, log_work, open_ticket, top_up

DAY_ONE, NOON = "2024-01-01", "2024-02-05T12:00:00Z"  # all that is told lies in the machine's past


class Counted(EventStore):
    """How often it was asked what others appended, and how often it was to save."""

    def __init__(self, store: EventStore) -> None:
        super().__init__(store.application, store.database)
        self.asked = self.saved = 0

    def streams_changed_after(self, position: int) -> tuple[set[str] | None, int]:
        self.asked += 1
        return super().streams_changed_after(position)

    def append(self, events: Sequence[StreamEvent], batch: Batch) -> Sequence[int]:
        self.saved += 1
        return super().append(events, batch)

    def counts(self) -> tuple[int, int]:
        """Since the last look."""
        found = self.asked, self.saved
        self.asked = self.saved = 0
        return found


class Process(WriteDoor):
    """A ledger over a store, as one process has it."""

    def __init__(self, url: str) -> None:
        self.store = Counted(open_store(url))
        super().__init__(Ledger(self.store, catalogue(), sleep=lambda _: None))


@pytest.fixture
def opened(empty_database_url: str) -> Iterator[Callable[[], Process]]:
    """Opens the database of the test, as often as it is called."""
    processes: list[Process] = []

    def open_process() -> Process:
        processes.append(Process(empty_database_url))
        return processes[-1]

    yield open_process
    for process in processes:
        process.store.close()


def prepaid(contract_id: str) -> list[Step]:
    """480 minutes, and a ticket named as the contract."""
    return [
        *contract(PREPAID, DAY_ONE, ticket=None, contract_id=contract_id),
        open_ticket(contract_id, contract_id=contract_id, at=NOON),
        top_up(480, NOON, top_up_id=f"{contract_id}.top", contract_id=contract_id),
    ]


def work(process: Process, ticket_id: str, entry_id: str, minutes: int) -> Answer | Refusal:
    (answer,) = process.tell(log_work(minutes, NOON, entry_id=entry_id, ticket_id=ticket_id))
    return answer


def test_who_writes_alone_asks_nothing(opened: Callable[[], Process]) -> None:
    alone = opened()
    alone.ok(*prepaid("A"))
    alone.store.counts()
    for number in range(3):
        assert isinstance(work(alone, "A", f"w{number}", 15), Answer)
    assert alone.store.counts() == (0, 3)
    assert isinstance(work(alone, "unknown", "w3", 15), Refusal)
    assert alone.store.counts() == (1, 0)


def test_what_others_left_on_the_same_account_is_decided_on(opened: Callable[[], Process]) -> None:
    """480 minutes: 400 by the other process, then 100 here, of which 20 are owed."""
    one, other = opened(), opened()
    one.ok(*prepaid("A"))
    assert isinstance(work(other, "A", "elsewhere", 400), Answer)
    one.store.counts()
    answer = work(one, "A", "here", 100)
    assert isinstance(answer, Answer)
    (drawn,) = [fact for fact in answer.facts if isinstance(fact, CreditDrawn)]
    assert [(draw.grant_id, draw.quantity) for draw in drawn.draws] == [("A.top", 80), (None, 20)]
    assert one.store.counts() == (1, 2)


def test_what_others_left_elsewhere_is_asked_for_once(opened: Callable[[], Process]) -> None:
    one, other = opened(), opened()
    one.ok(*prepaid("A"), *prepaid("B"))
    one.store.counts()
    assert isinstance(work(other, "B", "elsewhere", 30), Answer)
    assert isinstance(work(one, "A", "w1", 30), Answer)
    assert one.store.counts() == (0, 1)
    assert isinstance(work(one, "A", "w2", 30), Answer)
    assert isinstance(work(one, "A", "w3", 30), Answer)
    assert one.store.counts() == (1, 2)


def test_nothing_is_refused_by_what_has_changed_since(opened: Callable[[], Process]) -> None:
    """A ticket that another process opened, and that was unknown before."""
    one, other = opened(), opened()
    refused = work(one, "C", "early", 30)
    assert isinstance(refused, Refusal)
    assert refused.code == "unknown-ticket"
    other.ok(*prepaid("C"))
    assert isinstance(work(one, "C", "late", 30), Answer)


def held(number: int) -> StreamEvent:
    fact = TicketHeld(
        contract_id="C", effective_at=datetime(2024, 2, 2, tzinfo=UTC), token_id="t", role="admin", ticket_id="T"
    )
    return StreamEvent(f"ticket:{number}", 1, fact)


def test_who_decided_very_long_ago_decides_again(opened: Callable[[], Process]) -> None:
    """Looking through all that came since would make others wait."""
    store = opened().store
    store.append([held(number) for number in range(MOST_MISSED)], Batch())
    cache = AggregateCache(store)
    store.append([held(MOST_MISSED)], Batch(seen_position=0, read_streams=[]))
    decided = Batch(seen_position=1, read_streams=["ticket:other"])
    store.append([held(MOST_MISSED + 1)], decided)
    with pytest.raises(ConflictError):
        store.append([held(MOST_MISSED + 2)], decided)
    assert store.streams_changed_after(1) == (None, MOST_MISSED + 2)
    assert store.streams_changed_after(MOST_MISSED) == (
        {f"ticket:{MOST_MISSED}", f"ticket:{MOST_MISSED + 1}"},
        MOST_MISSED + 2,
    )
    assert cache.position == MOST_MISSED
