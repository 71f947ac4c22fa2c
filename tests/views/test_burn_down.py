"""A burn-down from sums by day says what plain sums and pure rules say, and costs its points.

Searched by Hypothesis, on both databases, over histories in which everything may be told late or ahead, in zones on
either side of midnight.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.events import CreditDrawn, CreditGranted, Draw
from ledger.kernel.access import COMMAND_LINE
from ledger.kernel.mapper import StreamEvent
from ledger.kernel.values import local_date
from ledger.store import Batch, open_store
from projections.credit.burn_down import BurnDownAsked, PointEvery, burn_down
from projections.reader import SqliteReader, open_reader
from projections.runner import Projector
from tests.clock import Clock
from tests.views.followed import Followed
from tests.views.histories import POOLS, STEPS, History, Step, day, history
from tests.views.steps import steps as steps_of
from tests.views.test_subtotals_cost import BEGIN, FEW, MANY, SPAN, worked

searched = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
NUMBERS = count(1)
ASKED: list[tuple[date | None, date | None, PointEvery]] = [
    (date(2024, 1, 10), None, "week"),
    (date(2024, 3, 1), date(2024, 3, 31), "day"),
    (date(2025, 1, 1), date(2025, 6, 30), "month"),
    (date(2025, 11, 20), None, "day"),
]


def used_up(contract_id: str, entries: int) -> Iterator[StreamEvent]:
    """Top-ups without an end, each of which was used on its day."""
    yield from history(contract_id, []).events
    told: dict[str, Any] = {"contract_id": contract_id, "token_id": "t", "role": "operator", "pool": "care"}
    for number in range(entries):
        grant_id, told["effective_at"] = f"{contract_id}.g{number}", BEGIN + SPAN * number / entries
        granted = CreditGranted(grant_id, "top_up", 60, told["effective_at"], None, **told)
        yield StreamEvent(f"{granted.stream}.{grant_id}", 1, granted)
        drawn = CreditDrawn(f"{number}", "work", [Draw(grant_id, 60)], **told)
        yield StreamEvent(f"{drawn.stream}.{number}", 1, drawn)


@pytest.fixture
def followed(database_url: str) -> Iterator[Followed]:
    with closing(Followed(database_url)) as followed:
        yield followed


def last_by(told: History, moment: datetime) -> int:
    """The last of the days of a history that has begun."""
    return max((number for number in range(42) if day(number) <= moment), default=-1)


@searched
@given(
    steps=STEPS,
    page=st.integers(1, 9),
    zone=st.sampled_from(["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"]),
    hours=st.integers(0, 40 * 24 + 100 * 24),
    period=st.tuples(st.integers(-2, 50), st.integers(0, 50)),
    every=st.sampled_from(["day", "week", "month"]),
)
def test_each_point_is_what_had_moved_by_then(
    followed: Followed,
    steps: list[Step],
    page: int,
    zone: str,
    hours: int,
    period: tuple[int, int],
    every: PointEvery,
) -> None:
    told = history(f"C-{next(NUMBERS)}", steps, zone=zone)
    followed.tell(told, page)
    now, known = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours), len(told.events)
    first = date(2026, 1, 1) + timedelta(days=period[0])
    for pool in POOLS:
        asked = BurnDownAsked(told.contract_id, pool, first, first + timedelta(days=period[1]), every)
        found = followed.ask(lambda snapshot, asked=asked: burn_down(snapshot, COMMAND_LINE, asked), Clock(str(now)))
        points, today = {}, local_date(now, zone)
        for point in found.points:
            days = [number for number in range(42) if local_date(day(number), zone) <= point.on]
            on = max(days, default=-1) if point.on != today else last_by(told, now)
            granted, consumed, _, expired, _ = told.figures(pool, on, known)
            points[point.on] = (granted, consumed, expired)
        assert {one.on: (one.granted, one.consumed, one.expired) for one in found.points} == points
        moved = [
            (local_date(day(on), zone), figures[1])
            for _, on, of, _, figures in told.moved
            if of == pool and (figures[0] or figures[1]) and day(on) <= now
        ]
        over_days = min(90, (today - min(moved)[0]).days + 1) if moved else 0
        used = sum(consumed for on, consumed in moved if (today - on).days < 90)
        assert found.forecast.over_days == over_days
        assert found.forecast.pace == (Fraction(max(used, 0), over_days) if over_days >= 14 else None)


@settings(searched, max_examples=10)
@given(histories=st.lists(STEPS, min_size=1, max_size=3), page=st.integers(1, 9))
def test_built_anew_the_days_are_the_same(followed: Followed, histories: list[list[Step]], page: int) -> None:
    for steps in histories:
        followed.tell(history(f"C-{next(NUMBERS)}", steps, zone="Pacific/Pago_Pago"), page)
    assert followed.projector.differences() == []


@pytest.mark.parametrize("of", [worked, used_up])
def test_it_costs_its_points_however_much_moved(
    tmp_path: Path, of: Callable[[str, int], Iterator[StreamEvent]]
) -> None:
    cost: dict[int, list[int]] = {}
    for entries in (FEW, MANY):
        url = f"sqlite:///{tmp_path / f'{entries}.db'}"
        with closing(open_store(url)) as store, closing(Projector(url)) as projector:
            projector.prepare()
            store.append(list(of("C", entries)), Batch())
            projector.catch_up()
        reader = open_reader(url, Clock((BEGIN + SPAN).isoformat()))
        assert isinstance(reader, SqliteReader)
        cost[entries] = []
        for first, last, every in ASKED:
            what = BurnDownAsked("C", "care", first, last, every)

            async def asked(reader: SqliteReader = reader, what: BurnDownAsked = what) -> int:
                async with reader.snapshot() as snapshot:
                    return len((await burn_down(snapshot, COMMAND_LINE, what)).points)

            points, found = steps_of(reader, asked)
            assert points > 5, what
            cost[entries].append(found)
        reader.database.close()
    odd = [(few, many) for few, many in zip(cost[FEW], cost[MANY], strict=True) if many > 1.5 * few + 20]
    assert odd == [], cost
