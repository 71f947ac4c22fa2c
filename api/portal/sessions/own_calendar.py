"""One's own calendar feeds: an address for a calendar program is made, shown once, and ended."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.http.authentication import StateDep
from api.portal.frame.addresses import CALENDAR
from api.portal.frame.forms import PostedDep
from api.portal.frame.pages import page
from api.portal.frame.visitors import Visitor, VisitorDep
from api.state import State
from ledger.store.feeds import create_feed, open_feeds, revoke_own_feed

MOST_OPEN = 10  # of one token, made here

router = APIRouter()


@router.get("/calendar")
async def calendar(request: Request, state: StateDep, visitor: VisitorDep) -> Response:
    return await _shown(request, state, visitor)


@router.post("/calendar")
async def make_or_end(request: Request, state: StateDep, posted: PostedDep) -> Response:
    """Ends the feed that is named, else makes one, unless enough are open. Its address is shown on this answer alone.

    Raises Refusal not-found for a feed of anybody else's.
    """
    visitor, ended = posted.visitor, posted.form.one("feed_id")
    database, token_id = state.store.database, visitor.actor.token_id
    if ended:
        await asyncio.to_thread(revoke_own_feed, database, token_id, ended, state.clock)
        return RedirectResponse(CALENDAR, 303)
    if len(await open_feeds(state.reader, token_id, state.clock().date())) >= MOST_OPEN:
        return RedirectResponse(CALENDAR, 303)
    _, secret = await asyncio.to_thread(create_feed, database, token_id, None, state.clock)
    server = str(request.base_url).partition("/portal")[0].rstrip("/")
    return await _shown(request, state, visitor, f"{server}/sessions.ics?{urlencode({'secret': secret})}")


async def _shown(request: Request, state: State, visitor: Visitor, address: str = "") -> Response:
    found = await open_feeds(state.reader, visitor.actor.token_id, state.clock().date())
    return page(
        request, visitor, "calendar.html", feeds=found, address=address, may_make=len(found) < MOST_OPEN, most=MOST_OPEN
    )
