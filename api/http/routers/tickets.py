"""Tickets: where each stands, and its timeline."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.lists import AS_FILES, ListDep, Listing
from api.http.models.history import HistoryEntry, show_entry
from api.http.models.tickets import (
    TicketAnswer,
    TicketHistory,
    TicketList,
    TicketSummary,
    show_ticket,
    show_whole_ticket,
)
from api.http.paging import AsOfParam, Filter, KnownAtParam, TicketIdParam, times_of
from api.http.problems import PROBLEMS
from ledger.tickets.life import TicketStatus
from projections.asking import Page, PageAsked
from projections.history import ToldFact
from projections.reader import Snapshot
from projections.sla.calendars import Calendars
from projections.tickets.questions import OpenedTicket, TicketFilter, list_tickets, ticket_history, ticket_with_history

router = APIRouter(prefix="/v1/tickets", tags=["tickets"], responses=PROBLEMS, dependencies=[CaughtUp])

FIRST_PAGE = PageAsked(100)  # of the history that stands with the ticket itself


@router.get("", summary="Tickets", operation_id="list_tickets", response_model=TicketList, responses=AS_FILES)
async def tickets(
    door: ListDep,
    actor: ActorDep,
    contract_id: Filter = None,
    state: Annotated[TicketStatus | None, Query()] = None,
    priority: Annotated[int | None, Query(ge=1, le=4)] = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> Response:
    """Tickets that the token may see, in the order in which they were recorded.

    State and priority are those at the moment asked about; a page of the past may hold fewer items than `limit`.
    """
    wanted = TicketFilter(contract_id, state, priority)
    times = times_of(as_of, known_at)

    async def ask(snapshot: Snapshot, calendars: Calendars, page: PageAsked) -> Page[OpenedTicket]:
        return await list_tickets(snapshot, actor, wanted, calendars, times, page)

    listing = Listing(TicketSummary, ask, show_ticket)
    return await door.answer(listing, int)


@router.get("/{ticket_id}", summary="A ticket", operation_id="get_ticket")
async def ticket(
    ticket_id: TicketIdParam, state: StateDep, actor: ActorDep, as_of: AsOfParam = None, known_at: KnownAtParam = None
) -> TicketAnswer:
    """A ticket with its timeline, the first 100 events of it."""
    times = times_of(as_of, known_at)
    async with state.reader.snapshot() as snapshot:
        found, history = await ticket_with_history(snapshot, actor, ticket_id, state.calendars, times, FIRST_PAGE)
    return show_whole_ticket(found, history)


@router.get(
    "/{ticket_id}/history",
    summary="What happened to a ticket",
    operation_id="list_ticket_history",
    response_model=TicketHistory,
    responses=AS_FILES,
)
async def history_of_ticket(
    door: ListDep,
    ticket_id: TicketIdParam,
    actor: ActorDep,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> Response:
    """Its events, in the order in which they were recorded, retracted steps and their retraction among them."""
    times = times_of(as_of, known_at)

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[ToldFact]:
        return await ticket_history(snapshot, actor, ticket_id, times, page)

    listing = Listing(HistoryEntry, ask, show_entry, {"ticket_id": ticket_id})
    return await door.answer(listing, int)
