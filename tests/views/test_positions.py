"""How far the events and the views are: one question, asked by health, metrics and `status`."""

import asyncio

from projections.positions import Positions, positions
from projections.reader import open_reader
from tests.cli.run import support_ledger
from tests.views.ledgers import fed


def found(url: str) -> Positions:
    async def asked() -> Positions:
        reader = open_reader(url)
        try:
            return await positions(reader)
        finally:
            await reader.close()

    return asyncio.run(asked())


def test_the_views_are_as_far_behind_as_they_have_events_to_read(database_url: str) -> None:
    with fed(database_url) as ledger:
        assert (found(database_url).events, found(database_url).lag) == (0, 0)
        read = ledger.feed(0, 10)
        ledger.projector.catch_up()
        head = ledger.feed(10, 14)
        assert found(database_url) == Positions(events=head, views=read)
        assert found(database_url).lag == head - read > 0
    status = support_ledger(database_url, "status")
    assert status.lines[4:] == [f"events     {head}", f"views      up to {read}, {head - read} behind"]
