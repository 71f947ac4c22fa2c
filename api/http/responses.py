"""What every answer carries, whatever gave it: headers that keep browsers and caches from doing more than asked.

Only reads with an ETag may be kept, and only by who asked (`etags`); commands, refusals and figures for operators
never. HEAD is answered wherever GET is: the same, without its body.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
PIECE = 256 * 1024  # bytes that the loop hands on at once; between them others have turns
IS_HEAD = "ledger.is_head"  # in the scope of a request whose answer's body nobody gets


class ResponseHeaders:
    """ASGI middleware, the outermost of ours."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            elif is_head:
                message = {**message, "body": b""}
            body = message.get("body", b"")
            before_last = range(0, len(body) - PIECE, PIECE)
            for begin in before_last:
                await send({"type": message["type"], "body": body[begin : begin + PIECE], "more_body": True})
            await send({**message, "body": body[len(before_last) * PIECE :]} if before_last else message)

        await self.app({**scope, "method": "GET", IS_HEAD: True} if is_head else scope, receive, complete)
