"""The ids of a form that records something new: they stand in the address of its page, and outlive the page (C12).

A browser that goes back loads the page anew and fills in what was typed. The address is the same then, so are the ids
that come of it, and what is sent again is known to the ledger. Without this the same work would be logged twice.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response

from api.portal.frame.asked_again import query_of
from api.portal.frame.visitors import Visitor

NAME_OF_FORM_ID = "form"
FormInAddress = Annotated[str, Query(alias=NAME_OF_FORM_ID, max_length=64)]


class FormWithoutId(Exception):
    """A page with a form was asked at an address that has no id yet."""


async def form_in_address(form: FormInAddress = "") -> str:
    """A dependency of pages with such forms: their addresses take the id."""
    return form


def form_id(request: Request, visitor: Visitor, about: str) -> str:
    """An id of what the page's form sends: the same at the same address, in the same sign-in.

    Raises FormWithoutId. A page that answers a form is at no address to come back to, and gets a fresh one.
    """
    named = request.query_params.get(NAME_OF_FORM_ID, "")
    if not named and request.method == "GET":
        raise FormWithoutId
    named = named if request.method == "GET" else secrets.token_urlsafe(16)
    said = "\n".join((request.url.path, named, about))
    return hmac.digest(visitor.form_key, said.encode(), "sha256").hex()[:40]


def with_id(request: Request) -> Response:
    """Leads to the same page at an address of its own."""
    asked = request.url.replace(query=query_of(request))
    address = asked.include_query_params(**{NAME_OF_FORM_ID: secrets.token_urlsafe(12)})
    return RedirectResponse(f"{address.path}?{address.query}", 303)
