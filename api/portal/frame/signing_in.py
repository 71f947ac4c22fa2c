"""Signing in by a token or by a link that works once, and signing out.

A link is used up by the button of the page that it opens, since programs that look through mail open links too. Each
sign-in gets a new secret, whatever the browser had before, so that nobody can plant one beforehand.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.http.authentication import StateDep
from api.languages import labels_in
from api.portal.frame.addresses import HOME, SIGN_IN, place_within
from api.portal.frame.appearance import appearance_of
from api.portal.frame.forms import PostedForm, posted, read_form
from api.portal.frame.pages import page, told
from api.portal.frame.visitors import Kept, SignInNeeded, Visitor, drop_secret, find_visitor, keep_secret
from api.portal.words.kept_words import kept_in_words
from api.state import State
from ledger.kernel.errors import Refusal
from ledger.store.sign_ins import bad_link, end_sign_in, is_good_link, sign_in_by_link, sign_in_by_token

router = APIRouter()
_read_kept = msgspec.json.Decoder(Kept).decode


@router.get("/sign-in")
async def sign_in_page(
    request: Request,
    state: StateDep,
    link: Annotated[str, Query(max_length=200)] = "",
    next_: Annotated[str, Query(alias="next", max_length=2000)] = "",
) -> Response:
    """The form for a token; for a link one button, which alone uses the link up."""
    if not link:
        return sign_in_form(request, goes_on=place_within(next_))
    if await is_good_link(state.reader, link, state.clock()):
        return page(request, None, "sign_in_link.html", link=link, goes_on=place_within(next_))
    await _wait_for_guess(request, state)
    return sign_in_form(request, goes_on=HOME, refusal=bad_link())


@router.post("/sign-in")
async def sign_in(request: Request, state: StateDep) -> Response:
    """With what was posted before an earlier sign-in ended, it shows that again, to be sent by a button."""
    form = await read_form(request)
    goes_on, kept = place_within(form.one("next")), _kept_of(form)
    try:
        secret = await _signed_in_by(state, form)
    except Refusal as refusal:
        await _wait_for_guess(request, state)
        return sign_in_form(request, goes_on=goes_on, kept=kept, refusal=refusal)
    before, visitor = await find_visitor(request), await find_visitor(request, secret)
    if before is not None:
        await _end(state, before)
    if kept and visitor is not None:
        response: Response = kept_form(request, visitor, goes_on, kept)
    else:
        response = RedirectResponse(goes_on, 303)
    keep_secret(request, response, secret)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, state: StateDep) -> Response:
    """Whose sign-in has ended already is signed out."""
    with suppress(SignInNeeded):
        await _end(state, (await posted(request)).visitor)
    response = RedirectResponse(SIGN_IN, 303)
    drop_secret(request, response)
    return response


def sign_in_form(
    request: Request, *, goes_on: str, kept: Kept | None = None, refusal: Refusal | None = None
) -> Response:
    """The page that asks for a token. What was posted without a sign-in stands in it, and is not lost."""
    status = refusal.status if refusal is not None else 401 if kept is not None else 200
    text = msgspec.json.encode(kept).decode() if kept else ""
    reasons = told(request, refusal, "UTC", "sign-in")
    return page(request, None, "sign_in.html", status, goes_on=goes_on, kept=text, reasons=reasons)


def kept_form(request: Request, visitor: Visitor, action: str, kept: Kept, status: int = 200) -> Response:
    """What was posted before, filled in: the visitor reads it and sends it, since it may have been somebody else's."""
    return page(
        request,
        visitor,
        "kept_form.html",
        status,
        action=action,
        kept=kept,
        shown=kept_in_words(kept, labels_in("api.portal", appearance_of(request).language)),
    )


async def _signed_in_by(state: State, form: PostedForm) -> str:
    link, token = form.one("link"), form.one("token").strip()
    if link:
        return await asyncio.to_thread(sign_in_by_link, state.store.database, link, state.clock)
    return await asyncio.to_thread(sign_in_by_token, state.store.database, token, state.clock)


def _kept_of(form: PostedForm) -> Kept:
    """What the page kept; nothing where it is not what we wrote there."""
    try:
        return _read_kept(form.one("kept") or "[]")
    except msgspec.DecodeError:
        return []


async def _end(state: State, visitor: Visitor) -> None:
    token_id, sign_in_id = visitor.actor.token_id, visitor.sign_in.sign_in_id
    await asyncio.to_thread(end_sign_in, state.store.database, token_id, sign_in_id, state.clock)


async def _wait_for_guess(request: Request, state: State) -> None:
    """A wrong secret is answered as slowly as at the API."""
    await state.wrong_tokens.wait(request.client.host if request.client else "")
