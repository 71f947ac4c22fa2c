"""How lists are answered: as one page, bounded in items and in bytes, or as CSV and JSON Lines with all that follows.

A list door says how its pages are asked for and how an item is shown; everything else is the same for all. Answers are
made where long questions are asked, so that the loop only passes them on. A stream asks for page after page, each when
the client has taken the one before: nobody holds more than one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from fastapi import Depends, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel
from starlette.datastructures import Headers

from api.http.liking import liked_best
from api.http.paging import Cursor, Limit, encode_cursor, next_cursor, page_asked
from api.long_questions import LongQuestions
from api.spreadsheet import as_text
from api.state import state_of
from ledger.kernel.values import is_decimal
from projections.asking import Page, PageAsked
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
JSON, CSV, LINES, PDF = "application/json", "text/csv", "application/x-ndjson", "application/pdf"
MOST_BYTES = 400_000  # of the items of one page; one item alone may be larger
STREAMED = 500  # items of one question of a stream
_files = {kind: {"schema": {"type": "string"}} for kind in (CSV, LINES)}
AS_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": _files, "description": "A page as JSON; by Accept all of it from there on, as CSV or JSON Lines"}
}


@dataclass(slots=True, frozen=True)
class Listing(Generic[T]):
    """A list: `ask` answers one page, `show` makes an item of it, `beside` are further members of the answer.

    `totals` adds up items, where somebody would want that: those of the whole list where they are known anyway, else
    those that a page shows. The answer says which (`totals_of`). A file has none. `leaves_out` says that an item has
    only the members that `show` named; a file has its columns all the same.
    """

    item: type[BaseModel]
    ask: Callable[[Snapshot, Calendars, PageAsked], Coroutine[Any, Any, Page[T]]]
    show: Callable[[T], BaseModel]
    beside: dict[str, Any] = field(default_factory=dict)
    totals: Callable[[Sequence[T]], BaseModel | Sequence[BaseModel]] | None = None
    leaves_out: bool = False


@dataclass(slots=True, frozen=True)
class ListDoor:
    """What every list door takes: which page is wanted, and what the client accepts."""

    questions: LongQuestions
    headers: Headers
    limit: int
    cursor: str | None

    async def answer(self, listing: Listing[Any], *kinds: type) -> Response:
        """`kinds` are those of the list's key. Raises what asking for the first page raises."""
        return await answer_list(self.questions, self.headers, listing, page_asked(self.cursor, self.limit, *kinds))


async def _list_door(request: Request, limit: Limit = 100, cursor: Cursor = None) -> ListDoor:
    return ListDoor((await state_of(request)).long_questions, request.headers, limit, cursor)


ListDep = Annotated[ListDoor, Depends(_list_door)]


@dataclass(slots=True, frozen=True)
class _Shown:
    """Items as JSON, and behind which cursor the list goes on; None at its end."""

    position: int
    items: list[bytes]
    following: PageAsked | None
    totals: dict[str, Any]


async def answer_list(questions: LongQuestions, headers: Headers, listing: Listing[Any], page: PageAsked) -> Response:
    """What the client asked for, by Accept. Raises what asking for the first page raises."""
    kind = media_type(headers, JSON, CSV, LINES)
    if kind == JSON:
        shown = await _ask(questions, listing, page, MOST_BYTES)
        return Response(_as_json(shown, listing.beside | shown.totals), media_type=JSON)
    write = _as_csv if kind == CSV else _as_lines
    head = _row(_columns(listing)) if kind == CSV else b""
    shown = await _ask(questions, listing, PageAsked(STREAMED, page.after), None)
    content_type = f"{kind}; charset=utf-8" if kind == CSV else kind
    position = {"Ledger-Position": str(shown.position)}
    if shown.following is None:
        return Response(head + write(listing, shown.items), media_type=content_type, headers=position)
    pieces = _pieces(questions, listing, head, shown, write)
    return StreamingResponse(pieces, media_type=content_type, headers=position)


def media_type(headers: Headers, *kinds: str) -> str:
    """What the client likes best of what there is (RFC 9110, 12.5.1); the first named among equals, else the first."""
    return liked_best(headers.get("accept", ""), lambda name: name if name in kinds else None) or kinds[0]


async def _ask(questions: LongQuestions, listing: Listing[Any], page: PageAsked, most_bytes: int | None) -> _Shown:
    async def asking(snapshot: Snapshot, calendars: Calendars) -> _Shown:
        return _show(await listing.ask(snapshot, calendars, page), listing, page, most_bytes)

    return await questions.ask(asking)


def _show(found: Page[Any], listing: Listing[Any], page: PageAsked, most_bytes: int | None) -> _Shown:
    """The items as far as they have room; the page ends early where the next one has none."""
    items = as_far_as_room(map(listing.show, found.items), most_bytes, leaves_out=listing.leaves_out)
    following = PageAsked(page.limit, found.next_after) if found.next_after is not None else None
    if len(items) < len(found.items):
        following = PageAsked(page.limit, found.key(found.items[len(items) - 1]))
    totals: dict[str, Any] = {}
    if listing.totals is not None:
        is_whole = found.everything is not None or (page.after is None and following is None)
        added = found.everything if found.everything is not None else found.items[: len(items)]
        totals = {"totals_of": "all" if is_whole else "page", "totals": listing.totals(added)}
    return _Shown(found.position, items, following, totals)


def as_far_as_room(items: Iterable[BaseModel], most_bytes: int | None, *, leaves_out: bool = False) -> list[bytes]:
    """Items as JSON until the next one has no room; the first one always has."""
    fit: list[bytes] = []
    left = most_bytes
    for one in items:
        item = one.model_dump_json(by_alias=True, exclude_unset=leaves_out).encode()
        if left is not None:
            if fit and len(item) > left:
                break
            left -= len(item)
        fit.append(item)
    return fit


def first_items(page: Page[T], show: Callable[[T], M]) -> tuple[list[M], str | None]:
    """What stands of a list with the thing that it belongs to: items as far as they have room, and the cursor on."""
    shown = [show(one) for one in page.items]
    fit = len(as_far_as_room(shown, MOST_BYTES))
    if fit < len(shown):
        return shown[:fit], encode_cursor(*page.key(page.items[fit - 1]))
    return shown, next_cursor(page)


def _as_json(shown: _Shown, beside: dict[str, Any]) -> bytes:
    following = shown.following
    cursor = encode_cursor(*following.after) if following is not None and following.after is not None else None
    head = msgspec.json.encode({"position": shown.position, **beside}, enc_hook=BaseModel.model_dump)[:-1]
    return b'%s,"items":[%s],"next":%s}' % (head, b",".join(shown.items), msgspec.json.encode(cursor))


async def _pieces(
    questions: LongQuestions,
    listing: Listing[Any],
    head: bytes,
    shown: _Shown,
    write: Callable[[Listing[Any], list[bytes]], bytes],
) -> AsyncIterator[bytes]:
    yield head
    while True:
        yield write(listing, shown.items)
        if shown.following is None:
            return
        shown = await _ask(questions, listing, shown.following, None)


def _as_lines(_: Listing[Any], items: list[bytes]) -> bytes:
    return b"".join(item + b"\n" for item in items)


def _as_csv(listing: Listing[Any], items: list[bytes]) -> bytes:
    """RFC 4180; what is no scalar stands as JSON in its cell, and no text is a formula."""
    columns = _columns(listing)
    found = [msgspec.json.decode(item) for item in items]
    return b"".join(_row([_cell(one.get(column)) for column in columns]) for one in found)


def _columns(listing: Listing[Any]) -> list[str]:
    return [info.alias or name for name, info in listing.item.model_fields.items()]


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return as_text(msgspec.json.encode(value).decode()) if value else ""
    return value if not isinstance(value, str) or is_decimal(value) else as_text(value)  # -1 is no formula


def _row(cells: list[Any]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue().encode()
