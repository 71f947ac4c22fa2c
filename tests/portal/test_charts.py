"""Drawings: exact places, round scales, a table behind each, bounded however much there is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from api.languages import labels_in
from api.portal.billing.month_charts import heat_map, stacked_months
from api.portal.credit.burn_down_chart import DayEnd, burn_down_chart
from api.portal.frame.charts import bar, percent, thinned, ticks

EN = labels_in("api.portal", "en")
FIRST = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("lowest", "highest", "per", "expected"),
    [
        (0, 430, 60, [0, 120, 240, 360, 480]),
        (0, 0, 60, [0, 60]),
        (-120, 600, 60, [-300, 0, 300, 600]),
        (0, 6_000_000, 60, [0, 3_000_000, 6_000_000]),
        (0, 12345, 100, [0, 5000, 10000, 15000]),
    ],
)
def test_a_scale_has_round_steps_around_what_it_shows(lowest: int, highest: int, per: int, expected: list[int]) -> None:
    assert ticks(lowest, highest, per) == expected


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(1, 3, "33.33%"), (0, 5, "0.00%"), (5, 5, "100.00%"), (1, 0, "0.00%")]
)
def test_a_share_of_the_page_is_exact_to_two_places(part: int, whole: int, expected: str) -> None:
    assert percent(part, whole) == expected


def test_a_bar_has_its_parts_one_after_the_other_and_none_below_nothing() -> None:
    drawn = bar([("used", 60), ("reserved", 0), ("available", -30), ("expired", 20)], "<said>")
    assert 'class="used" x="0.00%" y="0" width="75.00%"' in drawn
    assert 'class="expired" x="75.00%" y="0" width="25.00%"' in drawn
    assert "available" not in drawn
    assert 'aria-label="&lt;said&gt;"' in drawn


def test_a_burn_down_says_what_is_left_and_until_when() -> None:
    levels = [DayEnd(FIRST, 600), DayEnd(FIRST + timedelta(days=10), 300)]
    chart = burn_down_chart(levels, FIRST + timedelta(days=20), None, EN)
    assert chart is not None
    assert chart.summary == "On 11 Jan 2026 5:00 hours were left. At the present pace it is used up on 21 Jan 2026."
    assert chart.rows == [("1 Jan 2026", "10:00"), ("11 Jan 2026", "5:00")]
    # Of ten hours in twenty days half is left after half: down to the middle, then broken to the end.
    assert 'd="M0 0H500V95"' in chart.picture
    assert 'd="M500 95L1000 190"' in chart.picture


def test_a_burn_down_of_many_days_is_bounded() -> None:
    levels = [DayEnd(FIRST + timedelta(days=n), 60_000 - n) for n in range(3000)]
    chart = burn_down_chart(levels, None, "EUR", EN)
    assert chart is not None
    assert len(chart.rows) == 100
    assert chart.note == "100 of 3,000 days"
    assert len(chart.picture) < 20_000


def test_nothing_to_draw_is_no_drawing() -> None:
    assert burn_down_chart([], None, None, EN) is None
    assert stacked_months([], {}, None, EN) is None
    assert heat_map([], [], {}, EN) is None


def test_months_are_stacked_and_what_is_taken_back_stands_below() -> None:
    series = {"Fee": [10_000, 10_000], "Credit": [0, -5_000]}
    chart = stacked_months([FIRST, date(2026, 2, 1)], series, "EUR", EN)
    assert chart is not None
    assert chart.rows[1] == ["February 2026", "100.00", "−50.00", "50.00"]
    assert chart.sums == ["", "200.00", "−50.00", "150.00"]
    assert chart.summary == "January 2026 to February 2026: €150.00 in all."
    assert [name for _, name in chart.key] == ["Fee", "Credit"]
    assert len({fill for fill, _ in chart.key}) == 2


def test_a_bar_gathers_what_would_not_be_told_apart_and_its_table_has_all() -> None:
    series = {f"Plan {number}": [60 * number] for number in range(8, 0, -1)}
    chart = stacked_months([FIRST], series, None, EN)
    assert chart is not None
    assert [name for _, name in chart.key] == ["Plan 8", "Plan 7", "Plan 6", "Plan 5", "Plan 4", "Other plans"]
    assert [column.label for column in chart.columns] == ["Month", *series, "Sum"]
    assert chart.rows == [
        ["January 2026", "8:00", "7:00", "6:00", "5:00", "4:00", "3:00", "2:00", "1:00", "36:00"],
    ]


def test_a_map_of_months_tells_each_share_in_figures() -> None:
    kept = {("1", FIRST): (19, 20), ("2", FIRST): (0, 4)}
    chart = heat_map(["1", "2", "3"], [FIRST], kept, EN)
    assert chart is not None
    assert chart.summary == "79.2% of 24 promises were kept."
    assert chart.rows == [["1", "January 2026", "19", "20", "95%"], ["2", "January 2026", "0", "4", "0%"]]
    assert "heat-3" in chart.picture
    assert "heat-0" in chart.picture


def test_a_list_is_thinned_evenly_with_its_ends() -> None:
    assert thinned(range(10), 4) == [0, 3, 6, 9]
    assert thinned([1, 2], 4) == [1, 2]
