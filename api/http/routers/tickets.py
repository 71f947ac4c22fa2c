"""Tickets: where each stands, and its timeline."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.models.tickets import TicketAnswer, TicketList, TicketStatus, show_ticket, show_tickets
from api.http.paging import AsOfParam, Cursor, Filter, KnownAtParam, Limit, TicketIdParam, page_asked, times_of
from api.http.problems import PROBLEMS
from projections.reader import Snapshot
from projections.sla.calendars import Calendars
from projections.tickets.questions import TicketFilter, find_ticket, list_tickets

router = APIRouter(prefix="/v1/tickets", tags=["tickets"], responses=PROBLEMS, dependencies=[CaughtUp])


@router.get("", summary="Tickets", operation_id="list_tickets")
async def tickets(
    state_: StateDep,
    actor: ActorDep,
    contract_id: Filter = None,
    state: Annotated[TicketStatus | None, Query()] = None,
    priority: Annotated[int | None, Query(ge=1, le=4)] = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> TicketList:
    """Tickets that the token may see, in the order in which they were recorded.

    State and priority are those at the moment asked about; a page of the past may hold fewer items than `limit`.
    """
    wanted, page = TicketFilter(contract_id, state, priority), page_asked(cursor, limit, int)
    times = times_of(as_of, known_at)

    async def listed(snapshot: Snapshot, calendars: Calendars) -> TicketList:
        return show_tickets(await list_tickets(snapshot, actor, wanted, calendars, times, page))

    return await state_.long_questions.ask(listed)


@router.get("/{ticket_id}", summary="A ticket", operation_id="get_ticket")
async def ticket(
    ticket_id: TicketIdParam, state: StateDep, actor: ActorDep, as_of: AsOfParam = None, known_at: KnownAtParam = None
) -> TicketAnswer:
    """A ticket with its timeline."""
    async with state.reader.snapshot() as snapshot:
        found = await find_ticket(snapshot, actor, ticket_id, state.calendars, times_of(as_of, known_at))
    return TicketAnswer(position=found.position, **show_ticket(found).model_dump())
