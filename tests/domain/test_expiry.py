"""Breakage: what is left at a grant's end, and what comes to it afterwards. Figures by hand (C9, C10)."""

from datetime import UTC, datetime

import pytest

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
        "no grant",
    ],
)
def test_what_expires_and_when(flows: list[tuple[int, int]], expected: dict[int, int]) -> None:
    assert breakage(flows, END) == expected
    assert list(breakage(flows, END)) == sorted(expected), "in order"


def test_the_instant_of_the_end_counts_and_the_one_before_does_not() -> None:
    flows = [(0, 480), (50, -420), (110, 30)]
    assert [expired_by(flows, END, at) for at in (99, 100, 109, 110)] == [0, 60, 60, 90]


def test_instants_may_be_of_either_kind() -> None:
    day = [datetime(2026, 3, number, tzinfo=UTC) for number in range(1, 4)]
    assert breakage([(day[0], 60), (day[2], 15)], day[1]) == {day[1]: 60, day[2]: 15}
