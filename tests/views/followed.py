"""A ledger of made up histories, whose views are followed when asked to."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from ledger.kernel.clock import Clock, system_clock
from ledger.store import Batch, EventStore, open_store
from projections.credit.subtotals import Density
from projections.reader import Snapshot, open_reader
from projections.runner import Projector
from tests.views.asking import Asking
from tests.views.histories import History

T = TypeVar("T")


class Followed:
    """Its contracts are reckoned up every few flows."""

    def __init__(self, url: str) -> None:
        self.store: EventStore = open_store(url)
        self.projector = Projector(url, tools=[Density(every=3, most=2)])
        self.projector.prepare()
        self._asking = Asking(open_reader(url))

    def tell(self, history: History, page: int) -> int:
        """Appends it and folds it, so many events at once; returns the position before it."""
        before = self.store.highest_position()
        self.store.append(history.events, Batch())
        while self.projector.step(page):
            pass
        return before

    def ask(self, question: Callable[[Snapshot], Awaitable[T]], clock: Clock = system_clock) -> T:
        self._asking.reader.clock = clock
        return self._asking.of_snapshot(question)

    def close(self) -> None:
        self._asking.close()
        self.projector.close()
        self.store.close()
