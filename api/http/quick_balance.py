"""The balance now, answered before FastAPI looks for a route: most requests are `GET /v1/contracts/…/balance`.

Only the usual request and the usual answer. Everything else falls through to the route, whose answer is the same; no
rule stands here.
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.authentication import ACTOR, token_of
from api.http.models.credit import show_balance
from api.state import State
from ledger.kernel.ids import ID_LENGTH, ID_PATTERN

_PATH = re.compile("/v1/contracts/([^/]+)/balance")
_ID = re.compile(ID_PATTERN)


class QuickBalance:
    """ASGI middleware, inside those that complete an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        contract_id, token = _asked_for(scope)
        if contract_id is not None and token is not None:
            body = await self._answer(scope["app"].state.ledger, token, contract_id)
            if body is not None:
                await Response(body, media_type="application/json")(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _answer(self, state: State, token: str, contract_id: str) -> str | None:
        holder = await state.holders.known(token)
        found = await state.quick_balances.ask(holder, contract_id) if holder is not None else None
        return show_balance(contract_id, found).model_dump_json() if found is not None else None


def _asked_for(scope: Scope) -> tuple[str | None, str | None]:
    """The contract and the token of a request that is nothing but a question for the balance now."""
    if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"] or ACTOR in scope:
        return None, None
    path = _PATH.fullmatch(scope["path"])
    if path is None or len(path[1]) > ID_LENGTH or not _ID.fullmatch(path[1]):
        return None, None
    return path[1], token_of(Headers(scope=scope))
