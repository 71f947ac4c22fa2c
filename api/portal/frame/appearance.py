"""The language and the colours of the pages: as this browser's cookies say, else as its reader likes it best."""

from __future__ import annotations

from fastapi import Request

from api.portal.frame.rendering import Appearance, language_for, scheme_for

LANGUAGE_COOKIE, SCHEME_COOKIE = "ledger_language", "ledger_scheme"


def appearance_of(request: Request) -> Appearance:
    """As it was chosen, else as the browser likes it best."""
    cookies, accepted = request.cookies, request.headers.get("accept-language", "")
    return Appearance(language_for(cookies.get(LANGUAGE_COOKIE), accepted), scheme_for(cookies.get(SCHEME_COOKIE)))
