"""Money and minutes as tables: rounding, tiers, amounts, days. Every expected value was worked out by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ledger.credit.pricing import OverageLine, flat_price_cents, hourly_rate_cents, overage_lines
from ledger.kernel.errors import Refusal
from ledger.kernel.values import (
    add_months,
    end_of_day,
    first_instant,
    from_micros,
    half_up,
    parse_cents,
    price_of_minutes_cents,
    round_up_minutes,
    show_cents,
    show_instant,
    to_micros,
)
from ledger.plans.terms import FlatRate, HourlyRate, Overage, Terms, Tier


@pytest.mark.parametrize(
    ("worked_seconds", "increment_minutes", "billed_minutes"),
    [
        (0, 15, 0),
        (1, 15, 15),
        (899, 15, 15),
        (900, 15, 15),
        (901, 15, 30),
        (3000, 15, 60),
        (14460, 15, 255),
        (25500, 15, 435),
        (5700, 10, 100),
        (6000, 10, 100),
        (6001, 10, 110),
        (59, 1, 1),
        (60, 1, 1),
        (61, 1, 2),
        (86400, 15, 1440),
        (600_000_000, 15, 10_000_005),
    ],
)
def test_worked_seconds_are_rounded_up_to_the_increment(
    worked_seconds: int, increment_minutes: int, billed_minutes: int
) -> None:
    assert round_up_minutes(worked_seconds, increment_minutes) == billed_minutes


@pytest.mark.parametrize(
    ("minutes", "rate", "cents"),
    [
        (15, 8900, 2225),
        (15, 9900, 2475),
        (30, 14900, 7450),
        (15, 12900, 3225),
        (60, 14900, 14900),
        (45, 8900, 6675),
        (1, 8900, 148),  # 1.4833
        (2, 8900, 297),  # 2.9666
        (1, 10050, 168),  # 1.675 exactly: half up, where half to even gives the same
        (1, 9990, 167),  # 1.665 exactly: half up, where half to even would give 1.66
        (1, 30, 1),  # 0.005 exactly
        (1, 29, 0),  # 0.00483
        (1, 0, 0),
        (10_000_000, 100_000_000, 16_666_666_666_667),
    ],
)
def test_a_price_of_minutes_is_rounded_half_up_to_the_cent_once(minutes: int, rate: int, cents: int) -> None:
    assert price_of_minutes_cents(minutes, rate) == cents
    assert price_of_minutes_cents(-minutes, rate) == -cents


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(5, 2, 3), (-5, 2, -3), (4, 2, 2), (7, 3, 2), (8, 3, 3), (1, 2, 1), (-1, 2, -1), (0, 60, 0), (29, 60, 0)],
)
def test_halves_go_away_from_zero(numerator: int, denominator: int, rounded: int) -> None:
    assert half_up(numerator, denominator) == rounded


FIRST_HOUR = Overage(scope="ticket", tiers=[Tier(rate="149.00", first_minutes=60), Tier(rate="129.00")])
ONE_RATE = Overage(scope="contract", tiers=[Tier(rate="89.00")])
FOUR = Overage(
    tiers=[
        Tier(rate="60.00", first_minutes=10),
        Tier(rate="50.00", first_minutes=20),
        Tier(rate="40.00", first_minutes=30),
        Tier(rate="30.00"),
    ]
)
THREE = Overage(tiers=[Tier(rate="60.00", first_minutes=10), Tier(rate="50.00", first_minutes=20), Tier(rate="40.00")])


@pytest.mark.parametrize(
    ("overage", "position", "minutes", "lines"),
    [
        (FIRST_HOUR, 0, 30, [(30, 14900, 7450)]),
        (FIRST_HOUR, 30, 45, [(30, 14900, 7450), (15, 12900, 3225)]),
        (FIRST_HOUR, 0, 75, [(60, 14900, 14900), (15, 12900, 3225)]),
        (FIRST_HOUR, 0, 60, [(60, 14900, 14900)]),
        (FIRST_HOUR, 59, 1, [(1, 14900, 248)]),
        (FIRST_HOUR, 60, 1, [(1, 12900, 215)]),
        (FIRST_HOUR, 59, 2, [(1, 14900, 248), (1, 12900, 215)]),
        (FIRST_HOUR, 1000, 15, [(15, 12900, 3225)]),
        (FIRST_HOUR, 0, 0, []),
        (ONE_RATE, 0, 15, [(15, 8900, 2225)]),
        (ONE_RATE, 5000, 15, [(15, 8900, 2225)]),
        (THREE, 0, 40, [(10, 6000, 1000), (20, 5000, 1667), (10, 4000, 667)]),
        (THREE, 10, 20, [(20, 5000, 1667)]),
        (THREE, 29, 2, [(1, 5000, 83), (1, 4000, 67)]),
        (THREE, 30, 1, [(1, 4000, 67)]),
        (FOUR, 0, 100, [(10, 6000, 1000), (20, 5000, 1667), (30, 4000, 2000), (40, 3000, 2000)]),
        (FOUR, 5, 60, [(5, 6000, 500), (20, 5000, 1667), (30, 4000, 2000), (5, 3000, 250)]),
        (FOUR, 9, 22, [(1, 6000, 100), (20, 5000, 1667), (1, 4000, 67)]),
        (FOUR, 35, 50, [(25, 4000, 1667), (25, 3000, 1250)]),  # from the middle of the third tier on
        (FOUR, 30, 30, [(30, 4000, 2000)]),
        (FOUR, 59, 1, [(1, 4000, 67)]),
        (FOUR, 60, 1, [(1, 3000, 50)]),
        (FOUR, 500, 60, [(60, 3000, 3000)]),
    ],
)
def test_overage_is_priced_from_its_tier_position_one_line_a_tier(
    overage: Overage, position: int, minutes: int, lines: list[tuple[int, int, int]]
) -> None:
    found = overage_lines(overage, position, minutes)
    assert [(one.minutes, one.rate_cents_per_hour, one.amount_cents) for one in found] == lines


def test_a_line_of_overage_says_its_tier_and_the_minute_of_the_scope_that_it_begins_with() -> None:
    assert overage_lines(THREE, 5, 40) == [
        OverageLine(1, 5, 5, 6000, 500),
        OverageLine(2, 10, 20, 5000, 1667),
        OverageLine(3, 30, 15, 4000, 1000),
    ]


HOUSE: dict[str, Any] = {"plan": "p", "version": 1, "name": "P", "provider": "house", "country": "DE"}
HOUSE |= {"timezone": "Europe/Berlin", "currency": "EUR"}
SOLD = Terms(
    **HOUSE,
    services=["training", "macros"],
    rates={"macros": FlatRate(kind="flat", amount="70.00"), "audit": HourlyRate(kind="hourly", rate="90.00")},
)


@pytest.mark.parametrize("asked", [hourly_rate_cents, flat_price_cents])
def test_a_service_of_the_plan_may_lack_its_rate_and_one_outside_the_plan_is_no_service(
    asked: Callable[[Terms, str], int | None],
) -> None:
    with pytest.raises(Refusal, match=r"No rate was agreed for service training\.") as missing:
        asked(SOLD, "training")
    assert (missing.value.code, missing.value.members["missing"]) == ("not-agreed", ["rates.training"])
    with pytest.raises(Refusal, match="no service surgery; they have training, macros, audit") as unknown:
        asked(SOLD, "surgery")
    assert (unknown.value.code, unknown.value.members["field"]) == ("malformed", "service")


def test_where_a_plan_lists_no_services_a_rate_that_it_lacks_is_not_agreed() -> None:
    """Any word may be a service there; time is not sold by rate."""
    with pytest.raises(Refusal, match="No rate was agreed for service audit") as missing:
        flat_price_cents(Terms(**HOUSE), "audit")
    assert (missing.value.code, missing.value.members["missing"]) == ("not-agreed", ["rates.audit"])
    assert hourly_rate_cents(Terms(**HOUSE), "audit") is None


@pytest.mark.parametrize(
    ("text", "cents"),
    [("89", 8900), ("89.0", 8900), ("89.5", 8950), ("89.00", 8900), ("0.05", 5), ("0", 0), ("-0.05", -5), ("007", 700)],
)
def test_an_amount_is_read_to_the_cent(text: str, cents: int) -> None:
    assert parse_cents(text) == cents


@pytest.mark.parametrize(
    "text",
    ["", "89.000", "89,00", "1e3", ".5", "5.", "+5", " 5", "5 ", "--5", "٣", "1234567890123", "NaN", "0x10", "1_000"],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="decimal"):
        parse_cents(text)


@pytest.mark.parametrize(
    ("cents", "text"), [(2225, "22.25"), (-5, "-0.05"), (0, "0.00"), (7, "0.07"), (-18125, "-181.25"), (100, "1.00")]
)
def test_cents_are_shown_with_two_decimals(cents: int, text: str) -> None:
    assert show_cents(cents) == text


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 1), 12, date(2027, 1, 1)),
        (date(2028, 2, 29), 12, date(2029, 3, 1)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 3, 1)),
        (date(2026, 10, 31), 1, date(2026, 12, 1)),
        (date(2026, 12, 31), 2, date(2027, 3, 1)),
        (date(2026, 11, 30), 3, date(2027, 3, 1)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_a_day_that_a_month_lacks_becomes_the_first_of_the_next(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


@pytest.mark.parametrize(
    ("day", "zone", "instant"),
    [
        (date(2026, 1, 1), "Europe/Berlin", "2025-12-31T23:00:00Z"),
        (date(2026, 7, 1), "Europe/Berlin", "2026-06-30T22:00:00Z"),
        (date(2026, 3, 29), "Europe/Prague", "2026-03-28T23:00:00Z"),
        (date(2026, 3, 30), "Europe/Prague", "2026-03-29T22:00:00Z"),
        (date(2026, 10, 25), "Europe/Warsaw", "2026-10-24T22:00:00Z"),
        (date(2026, 10, 26), "Europe/Warsaw", "2026-10-25T23:00:00Z"),
        (date(2018, 11, 4), "America/Sao_Paulo", "2018-11-04T03:00:00Z"),  # 00:00 is skipped
        (date(2018, 2, 18), "America/Sao_Paulo", "2018-02-18T03:00:00Z"),  # 23:00 of the 17th comes twice
        (date(2026, 11, 1), "America/Havana", "2026-11-01T04:00:00Z"),  # 00:00 comes twice
        (date(2026, 1, 1), "UTC", "2026-01-01T00:00:00Z"),
    ],
)
def test_a_day_begins_with_its_first_instant_in_its_zone(day: date, zone: str, instant: str) -> None:
    assert show_instant(first_instant(day, zone)) == instant


def test_instants_are_kept_to_the_microsecond() -> None:
    instant = datetime(2026, 3, 29, 1, 2, 3, 456789, tzinfo=UTC)
    assert (to_micros(instant), from_micros(1774746123456789)) == (1774746123456789, instant)
    assert show_instant(instant) == "2026-03-29T01:02:03.456789Z"


@pytest.mark.parametrize(
    ("day", "zone", "instant"),
    [
        (date(2026, 12, 31), "Europe/Berlin", "2026-12-31T23:00:00Z"),
        (date(2026, 3, 29), "Europe/Berlin", "2026-03-29T22:00:00Z"),  # of 23 hours
        (date(2026, 10, 25), "Europe/Berlin", "2026-10-25T23:00:00Z"),  # of 25
        (date(2028, 2, 28), "UTC", "2028-02-29T00:00:00Z"),
    ],
)
def test_a_day_that_is_included_ends_where_the_next_one_begins(day: date, zone: str, instant: str) -> None:
    assert show_instant(end_of_day(day, zone)) == instant
