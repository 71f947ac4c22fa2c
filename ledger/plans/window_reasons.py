"""Why a stretch of a due instant's account counted or did not (S4): a code with its figures. Pure.

The account's English sentence is made from them here and nowhere else; other languages have words of their own for a
code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

SENTENCES: dict[str, str] = {
    "around_the_clock": "around the clock",
    "support_hours": "support hours",
    "first_day": "support hours: the day it began",
    "counted_day": "support hours: day {number} of {promised}",
    "moved_on": "support hours: moved on by the time waited",
    "paused": "paused: waiting for the customer, or resolved until reopened",
    "outside": "outside support hours",
    "outside_for_long": "outside support hours for more than ten days",
    "further": "{count} further windows",
    "closed": "closed",
    "closed_by_agreement": "closed by agreement",
    "agreed_holiday": "holiday: by agreement",
    "holiday": "holiday: {name}",
}


@dataclass(slots=True, frozen=True)
class WindowReason:
    """`code` is one of SENTENCES, `values` fill its places; `day` is there where it is about one local day."""

    code: str
    day: date | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        said = SENTENCES[self.code].format(**self.values)
        return said if self.day is None else f"{self.day:%a} {self.day.isoformat()} {said}"
