"""The history itself, for those who audit it: every stored event, in order, as it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.lists import AS_FILES, Listing, answer_list
from api.http.models.history import EventList, EventOut, EventSummary, show_event, show_whole_event
from api.http.paging import Cursor, Limit, page_asked
from api.http.problems import PROBLEMS
from projections.asking import Page, PageAsked
from projections.history import AuditedFact, find_event, list_events
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1/events", tags=["events"], responses=PROBLEMS, dependencies=[CaughtUp])
MAX = 2**62


@router.get("", summary="Events", operation_id="list_events", response_model=EventList, responses=AS_FILES)
async def events(
    request: Request,
    state: StateDep,
    actor: ActorDep,
    after: Annotated[int, Query(ge=0, le=MAX, description="Events beyond this position.")] = 0,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Events beyond a position that the views have read, in order, each with the command that recorded it.

    Personal texts are shown while their key exists. What is long in an event is named in `left_out`: ask for it alone.
    """
    page = page_asked(cursor, limit, int)
    behind = max(after, page.after[0]) if page.after else after

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[AuditedFact]:
        return await list_events(snapshot, actor, page)

    listing = Listing(EventSummary, ask, show_event)
    return await answer_list(state.long_questions, request.headers, listing, PageAsked(limit, (behind,)))


@router.get("/{position}", summary="An event", operation_id="get_event")
async def event(position: Annotated[int, Path(ge=0, le=MAX)], state: StateDep, actor: ActorDep) -> EventOut:
    """The event at a position."""
    async with state.reader.snapshot() as snapshot:
        return show_whole_event(await find_event(snapshot, actor, position))
