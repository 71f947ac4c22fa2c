"""When credit runs out, and what of it is lost, at the pace at which it was used lately: cases worked out by hand."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.credit.forecast import LiveGrant, UseAhead, forecast

TODAY = date(2026, 3, 1)


def live(remaining: int, ends_on: str | None = None, begins_on: str = "2026-01-01", name: str = "A") -> LiveGrant:
    return LiveGrant(name, remaining, date.fromisoformat(begins_on), date.fromisoformat(ends_on) if ends_on else None)


CASES = [
    # What is consumed in how many days, the grants, the day on which all is used up, what is lost of each.
    ("one a day", 90, 90, [live(60)], "2026-04-30", {}),
    ("used up in the course of a day", 900, 90, [live(425)], "2026-04-12", {}),
    ("it ends before", 90, 90, [live(60, "2026-04-01")], None, {"A": 29}),
    ("it ends on the very day", 90, 90, [live(31, "2026-04-01")], "2026-04-01", {"A": 0}),
    ("half a minute is one", 45, 90, [live(60, "2026-04-01")], None, {"A": 45}),
    ("what ends first is used first", 90, 90, [live(60, "2026-04-01"), live(400, name="B")], "2027-05-06", {"A": 29}),
    (
        "of two that end one after the other",
        90,
        90,
        [live(20, "2026-04-01"), live(40, "2026-04-11", name="B")],
        None,
        {"A": 0, "B": 19},
    ),
    (
        "credit to come takes over",
        90,
        90,
        [live(60, "2026-04-01"), live(9, "2027-04-01", "2026-04-01", "B")],
        "2026-04-10",
        {"A": 29, "B": 0},
    ),
    (
        "it is empty before other credit begins",
        90,
        90,
        [live(10), live(9, "2027-04-01", "2026-04-01", "B")],
        "2026-03-11",
        {"B": 0},
    ),
    (
        "what begins later and ends sooner goes first",
        90,
        90,
        [live(5, "2026-03-21", "2026-03-11", "B"), live(40)],
        "2026-04-15",
        {"B": 0},
    ),
    ("it ends in the course of today", 90, 90, [live(7, "2026-03-01")], None, {"A": 7}),
    ("nothing is left", 90, 90, [], "2026-03-01", {}),
    ("nothing was used", 0, 90, [live(60, "2026-04-01"), live(10, name="B")], None, {"A": 60}),
    ("more was given back than used", -30, 90, [live(60, "2026-04-01")], None, {"A": 60}),
    ("fourteen days tell enough", 14, 14, [live(10)], "2026-03-11", {}),
    ("thirteen do not", 13, 13, [live(10), live(5, "2026-04-01", name="B")], None, {"B": None}),
    ("nothing has moved yet", 0, 0, [], None, {}),
    ("ten years are the furthest", 90, 90, [live(3653)], "2036-03-01", {}),
    ("nobody would believe more", 90, 90, [live(3654)], None, {}),
    ("nor ten thousand years", 1, 90, [live(10**9)], None, {}),
]


@pytest.mark.parametrize(
    ("consumed", "over_days", "grants", "runs_out_on", "lost"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_what_follows_from_a_pace(
    consumed: int, over_days: int, grants: list[LiveGrant], runs_out_on: str | None, lost: dict[str, int | None]
) -> None:
    found = forecast(TODAY, consumed, over_days, grants)
    assert (found.runs_out_on and found.runs_out_on.isoformat(), found.lost) == (runs_out_on, lost)


def test_a_pace_is_exact_until_it_is_shown() -> None:
    assert forecast(TODAY, 100, 90, []).pace == Fraction(10, 9)
    assert forecast(TODAY, 100, 13, []).pace is None
    assert forecast(TODAY, -100, 90, []).pace == 0


Told = tuple[int, int, int | None]  # what is left, and in how many days it begins and ends
GRANTS: st.SearchStrategy[list[Told]] = st.lists(
    st.tuples(st.integers(1, 40), st.integers(-3, 20), st.one_of(st.none(), st.integers(0, 30))), max_size=5
)


@given(pace=st.integers(0, 9), told=GRANTS)
def test_what_is_lost_is_what_using_credit_day_by_day_leaves(
    pace: int, told: list[tuple[int, int, int | None]]
) -> None:
    """So many minutes a day, each of the grant that ends first and then was granted first."""
    told.sort(key=lambda one: one[2] if one[2] is not None else 10_000)
    left = [remaining for remaining, _, _ in told]
    for day in range(40):
        for _ in range(pace):
            for number, (_, begins, ends) in enumerate(told):
                if left[number] and begins <= day and (ends is None or day < ends):
                    left[number] -= 1
                    break
    found = forecast(TODAY, pace * 90, 90, [grant_of(number, *one) for number, one in enumerate(told)])
    assert found.lost == {str(number): left[number] for number, (_, _, ends) in enumerate(told) if ends is not None}


def grant_of(number: int, remaining: int, begins: int, ends: int | None) -> LiveGrant:
    ends_on = TODAY + timedelta(days=ends) if ends is not None else None
    return LiveGrant(str(number), remaining, TODAY + timedelta(days=begins), ends_on)


@given(pace=st.integers(1, 9), left=st.lists(st.integers(1, 40), max_size=5))
def test_credit_without_an_end_lasts_as_long_as_all_of_it(pace: int, left: list[int]) -> None:
    grants = [grant_of(number, remaining, -1, None) for number, remaining in enumerate(left)]
    assert forecast(TODAY, pace * 90, 90, grants).runs_out_on == TODAY + timedelta(days=sum(left) // pace)


@pytest.mark.parametrize(
    ("case", "consumed", "grants", "ahead", "runs_out_on", "lost"),
    [
        ("all of it tomorrow", 90, [live(60)], [("A", "2026-03-02", 60)], "2026-03-02", {}),
        ("beside one a day", 90, [live(60, "2026-04-01")], [("A", "2026-03-11", 20)], None, {"A": 9}),
        ("more than is left by then", 90, [live(60)], [("A", "2026-04-20", 50)], "2026-04-20", {}),
        ("after all is used", 90, [live(60)], [("A", "2026-06-01", 50)], "2026-04-30", {}),
        (
            "of what begins later",
            90,
            [live(31, "2026-04-01"), live(60, None, "2026-04-01", "B")],
            [("B", "2026-04-11", 20)],
            "2026-05-11",
            {"A": 0},
        ),
        ("given back", 90, [live(60)], [("A", "2026-03-11", -30)], "2026-05-30", {}),
        ("nothing else", 0, [live(60, "2026-04-01")], [("A", "2026-03-11", 20)], None, {"A": 40}),
        ("nothing else, and all of it", 0, [live(60, "2026-04-01")], [("A", "2026-03-11", 60)], "2026-03-11", {"A": 0}),
    ],
)
def test_what_is_dated_ahead_comes_on_top_on_its_day(
    case: str,
    consumed: int,
    grants: list[LiveGrant],
    ahead: list[tuple[str, str, int]],
    runs_out_on: str | None,
    lost: dict[str, int],
) -> None:
    uses = [UseAhead(name, date.fromisoformat(on), quantity) for name, on, quantity in ahead]
    found = forecast(TODAY, consumed, 90, grants, uses)
    assert (found.runs_out_on, found.lost) == (date.fromisoformat(runs_out_on) if runs_out_on else None, lost), case
