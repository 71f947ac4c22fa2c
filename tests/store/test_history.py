"""The whole history in pages: everything once, in order, whatever the size of a page; what verifying rests on."""

import pytest

from ledger.store.whole_history import command_pages, event_pages
from tests.views.ledgers import fed


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_pages_hold_every_event_and_every_command_once_and_in_order(database_url: str, size: int) -> None:
    with fed(database_url) as ledger:
        head = ledger.feed(0, 20)
        database = ledger.store.database
        events = [row for page in event_pages(database, size) for row in page]
        assert [row.position for row in events] == list(range(1, head + 1))
        recorded = [(position, fact.TOPIC, fact.stream) for position, fact in ledger.store.facts_between(1, head)]
        assert [(row.position, row.topic.partition("@")[0], row.stream) for row in events] == recorded
        commands = [span for page in command_pages(database, size) for span in page]
        assert [p for span in commands for p in range(span.first, span.last + 1)] == list(range(1, head + 1))
        assert len({span.command_id for span in commands}) == 20
        assert all(len(page) <= size for page in event_pages(database, size))


def test_an_empty_ledger_has_one_empty_page(database_url: str) -> None:
    with fed(database_url) as ledger:
        assert list(event_pages(ledger.store.database)) == [[]]
        assert list(command_pages(ledger.store.database)) == [[]]
