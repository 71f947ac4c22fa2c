"""A page from its template, in the appearance that its reader chose: the one place where a request becomes a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.languages import Labels, labels_in
from api.portal.frame.addresses import place_within
from api.portal.frame.appearance import appearance_of
from api.portal.frame.asked_again import Misread, query_of, refused_of
from api.portal.frame.form_ids import form_id
from api.portal.frame.forms import new_command_id
from api.portal.frame.navigation import Link, links_for
from api.portal.frame.packing import html_response
from api.portal.frame.rendering import render
from api.portal.frame.visitors import Visitor
from api.portal.words.choices import OFFICES
from api.portal.words.names_of_keys import NamesOfSellers
from api.portal.words.refusal_words import Reason, reasons_of
from ledger.kernel.errors import Refusal

SHOWN_AT_ONCE = 50  # items of a list on one page; the next ones are a link away


def page(request: Request, visitor: Visitor | None, name: str, status: int = 200, /, **shown: Any) -> HTMLResponse:
    """`visitor` is None on pages that anybody sees; `shown` is what the template names besides the frame."""
    actor = visitor.actor if visitor is not None else None
    sellers = NamesOfSellers(request.app.state.ledger.catalogue)
    misread = _misread(request)
    if misread.reasons and status == 200:
        status = 422
    links = links_for(actor.role, request.url.path) if actor else []
    frame = {
        "visitor": visitor,
        "who": _who(visitor, sellers, appearance_of(request).language) if visitor else "",
        "sellers": sellers,
        "links": links,
        "belongs_to": _belongs_to(links, labels_in("api.portal", appearance_of(request).language)),
        "here": here(request),
        "new_command_id": new_command_id,
        "form_id": lambda about: form_id(request, visitor, about) if visitor else "",
        "misread": misread,
    }
    return html_response(request, render(name, appearance_of(request), **frame, **shown), status)


def _who(visitor: Visitor, sellers: NamesOfSellers, language: str) -> str:
    """Whom somebody acts for by name, else what they do here."""
    actor = visitor.actor
    party = visitor.name or actor.customer or actor.partner
    if party or actor.provider is None:
        return party or labels_in("api.portal", language)(OFFICES.get(actor.role, actor.role))
    return sellers.provider(actor.provider)


def _belongs_to(links: Sequence[Link], labels: Labels) -> dict[str, str] | None:
    """The page at the head that this one belongs to, as a page below it leads back there."""
    return next(({"href": one.href, "label": labels(one.label)} for one in links if one.is_current), None)


def _misread(request: Request) -> Misread:
    refused = refused_of(request)
    reasons = [reason for one in refused for reason in told(request, one.refusal, "UTC")]
    return Misread(reasons, {name: text for one in refused for name, text in one.typed.items()})


def told(request: Request, refusal: Refusal | None, zone: str, command: str | None = None) -> list[Reason]:
    """A refusal in the reader's words, each with the field that it stands at; instants are those of the zone."""
    if refusal is None:
        return []
    return reasons_of(refusal, labels_in("api.portal", appearance_of(request).language), zone, command)


def page_around(request: Request) -> str:
    """The page that somebody looks at, where only a part of it was asked."""
    said = urlsplit(request.headers.get("hx-current-url", ""))
    return place_within(said.path + (f"?{said.query}" if said.query else "")) if said.path else here(request)


def here(request: Request) -> str:
    """The address that was asked, where it is one to come back to; a form is posted to the address of its page."""
    query = query_of(request)
    return place_within(request.url.path + (f"?{query}" if query else ""), or_sign_in=True)
