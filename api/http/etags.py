"""The ETag over what a read door answered, so that a client that has it already is told so instead (RFC 9110).

A stream has no length and gets none: nobody holds it whole.
"""

from __future__ import annotations

import asyncio
from hashlib import blake2b

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGE = 1_000_000  # bytes: beyond, a digest would hold up other requests
OF_READS = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Accept"}  # by who asked, once asked again
LONGEST = 4000  # of a list of tags that a client has; what follows is not looked at


class ETags:
    """ASGI middleware: an ETag over each body that `GET /v1/…` answers, and 304 where the client has it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith("/v1/"):
            await self.app(scope, receive, send)
            return
        start: Message = {}
        chunks: list[bytes] = []
        is_stream = False

        async def collect(message: Message) -> None:
            nonlocal start, is_stream
            if message["type"] == "http.response.start":
                start, is_stream = message, "content-length" not in Headers(raw=message["headers"])
                if is_stream:
                    await send(message)
                return
            if is_stream:
                await send(message)
                return
            chunks.append(message.get("body", b""))
            if message.get("more_body"):
                return
            body = b"".join(chunks)
            if start["status"] == 200:
                etag = etag_of(body) if len(body) < LARGE else await asyncio.to_thread(etag_of, body)
                headers = MutableHeaders(scope=start)
                headers["ETag"] = etag
                for name, value in OF_READS.items():
                    headers[name] = value
                if has_already(Headers(scope=scope).get("if-none-match", ""), etag):
                    start["status"] = 304
                    del headers["content-length"], headers["content-type"]
                    body = b""
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, collect)


def etag_of(body: bytes) -> str:
    return f'"{blake2b(body, digest_size=16).hexdigest()}"'


def has_already(known: str, etag: str) -> bool:
    """Whether a client that says `If-None-Match: known` has the body with this tag."""
    known = known[:LONGEST]
    return known == "*" or etag in (tag.strip().removeprefix("W/") for tag in known.split(","))
