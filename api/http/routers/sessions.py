"""Booked sessions: across contracts, of one contract, and each with its history."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.lists import AS_FILES, ListDep, ListDoor, Listing
from api.http.models.history import HistoryEntry, show_entry
from api.http.models.sessions import (
    SessionAnswer,
    SessionHistory,
    SessionList,
    SessionSummary,
    show_session,
    show_whole_session,
)
from api.http.paging import (
    AsOfParam,
    ContractIdParam,
    Filter,
    KnownAtParam,
    MomentParam,
    SessionIdParam,
    moment_of,
    times_of,
)
from api.http.problems import PROBLEMS
from ledger.kernel.access import Actor
from projections.asking import Page, PageAsked
from projections.history import ToldFact
from projections.reader import Snapshot, Times
from projections.sessions.questions import (
    ListedSession,
    SessionFilter,
    list_sessions,
    session_history,
    session_with_history,
)
from projections.sessions.view import SessionStatus
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1", tags=["sessions"], responses=PROBLEMS, dependencies=[CaughtUp])
FIRST_PAGE = PageAsked(100)  # of the history that stands with the session itself
StateParam = Annotated[SessionStatus | None, Query()]
FromParam = Annotated[
    MomentParam | None, Query(alias="from", description="Beginning at this instant or day, or later.")
]
ToParam = Annotated[MomentParam | None, Query(description="Beginning at this instant or day, or earlier.")]


@router.get(
    "/sessions", summary="Sessions", operation_id="list_sessions", response_model=SessionList, responses=AS_FILES
)
async def sessions(
    door: ListDep,
    actor: ActorDep,
    provider: Filter = None,
    customer_id: Filter = None,
    state: StateParam = None,
    from_: FromParam = None,
    to: ToParam = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> Response:
    """Sessions that the token may see, in the order of their starts; `from` and `to` are about these.

    A page of the past may hold fewer items than `limit`.
    """
    wanted = SessionFilter(
        provider=provider,
        customer_id=customer_id,
        state=state,
        starts_from=moment_of("from", from_),
        starts_to=moment_of("to", to),
    )
    return await _answer(door, actor, wanted, times_of(as_of, known_at))


@router.get(
    "/contracts/{contract_id}/sessions",
    summary="Sessions of a contract",
    operation_id="list_contract_sessions",
    response_model=SessionList,
    responses=AS_FILES,
)
async def contract_sessions(
    door: ListDep,
    contract_id: ContractIdParam,
    actor: ActorDep,
    state: StateParam = None,
    from_: FromParam = None,
    to: ToParam = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> Response:
    """In the order of their starts; `from` and `to` are about these.

    A page of the past may hold fewer items than `limit`.
    """
    wanted = SessionFilter(
        contract_id, state=state, starts_from=moment_of("from", from_), starts_to=moment_of("to", to)
    )
    return await _answer(door, actor, wanted, times_of(as_of, known_at))


async def _answer(door: ListDoor, actor: Actor, wanted: SessionFilter, times: Times) -> Response:
    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[ListedSession]:
        return await list_sessions(snapshot, actor, wanted, times, page)

    return await door.answer(Listing(SessionSummary, ask, show_session), int, int)


@router.get("/sessions/{session_id}", summary="A session", operation_id="get_session")
async def session(
    session_id: SessionIdParam, state: StateDep, actor: ActorDep, as_of: AsOfParam = None, known_at: KnownAtParam = None
) -> SessionAnswer:
    """A session with what was billed for it, and the first 100 events of its history."""
    times = times_of(as_of, known_at)
    async with state.reader.snapshot() as snapshot:
        found, history = await session_with_history(snapshot, actor, session_id, times, FIRST_PAGE)
    return show_whole_session(found, history)


@router.get(
    "/sessions/{session_id}/history",
    summary="What happened to a session",
    operation_id="list_session_history",
    response_model=SessionHistory,
    responses=AS_FILES,
)
async def history_of_session(
    door: ListDep,
    session_id: SessionIdParam,
    actor: ActorDep,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> Response:
    """Its events, in the order in which they were recorded: booked, each move, the end."""
    times = times_of(as_of, known_at)

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[ToldFact]:
        return await session_history(snapshot, actor, session_id, times, page)

    listing = Listing(HistoryEntry, ask, show_entry, {"session_id": session_id})
    return await door.answer(listing, int)
