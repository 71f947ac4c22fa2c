"""Tickets: those that something is still to be done on first, each with its most urgent clock; now, or as of a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import Cursor, next_cursor, page_asked
from api.portal.frame.addresses import TICKETS_PAGE
from api.portal.frame.pages import page
from api.portal.frame.row_zones import row_zones
from api.portal.frame.then import DayAsked, at_end_of, day_asked
from api.portal.frame.visitors import Visitor, VisitorDep
from api.portal.tickets.shown_tickets import TARGET_WORDS, most_urgent
from api.portal.words.choices import TICKET_KINDS
from api.state import State
from projections.contracts.across import ContractsAsked, zone_across
from projections.reader import Snapshot
from projections.sla.calendars import Calendars
from projections.tickets.questions import TicketFilter, list_tickets

SHOWN_AT_ONCE = 50
WhichTickets = Literal["live", "resolved", "closed", "all"]
TicketsAsked = Annotated[WhichTickets, Query()]
FILTERS: dict[WhichTickets, TicketFilter] = {
    "live": TicketFilter(is_live=True),
    "resolved": TicketFilter(state="resolved"),
    "closed": TicketFilter(state="closed"),
    "all": TicketFilter(),
}

router = APIRouter()


@router.get("/tickets")
async def tickets_page(
    request: Request,
    state: StateDep,
    visitor: VisitorDep,
    which: TicketsAsked = "live",
    as_of: DayAsked = None,
    cursor: Cursor = None,
) -> Response:
    """In the order in which they came in; a page of the past may hold fewer than others."""
    shown = await _tickets(state, visitor, which, day_asked(as_of), cursor)
    return page(request, visitor, "tickets.html", **shown)


async def _tickets(
    state: State, visitor: Visitor, which: WhichTickets, day: date | None, cursor: str | None
) -> dict[str, Any]:
    asked = page_asked(cursor, SHOWN_AT_ONCE, int)

    async def ask(snapshot: Snapshot, calendars: Calendars) -> dict[str, Any]:
        zone = await zone_across(snapshot, visitor.actor, ContractsAsked())
        times = at_end_of(day, zone)
        found = await list_tickets(snapshot, visitor.actor, FILTERS[which], calendars, times, asked)
        return {
            "tickets": [(one, most_urgent(one.clocks)) for one in found.items],
            "zones": await row_zones(snapshot, {one.row.contract_id for one in found.items}, zone),
            "next": next_cursor(found),
        }

    shown = await state.long_questions.ask(ask)
    kept = {"which": which} | ({"as_of": day.isoformat()} if day else {})
    on = f"{TICKETS_PAGE}?{urlencode(kept | {'cursor': shown['next']})}" if shown["next"] else None
    words = {"kinds": TICKET_KINDS, "targets": TARGET_WORDS}
    return shown | words | {"which": which, "day": day, "cursor": cursor, "next": on}
