"""What was done, told by the page that a form leads to.

The address of that page names it under a seal of the sign-in, so that no link has a page say what nobody did.
"""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Query, Request

from api.portal.frame.visitors import Visitor

NoticeAsked = Annotated[str, Query(alias="done", max_length=100)]


def with_notice(visitor: Visitor, address: str, what: str) -> str:
    """The address of a page that is to tell what was done, in a word that the page knows."""
    path = address.partition("?")[0]
    return f"{address}{'&' if '?' in address else '?'}done={what}.{_seal(visitor, path, what)}"


def notice_in(request: Request, visitor: Visitor, done: str) -> str:
    """What was done by a form of this sign-in that led to this page, or nothing."""
    what, _, seal = done.rpartition(".")
    return what if hmac.compare_digest(seal.encode(), _seal(visitor, request.url.path, what).encode()) else ""


def _seal(visitor: Visitor, path: str, what: str) -> str:
    return hmac.digest(visitor.form_key, f"done\n{path}\n{what}".encode(), "sha256").hex()[:24]
