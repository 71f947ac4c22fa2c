"""The history itself, for those who audit it: every stored event, in order, as it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.models.history import EventList, EventOut, show_event, show_events
from api.http.paging import Cursor, Limit, page_asked
from api.http.problems import PROBLEMS
from projections.asking import PageAsked
from projections.history import find_event, list_events
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1/events", tags=["events"], responses=PROBLEMS, dependencies=[CaughtUp])
MAX = 2**62


@router.get("", summary="Events", operation_id="list_events")
async def events(
    state: StateDep,
    actor: ActorDep,
    after: Annotated[int, Query(ge=0, le=MAX, description="Events beyond this position.")] = 0,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> EventList:
    """Events beyond a position that the views have read, in order, each with the command that recorded it.

    Personal texts are shown while their key exists.
    """
    page = page_asked(cursor, limit, int)
    behind = max(after, page.after[0]) if page.after else after

    async def listed(snapshot: Snapshot, _: Calendars) -> EventList:
        return show_events(await list_events(snapshot, actor, PageAsked(limit, (behind,))))

    return await state.long_questions.ask(listed)


@router.get("/{position}", summary="An event", operation_id="get_event")
async def event(position: Annotated[int, Path(ge=0, le=MAX)], state: StateDep, actor: ActorDep) -> EventOut:
    """The event at a position."""
    async with state.reader.snapshot() as snapshot:
        return show_event(await find_event(snapshot, actor, position))
