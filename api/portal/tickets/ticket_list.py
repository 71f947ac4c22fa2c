"""Tickets: those that something is still to be done on first, each with its most urgent clock; now, or as of a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import Cursor, Filter, next_cursor, page_asked
from api.portal.frame.addresses import TICKETS_PAGE, with_query
from api.portal.frame.pages import SHOWN_AT_ONCE, page
from api.portal.frame.row_zones import row_zones
from api.portal.frame.then import DayAsked, at_end_of, day_asked
from api.portal.frame.visitors import Visitor, VisitorDep
from api.portal.tickets.shown_tickets import most_urgent
from api.portal.words.choices import TICKET_KINDS
from api.portal.words.terms_in_words import TARGET_WORDS
from api.state import State
from projections.contracts.across import ContractsAsked, zone_across
from projections.reader import Snapshot
from projections.sla.calendars import Calendars
from projections.tickets.questions import TicketFilter, list_tickets

WhichTickets = Literal["live", "open", "resolved", "closed", "all"]
FILTERS: dict[WhichTickets, TicketFilter] = {
    "live": TicketFilter(is_live=True),
    "open": TicketFilter(state="open"),
    "resolved": TicketFilter(state="resolved"),
    "closed": TicketFilter(state="closed"),
    "all": TicketFilter(),
}

router = APIRouter()


@dataclass(slots=True, frozen=True)
class TicketsAsked:
    """Which tickets, of which contract, at which day's end; none: of all contracts, now."""

    which: WhichTickets
    contract_id: str | None
    day: date | None
    cursor: str | None

    def address(self, **other: str | None) -> str:
        """Its address, with what is to be otherwise; another choice begins with its first page."""
        day = self.day.isoformat() if self.day is not None else None
        asked: dict[str, str | None] = {"which": self.which, "contract_id": self.contract_id, "as_of": day}
        return with_query(TICKETS_PAGE, **(asked | other))


def _asked(
    which: Annotated[WhichTickets, Query()] = "live",
    contract_id: Filter = None,
    as_of: DayAsked = None,
    cursor: Cursor = None,
) -> TicketsAsked:
    return TicketsAsked(which, contract_id, day_asked(as_of), cursor)


@router.get("/tickets")
async def tickets_page(
    request: Request, state: StateDep, visitor: VisitorDep, asked: Annotated[TicketsAsked, Depends(_asked)]
) -> Response:
    """In the order in which they came in; a page of the past may hold fewer than others.

    Raises Refusal unknown-contract.
    """
    return page(request, visitor, "tickets.html", **await _tickets(state, visitor, asked))


async def _tickets(state: State, visitor: Visitor, asked: TicketsAsked) -> dict[str, Any]:
    wanted = replace(FILTERS[asked.which], contract_id=asked.contract_id)
    paged = page_asked(asked.cursor, SHOWN_AT_ONCE, int)

    async def ask(snapshot: Snapshot, calendars: Calendars) -> dict[str, Any]:
        zone = await zone_across(snapshot, visitor.actor, ContractsAsked(contract_id=asked.contract_id))
        found = await list_tickets(snapshot, visitor.actor, wanted, calendars, at_end_of(asked.day, zone), paged)
        return {
            "tickets": [(one, most_urgent(one.clocks)) for one in found.items],
            "zones": await row_zones(snapshot, {one.row.contract_id for one in found.items}, zone),
            "next": next_cursor(found),
        }

    shown = await state.long_questions.ask(ask)
    on = asked.address(cursor=shown["next"]) if shown["next"] else None
    return shown | {"asked": asked, "kinds": TICKET_KINDS, "targets": TARGET_WORDS, "next": on}
