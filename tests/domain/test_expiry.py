"""Breakage: what is left at a grant's end, and what comes to it afterwards. Figures by hand (C9, C10)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.credit.expiry import breakage, expired_by

END = 100


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        ([(0, 480)], {100: 480}),
        ([(0, 480), (50, -420)], {100: 60}),
        ([(0, 480), (50, -480)], {}),
        ([(0, 480), (50, -420), (110, 30)], {100: 60, 110: 30}),
        ([(0, 480), (50, -450), (120, -30)], {100: 30, 120: -30}),
        ([(0, 480), (99, -60), (100, -60)], {100: 360}),
        ([(0, 480), (110, 30), (110, -30)], {100: 480}),
        ([(120, 30)], {120: 30}),
        ([(0, 480), (1, -480), (50, -480), (120, 480)], {}),
        ([(0, 480), (10, -300), (20, -360), (120, 300), (130, -60)], {120: 120, 130: -60}),
        ([(0, 480), (110, -500), (120, 500)], {100: 480, 110: -480, 120: 480}),
        ([], {}),
    ],
    ids=[
        "nothing used",
        "the rest",
        "all used",
        "given back after the end",
        "drawn by work told late",
        "the end itself",
        "given back and drawn at once",
        "granted after its end",
        "taken back and owed until it is given back",
        "more drawn than there was until some is given back",
        "nothing left, then more drawn than that",
        "no grant",
    ],
)
def test_what_expires_and_when(flows: list[tuple[int, int]], expected: dict[int, int]) -> None:
    assert breakage(flows, END) == expected
    assert list(breakage(flows, END)) == sorted(expected), "in order"


FLOWS = st.lists(st.tuples(st.integers(0, 9), st.integers(-90, 90)), max_size=6)


@given(flows=FLOWS, end=st.integers(0, 9), at=st.integers(0, 12))
def test_what_has_expired_is_what_is_left_and_never_less_than_nothing(
    flows: list[tuple[int, int]], end: int, at: int
) -> None:
    left = sum(quantity for moment, quantity in flows if moment <= at)
    assert expired_by(flows, end, at) == (left if end <= at and left > 0 else 0)


def test_the_instant_of_the_end_counts_and_the_one_before_does_not() -> None:
    flows = [(0, 480), (50, -420), (110, 30)]
    assert [expired_by(flows, END, at) for at in (99, 100, 109, 110)] == [0, 60, 60, 90]


def test_instants_may_be_of_either_kind() -> None:
    day = [datetime(2026, 3, number, tzinfo=UTC) for number in range(1, 4)]
    assert breakage([(day[0], 60), (day[2], 15)], day[1]) == {day[1]: 60, day[2]: 15}
