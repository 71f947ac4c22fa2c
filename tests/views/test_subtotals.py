"""Balances from subtotals are those of plain sums and pure rules, at any place in both times, on both databases.

Searched by Hypothesis over histories in which everything may be told late or ahead, reckoned up every few flows.
"""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.store import Batch, EventStore, open_store
from projections.credit.balances import Balance, balance_at
from projections.credit.subtotals import Density
from projections.reader import AsOf, open_reader
from projections.runner import Projector
from tests.views.histories import DAYS, POOLS, STEPS, History, Step, history, instant

searched = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
NUMBERS = count(1)


class Followed:
    """A ledger whose views are followed when asked to, and whose contracts are reckoned up every few flows."""

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

    def balances(self, contract_id: str, places: list[tuple[int, int]]) -> list[Balance]:
        async def asked() -> list[Balance]:
            reader = open_reader(self.url)
            try:
                async with reader.snapshot() as snapshot:
                    return [
                        await balance_at(snapshot, contract_id, AsOf(at, known, current=False)) for at, known in places
                    ]
            finally:
                await reader.close()

        return asyncio.run(asked())

    def close(self) -> None:
        self.projector.close()
        self.store.close()


@pytest.fixture
def followed(database_url: str) -> Iterator[Followed]:
    with closing(Followed(database_url)) as followed:
        yield followed


def shown(balance: Balance) -> dict[str, tuple[int, ...]]:
    accounts = {
        one.pool: (one.granted, one.consumed, one.reserved, one.expired, one.pending_confirmation)
        for one in balance.accounts
    }
    return accounts | {"": (balance.overage.minutes, balance.overage.amount_cents)}


@searched
@given(
    steps=STEPS, page=st.integers(1, 9), places=st.lists(st.tuples(DAYS, st.integers(0, 50)), min_size=8, max_size=8)
)
def test_any_place_in_both_times(
    followed: Followed, steps: list[Step], page: int, places: list[tuple[int, int]]
) -> None:
    told = history(f"C-{next(NUMBERS)}", steps)
    before = followed.tell(told, page)
    asked = [(on, min(known, len(told.events))) for on, known in places] + [(40, len(told.events))]
    found = followed.balances(told.contract_id, [(instant(on), before + known) for on, known in asked])
    for balance, (on, known) in zip(found, asked, strict=True):
        expected: dict[str, tuple[int, ...]] = {pool: told.figures(pool, on, known) for pool in POOLS}
        assert shown(balance) == expected | {"": told.overage(on, known)}, (on, known)


@settings(searched, max_examples=10)
@given(histories=st.lists(STEPS, min_size=1, max_size=3), page=st.integers(1, 9))
def test_built_anew_they_are_the_same(followed: Followed, histories: list[list[Step]], page: int) -> None:
    for steps in histories:
        followed.tell(history(f"C-{next(NUMBERS)}", steps), page)
    assert followed.projector.differences() == []
