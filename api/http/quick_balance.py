"""The balance now, answered before FastAPI looks for a route: most requests are `GET /v1/contracts/…/balance`.

Only the usual request and the usual answer. Everything else falls through to the route, whose answer is the same; no
rule stands here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.authentication import ACTOR, token_of
from api.http.etags import OF_READS, etag_of, has_already
from api.http.metering import ROUTE
from api.http.models.credit import balance_members
from api.http.responses import HEADERS
from api.state import State
from ledger.kernel.ids import ID_LENGTH, ID_PATTERN

_PATH = re.compile("/v1/contracts/([^/]+)/balance")
_ID = re.compile(ID_PATTERN)
METHODS = ("GET", "HEAD")
_HEADERS = [(name.lower().encode(), value.encode()) for name, value in (HEADERS | OF_READS).items()]


@dataclass(slots=True, frozen=True)
class _Asked:
    contract_id: str
    token: str
    known: str  # what the client has already
    is_head: bool


class QuickBalance:
    """ASGI middleware, around those that complete an answer: it sends whole ones."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _asked_for(scope)
        body = await self._answer(scope["app"].state.ledger, asked) if asked is not None else None
        if asked is None or body is None:
            await self.app(scope, receive, send)
            return
        scope[ROUTE] = "/v1/contracts/{contract_id}/balance"
        etag = etag_of(body)
        headers = [*_HEADERS, (b"etag", etag.encode())]
        is_known = has_already(asked.known, etag)
        if not is_known:
            headers += (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 304 if is_known else 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if is_known or asked.is_head else body})

    async def _answer(self, state: State, asked: _Asked) -> bytes | None:
        holder = await state.holders.known(asked.token)
        found = await state.quick_balances.ask(holder, asked.contract_id) if holder is not None else None
        return msgspec.json.encode(balance_members(asked.contract_id, found)) if found is not None else None


def _asked_for(scope: Scope) -> _Asked | None:
    """A request that is nothing but a question for the balance now."""
    if scope["type"] != "http" or scope["method"] not in METHODS or scope["query_string"] or ACTOR in scope:
        return None
    path = _PATH.fullmatch(scope["path"])
    if path is None or len(path[1]) > ID_LENGTH or not _ID.fullmatch(path[1]):
        return None
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        if name in (b"authorization", b"if-none-match"):
            headers.setdefault(name.decode(), value.decode("latin-1"))
    token = token_of(headers)
    if token is None:
        return None
    return _Asked(path[1], token, headers.get("if-none-match", ""), scope["method"] == "HEAD")
