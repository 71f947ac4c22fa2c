"""How fast due instants are worked out: `python -m tests.bench_sla` prints it, beside other libraries where installed.

All do the same cases in one run, so that the ratios say more than the figures. `business-duration` only measures the
time between two instants, `businesstimedelta` also adds to one; neither is needed for anything else.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from importlib import import_module
from importlib.util import find_spec
from random import Random
from zoneinfo import ZoneInfo

from ledger.kernel.values import SECOND, from_micros, to_micros
from ledger.plans.coverage import Calendar
from ledger.plans.holiday_sets import holidays_of
from ledger.plans.terms import BusinessDays, Coverage, Covered, EndOfBusinessDay, Target
from ledger.sla.due import due_instant

ZONE = ZoneInfo("Europe/Berlin")
OFFICE = Coverage(
    timezone="Europe/Berlin",
    country="DE",
    hours={key: [("09:00", "17:00")] for key in ("mon", "tue", "wed", "thu", "fri")},
)
CASES = 20_000
ROUNDS = 3
WORKDAY_MINUTES = 480
TEN_MINUTES, TEN_YEARS = 10, 2_520 * WORKDAY_MINUTES  # of covered time
Case = tuple[int, int]  # when it was opened, and within how many covered minutes it is due


def cases(shortest: int, longest: int, count: int) -> list[Case]:
    """Instants of two years by chance, the same each time, at whole minutes."""
    random = Random(7)
    begin = datetime(2025, 1, 1, tzinfo=UTC)
    opened = [to_micros(begin + timedelta(minutes=random.randrange(2 * 365 * 1440))) for _ in range(count)]
    return [(at, random.randint(shortest, longest)) for at in opened]


def a_second(work: Callable[[Case], object], asked: Sequence[Case]) -> float:
    """How many cases are done in a second of one core; the best of some rounds, after one to warm up."""
    for case in asked[: len(asked) // 10 + 1]:
        work(case)
    best = 0.0
    for _ in range(ROUNDS):
        begun = time.process_time()  # what else the machine does is not counted
        for case in asked:
            work(case)
        best = max(best, len(asked) / (time.process_time() - begun))
    return best


def sla_bench(count: int = CASES) -> dict[str, float]:
    """Prints, and gives back, how many questions a second are answered, by what was asked of so many cases."""
    calendar = Calendar(OFFICE)
    for case in cases(TEN_YEARS, TEN_YEARS, 10):
        _forward(calendar, case)
    common = cases(1, 5 * WORKDAY_MINUTES, count)
    found: dict[str, float] = {}

    def measure(name: str, work: Callable[[Case], object], asked: Sequence[Case] = common) -> None:
        found[name] = a_second(work, asked)
        print(f"{name:<58} {found[name]:>12,.0f} a second")

    print(f"{count} instants of two years, Mon-Fri 9-17 in Berlin, German holidays; up to five working days ahead")
    measure("ledger.coverage, covered time from a start", lambda case: _forward(calendar, case))
    measure("ledger.coverage, covered time until an end", lambda case: calendar.backward(case[0], _span(case)))
    measure("ledger.coverage, between two instants", lambda case: calendar.between(case[0], _later(case)))
    targets: list[Target] = [
        Covered(kind="covered", minutes=240),
        BusinessDays(kind="business_days", days=2),
        EndOfBusinessDay(kind="end_of_business_day", days=1),
    ]
    for target in targets:
        measure(f"ledger.sla, {target.kind}", lambda case, target=target: due_instant(target, calendar, case[0]))

    near, far = cases(TEN_MINUTES, TEN_MINUTES, count), cases(TEN_YEARS, TEN_YEARS, count)
    measure("ledger.coverage, ten minutes ahead", lambda case: _forward(calendar, case), near)
    measure("ledger.coverage, ten years ahead", lambda case: _forward(calendar, case), far)
    ratio = found["ledger.coverage, ten minutes ahead"] / found["ledger.coverage, ten years ahead"]
    print(f"{'ten years cost':<58} {ratio:>12.2f} times ten minutes")

    _beside(common, measure, found)
    return found


def _span(case: Case) -> int:
    return case[1] * 60 * SECOND


def _forward(calendar: Calendar, case: Case) -> int:
    return calendar.forward(case[0], _span(case))


def _later(case: Case) -> int:
    """An end on the wall that leaves room for the case's covered minutes in a week of 40 hours."""
    return case[0] + _span(case) * 21 // 5


def _naive(micros: int) -> datetime:
    return from_micros(micros).astimezone(ZONE).replace(tzinfo=None)


def _beside(common: list[Case], measure: Callable[..., None], found: dict[str, float]) -> None:
    """Other libraries on the first of the same cases, as many as they do in good time; their answers are compared."""
    few = common[:200]
    closed = [day for year in range(2024, 2028) for day in holidays_of("DE", None, year)]
    calendar = Calendar(OFFICE)
    begins, ends = clock(9), clock(17)
    if find_spec("business_duration"):
        duration = import_module("business_duration").businessDuration

        def minutes_between(case: Case) -> float:
            start, end = _naive(case[0]), _naive(_later(case))
            return float(duration(start, end, begins, ends, holidaylist=closed, unit="min"))

        _compare("business-duration", "between two instants", minutes_between, few, measure, found)
        _differ(few, minutes_between, lambda case: calendar.between(case[0], _later(case)) / (60 * SECOND))
    if find_spec("businesstimedelta"):
        library = import_module("businesstimedelta")
        zone = import_module("pytz").timezone(OFFICE.timezone)  # it takes no other zones
        week = library.WorkDayRule(start_time=begins, end_time=ends, working_days=[0, 1, 2, 3, 4], tz=zone)
        rules = library.Rules([week, library.HolidayRule(set(closed), tz=zone)])

        def due(case: Case) -> datetime:
            span = library.BusinessTimeDelta(rules, timedelta=timedelta(minutes=case[1]))
            answer: datetime = from_micros(case[0]) + span
            return answer

        _compare("businesstimedelta", "covered time from a start", due, few, measure, found)
        _differ(few, lambda case: to_micros(due(case).astimezone(UTC)), lambda case: _forward(calendar, case))


def _compare(
    library: str,
    question: str,
    work: Callable[[Case], object],
    few: list[Case],
    measure: Callable[..., None],
    found: dict[str, float],
) -> None:
    measure(f"{library}, {question}", work, few)
    ratio = found[f"ledger.coverage, {question}"] / found[f"{library}, {question}"]
    print(f"{'the ledger answers':<58} {ratio:>12,.0f} times as many")


def _differ(few: list[Case], theirs: Callable[[Case], float], ours: Callable[[Case], float]) -> None:
    odd = sum(abs(theirs(case) - ours(case)) > 0.001 for case in few)
    print(f"{'answers that differ':<58} {odd:>12} of {len(few)}")


if __name__ == "__main__":
    sla_bench()
