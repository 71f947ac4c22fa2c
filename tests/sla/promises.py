"""When the published plans' promises fall due: tables worked out by hand, and what has to be agreed for them.

2026: 11 November (PL), 28 October and 17 November (CZ) are holidays, 24 to 26 December are in PL, CZ and SK; Easter
Monday is 6 April. Clocks go forward on 29 March and back on 25 October.
"""

from typing import Any

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
