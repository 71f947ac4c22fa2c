"""The engine as a calculator: `POST /v1/sla/calculate` answers over hours that are given, and stores nothing."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.http.door import Door, Json, opened, problem

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE: Json = {"timezone": "Europe/Berlin", "hours": {key: [["09:00", "17:00"]] for key in WORKDAYS}}
FRIDAY, MONDAY = "2026-02-06T16:30:00+01:00", "2026-02-09T09:30:00+01:00"
HOUR = {"kind": "covered", "seconds": 3600}
ASKED: Json = {"coverage": OFFICE, "start": FRIDAY, "target": HOUR}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(f"sqlite:///{tmp_path_factory.mktemp('calculate') / 'ledger.db'}") as door:
        yield door


def ask(door: Door, body: Any, token: str | None = None) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | door.headers(token)
    return door.client.post("/v1/sla/calculate", content=content, headers=headers)


def answer(door: Door, **told: Any) -> Json:
    __tracebackhide__ = True
    response = ask(door, {name: value for name, value in (ASKED | told).items() if value is not None})
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


def due(door: Door, **told: Any) -> str:
    return str(answer(door, **told)["due_at"])


def seconds(door: Door, **told: Any) -> int:
    return int(answer(door, target=None, **told)["covered_seconds"])


def refused(door: Door, body: Any) -> Json:
    __tracebackhide__ = True
    return problem(ask(door, body))


# -- answers -------------------------------------------------------------------------------------------------------


def test_it_answers_a_due_instant_and_its_account(door: Door) -> None:
    assert answer(door) == {
        "due_at": "2026-02-09T08:30:00Z",
        "windows": [
            {
                "from": "2026-02-06T15:30:00Z",
                "to": "2026-02-06T16:00:00Z",
                "counted_seconds": 1800,
                "why": "support hours",
            },
            {
                "from": "2026-02-06T16:00:00Z",
                "to": "2026-02-09T08:00:00Z",
                "counted_seconds": 0,
                "why": "Sat 2026-02-07 closed; Sun 2026-02-08 closed",
            },
            {
                "from": "2026-02-09T08:00:00Z",
                "to": "2026-02-09T08:30:00Z",
                "counted_seconds": 1800,
                "why": "support hours",
            },
        ],
    }


def test_it_answers_covered_time_and_its_account(door: Door) -> None:
    pause = ["2026-02-09T09:00:00+01:00", "2026-02-09T09:10:01+01:00"]
    found = answer(door, target=None, end=MONDAY, pauses=[pause])
    assert found["covered_seconds"] == 1800 + 1199
    assert [one["counted_seconds"] for one in found["windows"]] == [1800, 0, 0, 1199]
    assert found.keys() == {"covered_seconds", "windows"}


@pytest.mark.parametrize(
    ("target", "due_at"),
    [
        ({"kind": "covered", "seconds": 1800}, "2026-02-06T16:00:00Z"),
        ({"kind": "covered", "seconds": 1801}, "2026-02-09T08:00:01Z"),
        ({"kind": "covered", "seconds": 30600}, "2026-02-09T16:00:00Z"),
        ({"kind": "covered", "seconds": 0}, "2026-02-06T15:30:00Z"),
        ({"kind": "elapsed", "seconds": 3600}, "2026-02-06T16:30:00Z"),
        ({"kind": "elapsed", "seconds": 1}, "2026-02-06T15:30:01Z"),
        ({"kind": "business_days", "days": 1}, "2026-02-09T15:30:00Z"),
        ({"kind": "business_days", "days": 3}, "2026-02-11T15:30:00Z"),
        ({"kind": "end_of_business_day", "days": 1}, "2026-02-09T16:00:00Z"),
        ({"kind": "end_of_business_day", "days": 6}, "2026-02-16T16:00:00Z"),
    ],
)
def test_it_knows_every_kind_of_target(door: Door, target: Json, due_at: str) -> None:
    assert due(door, target=target) == due_at


@pytest.mark.parametrize(
    ("kind", "start", "pauses", "due_at"),
    [
        ("covered", "2026-02-06T16:30:00+01:00", [], "2026-02-06T15:30:00Z"),  # inside: at once
        ("covered", "2026-02-06T09:00:00+01:00", [], "2026-02-06T08:00:00Z"),  # at an opening
        ("covered", "2026-02-07T12:00:00+01:00", [], "2026-02-09T08:00:00Z"),  # on Saturday: on Monday
        ("covered", "2026-02-06T17:00:00+01:00", [], "2026-02-09T08:00:00Z"),  # at a closing, which is outside
        ("covered", "2026-02-06T16:00:00+01:00", [("16:00", "18:00")], "2026-02-09T08:00:00Z"),
        ("covered", "2026-02-06T16:00:00+01:00", [("15:00", "16:15"), ("16:15", "17:00")], "2026-02-09T08:00:00Z"),
        ("covered", "2026-02-06T08:00:00+01:00", [("08:30", "10:00")], "2026-02-06T09:00:00Z"),  # held at the opening
        ("covered", "2026-02-06T16:00:00+01:00", [("16:30", "18:00")], "2026-02-06T15:00:00Z"),  # it ran before
        ("elapsed", "2026-02-07T12:00:00+01:00", [], "2026-02-07T11:00:00Z"),
        ("elapsed", "2026-02-06T16:00:00+01:00", [("15:00", "18:00")], "2026-02-06T17:00:00Z"),
    ],
)
def test_a_target_of_nothing_is_due_when_the_clock_first_runs(
    door: Door, kind: str, start: str, pauses: list[tuple[str, str]], due_at: str
) -> None:
    spans = [[f"2026-02-06T{begins}:00+01:00", f"2026-02-06T{ends}:00+01:00"] for begins, ends in pauses]
    assert due(door, start=start, pauses=spans, target={"kind": kind, "seconds": 0}) == due_at


def test_holidays_are_given_by_date_by_year_or_by_country(door: Door) -> None:
    start = "2026-12-23T16:30:00+01:00"
    table: list[tuple[Json, str]] = [
        ({}, "2026-12-24T08:30:00Z"),
        ({"holidays": ["2026-12-24"]}, "2026-12-25T08:30:00Z"),
        ({"annual_holidays": ["12-24", "12-25", "02-29"]}, "2026-12-28T08:30:00Z"),
        ({"country": "DE"}, "2026-12-24T08:30:00Z"),
        ({"country": "CZ"}, "2026-12-28T08:30:00Z"),
        ({"country": "PL", "overrides": {"2026-12-25": [["22:00", "24:00"]]}}, "2026-12-25T21:30:00Z"),
        ({"country": "PL", "holidays": ["2026-12-28"], "annual_holidays": ["12-29"]}, "2026-12-30T08:30:00Z"),
        ({"holidays": ["2026-12-24"], "overrides": {"2026-12-24": []}}, "2026-12-25T08:30:00Z"),
    ]
    for more, due_at in table:
        assert due(door, start=start, coverage=OFFICE | more) == due_at, more
    epiphany = "2026-01-05T16:30:00+01:00"
    assert due(door, start=epiphany, coverage=OFFICE | {"country": "DE"}) == "2026-01-06T08:30:00Z"
    assert due(door, start=epiphany, coverage=OFFICE | {"country": "DE", "region": "BY"}) == "2026-01-07T08:30:00Z"
    windows = answer(door, start=start, coverage=OFFICE | {"country": "PL"})["windows"]
    (closed,) = [one["why"] for one in windows if "Thu" in one["why"]]
    assert closed.startswith("Thu 2026-12-24 holiday: Christmas Eve; Fri 2026-12-25 holiday: Christmas Day; Sat")


def test_nights_are_two_windows_and_clock_changes_count_as_they_are(door: Door) -> None:
    nights = {"timezone": "Europe/Berlin", "hours": {"sat": [["22:00", "24:00"]], "sun": [["00:00", "06:00"]]}}
    for start, end, expected in (
        ("2026-02-07T00:00:00+01:00", "2026-02-09T00:00:00+01:00", 8),
        ("2026-03-28T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 7),
        ("2026-10-24T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 9),
    ):
        assert seconds(door, coverage=nights, start=start, end=end) == expected * 3600


def test_pauses_hold_every_kind_of_target_and_may_overlap(door: Door) -> None:
    pauses = [
        ["2026-02-09T09:00:00+01:00", "2026-02-09T11:00:00+01:00"],
        ["2026-02-09T10:00:00+01:00", "2026-02-09T12:00:00+01:00"],
        ["2026-02-09T12:00:00+01:00", "2026-02-09T12:00:00+01:00"],
    ]
    assert due(door, pauses=pauses) == "2026-02-09T11:30:00Z"
    assert due(door, pauses=pauses, target={"kind": "elapsed", "seconds": 3 * 86400}) == "2026-02-09T18:30:00Z"
    assert due(door, pauses=pauses, target={"kind": "business_days", "days": 1}) == "2026-02-10T10:30:00Z"
    assert due(door, pauses=pauses, target={"kind": "end_of_business_day", "days": 1}) == "2026-02-10T11:00:00Z"
    assert seconds(door, pauses=pauses, end="2026-02-09T13:00:00+01:00") == 1800 + 3600


@pytest.mark.parametrize("end", [FRIDAY, "2026-02-06T15:30:00Z", "2026-02-06T16:29:59+01:00", "1990-01-01T00:00:00Z"])
def test_an_end_at_or_before_the_start_answers_nothing(door: Door, end: str) -> None:
    assert answer(door, target=None, end=end) == {"covered_seconds": 0, "windows": []}


def test_fractions_of_seconds_add_up(door: Door) -> None:
    found = answer(door, start="2026-02-06T16:30:00.4+01:00")
    assert found["due_at"] == "2026-02-09T08:30:00.400000Z"
    assert sum(one["counted_seconds"] for one in found["windows"]) == 3600
    found = answer(door, target=None, start="2026-02-06T16:59:59.4+01:00", end="2026-02-09T09:00:00.4+01:00")
    assert found["covered_seconds"] == sum(one["counted_seconds"] for one in found["windows"]) == 1


def test_ten_years_are_answered_as_ten_minutes_are(door: Door) -> None:
    """Of 2609 working days, and 30 minutes on each of two Fridays."""
    assert seconds(door, end="2036-02-08T09:30:00+01:00") == (30 + 2609 * 480 + 30) * 60
    assert due(door, target={"kind": "covered", "seconds": (30 + 2609 * 480 + 30) * 60}) == "2036-02-08T08:30:00Z"
    assert due(door, target={"kind": "elapsed", "seconds": 20 * 365 * 86400}) == "2046-02-01T15:30:00Z"


def test_whoever_has_a_token_may_calculate_and_nothing_is_stored(door: Door) -> None:
    before = door.count()
    for role in ("operator", "finance", "customer", "partner", "auditor", "admin"):
        who = {"customer": "k"} if role == "customer" else {"partner": "h"} if role == "partner" else {}
        token = door.token(role, **({"provider": "groupios"} | who if role != "auditor" else {}))
        assert ask(door, ASKED, token).status_code == 200, role
    assert problem(ask(door, ASKED, ""))["code"] == "unauthenticated"
    assert door.count() == before


# -- refusals ------------------------------------------------------------------------------------------------------


def with_hours(windows: Any) -> Json:
    return ASKED | {"coverage": {"timezone": "Europe/Berlin", "hours": {"mon": windows}}}


def covering(**more: Any) -> Json:
    return ASKED | {"coverage": OFFICE | more}


REFUSED: dict[str, tuple[Any, str]] = {
    "windows that overlap": (with_hours([["09:00", "12:00"], ["11:59", "13:00"]]), "coverage.hours.mon"),
    "a window in another": (with_hours([["09:00", "17:00"], ["10:00", "11:00"]]), "coverage.hours.mon"),
    "a window twice": (with_hours([["09:00", "12:00"], ["09:00", "12:00"]]), "coverage.hours.mon"),
    "a window backwards": (with_hours([["17:00", "09:00"]]), "coverage.hours.mon"),
    "a night as one window": (with_hours([["22:00", "06:00"]]), "coverage.hours.mon"),
    "an empty window": (with_hours([["09:00", "09:00"]]), "coverage.hours.mon"),
    "an hour that no clock shows": (with_hours([["09:00", "24:01"]]), "coverage.hours.mon.0.1"),
    "a minute that no clock shows": (with_hours([["09:60", "10:00"]]), "coverage.hours.mon.0.0"),
    "a clock without zero": (with_hours([["9:00", "10:00"]]), "coverage.hours.mon.0.0"),
    "digits of another script": (with_hours([["0٩:00", "10:00"]]), "coverage.hours.mon.0.0"),
    "three clocks": (with_hours([["09:00", "10:00", "11:00"]]), "coverage.hours.mon.0"),
    "one clock": (with_hours([["09:00"]]), "coverage.hours.mon.0.1"),
    "minutes for clocks": (with_hours([[540, 600]]), "coverage.hours.mon.0.0"),
    "a window alone": (with_hours(["09:00", "10:00"]), "coverage.hours.mon.0"),
    "far too many windows": (
        with_hours([[f"{n // 60:02}:{n % 60:02}", f"{(n + 1) // 60:02}:{(n + 1) % 60:02}"] for n in range(0, 1440, 2)]),
        "coverage.hours.mon",
    ),
    "a day that no week has": (covering(hours={"montag": [["09:00", "10:00"]]}), "coverage.hours.montag.[key]"),
    "overrides that overlap": (
        covering(overrides={"2026-02-09": [["09:00", "12:00"], ["11:00", "13:00"]]}),
        "coverage.overrides.2026-02-09",
    ),
    "overrides of no date": (covering(overrides={"christmas": []}), "coverage.overrides.christmas.[key]"),
    "a date that no year has": (covering(overrides={"2026-02-30": []}), "coverage.overrides.2026-02-30.[key]"),
    "an unknown zone": (covering(timezone="Mars/Olympus"), "coverage.timezone"),
    "an offset for a zone": (covering(timezone="+01:00"), "coverage.timezone"),
    "a path for a zone": (covering(timezone="../../etc/passwd"), "coverage.timezone"),
    "a number for a zone": (covering(timezone=1), "coverage.timezone"),
    "no zone": ({**ASKED, "coverage": {"hours": OFFICE["hours"]}}, "coverage.timezone"),
    "an unknown country": (covering(country="XX"), "coverage.country"),
    "a country in small letters": (covering(country="de"), "coverage.country"),
    "a country's name": (covering(country="Germany"), "coverage.country"),
    "an unknown region": (covering(country="DE", region="Atlantis"), "coverage.region"),
    "a region of another country": (covering(country="PL", region="BY"), "coverage.region"),
    "a region without a country": (covering(region="BY"), "coverage.country"),
    "a holiday that is no date": (covering(holidays=["24.12.2026"]), "coverage.holidays.0"),
    "a number for a holiday": (covering(holidays=["2026-12-24", 0]), "coverage.holidays.1"),
    "an annual day that no year has": (covering(annual_holidays=["02-30"]), "coverage.annual_holidays.0"),
    "an annual day with its year": (covering(annual_holidays=["2026-12-24"]), "coverage.annual_holidays.0"),
    "no opening at all": (covering(hours={}), "coverage.hours"),
    "only empty days": (covering(hours={"mon": [], "tue": []}, overrides={"2026-12-24": []}), "coverage.hours"),
    "openings that are over": (
        covering(hours={}, overrides={"2025-01-01": [["09:00", "17:00"]]}),
        "target",
    ),
    "openings after the end of time": (covering(hours={}, overrides={"9999-12-31": [["09:00", "17:00"]]}), None),
    "an unknown field": (covering(always=True), "coverage.always"),
    "an unknown question": ({**ASKED, "as_of": FRIDAY}, "as_of"),
    "no coverage": ({"start": FRIDAY, "target": HOUR}, "coverage"),
    "no start": ({"coverage": OFFICE, "target": HOUR}, "start"),
    "a start without offset": ({**ASKED, "start": "2026-02-06T16:30:00"}, "start"),
    "a day for a start": ({**ASKED, "start": "2026-02-06"}, "start"),
    "a number for a start": ({**ASKED, "start": 1770391800}, "start"),
    "a start before all time": ({**ASKED, "start": "0001-01-01T00:00:00Z"}, "start"),
    "an end after all time": ({"coverage": OFFICE, "start": FRIDAY, "end": "9999-12-31T23:59:59Z"}, "end"),
    "neither target nor end": ({"coverage": OFFICE, "start": FRIDAY}, "target"),
    "both target and end": ({**ASKED, "end": MONDAY}, "target"),
    "an unknown kind": ({**ASKED, "target": {"kind": "soon", "seconds": 1}}, "target"),
    "no kind": ({**ASKED, "target": {"seconds": 1}}, "target"),
    "no seconds": ({**ASKED, "target": {"kind": "covered"}}, "target.seconds"),
    "days for seconds": ({**ASKED, "target": {"kind": "covered", "days": 1}}, "target.seconds"),
    "seconds below zero": ({**ASKED, "target": {"kind": "covered", "seconds": -1}}, "target.seconds"),
    "half a second": ({**ASKED, "target": {"kind": "covered", "seconds": 0.5}}, "target.seconds"),
    "a truth for seconds": ({**ASKED, "target": {"kind": "elapsed", "seconds": True}}, "target.seconds"),
    "a text for seconds": ({**ASKED, "target": {"kind": "elapsed", "seconds": "60"}}, "target.seconds"),
    "huge seconds": ({**ASKED, "target": {"kind": "covered", "seconds": 10**18}}, "target.seconds"),
    "seconds beyond all machines": (
        {**ASKED, "target": {"kind": "elapsed", "seconds": 10**400}},
        "target.seconds",
    ),
    "no day": ({**ASKED, "target": {"kind": "business_days", "days": 0}}, "target.days"),
    "too many days": ({**ASKED, "target": {"kind": "business_days", "days": 10**9}}, "target.days"),
    "a pause that ends before it starts": ({**ASKED, "pauses": [[MONDAY, FRIDAY]]}, "pauses.0"),
    "the second such pause": ({**ASKED, "pauses": [[FRIDAY, MONDAY], [MONDAY, FRIDAY]]}, "pauses.1"),
    "half a pause": ({**ASKED, "pauses": [[FRIDAY]]}, "pauses.0.1"),
    "a pause of no instants": ({**ASKED, "pauses": [["soon", "later"]]}, "pauses.0.0"),
    "a pause without offset": ({**ASKED, "pauses": [[FRIDAY, "2026-02-09T09:30:00"]]}, "pauses.0.1"),
    "too many pauses": ({**ASKED, "pauses": [[FRIDAY, MONDAY]] * 1001}, "pauses"),
    "a list": ([ASKED], "body"),
    "a text": ("ASKED", "body"),
    "nothing": (None, "body"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_does_not_fit_is_refused_and_named(door: Door, what: str) -> None:
    body, field = REFUSED[what]
    found = refused(door, body)
    assert (found["status"], found["code"]) == (422, "malformed"), found
    if field is not None:
        assert found["field"].removesuffix(".[key]") == field.removesuffix(".[key]"), found
        assert field.partition(".")[0] in found["detail"]
    assert len(found["detail"]) < 2000


def test_every_fault_is_named_at_once(door: Door) -> None:
    body = covering(timezone="X", holidays=["never"]) | {"start": "now", "target": {"kind": "covered", "seconds": -1}}
    fields = [one["field"] for one in refused(door, body)["errors"]]
    assert fields == ["coverage.timezone", "coverage.holidays.0", "start", "target.seconds"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"coverage": NaN}',
        b'{"start": "\xff"}',
        b'{"start": "\\ud800"}',
        b"[" * 100_000,
        b'{"coverage":' * 5_000,
    ],
    ids=["nothing", "half", "a word", "no number", "no UTF-8", "half a character", "deep", "deeper"],
)
def test_what_is_not_json_is_refused_as_such(door: Door, content: bytes) -> None:
    assert refused(door, content)["status"] in (400, 422)


def test_texts_that_mean_harm_do_none(door: Door) -> None:
    nasty = ["\x00", "'; DROP TABLE contracts; --", "\ud7ff" * 300, "\u202e", "A" * 5_000]
    for text in nasty:
        for body in (covering(timezone=text), covering(country=text), covering(region=text, country="DE")):
            assert refused(door, body)["code"] == "malformed"
        assert refused(door, {**ASKED, "start": text})["code"] == "malformed"
        assert refused(door, {**ASKED, text: 1})["code"] == "malformed"
    deep: Any = []
    for _ in range(500):
        deep = [deep]
    assert refused(door, {**ASKED, "pauses": deep})["code"] == "malformed"
    assert refused(door, b'{"coverage": {"timezone": "' + b"x" * 2_000_000 + b'"}}')["status"] == 413


# -- what would take long ------------------------------------------------------------------------------------------

EVERY_DAY = [f"{month:02}-{day:02}" for month in range(1, 13) for day in range(1, (31, 29)[month == 2] + 1)]
EVERY_DAY = [day for day in EVERY_DAY if day not in ("04-31", "06-31", "09-31", "11-31")]
HALVES = [[f"{hour:02}:{minute}", f"{hour:02}:{minute + 15}"] for hour in range(24) for minute in (10, 40)]
LONG = {
    "hours that a holiday takes on every day": covering(annual_holidays=EVERY_DAY),
    "more than all openings there will be": {
        **ASKED,
        "coverage": {"timezone": "Europe/Berlin", "hours": {"mon": [["09:00", "09:01"]]}},
        "target": {"kind": "covered", "seconds": 20 * 366 * 86400},
    },
    "an account of two hundred years in quarters of hours": {
        "coverage": {"timezone": "Europe/Berlin", "hours": dict.fromkeys(WORKDAYS, HALVES)},
        "start": "1990-01-01T00:00:00Z",
        "end": "2199-12-31T00:00:00Z",
    },
}


@pytest.mark.parametrize("what", LONG)
def test_what_cannot_be_answered_in_good_time_is_refused_in_good_time(door: Door, what: str) -> None:
    begun = time.process_time()
    found = refused(door, LONG[what])
    assert found["code"] == "malformed"
    assert found["field"] in ("target", "end")
    assert time.process_time() - begun < 5
