"""Then and now: the day above a page, and the moment of its end in the zone that the page speaks of."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query

from api.http.paging import day_of
from ledger.kernel.values import MICROSECOND, ONE_DAY, first_instant
from projections.reader import NOW, Times

DayAsked = Annotated[str | None, Query(alias="as_of", max_length=60)]


def day_asked(text: str | None) -> date | None:
    """None where nothing was asked: now. Raises Refusal malformed for what is no day."""
    return day_of("as_of", text or None)


def at_end_of(day: date | None, zone: str) -> Times:
    """Everything before the next midnight in the zone, whatever zone a question would take a day in."""
    return NOW if day is None else Times(as_of=first_instant(day + ONE_DAY, zone) - MICROSECOND)
