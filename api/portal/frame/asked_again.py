"""What an address says and nobody can read: the page is asked again without it, and tells it at its field.

It is so for whatever a page takes, a day or another, and whoever refuses it. A file is never made of less than was
asked for: there a refusal stays one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request
from starlette.types import Receive, Scope, Send

from api.portal.words.refusal_words import Reason
from ledger.kernel.errors import Refusal

MISREAD = "ledger.misread"  # in the scope of a request that is asked again
WHOLE_QUERY = "ledger.whole_query"  # there too: what its address had


@dataclass(slots=True, frozen=True)
class Refused:
    """Parameters that were left out, as they were typed, and why."""

    refusal: Refusal
    typed: Mapping[str, str]


@dataclass(slots=True, frozen=True)
class Misread:
    """What a page tells of them: in its form each stands as it was typed."""

    reasons: Sequence[Reason] = ()
    given: Mapping[str, str] | None = None

    def typed(self, name: str, otherwise: object) -> object:
        return (self.given or {}).get(name, otherwise)

    def at(self, name: str) -> str:
        return next((one.sentence for one in self.reasons if one.field == name), "")


class AskedAgain:
    """Answers the request as if its address did not have what was refused."""

    def __init__(self, request: Request, refused: Refused) -> None:
        kept = [(name, text) for name, text in request.query_params.multi_items() if name not in refused.typed]
        self._portal = request.app.router
        self._instead = {
            "query_string": urlencode(kept).encode(),
            MISREAD: [*refused_of(request), refused],
            WHOLE_QUERY: query_of(request).encode(),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._portal({**scope, **self._instead}, receive, send)


def refused_of(request: Request) -> Sequence[Refused]:
    found: Sequence[Refused] = request.scope.get(MISREAD, ())
    return found


def query_of(request: Request) -> str:
    """The query of the address that was asked, with what was left out of it."""
    whole: bytes = request.scope.get(WHOLE_QUERY) or request.scope["query_string"]
    return whole.decode()


def without_what_is_refused(request: Request, refusal: Refusal) -> Refused | None:
    """The parameters that a refusal names; None where it names none that a page could be shown without."""
    names = {one.field for one in refusal.faults}
    typed = {name: text for name, text in request.query_params.items() if name in names}
    is_of_address = request.method == "GET" and refusal.code == "malformed" and typed
    return Refused(refusal, typed) if is_of_address else None


def whole_address(request: Request) -> None:
    """A dependency of files. Raises the Refusal of what was left out of the address."""
    for one in refused_of(request):
        raise one.refusal
