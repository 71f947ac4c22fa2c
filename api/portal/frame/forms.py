"""Forms that a browser posts: read within a limit, and taken only from pages of ours that the same browser was shown.

Two things have to hold. The browser says that the form stood on a page of this site, wherever it says anything about
that. And the form carries the token of the sign-in that the cookie names. What lacks the second alone is kept: the
sign-in may have ended, or been made anew in another tab, and nobody is to lose a text by that.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from babel import Locale
from fastapi import Depends, Request

from api.http.body import read_body
from api.languages import labels_in
from api.portal.frame.appearance import appearance_of
from api.portal.frame.visitors import Kept, SignInNeeded, Visitor, find_visitor
from api.portal.words.typed_numbers import told_to_ledger
from api.strict_json import COMMAND_LIMIT
from ledger.kernel.errors import Refusal, malformed

FORM_MEDIA_TYPE = "application/x-www-form-urlencoded"
TOKEN_FIELD = "csrf"
MOST_FIELDS = 2_000


class StaleForm(Exception):
    """A form without the token of the sign-in that now is; `kept` is what it said."""

    def __init__(self, kept: Kept) -> None:
        super().__init__("the form is not one of this sign-in")
        self.kept = kept


@dataclass(slots=True, frozen=True)
class PostedForm:
    """What was posted, in its order, by a reader of a language; of several values of one name `one` is the last."""

    fields: Kept
    locale: Locale

    def one(self, name: str, default: str = "") -> str:
        return next((value for given, value in reversed(self.fields) if given == name), default)

    def all(self, name: str) -> list[str]:
        return [value for given, value in self.fields if given == name]

    def texts(self, names: Iterable[str]) -> dict[str, str]:
        """The fields that make a command's body, those that were posted: numbers as the ledger writes them."""
        given = {name for name, _ in self.fields}
        return {name: told_to_ledger(name, self.one(name), self.locale) for name in names if name in given}

    @property
    def kept(self) -> Kept:
        return [(name, value) for name, value in self.fields if name != TOKEN_FIELD]


@dataclass(slots=True, frozen=True)
class Posted:
    """A form, and who posted it."""

    visitor: Visitor
    form: PostedForm


async def read_form(request: Request) -> PostedForm:
    """A form from a page of ours. Raises Refusal forbidden, unsupported-media-type, too-large or malformed."""
    check_same_site(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_MEDIA_TYPE:
        raise Refusal("unsupported-media-type", f"A form is sent as {FORM_MEDIA_TYPE}.")
    body = await read_body(request, COMMAND_LIMIT)
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise malformed("body", f"is no form of at most {MOST_FIELDS} fields in UTF-8") from None
    locale = labels_in("api.portal", appearance_of(request).language).locale
    return PostedForm([(name, value.replace("\r\n", "\n")) for name, value in fields], locale)


async def posted(request: Request) -> Posted:
    """A form of somebody who is signed in. Raises SignInNeeded or StaleForm, which keep what it says, or Refusal."""
    form = await read_form(request)
    visitor = await find_visitor(request)
    if visitor is None:
        raise SignInNeeded(form.kept)
    if not visitor.is_token(form.one(TOKEN_FIELD)):
        raise StaleForm(form.kept)
    return Posted(visitor, form)


PostedDep = Annotated[Posted, Depends(posted)]


def check_same_site(request: Request) -> None:
    """Raises Refusal forbidden where the browser says that another site has posted this.

    `Sec-Fetch-Site` cannot be written by a page, and holds behind any proxy; where it is missing, `Origin` is compared
    with the host that was asked.
    """
    said, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if said is not None:
        is_ours = said in ("same-origin", "none")
    else:
        host = request.headers.get("host", "")
        is_ours = origin in (None, f"http://{host}", f"https://{host}")
    if not is_ours:
        raise Refusal("forbidden", "The form did not come from a page of this portal; nothing was done.")


def new_command_id() -> str:
    """Stands in a form when it is shown, so that it is carried out once, however often it is sent (C12)."""
    return secrets.token_urlsafe(16)
