"""A view says which rows an event may change: folding a year reads none of them singly, whatever the pages' size."""

from collections import Counter
from pathlib import Path

import pytest

from projections.all_views import VIEWS
from projections.folding import fold, page_of_events
from projections.rebuilding import live_position, move_live_position
from projections.views import Rows
from tests.views.ledgers import Fed, fed


def read_singly(ledger: Fed, page: int) -> Counter[str]:
    """By table, the rows that handlers asked for and no view had named, over the whole history."""
    views, found = list(VIEWS.values()), Counter[str]()
    while True:
        with ledger.projector.database.transaction() as transaction:
            events = page_of_events(transaction, live_position(transaction), page)
            if not events:
                return found
            rows = Rows(transaction, ledger.projector.database.dialect)
            fold(events, views, rows)
            found += rows.read_singly
            move_live_position(transaction, events[-1].position)


@pytest.mark.parametrize("page", [1, 23])
def test_no_row_is_read_that_its_view_did_not_name(tmp_path: Path, page: int) -> None:
    with fed(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        ledger.feed()
        assert read_singly(ledger, page) == {}
        assert ledger.projector.differences() == []


def test_a_row_that_no_view_named_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    with fed(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        ledger.feed(0, 10)
        ledger.projector.catch_up()
        table = VIEWS["contracts"].tables[0]
        with ledger.projector.database.transaction() as transaction:
            rows = Rows(transaction, ledger.projector.database.dialect)
            assert rows.get(table, "moewe-l") is not None
            assert rows.get(table, "nobody's") is None
            assert rows.get(table, "moewe-l") is not None
            assert rows.read_singly == {"contracts": 2}
