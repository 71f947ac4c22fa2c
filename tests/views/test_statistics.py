"""PostgreSQL knows its tables once many rows came at once; before, it may plan to read one through for a single row."""

from collections.abc import Iterator

import pytest

from projections.runner import Projector
from tests.servers import drop_database, fresh_database
from tests.views.ledgers import Fed, fed


@pytest.fixture
def ledger(postgresql_server: str) -> Iterator[Fed]:
    url = fresh_database(postgresql_server)
    with fed(url) as ledger:
        yield ledger
    drop_database(url)


def unknown(ledger: Fed) -> set[str]:
    """Tables of views that PostgreSQL knows nothing of; its own housekeeping looks at them once a minute at most."""
    sql = (
        "SELECT relname FROM pg_class WHERE relnamespace = CAST('views' AS regnamespace) AND relkind = 'r' "
        "AND reltuples < 0 AND relname <> 'view_position'"
    )
    return {row.relname for row in ledger.projector.database.query(sql)}


def test_a_follower_that_is_far_behind_analyses_once_it_has_caught_up(ledger: Fed) -> None:
    events = ledger.feed(0, 100)
    follower = Projector(ledger.url, page=events // 2, many=events)
    follower.step()
    assert "movements" in unknown(ledger)
    follower.catch_up()
    follower.close()
    assert unknown(ledger) == set()


def test_few_events_are_left_to_the_database(ledger: Fed) -> None:
    events = ledger.feed(0, 20)
    follower = Projector(ledger.url, many=events + 1)
    follower.catch_up()
    follower.close()
    assert "movements" in unknown(ledger)


def test_tables_that_were_built_anew_are_analysed(ledger: Fed) -> None:
    ledger.feed(0, 100)
    ledger.projector.rebuild()
    assert unknown(ledger) == set()
