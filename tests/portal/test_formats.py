"""How pages write figures, days and instants, by language; expected by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from api.languages import LANGUAGES, labels_in
from api.portal.words.formats import Formats
from api.portal.words.hours_in_words import notice_in_words
from ledger.plans.terms import BusinessDays, Covered, Elapsed, Target

DAY = date(2026, 3, 17)


def fmt(language: str) -> Formats:
    return Formats(labels_in("api.portal", language))


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, "0:00"), (5, "0:05"), (75, "1:15"), (-120, "−2:00"), (-15, "−0:15"), (None, "–")]
)
def test_hours_are_written_alike_in_every_language(language: str, minutes: int | None, expected: str) -> None:
    assert fmt(language).hours(minutes) == expected


@pytest.mark.parametrize(
    ("language", "hours", "money", "day", "month", "share"),
    [
        ("en", "1,000:00", "−€1,234.50", "17 Mar 2026", "March 2026", "66.7%"),
        ("de", "1.000:00", "−1.234,50 €", "17.03.2026", "März 2026", "66,7 %"),
        ("pl", "1 000:00", "−1 234,50 €", "17.03.2026", "marzec 2026", "66,7%"),
        ("cs", "1 000:00", "−1 234,50 €", "17. 3. 2026", "březen 2026", "66,7 %"),
        ("sk", "1 000:00", "−1 234,50 €", "17. 3. 2026", "marec 2026", "66,7 %"),
    ],
)
def test_figures_and_days_are_written_as_the_language_does(
    language: str, hours: str, money: str, day: str, month: str, share: str
) -> None:
    write = fmt(language)
    found = (write.hours(60_000), write.money(-123450, "EUR"), write.day(DAY), write.month(DAY), write.share(2, 3))
    assert tuple(map(plain, found)) == (hours, money, day, month, share)


def test_a_pool_is_counted_in_hours_or_in_its_money() -> None:
    assert fmt("en").quantity(90, None) == "1:30"
    assert fmt("en").quantity(9000, "CZK") == "CZK\N{NO-BREAK SPACE}90.00"


@pytest.mark.parametrize(("part", "whole", "expected"), [(0, 0, "–"), (0, 4, "0%"), (57, 60, "95%"), (1, 1, "100%")])
def test_a_share_of_nothing_is_no_share(part: int, whole: int, expected: str) -> None:
    assert fmt("en").share(part, whole) == expected


def test_an_instant_is_shown_in_its_zone_and_not_rounded_up() -> None:
    at = datetime(2026, 7, 17, 22, 5, 59, tzinfo=UTC)
    assert fmt("en").moment(at, "Europe/Warsaw") == "18 Jul 2026, 00:05"
    assert fmt("en").moment(1784325959000000, "UTC") == "17 Jul 2026, 22:05"
    assert fmt("en").moment(None, "UTC") == "–"


def test_an_end_at_midnight_is_said_as_the_last_day() -> None:
    midnight = datetime(2026, 12, 16, 23, 0, tzinfo=UTC)
    assert fmt("en").end(midnight, "Europe/Berlin") == "16 Dec 2026"
    assert fmt("en").end(midnight, "UTC") == "16 Dec 2026, 23:00"
    assert fmt("en").end(midnight, "Europe/Helsinki", "Europe/Berlin") == "17 Dec 2026, 01:00 (Europe/Helsinki)"
    assert fmt("en").end(None, "UTC") == "–"


@pytest.mark.parametrize(("hour", "expected"), [(0, "02:30 (+02:00)"), (1, "02:30 (+01:00)"), (2, "03:30")])
def test_the_hour_that_comes_twice_says_which_it_is(hour: int, expected: str) -> None:
    assert fmt("de").clock(datetime(2026, 10, 25, hour, 30, tzinfo=UTC), "Europe/Berlin") == expected


def test_a_zone_is_called_by_its_name_and_id() -> None:
    assert fmt("de").zone("Europe/Berlin") == "Mitteleuropäische Zeit (Europe/Berlin)"
    assert fmt("de").zone("UTC") == "UTC"


@pytest.mark.parametrize(
    ("notice", "expected"),
    [
        (Elapsed(kind="elapsed", minutes=1440), "24:00 hours"),
        (Covered(kind="covered", minutes=240), "4:00 hours of support time"),
        (BusinessDays(kind="business_days", days=2), "2 working days"),
    ],
)
def test_a_notice_is_said_in_the_time_that_it_counts_in(notice: Target, expected: str) -> None:
    assert notice_in_words(notice, labels_in("api.portal", "en"), fmt("en")) == expected
