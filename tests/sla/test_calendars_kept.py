"""Calendars are kept within so many bytes, by what is laid out of each; where there is no room all are made anew."""

from __future__ import annotations

import json

from ledger.plans.loader import load_catalogue
from projections.sla.calendars import Calendars

MONDAY = 1_767_603_600_000_000  # 2026-01-05 09:00 UTC, in microseconds
HOUR, YEAR = 3_600_000_000, 365 * 86_400_000_000
TERMS = load_catalogue().plan("groupios-l").agree({})


def laid_out(calendars: Calendars, first_holiday: str, years: int = 0) -> None:
    """Some hours of a coverage with a holiday of its own, so many years ahead."""
    calendar = calendars.of(TERMS, json.dumps({"DE": [first_holiday]}), "email", None)
    assert calendar is not None
    calendar.forward(MONDAY, HOUR)
    calendar.forward(MONDAY + years * YEAR, HOUR)


def test_many_calendars_take_no_more_than_so_many_bytes() -> None:
    """Three years are some 780 openings of 240 bytes: five calendars have room in 1,000,000 bytes."""
    calendars, kept = Calendars(most_bytes=1_000_000), []
    for day in range(1, 29):
        for _ in range(2):  # what it has come to is known when it is asked for again
            laid_out(calendars, f"2026-01-{day:02}")
        kept.append(calendars.kept)
    assert max(kept) == 5
    assert kept[:6] == [1, 2, 3, 4, 5, 1]


def test_a_calendar_that_has_grown_takes_the_place_of_others() -> None:
    calendars = Calendars(most_bytes=1_000_000)
    for day in (1, 2, 3):
        laid_out(calendars, f"2026-01-{day:02}")
    laid_out(calendars, "2026-01-03", years=30)
    assert calendars.kept == 3
    laid_out(calendars, "2026-01-03")
    assert calendars.kept == 1
