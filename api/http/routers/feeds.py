"""Feeds for programs that can send no token: their address carries a secret of its own.

They are not in the OpenAPI. The secret stands in the query, so nothing here tells, keeps or logs an address: answers
are not to be stored (`responses`), and a wrong secret is answered as slowly as a wrong token.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.http.authentication import StateDep
from api.http.calendar_feed import calendar_of
from ledger.kernel.errors import Refusal
from ledger.store.feeds import holder_of_feed
from projections.reader import Snapshot
from projections.sessions.around import sessions_around
from projections.sla.calendars import Calendars

router = APIRouter(include_in_schema=False)


@router.get("/sessions.ics")
async def sessions_calendar(request: Request, state: StateDep, secret: str = "") -> Response:
    """The sessions that the feed's token sees. Raises Refusal not-found, whatever is wrong with the secret."""
    try:
        actor = await holder_of_feed(state.reader, secret, state.clock().date())
    except Refusal:
        if secret:  # none is no guess
            await state.wrong_tokens.wait(request.client.host if request.client else "")
        raise

    async def calendar(snapshot: Snapshot, _: Calendars) -> bytes:
        return calendar_of(await sessions_around(snapshot, actor))

    content = await state.long_questions.ask(calendar)
    named = {"Content-Disposition": 'inline; filename="sessions.ics"'}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=named)
