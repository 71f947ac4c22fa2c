"""Counts each request of a server, names it, and writes a line about it where lines are wanted (`api.logs`).

The route is told as the program has it, never the address: addresses hold ids and texts of people.
"""

from __future__ import annotations

import re
import time
from secrets import token_hex

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import REQUEST_ID, tell_request
from api.meters import METERS

ROUTE = "ledger.route"  # in the scope, where something was answered before a route was looked for
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_GIVEN = re.compile(rb"[A-Za-z0-9._-]{1,64}")  # a request id that a proxy chose


class Metered:
    """ASGI middleware, the outermost that an application has."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, request_id = time.perf_counter(), 500, _request_id(scope)
        token = REQUEST_ID.set(request_id)

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, named)
        finally:
            took = time.perf_counter() - began
            method, route = scope["method"] if scope["method"] in _METHODS else "other", route_of(scope)
            METERS.requests[method, route, status] += 1
            METERS.seconds[route].add(took)
            tell_request(method, route, status, took)
            REQUEST_ID.reset(token)


def route_of(scope: Scope) -> str:
    """Such as `/v1/contracts/{contract_id}/balance`; `none` where no route answered."""
    route = scope.get("route")
    path = scope.get(ROUTE) or getattr(route, "path", None)
    return f"{scope.get('root_path', '')}{path}" if path is not None else "none"


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GIVEN.fullmatch(value):
            return str(value.decode())
    return token_hex(8)
