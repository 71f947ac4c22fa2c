"""Snapshots of long streams: a command after a restart reads what came after the latest one, and answers the same."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

import pytest

from ledger.billing.closed_periods import ClosedPeriods
from ledger.credit.account import CreditAccount
from ledger.door.batches import Ledger
from ledger.kernel.long_lived import EVERY, LongLived
from ledger.store import EventStore, open_store
from ledger.store.histories import History
from ledger.tickets.ticket import Ticket
from tests.clock import Clock
from tests.scenario import catalogue
from tests.senders import WriteDoor
from tests.words import (
    PREPAID,
    Step,
    book,
    contract,
    dispute,
    hold,
    log_work,
    respond,
    resume,
    reverse,
    settle,
    top_up,
)

ENTRIES = 2 * EVERY + 50
ACCOUNT, TICKET = "account:C:server-support", "ticket:T"
LAST = log_work(60, "2026-03-02T09:00:00Z", entry_id="last")


class Counting(EventStore):
    """Counts the events that were read to make aggregates."""

    def __init__(self, store: EventStore) -> None:
        super().__init__(store.application, store.database)
        self.read = 0

    def histories(self, streams: Iterable[str]) -> dict[str, History]:
        found = super().histories(streams)
        self.read += sum(len(one.events) for one in found.values())
        return found


def life() -> Iterator[Step]:
    """Enough work for two snapshots of the account and the ticket; debts, bookings and steps before and between."""
    yield from contract(PREPAID)
    yield top_up(480, "2026-01-05T09:00:00Z", top_up_id="first", price="960.00")
    yield book(120, "2026-04-01T09:00:00Z", "2026-01-06T09:00:00Z")
    yield respond("2026-01-06T09:00:00Z")
    yield hold("2026-01-06T10:00:00Z")
    for number in range(ENTRIES):
        if number == EVERY // 2:
            yield resume("2026-01-07T10:00:00Z")
            yield dispute("W3", "2026-01-08T10:00:00Z")
            yield settle("reversed", "W3", "2026-01-08T11:00:00Z")
        yield log_work(10, "2026-02-02T09:00:00Z", entry_id=f"W{number}")
    yield top_up(960, "2026-02-03T09:00:00Z", top_up_id="second", price="1920.00")
    yield reverse(f"W{ENTRIES - 1}", "2026-02-04T09:00:00Z")


@pytest.fixture
def url(database_url: str) -> str:
    with closing(open_store(database_url)) as store:
        door_of(store).tell(*life())
    return database_url


def door_of(store: EventStore) -> WriteDoor:
    return WriteDoor(Ledger(store, catalogue(), Clock("2026-03-02T12:00:00Z"), sleep=lambda _: None))


def kept(store: EventStore) -> dict[str, Any]:
    return {row.stream: row.version for row in store.database.query("SELECT stream, version FROM snapshots")}


def test_the_first_command_after_a_restart_reads_what_came_after_the_snapshot(url: str) -> None:
    with closing(open_store(url)) as store:
        assert kept(store).keys() == {ACCOUNT, TICKET}
        assert all(2 * EVERY <= version < 3 * EVERY for version in kept(store).values())
        counting = Counting(store)
        door_of(counting).tell(LAST)
        assert 0 < counting.read < 2 * EVERY, "of two streams at most what one snapshot leaves out, each"


@pytest.mark.parametrize("kind", [CreditAccount, Ticket])
def test_a_snapshot_holds_all_that_is_known(kind: type[LongLived]) -> None:
    begun = vars(kind.blank("K")).keys() - {"kept"}
    own = {name for name in begun - vars(ClosedPeriods.blank("K")).keys() if not name.startswith("_")}
    assert own <= set(kind.KNOWN.__struct_fields__)


@pytest.mark.parametrize(("kind", "stream"), [(CreditAccount, ACCOUNT), (Ticket, TICKET)])
def test_a_snapshot_and_what_came_after_it_are_the_whole(url: str, kind: type[LongLived], stream: str) -> None:
    key = stream.partition(":")[2]
    with closing(open_store(url)) as store:
        events = store.whole_stream(stream)
        whole = kind.blank(key).fold(events).known()
        for version in (1, 2, 3, 7, EVERY, len(events) - 1, len(events)):
            early = kind.blank(key).fold(events[:version])
            later = kind.blank(key)
            assert later.resume(early.snapshot())
            assert later.fold(events[version:]).known() == whole


@pytest.mark.parametrize("spoilt", ["shape = 'older'", "content = :content", "shape = 'older', content = :content"])
def test_one_of_another_shape_or_damaged_counts_for_nothing_and_is_kept_anew(url: str, spoilt: str) -> None:
    with closing(open_store(url)) as store:
        with store.database.transaction() as transaction:
            content = {"content": b"\xc1"} if "content" in spoilt else {}
            transaction.execute(f"UPDATE snapshots SET {spoilt}", content)
        door_of(store).tell(LAST)
        for kind, stream in ((CreditAccount, ACCOUNT), (Ticket, TICKET)):
            events, key = store.whole_stream(stream), stream.partition(":")[2]
            (snapshot, after) = store.histories([stream])[stream]
            assert snapshot is not None
            assert (snapshot.version, snapshot.shape, after) == (len(events), kind.shape(), [])
            again = kind.blank(key)
            assert again.resume(snapshot)
            assert again.known() == kind.blank(key).fold(events).known()
