"""A ledger whose events have shapes of before is refused at opening, in a sentence, and left as it is (decision 16)."""

import psycopg
import pytest

from ledger.door.batches import Ledger
from ledger.store import open_store
from ledger.store.database import open_database
from ledger.store.unavailable import OldFormatError
from tests.scenario import catalogue
from tests.senders import WriteDoor
from tests.words import contract


def begun(url: str) -> int:
    """A ledger with a contract in it; how many events that are."""
    store = open_store(url)
    (answer,) = WriteDoor(Ledger(store, catalogue())).ok(contract("groupios-l", ticket=None))
    store.close()
    return answer.last


def change(url: str, sql: str) -> None:
    """With the rights of the database's owner."""
    if url.startswith("postgresql"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql)
        return
    database = open_database(url)
    with database.transaction() as transaction:
        transaction.execute(sql)
    database.close()


@pytest.mark.parametrize("sql", ["DROP TABLE ledger_format", "UPDATE ledger_format SET version = 0"])
def test_a_ledger_of_earlier_shapes_is_refused_and_left_as_it_is(empty_database_url: str, sql: str) -> None:
    begun(empty_database_url)
    change(empty_database_url, sql)
    for _ in range(2):
        with pytest.raises(OldFormatError, match="holds a ledger of an earlier version"):
            open_store(empty_database_url)


def test_a_ledger_of_this_version_is_opened_again(empty_database_url: str) -> None:
    events = begun(empty_database_url)
    store = open_store(empty_database_url)
    assert store.highest_position() == events
    store.close()


def test_a_ledger_without_events_becomes_one_of_this_version(empty_database_url: str) -> None:
    open_store(empty_database_url).close()
    change(empty_database_url, "DROP TABLE ledger_format")
    assert begun(empty_database_url) > 0
    open_store(empty_database_url).close()
