"""The history itself, for those who audit it: every stored event, in order, as it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.http.authentication import ActorDep, CaughtUp, StateDep, check_reads_events
from api.http.models import EventList, EventOut
from api.http.paging import Cursor, Limit, decode_cursor, encode_cursor
from api.http.problems import PROBLEMS
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal
from projections.history import Stored, events_after, sealed_in, show
from projections.reader import Snapshot, open_texts, view_position

router = APIRouter(prefix="/v1/events", tags=["events"], responses=PROBLEMS, dependencies=[CaughtUp])
MAX = 2**62


async def _show(snapshot: Snapshot, found: list[Stored]) -> list[EventOut]:
    texts = await open_texts(snapshot, [box for stored in found for box in sealed_in(stored.fact)])
    return [EventOut(**show(stored, texts, whole=True)) for stored in found]


async def _events(snapshot: Snapshot, actor: Actor, after: int, upto: int, limit: int) -> list[Stored]:
    check_reads_events(actor)
    return await events_after(snapshot, after, limit, upto, actor.provider)


@router.get("", summary="Events")
async def events(
    state: StateDep,
    actor: ActorDep,
    after: Annotated[int, Query(ge=0, le=MAX, description="Events beyond this position.")] = 0,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> EventList:
    """Events beyond a position that the views have read, in order; personal texts are shown while their key exists."""
    key = decode_cursor(cursor, int)
    start = max(after, key[0]) if key else after
    async with state.reader.snapshot() as snapshot:
        position = await view_position(snapshot)
        found = await _events(snapshot, actor, start, position, limit + 1)
        following = encode_cursor(found[limit - 1].position) if len(found) > limit else None
        return EventList(position=position, items=await _show(snapshot, found[:limit]), next=following)


@router.get("/{position}", summary="An event")
async def event(position: Annotated[int, Path(ge=0, le=MAX)], state: StateDep, actor: ActorDep) -> EventOut:
    """The event at a position."""
    async with state.reader.snapshot() as snapshot:
        found = await _events(snapshot, actor, position - 1, position, 1)
        if not found:
            raise Refusal("not-found", f"There is no event at position {position}.", at=position)
        (shown,) = await _show(snapshot, found)
        return shown
