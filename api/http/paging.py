"""Cursors, limits and the two times that read doors take; and the ETag over what was answered."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Annotated, Any

import msgspec
from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, TypeAdapter, ValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.kernel.errors import malformed

EARLIEST, LATEST = 1990, 2200
ID_PATTERN = r"^[A-Za-z0-9._-]+$"  # no other id was ever given; a NUL would be an error of the database
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].+)?")  # neither numbers nor the other forms of ISO 8601
_instant = TypeAdapter(AwareDatetime)
Moment = datetime | date


def parse_moment(text: str) -> Moment:
    """An instant with an offset, or a day. Raises ValueError, also for an instant without offset."""
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError
        moment: Moment = (
            date.fromisoformat(text) if len(text) == 10 else _instant.validate_strings(text).astimezone(UTC)
        )
    except (ValueError, ValidationError, OverflowError):
        raise ValueError("is an instant with an offset (2026-03-31T12:00:00Z) or a day (2026-03-31)") from None
    if not EARLIEST <= moment.year < LATEST:
        raise ValueError(f"lies outside {EARLIEST} to {LATEST}")
    return moment


def moment_of(field: str, text: str | None) -> Moment | None:
    """A query parameter as a moment. Raises Refusal malformed naming the field."""
    if text is None:
        return None
    try:
        return parse_moment(text)
    except ValueError as error:
        raise malformed(field, str(error)) from None


def _is_moment(text: str) -> str:
    parse_moment(text)
    return text


MomentParam = Annotated[
    str, AfterValidator(_is_moment), Query(max_length=60, examples=["2026-03-31", "2026-03-31T12:00:00Z"])
]
AsOfParam = Annotated[MomentParam | None, Query(description="Effective time: an instant, or a day (all of it).")]
KnownAtParam = Annotated[
    MomentParam | None, Query(description="Recorded time: what was known at an instant, or by a day's end.")
]
ContractId = Annotated[str, Path(max_length=64, pattern=ID_PATTERN, examples=["example-l"])]
DeductionId = Annotated[str, Path(max_length=80, pattern=ID_PATTERN, examples=["example-e1"])]
TicketId = Annotated[str, Path(max_length=64, pattern=ID_PATTERN, examples=["example-t1"])]
Limit = Annotated[int, Query(ge=1, le=500, description="Items in one answer.")]
Cursor = Annotated[str | None, Query(max_length=400, description="`next` of the answer before.")]


def encode_cursor(*key: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: type) -> list[Any] | None:
    """The key a cursor stands for. Raises Refusal malformed for one that this door never gave."""
    if cursor is None:
        return None
    try:
        key = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, msgspec.DecodeError, RecursionError):
        key = None
    matches = isinstance(key, list) and len(key) == len(kinds)
    if not matches or not all(type(part) is kind for part, kind in zip(key, kinds, strict=True)):
        raise malformed("cursor", "is not one that this list gave")
    if any(abs(part) > 2**62 if isinstance(part, int) else "\0" in part for part in key):
        raise malformed("cursor", "is not one that this list gave")
    return list(key)


def page(items: Sequence[Any], limit: int, key: Any) -> tuple[list[Any], str | None]:
    """The first `limit` of limit + 1 items asked for, and the cursor to the next ones, if there are any."""
    shown = list(items[:limit])
    return shown, encode_cursor(*key(shown[-1])) if len(items) > limit else None


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

        async def collect(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            chunks.append(message.get("body", b""))
            if message.get("more_body"):
                return
            body = b"".join(chunks)
            if start["status"] == 200:
                etag = f'"{blake2b(body, digest_size=16).hexdigest()}"'
                headers = MutableHeaders(scope=start)
                headers["ETag"] = etag
                headers["Cache-Control"] = "private, no-cache"
                headers["Vary"] = "Authorization, Accept"
                known = Headers(scope=scope).get("if-none-match", "")
                if known == "*" or etag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
                    start["status"] = 304
                    del headers["content-length"], headers["content-type"]
                    body = b""
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, collect)
