"""Then and now: the day above a page, and the moment of its end in the zone that the page speaks of."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query, Request

from api.http.paging import day_of
from api.state import state_of
from ledger.kernel.errors import malformed
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import MICROSECOND, end_of_day, local_date
from projections.reader import NOW, Times

FIRST_TO_BEGIN = "Pacific/Kiritimati"  # where each day begins first
DayAsked = Annotated[str | None, Query(alias="as_of", max_length=60)]


def day_asked(text: str | None) -> date | None:
    """None where nothing was asked: now. Raises Refusal malformed for what is no day."""
    return day_of("as_of", text or None)


async def no_day_ahead(request: Request) -> None:
    """A dependency of all pages. Raises Refusal malformed for a day that has begun nowhere: nothing was so then."""
    day = day_asked(request.query_params.get("as_of"))
    if day is None:
        return
    today = local_date((await state_of(request)).clock(), FIRST_TO_BEGIN)
    if day > today:
        raise malformed("as_of", FieldFault("day_to_come", {"day": day, "today": today}))


def at_end_of(day: date | None, zone: str) -> Times:
    """Everything before the next midnight in the zone, whatever zone a question would take a day in."""
    return NOW if day is None else Times(as_of=end_of_day(day, zone) - MICROSECOND)
