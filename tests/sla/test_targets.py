"""When the published plans' promises fall due: tables worked out by hand, each row sold, opened and read over HTTP.

2026: 11 November (PL), 28 October and 17 November (CZ) are holidays, 24 to 26 December are in PL, CZ and SK; Easter
Monday is 6 April. Clocks go forward on 29 March and back on 25 October.
"""

from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.sla.desk import Desk, desk_over, same
from tests.words import amend, change_plan, open_ticket, sign

Row = tuple[str, str, str]  # opened, due, and why

# 60 minutes of Mon–Fri 9–17 in Warsaw.
STANDARD_1: list[Row] = [
    ("2026-02-04T10:00:00+01:00", "2026-02-04T11:00:00+01:00", "inside"),
    ("2026-02-04T10:00:01+01:00", "2026-02-04T11:00:01+01:00", "to the second"),
    ("2026-02-04T09:00:00+01:00", "2026-02-04T10:00:00+01:00", "exactly at opening"),
    ("2026-02-04T08:59:59+01:00", "2026-02-04T10:00:00+01:00", "a second before opening"),
    ("2026-02-04T00:00:00+01:00", "2026-02-04T10:00:00+01:00", "at midnight"),
    ("2026-02-03T23:59:59+01:00", "2026-02-04T10:00:00+01:00", "before midnight"),
    ("2026-02-04T16:00:00+01:00", "2026-02-04T17:00:00+01:00", "used up exactly at closing"),
    ("2026-02-04T16:00:01+01:00", "2026-02-05T09:00:01+01:00", "a second too late for that"),
    ("2026-02-04T16:59:59+01:00", "2026-02-05T09:59:59+01:00", "a second before closing"),
    ("2026-02-04T17:00:00+01:00", "2026-02-05T10:00:00+01:00", "exactly at closing"),
    ("2026-02-06T16:30:00+01:00", "2026-02-09T09:30:00+01:00", "Friday afternoon"),
    ("2026-02-06T17:00:00+01:00", "2026-02-09T10:00:00+01:00", "Friday at closing"),
    ("2026-02-07T12:00:00+01:00", "2026-02-09T10:00:00+01:00", "Saturday"),
    ("2026-02-06T15:30:00Z", "2026-02-09T09:30:00+01:00", "Friday afternoon, told in UTC"),
    ("2026-02-07T03:30:00+12:00", "2026-02-09T09:30:00+01:00", "Friday afternoon, told on Saturday in Auckland"),
    ("2026-11-10T16:30:00+01:00", "2026-11-12T09:30:00+01:00", "Independence Day is left out"),
    ("2026-11-11T12:00:00+01:00", "2026-11-12T10:00:00+01:00", "on Independence Day"),
    ("2026-06-03T16:30:00+02:00", "2026-06-05T09:30:00+02:00", "Corpus Christi"),
    ("2026-04-03T16:30:00+02:00", "2026-04-07T09:30:00+02:00", "Good Friday is none in Poland, Easter Monday is"),
    ("2026-12-23T16:45:00+01:00", "2026-12-28T09:45:00+01:00", "Christmas Eve is a holiday in Poland"),
    ("2026-12-31T16:30:00+01:00", "2027-01-04T09:30:00+01:00", "over New Year"),
    ("2026-03-27T16:30:00+01:00", "2026-03-30T09:30:00+02:00", "over the clock change in March"),
    ("2026-03-29T02:59:00+02:00", "2026-03-30T10:00:00+02:00", "on its Sunday"),
    ("2026-10-23T16:30:00+02:00", "2026-10-26T09:30:00+01:00", "over the clock change in October"),
    ("2026-10-25T02:30:00+02:00", "2026-10-26T10:00:00+01:00", "on its Sunday"),
]

# 240 minutes of the same.
STANDARD_2: list[Row] = [
    ("2026-02-04T13:00:00+01:00", "2026-02-04T17:00:00+01:00", "used up exactly at closing"),
    ("2026-02-04T13:00:01+01:00", "2026-02-05T09:00:01+01:00", "a second too late for that"),
    ("2026-02-06T14:00:00+01:00", "2026-02-09T10:00:00+01:00", "Friday afternoon"),
    ("2026-02-06T16:30:00+01:00", "2026-02-09T12:30:00+01:00", "late on Friday"),
    ("2026-02-08T09:00:00+01:00", "2026-02-09T13:00:00+01:00", "Sunday"),
    ("2026-11-10T15:00:00+01:00", "2026-11-12T11:00:00+01:00", "Independence Day is left out"),
    ("2026-12-23T14:00:00+01:00", "2026-12-28T10:00:00+01:00", "over Christmas"),
]

# The same clock time on the next working day.
STANDARD_3: list[Row] = [
    ("2026-02-04T10:00:00+01:00", "2026-02-05T10:00:00+01:00", "inside"),
    ("2026-02-04T10:00:01+01:00", "2026-02-05T10:00:01+01:00", "to the second"),
    ("2026-02-04T09:00:00+01:00", "2026-02-05T09:00:00+01:00", "exactly at opening"),
    ("2026-02-04T07:00:00+01:00", "2026-02-05T09:00:00+01:00", "before opening: from this opening on"),
    ("2026-02-04T16:59:59+01:00", "2026-02-05T16:59:59+01:00", "a second before closing"),
    ("2026-02-04T17:00:00+01:00", "2026-02-06T09:00:00+01:00", "exactly at closing is outside"),
    ("2026-02-06T16:30:00+01:00", "2026-02-09T16:30:00+01:00", "Friday afternoon"),
    ("2026-02-06T17:00:00+01:00", "2026-02-10T09:00:00+01:00", "Friday at closing: from Monday on"),
    ("2026-02-07T12:00:00+01:00", "2026-02-10T09:00:00+01:00", "Saturday: from Monday on"),
    ("2026-11-10T15:00:00+01:00", "2026-11-12T15:00:00+01:00", "Independence Day is no working day"),
    ("2026-11-11T12:00:00+01:00", "2026-11-13T09:00:00+01:00", "on Independence Day: from Thursday on"),
    ("2026-12-23T11:00:00+01:00", "2026-12-28T11:00:00+01:00", "over Christmas"),
    ("2026-03-27T10:00:00+01:00", "2026-03-30T10:00:00+02:00", "the same clock time after the clock change"),
    ("2026-10-23T10:00:00+02:00", "2026-10-26T10:00:00+01:00", "the same clock time after the clock change"),
]

# The same clock time on the second next working day.
STANDARD_4: list[Row] = [
    ("2026-02-04T10:00:00+01:00", "2026-02-06T10:00:00+01:00", "inside"),
    ("2026-02-05T16:00:00+01:00", "2026-02-09T16:00:00+01:00", "Thursday"),
    ("2026-02-06T10:00:00+01:00", "2026-02-10T10:00:00+01:00", "Friday"),
    ("2026-02-07T10:00:00+01:00", "2026-02-11T09:00:00+01:00", "Saturday: from Monday on"),
    ("2026-11-10T10:00:00+01:00", "2026-11-13T10:00:00+01:00", "Independence Day is no working day"),
    ("2026-12-22T12:00:00+01:00", "2026-12-28T12:00:00+01:00", "over Christmas"),
    ("2026-12-30T12:00:00+01:00", "2027-01-04T12:00:00+01:00", "over New Year"),
    ("2026-10-22T10:00:00+02:00", "2026-10-26T10:00:00+01:00", "over the clock change in October"),
]

# 60, 120, 240, 1440 minutes by the clock on the wall, at any time.
PREMIUM: dict[int, list[Row]] = {
    1: [
        ("2026-02-07T23:30:00+01:00", "2026-02-08T00:30:00+01:00", "at the weekend"),
        ("2026-12-24T23:59:59+01:00", "2026-12-25T00:59:59+01:00", "at Christmas"),
        ("2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00", "the skipped hour does not exist"),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "the repeated hour counts twice"),
    ],
    2: [
        ("2026-03-29T01:59:59+01:00", "2026-03-29T04:59:59+02:00", "over the skipped hour"),
        ("2026-10-25T01:30:00+02:00", "2026-10-25T02:30:00+01:00", "into the repeated hour"),
    ],
    3: [
        ("2026-03-29T00:00:00+01:00", "2026-03-29T05:00:00+02:00", "over the skipped hour"),
        ("2026-10-25T00:00:00+02:00", "2026-10-25T03:00:00+01:00", "over the repeated hour"),
    ],
    4: [
        ("2026-02-06T16:30:00+01:00", "2026-02-07T16:30:00+01:00", "a day is 24 hours"),
        ("2026-03-28T12:00:00+01:00", "2026-03-29T13:00:00+02:00", "and not a day of 23"),
        ("2026-10-24T12:00:00+02:00", "2026-10-25T11:00:00+01:00", "nor one of 25"),
    ],
}

# 24 hours of Mon–Fri 9–17 in Prague: three days of eight.
CARE_BASIC: list[Row] = [
    ("2026-02-09T09:00:00+01:00", "2026-02-11T17:00:00+01:00", "three whole days, due at closing"),
    ("2026-02-09T09:00:01+01:00", "2026-02-12T09:00:01+01:00", "a second more"),
    ("2026-02-08T18:00:00+01:00", "2026-02-11T17:00:00+01:00", "Sunday: from Monday on"),
    ("2026-02-06T16:30:00+01:00", "2026-02-11T16:30:00+01:00", "half an hour of Friday, 7:30 of Wednesday"),
    ("2026-02-06T17:00:00+01:00", "2026-02-11T17:00:00+01:00", "Friday at closing"),
    ("2026-10-26T10:00:00+01:00", "2026-10-30T10:00:00+01:00", "28 October: 7, 8, none, 8 and 1 hours"),
    ("2026-11-16T09:00:00+01:00", "2026-11-19T17:00:00+01:00", "17 November is left out"),
    ("2026-11-17T09:00:00+01:00", "2026-11-20T17:00:00+01:00", "on 17 November"),
    ("2026-04-02T09:00:00+02:00", "2026-04-08T17:00:00+02:00", "Good Friday and Easter Monday are left out"),
    ("2026-09-25T16:00:00+02:00", "2026-10-01T16:00:00+02:00", "28 September: 1, none, 8, 8 and 7 hours"),
    ("2026-12-22T13:00:00+01:00", "2026-12-29T13:00:00+01:00", "over Christmas: 4, 8, 8 and 4 hours"),
    ("2026-03-27T12:00:00+01:00", "2026-04-01T12:00:00+02:00", "over the clock change in March"),
    ("2026-10-22T12:00:00+02:00", "2026-10-27T12:00:00+01:00", "over the clock change in October"),
    ("2026-10-23T12:00:00+02:00", "2026-10-29T12:00:00+01:00", "and over 28 October: 5, 8, 8, none and 3 hours"),
]

# 24 hours of any day.
CLOUD_BASIC: list[Row] = [
    ("2026-02-06T16:30:00+01:00", "2026-02-07T16:30:00+01:00", "Friday afternoon"),
    ("2026-12-24T10:00:00+01:00", "2026-12-25T10:00:00+01:00", "at Christmas"),
    ("2026-03-28T12:00:00+01:00", "2026-03-29T13:00:00+02:00", "over the clock change in March"),
    ("2026-10-24T12:00:00+02:00", "2026-10-25T11:00:00+01:00", "over the clock change in October"),
]

# 17:00 of the next working day in Prague.
CARE_PRIORITY: list[Row] = [
    ("2026-02-09T10:00:00+01:00", "2026-02-10T17:00:00+01:00", "inside"),
    ("2026-02-09T09:00:00+01:00", "2026-02-10T17:00:00+01:00", "exactly at opening"),
    ("2026-02-09T07:00:00+01:00", "2026-02-10T17:00:00+01:00", "before opening: this day is the first"),
    ("2026-02-09T17:00:00+01:00", "2026-02-11T17:00:00+01:00", "exactly at closing: from Tuesday on"),
    ("2026-02-06T16:30:00+01:00", "2026-02-09T17:00:00+01:00", "Friday afternoon"),
    ("2026-02-06T16:59:59+01:00", "2026-02-09T17:00:00+01:00", "a second before closing"),
    ("2026-02-06T17:00:00+01:00", "2026-02-10T17:00:00+01:00", "Friday at closing: from Monday on"),
    ("2026-02-07T12:00:00+01:00", "2026-02-10T17:00:00+01:00", "Saturday: from Monday on"),
    ("2026-10-27T12:00:00+01:00", "2026-10-29T17:00:00+01:00", "28 October is no working day"),
    ("2026-10-28T12:00:00+01:00", "2026-10-30T17:00:00+01:00", "on 28 October: from Thursday on"),
    ("2026-11-16T12:00:00+01:00", "2026-11-18T17:00:00+01:00", "17 November is no working day"),
    ("2026-12-23T16:00:00+01:00", "2026-12-28T17:00:00+01:00", "over Christmas"),
    ("2026-03-27T10:00:00+01:00", "2026-03-30T17:00:00+02:00", "over the clock change in March"),
    ("2026-10-23T10:00:00+02:00", "2026-10-26T17:00:00+01:00", "over the clock change in October"),
]

# 24:00 of the next day.
CLOUD_PRIORITY: list[Row] = [
    ("2026-02-06T16:30:00+01:00", "2026-02-08T00:00:00+01:00", "Friday: the end of Saturday"),
    ("2026-02-09T00:00:00+01:00", "2026-02-11T00:00:00+01:00", "midnight belongs to the day that begins"),
    ("2026-02-08T23:59:59+01:00", "2026-02-10T00:00:00+01:00", "a second earlier"),
    ("2026-12-24T10:00:00+01:00", "2026-12-26T00:00:00+01:00", "at Christmas"),
    ("2026-03-28T12:00:00+01:00", "2026-03-30T00:00:00+02:00", "the end of a day of 23 hours"),
    ("2026-10-24T12:00:00+02:00", "2026-10-26T00:00:00+01:00", "the end of a day of 25 hours"),
]

SPLIT = {key: [["08:00", "12:00"], ["13:00", "17:00"]] for key in ("mon", "tue", "wed", "thu")}
AGREED_IN_PRAGUE = {
    "coverage": {
        "hours": {**SPLIT, "fri": [["08:00", "12:00"]]},
        "country": "CZ",
        "annual_holidays": ["12-31"],
        "overrides": {"2026-05-06": [["14:00", "16:00"]], "2026-12-24": [["08:00", "10:00"]], "2026-05-12": []},
    },
    "sla.reaction.1": 30,
    "sla.reaction.2": {"kind": "elapsed", "minutes": 15},
    "sla.reaction.3": {"kind": "business_days", "days": 1},
    "sla.reaction.4": {"kind": "business_days", "days": 3},
    "sla.resolution.1": {"kind": "covered", "seconds": 18000},
    "sla.resolution.2": {"kind": "end_of_business_day", "days": 3},
}
# Mon–Thu 8–12 and 13–17, Fri 8–12; Wednesday 6 May 14–16 only, Tuesday 12 May closed, 24 December 8–10 all the same.
INDIVIDUAL: dict[tuple[str, int], list[Row]] = {
    ("reaction", 1): [
        ("2026-02-04T11:45:00+01:00", "2026-02-04T13:15:00+01:00", "over lunch"),
        ("2026-02-04T11:30:00+01:00", "2026-02-04T12:00:00+01:00", "used up as lunch begins"),
        ("2026-02-04T12:00:00+01:00", "2026-02-04T13:30:00+01:00", "as lunch begins"),
        ("2026-02-04T13:00:00+01:00", "2026-02-04T13:30:00+01:00", "as lunch ends"),
        ("2026-02-06T11:45:00+01:00", "2026-02-09T08:15:00+01:00", "Friday ends at noon"),
        ("2026-12-23T16:45:00+01:00", "2026-12-24T08:15:00+01:00", "hours of its own win over the holiday"),
        ("2026-12-24T09:45:00+01:00", "2026-12-28T08:15:00+01:00", "which then goes on"),
        ("2026-12-30T16:45:00+01:00", "2027-01-04T08:15:00+01:00", "the last of the year was agreed to be free"),
    ],
    ("reaction", 2): [("2026-02-06T16:50:00+01:00", "2026-02-06T17:05:00+01:00", "around the clock")],
    ("reaction", 3): [
        ("2026-02-04T10:00:00+01:00", "2026-02-05T10:00:00+01:00", "inside"),
        ("2026-02-05T10:00:00+01:00", "2026-02-06T10:00:00+01:00", "inside Friday's hours"),
        ("2026-02-05T11:59:59+01:00", "2026-02-06T11:59:59+01:00", "just inside"),
        ("2026-02-05T13:00:00+01:00", "2026-02-09T08:00:00+01:00", "13:00 on Friday is outside: the next opening"),
        ("2026-02-05T15:30:00+01:00", "2026-02-09T08:00:00+01:00", "so is 15:30"),
        ("2026-02-05T17:00:00+01:00", "2026-02-09T08:00:00+01:00", "at closing: from Friday 8:00 on"),
        ("2026-02-06T11:00:00+01:00", "2026-02-09T11:00:00+01:00", "from Friday to Monday"),
        ("2026-05-05T10:00:00+02:00", "2026-05-06T14:00:00+02:00", "10:00 is before that day's opening"),
        ("2026-05-05T14:00:00+02:00", "2026-05-06T14:00:00+02:00", "14:00 is exactly at it"),
        ("2026-05-05T15:30:00+02:00", "2026-05-06T15:30:00+02:00", "15:30 is inside"),
        ("2026-05-05T16:00:00+02:00", "2026-05-06T16:00:00+02:00", "16:00 is exactly at that day's closing"),
        ("2026-05-05T16:00:01+02:00", "2026-05-07T08:00:00+02:00", "a second later is outside"),
        ("2026-05-06T15:00:00+02:00", "2026-05-07T15:00:00+02:00", "from that day on"),
        ("2026-05-11T09:00:00+02:00", "2026-05-13T09:00:00+02:00", "a day closed by agreement is none"),
    ],
    ("reaction", 4): [
        ("2026-02-04T10:00:00+01:00", "2026-02-09T10:00:00+01:00", "Thursday, Friday, Monday"),
        ("2026-02-03T15:00:00+01:00", "2026-02-09T08:00:00+01:00", "15:00 on Friday is outside"),
        ("2026-12-22T09:00:00+01:00", "2026-12-28T09:00:00+01:00", "24 December is a working day here"),
        ("2026-12-23T09:30:00+01:00", "2026-12-29T09:30:00+01:00", "24, 28, 29"),
    ],
    ("resolution", 1): [
        ("2026-02-04T14:00:00+01:00", "2026-02-05T10:00:00+01:00", "five hours: three and two"),
        ("2026-02-05T14:00:00+01:00", "2026-02-06T10:00:00+01:00", "from Thursday to Friday"),
        ("2026-02-05T16:00:00+01:00", "2026-02-06T12:00:00+01:00", "used up as Friday ends"),
        ("2026-02-06T10:00:00+01:00", "2026-02-09T11:00:00+01:00", "from Friday to Monday"),
    ],
    ("resolution", 2): [
        ("2026-02-02T10:00:00+01:00", "2026-02-05T17:00:00+01:00", "Thursday ends at 17:00"),
        ("2026-02-03T10:00:00+01:00", "2026-02-06T12:00:00+01:00", "Friday ends at noon"),
        ("2026-05-03T10:00:00+02:00", "2026-05-07T17:00:00+02:00", "from Monday on: Tuesday, Wednesday, Thursday"),
        ("2026-12-21T10:00:00+01:00", "2026-12-24T10:00:00+01:00", "24 December ends at 10:00"),
    ],
}

# Nights, Monday to Friday until 6:00 and from 22:00, in Bratislava; Epiphany is a holiday, 17 November no longer is.
AGREED_IN_BRATISLAVA = {
    "coverage": {
        "hours": {key: [["00:00", "06:00"], ["22:00", "24:00"]] for key in ("mon", "tue", "wed", "thu", "fri")},
        "country": "SK",
    },
    "sla.reaction.1": 180,
    "sla.reaction.2": {"kind": "business_days", "days": 1},
    "sla.resolution.2": {"kind": "end_of_business_day", "days": 1},
}
NIGHTS: dict[tuple[str, int], list[Row]] = {
    ("reaction", 1): [
        ("2026-02-03T23:00:00+01:00", "2026-02-04T02:00:00+01:00", "through midnight"),
        ("2026-02-03T21:00:00+01:00", "2026-02-04T01:00:00+01:00", "before opening"),
        ("2026-02-04T05:00:00+01:00", "2026-02-05T00:00:00+01:00", "over the day, used up at midnight"),
        ("2026-02-04T05:00:01+01:00", "2026-02-05T00:00:01+01:00", "a second later"),
        ("2026-02-06T23:00:00+01:00", "2026-02-09T02:00:00+01:00", "Friday ends at 24:00"),
        ("2026-01-05T23:00:00+01:00", "2026-01-07T02:00:00+01:00", "Epiphany has no night of its own"),
        ("2026-11-16T23:00:00+01:00", "2026-11-17T02:00:00+01:00", "17 November is a working day in Slovakia"),
        ("2026-12-23T23:00:00+01:00", "2026-12-28T02:00:00+01:00", "over Christmas"),
    ],
    ("reaction", 2): [
        ("2026-02-03T23:00:00+01:00", "2026-02-04T23:00:00+01:00", "at night"),
        ("2026-02-04T12:00:00+01:00", "2026-02-05T22:00:00+01:00", "by day: from 22:00 on"),
        ("2026-02-06T06:00:00+01:00", "2026-02-09T22:00:00+01:00", "at closing: from 22:00 on"),
        ("2026-02-06T05:59:59+01:00", "2026-02-09T05:59:59+01:00", "a second before"),
    ],
    ("resolution", 2): [
        ("2026-02-03T23:00:00+01:00", "2026-02-05T00:00:00+01:00", "24:00 of Wednesday"),
        ("2026-02-06T01:00:00+01:00", "2026-02-10T00:00:00+01:00", "Friday: 24:00 of Monday"),
        ("2026-10-23T23:00:00+02:00", "2026-10-27T00:00:00+01:00", "over the clock change in October"),
    ],
}

SUNDAY_NIGHTS = {
    "coverage": {"hours": {"sat": [["22:00", "24:00"]], "sun": [["00:00", "06:00"]]}},
    "sla.resolution.1": 240,
    "sla.resolution.2": 420,
}
# Saturday 22:00 to Sunday 6:00: eight hours, seven in March, nine in October.
CHANGES: dict[tuple[str, int], list[Row]] = {
    ("resolution", 1): [
        ("2026-02-07T23:00:00+01:00", "2026-02-08T03:00:00+01:00", "an ordinary night"),
        ("2026-03-28T23:00:00+01:00", "2026-03-29T04:00:00+02:00", "2:00 to 3:00 does not exist"),
        ("2026-10-24T23:00:00+02:00", "2026-10-25T02:00:00+01:00", "2:00 to 3:00 counts twice"),
    ],
    ("resolution", 2): [
        ("2026-03-28T22:00:00+01:00", "2026-03-29T06:00:00+02:00", "all seven hours of that night"),
        ("2026-10-24T22:00:00+02:00", "2026-10-25T04:00:00+01:00", "seven of nine hours"),
    ],
}

# Berlin with Bavaria's holidays, the last of the year free, 24 December 9–12.
REGION: dict[tuple[str, int], list[Row]] = {
    ("reaction", 1): [
        ("2026-01-05T16:30:00+01:00", "2026-01-07T09:30:00+01:00", "Epiphany is a holiday in Bavaria"),
        ("2026-05-13T16:30:00+02:00", "2026-05-15T09:30:00+02:00", "Ascension Day is one everywhere"),
        ("2026-12-24T11:30:00+01:00", "2026-12-28T09:30:00+01:00", "the 24th ends at noon"),
    ],
    ("reaction", 2): [("2026-12-30T10:00:00+01:00", "2027-01-04T10:00:00+01:00", "the 31st is free by agreement")],
}

CONTACT = {"name": "Ada", "company": "Kunde", "phone": "+420 1", "email": "ada@kunde.example"}
CLOUD = {"scope": "cloud_outage", "channel": "phone", "contact": CONTACT}
ALL = (1, 2, 3, 4)

# Plan, what was agreed, target, priorities, what else a ticket says, rows.
TABLES: list[tuple[str, dict[str, Any], str, tuple[int, ...], dict[str, Any], list[Row]]] = [
    ("eurolinux-standard", {}, "reaction", (1,), {}, STANDARD_1),
    ("eurolinux-standard", {}, "reaction", (2,), {}, STANDARD_2),
    ("eurolinux-standard", {}, "reaction", (3,), {}, STANDARD_3),
    ("eurolinux-standard", {}, "reaction", (4,), {}, STANDARD_4),
    *(("eurolinux-premium", {}, "reaction", (priority,), {}, rows) for priority, rows in PREMIUM.items()),
    ("eurolinux-basic", {}, "reaction", (1, 2, 3), {"scope": "installation"}, STANDARD_3),
    ("eurolinux-basic", {}, "reaction", (4,), {"scope": "installation"}, STANDARD_4),
    ("eurolinux-standard-plus", {}, "reaction", (1,), {}, STANDARD_1[:3]),
    ("eurolinux-standard-plus", {}, "reaction", (4,), {}, STANDARD_4[:3]),
    (
        "eurolinux-standard-plus",
        {"sla.reaction.1": 120},
        "reaction",
        (1,),
        {},
        [
            ("2026-02-06T16:30:00+01:00", "2026-02-09T10:30:00+01:00", "120 minutes of Standard's hours were agreed"),
        ],
    ),
    (
        "eurolinux-standard-plus",
        {"coverage": {"always": True}},
        "reaction",
        (1,),
        {},
        [
            ("2026-02-06T16:30:00+01:00", "2026-02-06T17:30:00+01:00", "other hours were agreed"),
        ],
    ),
    ("easyredmine-basic", {}, "resolution", ALL, {"channel": "portal"}, CARE_BASIC),
    ("easyredmine-basic", {}, "resolution", (1, 4), CLOUD, CLOUD_BASIC),
    ("easyredmine-priority", {}, "resolution", ALL, {}, CARE_PRIORITY),
    ("easyredmine-priority", {}, "resolution", (1, 4), CLOUD, CLOUD_PRIORITY),
    *(
        (plan, AGREED_IN_PRAGUE, target, (priority,), {}, rows)
        for plan in ("dytron-sla", "easyredmine-individual")
        for (target, priority), rows in INDIVIDUAL.items()
    ),
    *(("cloudempiere-sla", AGREED_IN_BRATISLAVA, target, (p,), {}, rows) for (target, p), rows in NIGHTS.items()),
    *(("dytron-sla", SUNDAY_NIGHTS, target, (p,), {}, rows) for (target, p), rows in CHANGES.items()),
    (
        "cloudempiere-sla",
        {"sla.reaction.1": 45},
        "reaction",
        (1,),
        {},
        [
            ("2026-02-07T23:30:00+01:00", "2026-02-08T00:15:00+01:00", "without hours, minutes are those on the wall"),
        ],
    ),
    *(("dial-region", {}, target, (priority,), {}, rows) for (target, priority), rows in REGION.items()),
]

CASES = [
    (plan, agreed, target, priority, told, *row)
    for plan, agreed, target, priorities, told, rows in TABLES
    for priority in priorities
    for row in rows
]


@pytest.fixture(scope="module")
def tickets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A ticket for each row, named by its number, all on contracts of their plans."""
    folder: Path = tmp_path_factory.mktemp("targets")
    with desk_over(f"sqlite:///{folder / 'ledger.db'}") as desk:
        contracts: dict[str, str] = {}
        numbers = count(1)
        lines = []
        for number, (plan, agreed, _, priority, told, opened, _, _) in enumerate(CASES):
            key = f"{plan} {agreed}"
            if key not in contracts:
                contracts[key] = f"C{next(numbers)}"
                desk.sign(contracts[key], plan, agreed=agreed)
            lines.append(open_ticket(f"T{number}", at=opened, priority=priority, contract_id=contracts[key], **told))
        desk.tell(*lines)
        yield desk


@pytest.mark.parametrize(
    "number", range(len(CASES)), ids=[f"{case[0]}-{case[2]}-{case[3]}-{case[7]}".replace(" ", "_") for case in CASES]
)
def test_a_target_falls_due_as_the_text_promises(tickets: Desk, number: int) -> None:
    _, _, target, priority, _, opened, due, _ = CASES[number]
    clock = tickets.target(target, f"T{number}")
    assert same(clock["due_at"], due), f"opened {opened}: due {clock['due_at']}, not {due}"
    assert clock["priority"] == priority
    assert clock["paused_minutes"] == 0


@pytest.mark.parametrize("plan", ["eurolinux-standard", "easyredmine-basic", "easyredmine-priority"])
def test_a_plan_promises_no_more_than_its_text(tickets: Desk, plan: str) -> None:
    promised = {"eurolinux-standard": ["reaction"]}.get(plan, ["resolution"])
    numbers = [number for number, case in enumerate(CASES) if case[0] == plan][::7]
    assert [[clock["target"] for clock in tickets.ticket(f"T{number}")["sla"]] for number in numbers] == [
        promised for _ in numbers
    ]


def test_priorities_nobody_agreed_a_target_for_are_promised_nothing(shared: Desk) -> None:
    shared.sign("C", "dytron-sla", agreed={"sla.reaction.2": 60})
    shared.tell(*(open_ticket(f"T{priority}", at="2026-02-04T10:00:00+01:00", priority=priority) for priority in ALL))
    assert [len(shared.ticket(f"T{priority}")["sla"]) for priority in ALL] == [0, 1, 0, 0]


def test_a_target_in_working_time_cannot_be_agreed_without_hours(desk: Desk) -> None:
    customer = {"customer_id": "k", "name": "Kunde", "country": "CZ"}
    told = {"contract_id": "C", "plan": "dytron-sla", "starts_on": "2026-01-01", "customer": customer}
    for target in ({"kind": "covered", "minutes": 60}, {"kind": "business_days", "days": 1}):
        refusal = desk.refused("not-agreed", sign(**told, agreed={"sla.reaction.1": target}))
        assert refusal["missing"] == ["coverage"]


# -- plans that promise no time: a view of their hours -------------------------------------------------------------

# Mon–Thu 9–17, Fri 9–12 in Berlin: opened, inside?
GROUP_HOURS = [
    ("2026-02-02T09:00:00+01:00", True),
    ("2026-02-02T08:59:59+01:00", False),
    ("2026-02-05T16:59:59+01:00", True),
    ("2026-02-05T17:00:00+01:00", False),
    ("2026-02-06T11:59:59+01:00", True),
    ("2026-02-06T12:00:00+01:00", False),
    ("2026-02-07T10:00:00+01:00", False),
    ("2026-05-14T10:00:00+02:00", False),  # Ascension Day
    ("2026-06-04T10:00:00+02:00", True),  # Corpus Christi is no holiday of the whole country
    ("2026-12-24T10:00:00+01:00", True),  # nor is Christmas Eve
    ("2026-12-25T10:00:00+01:00", False),
    ("2026-03-30T09:00:00+02:00", True),
    ("2026-10-26T09:00:00+01:00", True),
]
# What stands at an instant: open now, and when next.
GROUP_NEXT = [
    ("2026-06-15T10:00:00+02:00", True, None),
    ("2026-06-15T08:00:00+02:00", False, "2026-06-15T09:00:00+02:00"),
    ("2026-06-19T12:00:00+02:00", False, "2026-06-22T09:00:00+02:00"),
    ("2026-10-24T12:00:00+02:00", False, "2026-10-26T09:00:00+01:00"),
    ("2026-12-24T17:00:00+01:00", False, "2026-12-28T09:00:00+01:00"),
]


@pytest.mark.parametrize("plan", ["groupios-l", "groupios-m", "groupios-s"])
def test_hours_without_a_promise_are_a_view_of_coverage_and_no_clock(shared: Desk, plan: str) -> None:
    shared.sign("C", plan)
    shared.tell(*(open_ticket(f"T{number}", at=opened, priority=1) for number, (opened, _) in enumerate(GROUP_HOURS)))
    for number, (opened, inside) in enumerate(GROUP_HOURS):
        ticket = shared.ticket(f"T{number}")
        assert ticket["sla"] == []
        assert ticket["coverage"]["opened_inside"] is inside, opened
    for at, is_open, following in GROUP_NEXT:
        coverage = shared.ticket("T0", as_of=at)["coverage"]
        assert coverage["open_now"] is is_open, at
        assert same(coverage["next_opening_at"], following), at
    assert shared.compliance("C") == []
    assert shared.unseen(f"tickets/{shared.named('T0')}/sla/reaction/trace")["code"] == "not-found"


def test_a_channel_may_have_hours_of_its_own(shared: Desk) -> None:
    """cloudempiere's portal is open always, its phone Mon–Fri 8–17 in Bratislava."""
    shared.sign("C", "cloudempiere-standard")
    instants = ["2026-02-06T16:59:59+01:00", "2026-02-06T17:00:00+01:00", "2026-01-06T10:00:00+01:00"]
    for number, at in enumerate(instants):
        shared.tell(
            open_ticket(f"P{number}", at=at, priority=1, channel="phone"),
            open_ticket(f"W{number}", at=at, priority=1, channel="portal"),
        )
    assert [shared.ticket(f"P{number}")["coverage"]["opened_inside"] for number in range(3)] == [True, False, False]
    assert [shared.ticket(f"W{number}")["coverage"]["opened_inside"] for number in range(3)] == [True, True, True]
    assert shared.ticket("P0")["sla"] == shared.ticket("W0")["sla"] == []
    shown = shared.ticket("P0", as_of="2026-09-15T17:00:00+02:00")["coverage"]
    assert same(shown["next_opening_at"], "2026-09-16T08:00:00+02:00")


@pytest.mark.parametrize("plan", ["dytron-alc", "dytron-pay", "dytron-sbp", "dytron-sla", "cloudempiere-sla"])
def test_a_plan_without_hours_shows_none(shared: Desk, plan: str) -> None:
    required = {figure["name"] for figure in shared.see(f"plans/{plan}")["open"] if figure["required"]}
    shared.sign("C", plan, agreed=dict.fromkeys(required, "1000.00"))
    shared.tell(open_ticket(at="2026-02-06T16:30:00+01:00", priority=1))
    assert shared.ticket()["sla"] == []
    assert shared.ticket()["coverage"] is None


# -- the set of holidays in force ----------------------------------------------------------------------------------


def test_the_holidays_in_force_are_kept_with_the_contract(desk: Desk) -> None:
    desk.sign("C", "dial-region")
    desk.sign("N", "eurolinux-premium")
    started = {one["contract_id"]: one["data"] for one in desk.events() if one["type"] == "TermStarted"}
    assert set(started["C"]["holidays"]) == {"DE-BY"}
    kept = {date.fromisoformat(day) for day in started["C"]["holidays"]["DE-BY"]}
    assert {date(2026, 1, 6), date(2026, 6, 4), date(2026, 12, 25), date(2027, 1, 1), date(2031, 1, 6)} <= kept
    assert date(2026, 12, 24) not in kept
    assert started["C"]["holidays_source"].startswith("holidays ")
    assert started["N"]["holidays"] == {}


def test_a_later_release_of_the_source_moves_no_clock_of_a_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with desk_over(url) as desk:
        desk.sign("OLD", "eurolinux-standard")
    released = {date(2026, 2, 9): "Day of the Release"}  # and nothing else, of any year
    for module in ("ledger.sla.coverage", "ledger.plans.holiday_sets"):
        monkeypatch.setattr(f"{module}.holidays_of", lambda _country, _region, _year: released)
    with desk_over(url) as desk:
        desk.sign("NEW", "eurolinux-standard")
        for contract in ("OLD", "NEW"):
            desk.tell(open_ticket(f"{contract}-1", at="2026-02-06T16:30:00+01:00", priority=1, contract_id=contract))
            desk.tell(open_ticket(f"{contract}-2", at="2026-11-10T16:30:00+01:00", priority=1, contract_id=contract))
        dues = {name: desk.due("reaction", name) for name in ("OLD-1", "OLD-2", "NEW-1", "NEW-2")}
    assert dues == {
        "OLD-1": "2026-02-09T08:30:00Z",
        "OLD-2": "2026-11-12T08:30:00Z",
        "NEW-1": "2026-02-10T08:30:00Z",
        "NEW-2": "2026-11-11T08:30:00Z",
    }


# -- whose calendar ----------------------------------------------------------------------------------------------

AFTERNOONS = {"hours": {key: [["13:00", "15:00"]] for key in ("mon", "tue", "wed", "thu", "fri")}}
EVENINGS = {"hours": {key: [["18:00", "20:00"]] for key in ("mon", "tue", "wed", "thu", "fri")}}


def test_hours_are_the_contracts_before_the_customers_before_the_plans(desk: Desk) -> None:
    hours = {"coverage": EVENINGS, "sla.reaction.1": 60}
    desk.sign("plans", "eurolinux-standard")
    desk.sign("customers", "eurolinux-standard", coverage=AFTERNOONS)
    desk.sign("agreed", "dytron-sla", coverage=AFTERNOONS, agreed=hours)
    desk.sign("open", "dytron-sla", coverage=AFTERNOONS, agreed={"sla.reaction.1": 60})
    for contract in ("plans", "customers", "agreed", "open"):
        desk.tell(open_ticket(contract, at="2026-02-02T10:00:00+01:00", priority=1, contract_id=contract))
    assert {contract: desk.due("reaction", contract) for contract in ("plans", "customers", "agreed", "open")} == {
        "plans": "2026-02-02T10:00:00Z",
        "customers": "2026-02-02T13:00:00Z",
        "agreed": "2026-02-02T18:00:00Z",
        "open": "2026-02-02T13:00:00Z",
    }


def test_a_later_plan_takes_the_customers_hours_too(desk: Desk) -> None:
    desk.sign("C", "eurolinux-premium", coverage=AFTERNOONS)
    desk.tell(
        change_plan("eurolinux-standard", "2026-03-01", "C"),
        open_ticket("before", at="2026-02-02T10:00:00+01:00", priority=1),
        open_ticket("after", at="2026-03-02T10:00:00+01:00", priority=1),
    )
    assert desk.due("reaction", "before") == "2026-02-02T10:00:00Z"  # 60 minutes around the clock
    assert desk.due("reaction", "after") == "2026-03-02T13:00:00Z"


def test_hours_of_a_customer_that_are_none_are_refused_by_name(desk: Desk) -> None:
    signing = {"contract_id": "C", "plan": "eurolinux-standard", "starts_on": "2026-01-01"}
    customer = {"customer_id": "k", "name": "Customer k", "country": "CZ"}
    for hours, field in (
        ({"hours": {}}, "customer.coverage"),
        ({"hours": {"mon": [["15:00", "13:00"]]}}, "customer.coverage.hours.mon"),
        ({"timezone": "Prague", **AFTERNOONS}, "customer.coverage.timezone"),
        ({"opens": "never"}, "customer.coverage.opens"),
    ):
        refused = desk.refused("malformed", sign(**signing, customer=customer | {"coverage": hours}))
        assert refused["field"] == field, refused
    desk.sign("C", "eurolinux-standard")
    amended = {"contract_id": "C", "customer": {"coverage": AFTERNOONS}}
    assert desk.refused("malformed", amend(**amended))["field"] == "customer.coverage"
