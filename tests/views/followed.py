"""A ledger of made up histories, whose views are followed when asked to."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ledger.kernel.clock import Clock, system_clock
from ledger.store import Batch, EventStore, open_store
from projections.credit.subtotals import Density
from projections.reader import Snapshot, open_reader
from projections.runner import Projector
from tests.views.histories import History

T = TypeVar("T")


class Followed:
    """Its contracts are reckoned up every few flows."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.store: EventStore = open_store(url)
        self.projector = Projector(url, tools=[Density(every=3, most=2)])
        self.projector.prepare()

    def tell(self, history: History, page: int) -> int:
        """Appends it and folds it, so many events at once; returns the position before it."""
        before = self.store.highest_position()
        self.store.append(history.events, Batch())
        while self.projector.step(page):
            pass
        return before

    def ask(self, question: Callable[[Snapshot], Awaitable[T]], clock: Clock = system_clock) -> T:
        async def asked() -> T:
            reader = open_reader(self.url, clock)
            try:
                async with reader.snapshot() as snapshot:
                    return await question(snapshot)
            finally:
                await reader.close()

        return asyncio.run(asked())

    def close(self) -> None:
        self.projector.close()
        self.store.close()
