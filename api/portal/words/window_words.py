"""Why time of a due instant's account counted or did not, in the reader's words: a word for each code of a reason.

The account's own English sentence is made in `ledger/plans/window_reasons.py`.
"""

from __future__ import annotations

from api.languages import word

WINDOW_REASONS: dict[str, str] = {
    "around_the_clock": word("around the clock"),
    "support_hours": word("support hours"),
    "first_day": word("support hours, the day it began"),
    "counted_day": word("support hours, day {number} of {promised}"),
    "moved_on": word("support hours, moved on by the time waited"),
    "paused": word("paused: on hold for the customer, or resolved until reopened"),
    "outside": word("outside support hours"),
    "outside_for_long": word("outside support hours for more than ten days"),
    "further": word("{count} further windows"),
    "closed": word("no support hours"),
    "closed_by_agreement": word("closed by agreement"),
    "agreed_holiday": word("holiday by agreement"),
    "holiday": word("holiday: {name}"),
}
