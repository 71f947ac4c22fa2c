"""Sessions: those to come first, week by week, each in the contract's time zone."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import Cursor, next_cursor, page_asked
from api.portal.frame.addresses import SESSIONS_PAGE
from api.portal.frame.pages import SHOWN_AT_ONCE, page
from api.portal.frame.row_zones import RowZones
from api.portal.frame.visitors import Visitor, VisitorDep
from api.state import State
from projections.contracts.across import ContractsAsked, zone_across
from projections.reader import NOW, Snapshot, open_texts
from projections.sessions.around import KEPT
from projections.sessions.questions import ListedSession, SessionFilter, list_sessions
from projections.sla.calendars import Calendars
from projections.tickets.titles import titles_of

WhichSessions = Literal["coming", "past", "all"]
SessionsAsked = Annotated[WhichSessions, Query()]

router = APIRouter()


@router.get("/sessions")
async def sessions_page(
    request: Request, state: StateDep, visitor: VisitorDep, which: SessionsAsked = "coming", cursor: Cursor = None
) -> Response:
    """In the order of their starts: what is to come, what began in the last 90 days, or everything."""
    return page(request, visitor, "sessions.html", **await _sessions(state, visitor, which, cursor))


async def _sessions(state: State, visitor: Visitor, which: WhichSessions, cursor: str | None) -> dict[str, Any]:
    asked, now = page_asked(cursor, SHOWN_AT_ONCE, int, int), state.clock()
    wanted = {
        "coming": SessionFilter(starts_from=now),
        "past": SessionFilter(starts_from=now - KEPT, starts_to=now),
        "all": SessionFilter(),
    }[which]

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        found = await list_sessions(snapshot, visitor.actor, wanted, NOW, asked)
        sealed = await titles_of(snapshot, [one.row.ticket_id for one in found.items])
        texts = await open_texts(snapshot, list(sealed.values()))
        zone = await zone_across(snapshot, visitor.actor, ContractsAsked())
        on = next_cursor(found)
        return {
            "weeks": [(monday, list(those)) for monday, those in groupby(found.items, _monday)],
            "titles": {ticket_id: texts.get(title) for ticket_id, title in sealed.items()},
            "zones": RowZones({one.row.contract_id: one.row.timezone for one in found.items}, zone),
            "next": f"{SESSIONS_PAGE}?which={which}&cursor={on}" if on else None,
        }

    return await state.long_questions.ask(ask) | {"which": which, "cursor": cursor}


def _monday(one: ListedSession) -> date:
    """The first day of the week in which it begins, by its provider's calendar."""
    day = date.fromisoformat(one.row.starts_on)
    return day - timedelta(days=day.weekday())
