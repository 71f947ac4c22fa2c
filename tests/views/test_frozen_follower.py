"""A process that stands still while it writes views keeps nobody from it for long, and writes nothing when it wakes up.

On PostgreSQL: an SQLite file is locked as a whole while anybody writes, whoever it is.
"""

from collections.abc import Iterator

import pytest

from ledger.store.postgres_database import PostgresDatabase
from ledger.store.unavailable import Unavailable
from projections.locks import Busy, follower_turn, following
from projections.rebuilding import live_position, move_live_position
from projections.runner import Projector
from tests.servers import drop_database, fresh_database
from tests.views.ledgers import Fed, fed

LEASE_SECONDS = 0.3


@pytest.fixture
def ledger(postgresql_server: str) -> Iterator[Fed]:
    url = fresh_database(postgresql_server)
    with fed(url) as ledger:
        yield ledger
    drop_database(url)


def go_on_until_caught_up(projector: Projector) -> int:
    """As another process does: again and again, until the lock is free. Returns how often it was not."""
    times = 0
    while True:
        try:
            if projector.step() == 0:
                return times
        except Busy:
            times += 1


def stand_still_in_a_turn(frozen: PostgresDatabase, other: Projector) -> None:
    with follower_turn(frozen) as turn:
        before = live_position(turn.reading)
        assert go_on_until_caught_up(other) > 0
        with turn.writing() as transaction:
            move_live_position(transaction, before + 1)


def stand_still_after_writing(frozen: PostgresDatabase, other: Projector, position: int) -> None:
    with following(frozen, wait=True) as transaction:
        move_live_position(transaction, position)
        assert go_on_until_caught_up(other) > 0


def test_another_takes_over_from_a_follower_that_is_frozen(ledger: Fed) -> None:
    ledger.feed(0, 40)
    ledger.projector.catch_up()
    head = ledger.feed(40, 80)
    frozen = PostgresDatabase(ledger.url, durable=False, lease_seconds=LEASE_SECONDS)
    with pytest.raises(Unavailable):
        stand_still_in_a_turn(frozen, ledger.projector)
    assert ledger.projector.position() == head
    assert ledger.projector.differences() == []
    with follower_turn(frozen) as turn:  # awake, it follows again
        assert live_position(turn.reading) == head
    frozen.close()


def test_what_a_frozen_follower_has_written_is_gone(ledger: Fed) -> None:
    head = ledger.feed(0, 40)
    ledger.projector.catch_up()
    frozen = PostgresDatabase(ledger.url, durable=False, lease_seconds=LEASE_SECONDS)
    with pytest.raises(Unavailable):
        stand_still_after_writing(frozen, ledger.projector, head + 1_000)
    assert ledger.projector.position() == head
    frozen.close()
