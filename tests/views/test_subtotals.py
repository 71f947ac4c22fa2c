"""Balances and statements from subtotals are those of plain sums and pure rules, at any place in both times.

Searched by Hypothesis, on both databases, over histories in which everything may be told late or ahead, reckoned up
every few flows.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.kernel.access import COMMAND_LINE
from projections.asking import PageAsked
from projections.credit.balances import Balance, balance_at
from projections.credit.statements import Line, owned_before, statement_lines
from projections.credit.waiting_deductions import waiting_then
from projections.reader import AsOf, Snapshot
from tests.views.followed import Followed
from tests.views.histories import DAYS, POOLS, STEPS, Step, history, instant

searched = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
NUMBERS = count(1)


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
    places_asked = [AsOf(instant(on), before + known, current=False) for on, known in asked]

    async def at_each(snapshot: Snapshot) -> list[tuple[Balance, int]]:
        return [
            (
                await balance_at(snapshot, told.contract_id, place),
                await waiting_then(snapshot, COMMAND_LINE, told.contract_id, place),
            )
            for place in places_asked
        ]

    found = followed.ask(at_each)
    for (balance, waiting), (on, known) in zip(found, asked, strict=True):
        assert waiting == told.waiting(on, known), (on, known)
        expected: dict[str, tuple[int, ...]] = {pool: told.figures(pool, on, known) for pool in POOLS}
        assert shown(balance) == expected | {"": told.overage(on, known)}, (on, known)


@searched
@given(
    steps=STEPS,
    place=st.tuples(DAYS, st.integers(0, 50)),
    period=st.tuples(st.one_of(st.none(), DAYS), st.one_of(st.none(), DAYS)),
    limit=st.integers(1, 5),
)
def test_a_statement_in_pages(
    followed: Followed,
    steps: list[Step],
    place: tuple[int, int],
    period: tuple[int | None, int | None],
    limit: int,
) -> None:
    told = history(f"C-{next(NUMBERS)}", steps)
    before = followed.tell(told, 50)
    on, known = place[0], min(place[1], len(told.events))
    begin, end = (None if day is None else instant(day) for day in period)

    async def asked(snapshot: Snapshot) -> tuple[list[tuple[int, int, int, str, int, int]], dict[str, int]]:
        as_of = AsOf(instant(on), before + known, current=False)
        found: list[Line] = []
        after = None
        while True:
            page = PageAsked(limit, after)
            lines = await statement_lines(snapshot, told.contract_id, None, as_of, (begin, end), page)
            shown, after = page.cut(lines, lambda line: line.order)
            found += shown
            if after is None:
                break
        opening = await owned_before(snapshot, told.contract_id, as_of, begin) if begin is not None else {}
        return [(*line.order, line.pool, line.change, line.balance) for line in found], opening

    lines, opening = followed.ask(asked)
    whole = told.lines(on, known, before)
    first, last = (-1 if begin is None else begin), (instant(50) if end is None else end)
    assert lines == [line for line in whole if first <= line[0] <= last]
    assert {pool: owned for pool, owned in opening.items() if owned} == {
        line[3]: line[5] for line in whole if line[0] < first and owned_last(whole, line[3], first)
    }


def owned_last(lines: Sequence[tuple[int, int, int, str, int, int]], pool: str, first: int) -> int:
    return [line[5] for line in lines if line[3] == pool and line[0] < first][-1]


@settings(searched, max_examples=10)
@given(histories=st.lists(STEPS, min_size=1, max_size=3), page=st.integers(1, 9))
def test_built_anew_they_are_the_same(followed: Followed, histories: list[list[Step]], page: int) -> None:
    for steps in histories:
        followed.tell(history(f"C-{next(NUMBERS)}", steps), page)
    assert followed.projector.differences() == []
