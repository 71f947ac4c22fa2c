"""The coverage engine against a slow walk from minute to minute (`slow.py`), around the clock changes of all zones."""

from copy import deepcopy
from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ledger.plans.coverage import Calendar, NoOpeningError
from ledger.plans.terms import BusinessDays, Coverage, Covered, Elapsed, EndOfBusinessDay
from ledger.plans.window_reasons import WindowReason
from ledger.sla.due import AROUND_THE_CLOCK, covered, due_after, due_instant
from tests.sla.slow import (
    HOUR,
    MINUTE,
    SECOND,
    WEEKDAYS,
    Hours,
    Pause,
    Windows,
    clock_changes,
    micros,
    shown,
    zones_with_clock_changes,
)

DAY = 24 * HOUR
OFFICE: Windows = [("09:00", "17:00")]
NIGHT: Windows = [("00:00", "06:00"), ("22:00", "24:00")]
ZONES = [
    *("Europe/Warsaw", "Europe/Prague", "Europe/Bratislava", "Europe/Berlin", "Europe/Dublin", "Europe/Chisinau"),
    *("Atlantic/Azores", "America/St_Johns", "America/Nuuk", "America/Havana", "America/Asuncion", "America/Santiago"),
    *("Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "Africa/Casablanca", "Africa/Cairo", "Asia/Beirut"),
    *("Asia/Kathmandu", "Asia/Gaza", "Asia/Pyongyang", "America/Caracas", "Antarctica/Troll", "UTC"),
]
# Where no clock changed, time is walked around a leap day.
ANCHORS = {zone: [*clock_changes(zone), micros("2024-02-29T12:00:00Z")] for zone in ZONES}


def fast(hours: Hours) -> Calendar:
    return Calendar(
        Coverage(
            timezone=hours.zone,
            hours=hours.weekly,
            holidays=hours.holidays,
            annual_holidays=hours.annual,
            overrides=hours.overrides,
        )
    )


def always(zone: str) -> Hours:
    return Hours(zone, {key: [("00:00", "24:00")] for key in WEEKDAYS})


# -- what is tried -------------------------------------------------------------------------------------------------


@st.composite
def windows(draw: st.DrawFn) -> Windows:
    """Any windows of a day: none, several, from 00:00, until 24:00; side by side too."""
    usual: list[Windows] = [[], OFFICE, NIGHT, [("08:00", "12:00"), ("12:30", "17:00")], [("00:00", "24:00")]]
    usual += [[("02:00", "03:00")], [("01:30", "02:30")], [("00:00", "00:01"), ("23:59", "24:00")]]
    if draw(st.booleans()):
        return draw(st.sampled_from(usual))
    cuts = sorted(draw(st.lists(st.integers(0, 1440), max_size=8)))
    pairs = [(opens, closes) for opens, closes in zip(cuts[::2], cuts[1::2], strict=False) if opens < closes]
    return [(_clock(opens), _clock(closes)) for opens, closes in pairs]


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def questions(draw: st.DrawFn) -> tuple[Hours, int]:
    """Support hours, and an instant near a clock change of their zone (or a leap day), at any microsecond."""
    zone = draw(st.sampled_from(ZONES))
    anchor = draw(st.sampled_from(ANCHORS[zone]))
    weekly = {day: draw(windows()) for day in WEEKDAYS}
    assume(any(weekly.values()))
    hours = Hours(zone, weekly)
    near = hours.local(anchor).date()
    days = st.integers(-4, 4).map(lambda count: near + timedelta(days=count))
    hours.holidays = draw(st.lists(days, max_size=2))
    hours.annual = [f"{day:%m-%d}" for day in draw(st.lists(st.one_of(days, st.just(date(2024, 2, 29))), max_size=2))]
    hours.overrides = draw(st.dictionaries(st.one_of(days, st.sampled_from(hours.holidays or [near])), windows()))
    unit = draw(st.sampled_from([HOUR, MINUTE, SECOND, 1]))
    start = anchor + draw(st.integers(-3 * DAY // unit, DAY // unit)) * unit
    return hours, start


@st.composite
def pauses_after(draw: st.DrawFn, start: int) -> list[Pause]:
    """Pauses in any order; they may overlap, touch, lie in one another, be empty, or begin before the start."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        begins = start + draw(st.integers(-300, 5000)) * MINUTE + draw(st.sampled_from([0, SECOND, 7]))
        found.append((begins, begins + draw(st.integers(0, 1500)) * MINUTE + draw(st.sampled_from([0, 1, SECOND]))))
    return found


# -- against the slow walk -----------------------------------------------------------------------------------------


@given(data=st.data(), asked=questions(), length=st.integers(0, 4 * DAY))
def test_covered_time_between_two_instants_is_what_a_walk_through_its_minutes_counts(
    data: st.DataObject, asked: tuple[Hours, int], length: int
) -> None:
    hours, start = asked
    pauses = data.draw(pauses_after(start))
    calendar, end = fast(hours), start + length
    assert calendar.between(start, end) == hours.between(start, end)
    assert covered(calendar, start, end, pauses) == hours.between(start, end, pauses)
    assert covered(calendar, end, start, pauses) == 0 or start == end


@given(data=st.data(), asked=questions(), length=st.integers(0, 4 * DAY), more=st.sampled_from([0, 1, -1, SECOND]))
def test_a_span_is_used_up_where_a_walk_through_the_minutes_has_used_it_up(
    data: st.DataObject, asked: tuple[Hours, int], length: int, more: int
) -> None:
    hours, start = asked
    pauses = data.draw(pauses_after(start))
    calendar = fast(hours)
    span = max(hours.between(start, start + length) + more, 0)
    assert calendar.forward(start, span) == hours.forward(start, span)
    if span:
        assert due_after(calendar, start, span, pauses) == hours.forward(start, span, pauses)


@given(asked=questions(), length=st.integers(0, 4 * DAY), more=st.sampled_from([0, 1, -1, SECOND]))
def test_a_span_that_runs_until_an_instant_begins_where_a_walk_backwards_ends(
    asked: tuple[Hours, int], length: int, more: int
) -> None:
    hours, end = asked
    calendar = fast(hours)
    span = max(hours.between(end - length, end) + more, 0)
    assert calendar.backward(end, span) == hours.backward(end, span)


@given(data=st.data(), asked=questions(), count=st.integers(1, 3))
def test_day_targets_fall_due_where_a_walk_through_the_days_ends(
    data: st.DataObject, asked: tuple[Hours, int], count: int
) -> None:
    hours, opened = asked
    opened = opened // SECOND * SECOND
    pauses = data.draw(pauses_after(opened))
    calendar = fast(hours)
    same_clock = BusinessDays(kind="business_days", days=count)
    end_of_day = EndOfBusinessDay(kind="end_of_business_day", days=count)
    assert due_instant(same_clock, calendar, opened, pauses) == hours.business_days(opened, count, pauses)
    assert due_instant(end_of_day, calendar, opened, pauses) == hours.end_of_business_day(opened, count, pauses)


def test_every_zone_of_the_database_counts_its_clock_changes_by_real_time() -> None:
    """One clock change of each kind of zone: those that put them back, forward, or skip a day."""
    odd = []
    zones = zones_with_clock_changes()
    for number, zone in enumerate(zones):
        changes = clock_changes(zone)
        change = changes[number % len(changes)]
        hours = always(zone) if number % 2 else Hours(zone, dict.fromkeys(WEEKDAYS, NIGHT))
        calendar = fast(hours)
        start, end = change - 13 * HOUR, change + 13 * HOUR
        span = hours.between(start, end)
        if (calendar.between(start, end), calendar.forward(start, span)) != (span, hours.forward(start, span)):
            odd.append((zone, shown(change)))
    assert odd == []
    assert len(zones) > 60


# -- laws ----------------------------------------------------------------------------------------------------------

spans = st.integers(0, 40 * HOUR)


@given(asked=questions(), cuts=st.lists(st.integers(0, 400 * DAY), min_size=2, max_size=2), span=spans, more=spans)
@example((Hours("Pacific/Apia", {"fri": OFFICE}), micros("2011-12-29T22:00:00Z")), [0, 40 * DAY], 8 * HOUR, 1)
def test_covered_time_adds_up_and_forward_backward_and_between_agree(
    asked: tuple[Hours, int], cuts: list[int], span: int, more: int
) -> None:
    hours, start = asked
    calendar = fast(hours)
    middle, end = (start + cut for cut in sorted(cuts))
    assert calendar.between(start, end) == calendar.between(start, middle) + calendar.between(middle, end)

    reached = calendar.forward(start, calendar.between(start, end))
    assert start <= reached <= end
    assert calendar.between(reached, end) == 0

    due = calendar.forward(start, span)
    assert calendar.between(start, due) == span
    assert calendar.forward(due, more) == calendar.forward(start, span + more) or more == 0
    assert calendar.forward(start, span + more) >= due
    if span:
        begun = calendar.backward(due, span)
        assert calendar.between(start, begun) == 0
        assert calendar.is_open(begun)


# -- edges by hand -------------------------------------------------------------------------------------------------


def test_a_day_that_a_zone_skipped_has_no_hours_and_is_no_covered_day() -> None:
    """In Apia Thursday 29 December 2011 was followed by Saturday the 31st."""
    calendar = fast(Hours("Pacific/Apia", dict.fromkeys(WEEKDAYS, OFFICE)))
    thursday = micros("2011-12-29T16:30:00-10:00")
    assert calendar.forward(thursday, HOUR) == micros("2011-12-31T09:30:00+14:00")
    assert calendar.between(micros("2011-12-29T09:00:00-10:00"), micros("2011-12-31T17:00:00+14:00")) == 16 * HOUR
    one_day = BusinessDays(kind="business_days", days=1)
    assert due_instant(one_day, calendar, thursday) == micros("2011-12-31T16:30:00+14:00")
    end_of_day = EndOfBusinessDay(kind="end_of_business_day", days=1)
    assert due_instant(end_of_day, calendar, thursday) == micros("2011-12-31T17:00:00+14:00")


def test_a_skipped_hour_does_not_exist_and_a_repeated_one_counts_twice() -> None:
    berlin = fast(Hours("Europe/Berlin", {"sun": [("02:00", "03:00")]}))
    assert berlin.between(micros("2026-03-28T23:00:00Z"), micros("2026-03-29T22:00:00Z")) == 0
    assert berlin.between(micros("2026-10-24T22:00:00Z"), micros("2026-10-25T23:00:00Z")) == 2 * HOUR
    lord_howe = fast(Hours("Australia/Lord_Howe", {"sun": [("01:30", "02:30")]}))  # half an hour there
    assert lord_howe.between(micros("2026-04-04T12:00:00Z"), micros("2026-04-05T12:00:00Z")) == 90 * MINUTE
    assert lord_howe.between(micros("2026-10-03T12:00:00Z"), micros("2026-10-04T12:00:00Z")) == 30 * MINUTE


def test_a_clock_change_of_a_quarter_of_an_hour_is_counted() -> None:
    """Nepal went from +05:30 to +05:45 when 1986 began: 00:00 to 00:15 never was."""
    kathmandu = fast(Hours("Asia/Kathmandu", {"wed": [("00:00", "02:00")]}))
    assert kathmandu.between(micros("1985-12-31T12:00:00Z"), micros("1986-01-01T12:00:00Z")) == 105 * MINUTE


def test_a_repeated_hour_across_midnight_ends_the_day_when_it_has_passed_twice() -> None:
    """In St John's clocks went from 00:01 back to 23:01: Saturday 6 November 2010 ended twice."""
    calendar = fast(always("America/St_Johns"))
    friday = micros("2010-11-05T12:00:00-02:30")
    end_of_day = EndOfBusinessDay(kind="end_of_business_day", days=1)
    assert due_instant(end_of_day, calendar, friday) == micros("2010-11-07T00:00:00-03:30")


@pytest.mark.parametrize(
    ("opened", "days", "due"),
    [
        ("2026-03-28T02:30:00+01:00", 1, "2026-03-29T03:00:00+02:00"),
        ("2026-03-28T02:30:00.5+01:00", 1, "2026-03-29T03:00:00+02:00"),
        ("2026-10-25T02:30:00+01:00", 154, "2027-03-28T03:00:00+02:00"),  # opened in the second of two such hours
        ("2026-10-24T02:30:00+02:00", 1, "2026-10-25T02:30:00+02:00"),
    ],
)
def test_a_clock_time_that_a_day_skips_is_due_when_its_clocks_change(opened: str, days: int, due: str) -> None:
    calendar = fast(always("Europe/Berlin"))
    target = BusinessDays(kind="business_days", days=days)
    assert shown(due_instant(target, calendar, micros(opened))) == shown(micros(due))


def test_hours_of_a_date_win_over_a_holiday_and_over_the_week() -> None:
    christmas = date(2026, 12, 24)
    hours = Hours("Europe/Prague", {"thu": OFFICE}, holidays=[christmas], annual=["12-24", "12-31"])
    noon, evening = micros("2026-12-24T00:00:00+01:00"), micros("2026-12-25T00:00:00+01:00")
    assert fast(hours).between(noon, evening) == 0
    hours.overrides = {christmas: [("10:00", "12:00"), ("13:00", "13:30")]}
    assert fast(hours).between(noon, evening) == 150 * MINUTE
    hours.overrides[date(2026, 12, 26)] = [("23:00", "24:00")]  # a Saturday, closed by the week
    assert fast(hours).between(evening, micros("2026-12-27T00:00:00+01:00")) == HOUR
    hours.overrides = {date(2026, 12, 17): []}
    assert fast(hours).between(micros("2026-12-16T00:00:00Z"), micros("2026-12-18T00:00:00Z")) == 0


def test_a_holiday_on_29_february_is_kept_in_leap_years_and_moves_nothing_in_others() -> None:
    calendar = fast(Hours("UTC", dict.fromkeys(WEEKDAYS, OFFICE), annual=["02-29"]))
    for year, minutes in ((2024, 960), (2025, 960), (2026, 960), (2028, 960)):
        first, last = micros(f"{year}-02-28T00:00:00Z"), micros(f"{year}-03-02T00:00:00Z")
        assert calendar.between(first, last) == minutes * MINUTE, year
    assert calendar.closed_because(date(2028, 2, 29)) == WindowReason("agreed_holiday", date(2028, 2, 29))
    assert calendar.closed_because(date(2028, 2, 28)) is None


def test_an_overnight_service_is_two_windows_and_its_time_runs_on_through_midnight() -> None:
    calendar = fast(Hours("Europe/Warsaw", {"mon": [("22:00", "24:00")], "tue": [("00:00", "06:00")]}))
    late = micros("2026-02-09T23:30:00+01:00")
    assert calendar.forward(late, HOUR) == micros("2026-02-10T00:30:00+01:00")
    assert calendar.forward(late, 30 * MINUTE) == micros("2026-02-10T00:00:00+01:00")
    assert calendar.forward(late, 6 * HOUR + 30 * MINUTE) == micros("2026-02-10T06:00:00+01:00")
    assert calendar.forward(late, 6 * HOUR + 30 * MINUTE + 1) == micros("2026-02-16T22:00:00+01:00") + 1
    assert calendar.is_open(micros("2026-02-10T00:00:00+01:00"))
    assert not calendar.is_open(micros("2026-02-10T06:00:00+01:00"))


def test_time_that_is_used_up_at_closing_is_due_at_closing_and_runs_backwards_to_an_opening() -> None:
    calendar = fast(Hours("Europe/Warsaw", dict.fromkeys(WEEKDAYS[:5], OFFICE)))
    morning, evening = micros("2026-02-06T09:00:00+01:00"), micros("2026-02-06T17:00:00+01:00")
    assert calendar.forward(morning, 8 * HOUR) == evening
    assert calendar.backward(evening, 8 * HOUR) == morning
    assert calendar.backward(micros("2026-02-09T08:00:00+01:00"), 8 * HOUR) == morning
    assert calendar.backward(micros("2026-02-09T09:00:01+01:00"), SECOND) == micros("2026-02-09T09:00:00+01:00")
    assert calendar.forward(evening, 0) == calendar.backward(evening, 0) == evening


def test_pauses_that_overlap_are_counted_once() -> None:
    calendar = fast(Hours("UTC", dict.fromkeys(WEEKDAYS, OFFICE)))
    start = micros("2026-02-02T09:00:00Z")
    pauses = [(start + HOUR, start + 3 * HOUR), (start, start + 2 * HOUR), (start + 2 * HOUR, start + 2 * HOUR)]
    assert due_after(calendar, start, HOUR, pauses) == start + 4 * HOUR
    assert covered(calendar, start, start + 8 * HOUR, pauses) == 5 * HOUR
    target = Covered(kind="covered", minutes=60)
    assert due_instant(target, calendar, start, pauses[::-1]) == start + 4 * HOUR


def test_time_on_the_clock_is_asked_by_every_thread_and_keeps_nothing() -> None:
    """The writer, the follower and the readers share it, so it must not lay anything out while it answers."""
    before = deepcopy(vars(AROUND_THE_CLOCK))
    target = Elapsed(kind="elapsed", minutes=60)
    for year in (2026, 1991, 2190):
        opened = micros(f"{year}-02-06T16:30:00Z")
        pauses = [(opened + MINUTE, opened + 2 * MINUTE)]
        assert due_instant(target, AROUND_THE_CLOCK, opened, pauses) == opened + 61 * MINUTE
        assert covered(AROUND_THE_CLOCK, opened, opened + HOUR, pauses) == 59 * MINUTE
    assert vars(AROUND_THE_CLOCK) == before


# -- calendars that end --------------------------------------------------------------------------------------------


def test_a_calendar_whose_openings_are_over_refuses_and_does_not_look_on_for_ever() -> None:
    only = fast(Hours("Europe/Berlin", {}, overrides={date(2026, 5, 4): [("10:00", "12:00")]}))
    before, after = micros("2026-01-01T00:00:00Z"), micros("2026-06-01T00:00:00Z")
    assert only.forward(before, 2 * HOUR) == micros("2026-05-04T12:00:00+02:00")
    assert only.backward(after, 2 * HOUR) == micros("2026-05-04T10:00:00+02:00")
    for ask in (
        lambda: only.forward(before, 2 * HOUR + 1),
        lambda: only.forward(after, 1),
        lambda: only.backward(after, 2 * HOUR + 1),
        lambda: only.next_opening(after),
        lambda: only.nth_covered_day(date(2026, 5, 4), 1),
    ):
        with pytest.raises(NoOpeningError):
            ask()
    assert only.between(before, micros("2190-01-01T00:00:00Z")) == 2 * HOUR


def test_hours_agreed_for_a_day_in_the_far_future_are_refused_like_no_hours_at_all() -> None:
    far = fast(Hours("Europe/Berlin", {}, overrides={date(9999, 12, 31): [("10:00", "12:00")]}))
    with pytest.raises(NoOpeningError):
        far.forward(micros("2026-01-01T00:00:00Z"), HOUR)


def test_far_instants_answer_as_near_ones_do() -> None:
    calendar = fast(Hours("Europe/Berlin", dict.fromkeys(WEEKDAYS[:5], OFFICE)))
    friday = micros("2026-02-06T16:30:00+01:00")
    ten_years = calendar.between(friday, micros("2036-02-08T09:30:00+01:00"))
    assert ten_years == (30 + 2609 * 480 + 30) * MINUTE  # 2609 working days lie between the two Fridays
    assert calendar.forward(friday, ten_years + MINUTE) == micros("2036-02-08T09:31:00+01:00")
    assert calendar.between(micros("1990-01-01T00:00:00Z"), micros("1990-01-08T00:00:00Z")) == 40 * HOUR
    assert calendar.forward(friday, HOUR) == micros("2026-02-09T09:30:00+01:00")
