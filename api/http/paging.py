"""What read doors take: ids, the two times, limits and cursors; each as a typed part of a question."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec
from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, TypeAdapter, ValidationError

from ledger.kernel import patterns
from ledger.kernel.errors import malformed
from ledger.kernel.faults import FaultError, FieldFault
from ledger.kernel.ids import DEDUCTION_ID_LENGTH, ID_LENGTH, ID_PATTERN
from ledger.kernel.values import is_near, not_near
from projections.asking import Page, PageAsked
from projections.reader import Moment, Times

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].+)?")  # neither numbers nor the other forms of ISO 8601
_instant = TypeAdapter(AwareDatetime)


def parse_moment(text: str) -> Moment:
    """An instant with an offset, or a day. Raises FaultError, also for an instant without offset."""
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError
        moment: Moment = (
            date.fromisoformat(text) if len(text) == 10 else _instant.validate_strings(text).astimezone(UTC)
        )
    except (ValueError, ValidationError, OverflowError):
        examples = {"instant": "2026-03-31T12:00:00Z", "day": "2026-03-31"}
        raise FaultError(FieldFault("moment_asked", examples)) from None
    if not is_near(moment):
        raise not_near("far_moment")
    return moment


def moment_of(field: str, text: str | None) -> Moment | None:
    """A query parameter as a moment. Raises Refusal malformed naming the field."""
    if text is None:
        return None
    try:
        return parse_moment(text)
    except FaultError as error:
        raise malformed(field, error.fault) from None


def day_of(field: str, text: str | None) -> date | None:
    """A query parameter as a day. Raises Refusal malformed, also for an instant."""
    moment = moment_of(field, text)
    if isinstance(moment, datetime):
        raise malformed(field, FieldFault("day_asked", {"example": "2026-03-31"}))
    return moment


def times_of(as_of: str | None, known_at: str | None) -> Times:
    """The two times of a question. Raises Refusal malformed."""
    return Times(moment_of("as_of", as_of), moment_of("known_at", known_at))


def _is_moment(text: str) -> str:
    parse_moment(text)
    return text


MomentParam = Annotated[
    str, AfterValidator(_is_moment), Query(max_length=60, examples=["2026-03-31", "2026-03-31T12:00:00Z"])
]
DayParam = Annotated[
    str,
    AfterValidator(_is_moment),
    Query(max_length=60, examples=["2026-03-31"], json_schema_extra={"format": "date"}),
]
AsOfParam = Annotated[MomentParam | None, Query(description="Effective time: an instant, or a day (all of it).")]
KnownAtParam = Annotated[
    MomentParam | None, Query(description="Recorded time: what was known at an instant, or by a day's end.")
]
ContractIdParam = Annotated[str, Path(max_length=ID_LENGTH, pattern=ID_PATTERN, examples=["example-l"])]
DeductionIdParam = Annotated[str, Path(max_length=DEDUCTION_ID_LENGTH, pattern=ID_PATTERN, examples=["example-e1"])]
TicketIdParam = Annotated[str, Path(max_length=ID_LENGTH, pattern=ID_PATTERN, examples=["example-t1"])]
SessionIdParam = Annotated[str, Path(max_length=ID_LENGTH, pattern=ID_PATTERN, examples=["example-s1"])]
Filter = Annotated[str | None, Query(max_length=ID_LENGTH, pattern=ID_PATTERN)]
ShareParam = Annotated[str, Query(pattern=patterns.SHARE, json_schema_extra={"format": "decimal"})]
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
        raise malformed("cursor", FieldFault("no_cursor"))
    if any(abs(part) > 2**62 if isinstance(part, int) else "\0" in part for part in key):
        raise malformed("cursor", FieldFault("no_cursor"))
    return list(key)


def page_asked(cursor: str | None, limit: int, *kinds: type, from_the_end: bool = False) -> PageAsked:
    """The page that a cursor and a limit ask for; `kinds` are those of the list's key. Raises Refusal malformed."""
    after = decode_cursor(cursor, *kinds)
    return PageAsked(limit, tuple(after) if after is not None else None, from_the_end)


def next_cursor(page: Page[Any]) -> str | None:
    """The cursor to the next items, if there are any."""
    return encode_cursor(*page.next_after) if page.next_after is not None else None
