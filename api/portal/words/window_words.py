"""Why time of a due instant's account counted or did not, in the reader's words.

The account itself tells it in English (`ledger/sla/trace.py`), so each reason is known by its sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from api.languages import PLACE, word

# The account's sentence, and what a page says instead; what stands in a place is shown as it is.
REASONS: dict[str, str] = {
    "around the clock": word("around the clock"),
    "support hours: the day it began": word("support hours, the day it began"),
    "support hours: day {number} of {promised}": word("support hours, day {number} of {promised}"),
    "support hours: moved on by the time waited": word("support hours, moved on by the time waited"),
    "support hours": word("support hours"),
    "paused: waiting for the customer, or resolved until reopened": word(
        "paused: on hold for the customer, or resolved until reopened"
    ),
    "outside support hours": word("outside support hours"),
    "outside support hours for more than ten days": word("outside support hours for more than ten days"),
    "further windows": word("further windows"),
    "{count} further windows": word("{count} further windows"),
    "closed": word("no support hours"),
    "closed by agreement": word("closed by agreement"),
    "holiday: by agreement": word("holiday by agreement"),
    "holiday: {name}": word("holiday: {name}"),
}
_KNOWN = [
    (re.compile(PLACE.sub(r"(?P<\1>.+)", re.escape(told).replace(r"\{", "{").replace(r"\}", "}"))), said)
    for told, said in REASONS.items()
]
_ONE_OF_DAYS = re.compile(r"; (?=[A-Z][a-z]{2} [0-9]{4}-[0-9]{2}-[0-9]{2} )")
_OF_A_DAY = re.compile(r"[A-Z][a-z]{2} ([0-9]{4}-[0-9]{2}-[0-9]{2}) (.+)")


@dataclass(slots=True, frozen=True)
class WindowReason:
    """`english` is a word with the values of its places, of a day where it is about one; empty where none is known:
    then `told` is what the account says.
    """

    told: str
    english: str
    values: Mapping[str, str] = field(default_factory=dict)
    day: date | None = None


def window_reasons(why: str) -> Sequence[WindowReason]:
    """A window has one reason, or one for each day without support hours in it."""
    found = []
    for told in _ONE_OF_DAYS.split(why):
        of_day = _OF_A_DAY.fullmatch(told)
        day = date.fromisoformat(of_day[1]) if of_day else None
        reason = of_day[2] if of_day else told
        english, values = _said(reason)
        found.append(WindowReason(told, english, values, day))
    return found


def _said(reason: str) -> tuple[str, Mapping[str, str]]:
    for pattern, said in _KNOWN:
        if match := pattern.fullmatch(reason):
            return said, match.groupdict()
    return "", {}
