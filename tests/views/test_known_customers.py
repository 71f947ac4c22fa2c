"""Who a contract's customer is at a place in both times: the question in SQL, and the aggregate, by the pure rule."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.contracts.parties import takes_over
from ledger.kernel.values import EPOCH, to_micros
from projections.contracts.known_customers import known_customers
from tests.views.rows import CONTRACT, GONE, TABLES, Written, blank, written
from tests.views.test_rules_in_sql import DAYS, searched

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
COUNTRIES = ["DE", "PL", "CZ", "SK", "AT", "FR"]


@pytest.fixture
def views(database_url: str) -> Iterator[Written]:
    with written(database_url) as views:
        yield views


@pytest.mark.parametrize(
    ("told", "known", "moment", "takes"),
    [(5, 3, 9, True), (3, 5, 9, False), (5, 5, 9, True), (9, 3, 9, True), (10, 3, 9, False)],
)
def test_the_latest_that_is_effective_counts_and_of_one_instant_what_was_told_last(
    told: int, known: int, moment: int, takes: bool
) -> None:
    days = (BEGIN + timedelta(days=number) for number in (told, known, moment))
    assert takes_over(*days) is takes


@searched
@given(amended=st.lists(DAYS, max_size=5), at=DAYS, known=st.integers(1, 6))
def test_who_is_known_at_a_place_in_both_times(views: Written, amended: list[int], at: int, known: int) -> None:
    """What was signed is the first row, and holds from ever."""
    instants = [EPOCH, *(BEGIN + timedelta(days=day) for day in amended)]
    rows = [
        blank(
            TABLES["customers"],
            contract_id=CONTRACT,
            position=number + 1,
            effective_at=to_micros(instant),
            country=country,
            party=GONE,
        )
        for number, (instant, country) in enumerate(zip(instants, COUNTRIES, strict=False))
    ]
    views.write(rows)
    moment = BEGIN + timedelta(days=at)
    expected = 0
    for number in range(1, min(known, len(rows))):
        expected = number if takes_over(instants[number], instants[expected], moment) else expected
    found = views.asking.of_snapshot(lambda snapshot: known_customers(snapshot, [CONTRACT], to_micros(moment), known))
    assert found[CONTRACT].country == COUNTRIES[expected]
