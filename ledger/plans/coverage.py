"""Coverage: the weekly support hours of a calendar, and how much of them lies between two instants (S3). Pure.

A calendar lays out its openings once, year by year, with the covered time before each; every question is then a
search, however long the span. All instants are microseconds since 1970 in UTC, all spans microseconds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from ledger.kernel.values import ONE_DAY, SECOND, from_micros, to_micros
from ledger.plans.holiday_sets import holidays_of, set_name
from ledger.plans.local_clock import LocalClock
from ledger.plans.terms import WEEKDAYS, Coverage
from ledger.plans.window_reasons import WindowReason

FIRST_REACHED_YEAR, LAST_REACHED_YEAR = 1980, 2200  # how far a calendar goes: beyond all instants that the ledger knows


class NoOpeningError(Exception):
    """The calendar has no further opening: the question has no answer."""


@dataclass(slots=True, frozen=True)
class Opening:
    """A half-open stretch of support time, and the local day it belongs to."""

    start: int
    end: int
    day: date


def _seconds(clock: str) -> int:
    return int(clock[:2]) * 3600 + int(clock[3:]) * 60


class Calendar:
    """The openings of a coverage. `holidays` are those a contract keeps, by the name of their set."""

    def __init__(self, coverage: Coverage, holidays: dict[str, frozenset[date]] | None = None) -> None:
        self.coverage = coverage
        self.clock = LocalClock(ZoneInfo(coverage.timezone))
        self._agreed_holidays = frozenset[date]()
        self._agreed_years = frozenset[int]()
        if holidays and coverage.country:
            self._agreed_holidays = holidays.get(set_name(coverage.country, coverage.region), frozenset())
            self._agreed_years = frozenset(day.year for day in self._agreed_holidays)
        self._weekly = [
            [(_seconds(start), _seconds(end)) for start, end in coverage.hours.get(day, [])] for day in WEEKDAYS
        ]
        if coverage.always:
            self._weekly = [[(0, 86400)]] * 7
        self._last_year = LAST_REACHED_YEAR
        if not any(self._weekly):  # only days with hours of their own ever open
            last = max((day.year for day in coverage.overrides), default=FIRST_REACHED_YEAR)
            self._last_year = min(LAST_REACHED_YEAR, last)
        self._years: range | None = None
        self._known_from, self._known_until = 0, 0  # instants whose years, and those beside them, are laid out
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []  # covered time before each opening, and after the last
        self._days: list[date] = []
        self._covered_days: list[date] = []
        self._closings: dict[date, int] = {}  # of each covered day, the last

    # -- which hours a day has -------------------------------------------------------------------------------

    def closed_because(self, day: date) -> WindowReason | None:
        """Why a day has no opening, or None where it has one; hours of its own win over a holiday (S3)."""
        if self._hours(day):
            return None
        if day in self.coverage.overrides:
            return WindowReason("closed_by_agreement", day)
        return self._holiday(day) or WindowReason("closed", day)

    def _hours(self, day: date) -> list[tuple[int, int]]:
        own = self.coverage.overrides.get(day)
        if own is not None:
            return [(_seconds(start), _seconds(end)) for start, end in own]
        return [] if self._holiday(day) else self._weekly[day.weekday()]

    def _holiday(self, day: date) -> WindowReason | None:
        if self.coverage.always:
            return None
        if day in self.coverage.holidays or f"{day:%m-%d}" in self.coverage.annual_holidays:
            return WindowReason("agreed_holiday", day)
        country = self.coverage.country
        if country is None:
            return None
        name = holidays_of(country, self.coverage.region, day.year).get(day)
        if day.year in self._agreed_years:
            name = name or "public holiday" if day in self._agreed_holidays else None
        return WindowReason("holiday", day, {"name": name}) if name else None

    @property
    def weight_bytes(self) -> int:
        return 5_000 + 240 * len(self._starts)  # measured, as it is laid out now

    # -- laying out openings ---------------------------------------------------------------------------------

    def _openings_of(self, year: int) -> list[Opening]:
        """Openings of the local days of a year, in order."""
        found = []
        first, last = date(year, 1, 1), date(year, 12, 31)
        for stretch_start, stretch_end, offset in self.clock.stretches(year):
            day = max(first, (from_micros(stretch_start + offset)).date())
            until = min(last, (from_micros(stretch_end + offset - 1)).date())
            while day <= until:
                midnight = to_micros(datetime(day.year, day.month, day.day, tzinfo=UTC)) - offset
                for begins, ends in self._hours(day):
                    start = max(midnight + begins * SECOND, stretch_start)
                    end = min(midnight + ends * SECOND, stretch_end)
                    if start < end:
                        found.append(Opening(start, end, day))
                day += ONE_DAY
        return sorted(found, key=lambda opening: opening.start)

    def _reach(self, first: int, last: int) -> None:
        """Lays out the years from `first` to `last`, beside those that are laid out already."""
        first, last = max(first, FIRST_REACHED_YEAR), min(last, self._last_year)
        if self._years is None:
            self._years = range(first, first)
            self._before = [0]
        earlier = range(first, self._years.start)
        if earlier:
            openings = [opening for year in earlier for opening in self._openings_of(year)]
            known = list(map(Opening, self._starts, self._ends, self._days))
            self._starts, self._ends, self._days, self._before = [], [], [], [0]
            self._covered_days, self._closings = [], {}
            self._append([*openings, *known])
        for year in range(self._years.stop, last + 1):
            self._append(self._openings_of(year))
        self._years = range(min(first, self._years.start), max(last + 1, self._years.stop))
        self._known_from = to_micros(datetime(self._years.start + 1, 1, 1, tzinfo=UTC))
        self._known_until = to_micros(datetime(self._years.stop - 1, 1, 1, tzinfo=UTC))

    def _append(self, openings: Sequence[Opening]) -> None:
        for opening in openings:
            self._starts.append(opening.start)
            self._ends.append(opening.end)
            self._days.append(opening.day)
            self._before.append(self._before[-1] + opening.end - opening.start)
            if opening.day not in self._closings:  # an hour repeated across midnight brings the day before back
                self._covered_days.append(opening.day)
            self._closings[opening.day] = opening.end

    def _around(self, instant: int) -> None:
        """Makes sure the years around an instant are laid out."""
        if not self._known_from <= instant < self._known_until:
            year = from_micros(instant).year
            self._reach(year - 1, year + 1)

    # -- questions -------------------------------------------------------------------------------------------

    def _covered_before(self, instant: int) -> int:
        """Covered time between the beginning of what is laid out and an instant."""
        self._around(instant)
        index = bisect_right(self._starts, instant) - 1
        if index < 0:
            return 0
        return self._before[index] + min(instant, self._ends[index]) - self._starts[index]

    def between(self, start: int, end: int) -> int:
        """Covered time in [start, end); 0 where the end is at or before the start."""
        if end <= start:
            return 0
        self._around(start)
        self._around(end)
        return self._covered_before(end) - self._covered_before(start)

    def forward(self, start: int, span: int) -> int:
        """The instant at which `span` of covered time after the start is used up; exactly at a closing, the closing.

        Raises NoOpeningError where the calendar never opens long enough.
        """
        if span <= 0:
            return start
        self._around(start)
        target = self._covered_before(start) + span
        while self._before[-1] < target:
            self._further()
        index = bisect_left(self._before, target) - 1
        return self._starts[index] + target - self._before[index]

    def backward(self, end: int, span: int) -> int:
        """The instant from which `span` of covered time runs until the end; exactly at an opening, the opening."""
        if span <= 0:
            return end
        self._around(end)
        while self._covered_before(end) < span:
            assert self._years is not None
            first = self._years.start
            if first <= FIRST_REACHED_YEAR:
                raise NoOpeningError("the calendar has no earlier opening")
            self._reach(first - 4, self._years.stop - 1)
        target = self._covered_before(end) - span
        index = bisect_right(self._before, target) - 1
        return self._starts[index] + target - self._before[index]

    def _further(self) -> None:
        """Lays out more years to come; what was laid out before does not move, so nothing is to be corrected."""
        assert self._years is not None
        last = self._years.stop - 1
        if last >= self._last_year:
            raise NoOpeningError("the calendar has no further opening")
        self._reach(self._years.start, last + max(2, len(self._years)))

    def is_open(self, instant: int) -> bool:
        """Whether an instant lies in an opening; at a closing it lies outside."""
        self._around(instant)
        index = bisect_right(self._starts, instant) - 1
        return index >= 0 and instant < self._ends[index]

    def next_opening(self, instant: int) -> Opening:
        """The opening in force at an instant, or the next to come. Raises NoOpeningError."""
        self._around(instant)
        while True:
            index = bisect_right(self._ends, instant)
            if index < len(self._starts):
                return Opening(self._starts[index], self._ends[index], self._days[index])
            self._further()

    def openings(self, start: int, end: int) -> Iterator[Opening]:
        """Openings that overlap [start, end), in order, whole."""
        self._around(start)
        self._around(end)
        index = bisect_right(self._ends, start)
        while index < len(self._starts) and self._starts[index] < end:
            yield Opening(self._starts[index], self._ends[index], self._days[index])
            index += 1

    def nth_covered_day(self, after: date, count: int) -> tuple[date, int]:
        """The Nth day with an opening after a day, and its last closing. Raises NoOpeningError."""
        if self._years is None or not self._years.start < after.year < self._years.stop - 1:
            self._reach(after.year - 1, after.year + 1)
        index = bisect_right(self._covered_days, after) + count - 1
        while index >= len(self._covered_days):
            self._further()
        day = self._covered_days[index]
        return day, self._closings[day]
