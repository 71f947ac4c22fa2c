"""The body of a request that a route reads by hand, so that nothing beyond its limit is ever held in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request

from api.strict_json import COMMAND_LIMIT, decode_json, without_mark
from ledger.kernel.errors import Refusal

LARGE_BODY = 64_000  # bytes: beyond, decoding would hold up other requests


T = TypeVar("T")


async def read_body(request: Request, limit: int) -> bytes:
    """The body, as long as it stays under the limit. Raises Refusal too-large."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise Refusal("too-large", f"The body is larger than {limit} bytes.", limit=limit)
        chunks.append(chunk)
    return b"".join(chunks)


async def read_json(request: Request) -> Any:
    """One command's body, or one calculation's. Raises Refusal too-large, not-json or malformed."""
    return await read_as(request, lambda decoded: decoded)


async def read_as(request: Request, meaning: Callable[[Any], T]) -> T:
    """The body, decoded and made something of. What is large is so in a thread, between whose steps others have turns.

    Raises Refusal too-large, not-json or malformed, and what `meaning` raises.
    """
    body = without_mark(await read_body(request, COMMAND_LIMIT))
    if len(body) < LARGE_BODY:
        return meaning(decode_json(body))
    return await asyncio.to_thread(lambda: meaning(decode_json(body)))
