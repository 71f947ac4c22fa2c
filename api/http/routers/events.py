"""The history itself, for those who audit it or follow it: every stored event, in order, as it is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response

from api.http.authentication import ActorDep, CaughtUp, StateDep, authenticate
from api.http.event_stream import AT_ONCE, EVENT_STREAM, Ask, EventStream
from api.http.lists import AS_FILES, CSV, JSON, LINES, Listing, answer_list, media_type
from api.http.models.history import EventList, EventOut, EventSummary, show_event, show_whole_event
from api.http.paging import Cursor, Limit, page_asked
from api.http.problems import PROBLEMS
from projections.asking import Page, PageAsked
from projections.history import AuditedFact, find_event, list_events
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1/events", tags=["events"], responses=PROBLEMS, dependencies=[CaughtUp])
MAX = 2**62


_content = AS_FILES[200]["content"] | {EVENT_STREAM: {"schema": {"type": "string"}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": _content, "description": f"{AS_FILES[200]['description']}; or followed, as Server-Sent Events"}
}
WaitParam = Annotated[
    int, Query(ge=0, le=30, description="Where there is no event beyond `after` yet: wait so many seconds for one.")
]
LastEventId = Annotated[
    int, Header(alias="Last-Event-ID", ge=0, le=MAX, description="Of a stream: it goes on beyond this event.")
]


@router.get("", summary="Events", operation_id="list_events", response_model=EventList, responses=_ANSWERS)
async def events(
    request: Request,
    state: StateDep,
    actor: ActorDep,
    after: Annotated[int, Query(ge=0, le=MAX, description="Events beyond this position.")] = 0,
    wait: WaitParam = 0,
    limit: Limit = 100,
    cursor: Cursor = None,
    last_event_id: LastEventId = 0,
) -> Response:
    """Events beyond a position that the views have read, in order, each with the command that recorded it.

    Personal texts are shown while their key exists. What is long in an event is named in `left_out`: ask for it alone.
    With `Accept: text/event-stream` the answer never ends: each event is sent as soon as it is there. Those who follow
    or wait are so many at once in a process, and fewer of one token (503 `too-many-listeners`).
    """
    page = page_asked(cursor, limit, int)
    behind = max(after, page.after[0]) if page.after else after

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[AuditedFact]:
        return await list_events(snapshot, actor, page)

    def read(limit: int) -> Ask:
        """Of a page that is waited for; whoever waits has to be let in still."""

        async def beyond(position: int) -> Page[AuditedFact]:
            holder, asked = await authenticate(request), PageAsked(limit, (position,))
            return await state.long_questions.ask(lambda snapshot, _: list_events(snapshot, holder, asked))

        return beyond

    if media_type(request.headers, JSON, CSV, LINES, EVENT_STREAM) == EVENT_STREAM:
        return EventStream(state.listeners, state.limits, read(AT_ONCE), max(behind, last_event_id), actor.token_id)
    if wait:
        seconds = min(wait, state.limits.longest_wait_seconds)
        with state.listeners.place(actor.token_id):
            first = await state.listeners.next_page(read(1), behind, seconds, actor.token_id)
        behind = first.items[0].told.stored.position - 1 if first.items else first.position
    listing = Listing(EventSummary, ask, show_event)
    return await answer_list(state.long_questions, request.headers, listing, PageAsked(limit, (behind,)))


@router.get("/{position}", summary="An event", operation_id="get_event", response_model=EventOut)
async def event(position: Annotated[int, Path(ge=0, le=MAX)], state: StateDep, actor: ActorDep) -> Response:
    """The event at a position."""

    async def shown(snapshot: Snapshot, _: Calendars) -> str:  # of an invoice it may be megabytes
        return show_whole_event(await find_event(snapshot, actor, position)).model_dump_json(by_alias=True)

    return Response(await state.long_questions.ask(shown), media_type=JSON)
