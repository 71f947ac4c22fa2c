"""One's own sign-ins: in which browsers the same token is signed in, and ending one of them."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.http.authentication import StateDep
from api.portal.frame.addresses import ACCOUNT, SIGN_IN
from api.portal.frame.forms import PostedDep
from api.portal.frame.pages import page
from api.portal.frame.visitors import VisitorDep, drop_secret
from ledger.store.sign_ins import end_sign_in, list_sign_ins

router = APIRouter()


@router.get("/account")
async def account(request: Request, state: StateDep, visitor: VisitorDep) -> Response:
    found = await list_sign_ins(state.reader, visitor.actor.token_id, state.clock())
    return page(request, visitor, "account.html", sign_ins=found)


@router.post("/account")
async def end_one(request: Request, state: StateDep, posted: PostedDep) -> Response:
    """Ends one of one's own, this one perhaps. Raises Refusal not-found for anybody else's."""
    visitor, ended = posted.visitor, posted.form.one("sign_in_id")
    await asyncio.to_thread(end_sign_in, state.store.database, visitor.actor.token_id, ended, state.clock)
    if ended != visitor.sign_in.sign_in_id:
        return RedirectResponse(ACCOUNT, 303)
    response = RedirectResponse(SIGN_IN, 303)
    drop_secret(request, response)
    return response
