"""The language and the colours of the pages: chosen at the foot of a page, and kept in cookies of this browser."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.languages import LANGUAGES
from api.portal.addresses import place_within
from api.portal.forms import read_form
from api.portal.rendering import SCHEMES, Appearance, language_for, scheme_for
from ledger.kernel.errors import malformed

LANGUAGE, SCHEME = "ledger_language", "ledger_scheme"
YEAR = 31_536_000  # seconds

router = APIRouter()


def appearance_of(request: Request) -> Appearance:
    """As it was chosen, else as the browser likes it best."""
    cookies, accepted = request.cookies, request.headers.get("accept-language", "")
    return Appearance(language_for(cookies.get(LANGUAGE), accepted), scheme_for(cookies.get(SCHEME)))


@router.post("/appearance")
async def choose(request: Request) -> Response:
    """Changes nothing but this browser's own pages, so that it needs no sign-in. Raises Refusal malformed."""
    form = await read_form(request)
    chosen = {LANGUAGE: form.one("language"), SCHEME: form.one("scheme")}
    for name, cookie, known in (("language", LANGUAGE, LANGUAGES), ("scheme", SCHEME, SCHEMES)):
        if chosen[cookie] not in known:
            raise malformed(name, f"is one of {', '.join(known)}")
    response = RedirectResponse(place_within(form.one("back")), 303)
    for cookie, value in chosen.items():
        response.set_cookie(cookie, value, max_age=YEAR, path="/portal", httponly=True, samesite="lax")
    return response
