"""The form at the foot of a page: its language and its colours, kept in cookies of this browser."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.languages import LANGUAGES
from api.portal.frame.addresses import place_within
from api.portal.frame.appearance import LANGUAGE_COOKIE, SCHEME_COOKIE
from api.portal.frame.forms import read_form
from api.portal.frame.headers import YEAR_SECONDS
from api.portal.frame.rendering import SCHEMES
from ledger.kernel.errors import malformed
from ledger.kernel.faults import FieldFault

router = APIRouter()


@router.post("/appearance")
async def choose(request: Request) -> Response:
    """Changes nothing but this browser's own pages, so that it needs no sign-in. Raises Refusal malformed."""
    form = await read_form(request)
    chosen = {LANGUAGE_COOKIE: form.one("language"), SCHEME_COOKIE: form.one("scheme")}
    for name, cookie, known in (("language", LANGUAGE_COOKIE, LANGUAGES), ("scheme", SCHEME_COOKIE, SCHEMES)):
        if chosen[cookie] not in known:
            raise malformed(name, FieldFault("one_of", {"members": tuple(known)}))
    response = RedirectResponse(place_within(form.one("back"), or_sign_in=True), 303)
    for cookie, value in chosen.items():
        response.set_cookie(cookie, value, max_age=YEAR_SECONDS, path="/portal", httponly=True, samesite="lax")
    return response
