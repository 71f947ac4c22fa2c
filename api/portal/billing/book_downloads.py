"""Books to download: what `support-ledger export` writes, for those who keep the books.

A book is made beside all other questions, one at a time, with a reader of its own: it reads everything of a provider.
No byte of it leaves before its checks have seen its last transaction, since a refusal is told on the page. It is made
into a temporary file, and leaves from there.
"""

from __future__ import annotations

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import IO, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.background import BackgroundTask

from api.books.exporting import FORMS, export
from api.http.authentication import StateDep
from api.http.paging import day_of
from api.portal.billing.month_drafts import DayTyped, ProviderAsked, providers_known
from api.portal.billing.one_document import kept_as
from api.portal.frame.pages import page, told
from api.portal.frame.visitors import Visitor, VisitorDep
from api.portal.words.choices import BOOK_FORMS
from api.state import State
from ledger.kernel.access import check_reads_events
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.faults import FieldFault
from projections.reader import open_reader

ENDINGS = {"beancount": "beancount", "hledger": "journal", "csv": "csv", "datev": "csv", "datev-debtors": "csv"}
SENT_AT_ONCE = 64_000
BYTES = "application/octet-stream"
BOOKKEEPER = ThreadPoolExecutor(1, "books")

router = APIRouter()


@router.get("/books")
async def books_page(request: Request, state: StateDep, visitor: VisitorDep) -> Response:
    """Raises Refusal forbidden to all but finance, auditors and administrators."""
    check_reads_events(visitor.actor)
    return page(request, visitor, "books.html", **_asked(state, visitor, {}))


@router.get("/books/file")
async def book(
    request: Request,
    state: StateDep,
    visitor: VisitorDep,
    form: Annotated[str, Query(max_length=40)] = "",
    from_on: DayTyped = "",
    to_on: DayTyped = "",
    provider: ProviderAsked = "",
) -> Response:
    """The file; what can't be made is told on the page, at its field."""
    check_reads_events(visitor.actor)
    given = {"form": form, "from_on": from_on, "to_on": to_on, "provider": provider}
    try:
        if form not in FORMS:
            raise malformed("form", FieldFault("one_of", {"members": tuple(FORMS)}))
        whose = _provider(visitor, provider)
        first, last = day_of("from_on", from_on or None), day_of("to_on", to_on or None)
        made = await _made(state, form, first, last, whose)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        reasons = told(request, _at_field(refusal), "UTC", None)
        shown = _asked(state, visitor, given)
        return page(request, visitor, "books.html", refusal.status, **shown, reasons=reasons)
    name = "-".join(one for one in (whose, form, from_on, to_on) if one)
    pieces = iter(lambda: made.read(SENT_AT_ONCE), b"")
    headers = kept_as(f"{name}.{ENDINGS[form]}")
    return StreamingResponse(pieces, headers=headers, media_type=BYTES, background=BackgroundTask(made.close))


async def _made(state: State, form: str, first: date | None, last: date | None, provider: str | None) -> IO[bytes]:
    async def ask() -> IO[bytes]:
        reader = open_reader(state.settings.database_url, state.clock)
        try:
            book = await export(reader, form, first, last, provider)
        finally:
            await reader.close()
        made = tempfile.TemporaryFile()  # noqa: SIM115 - closed once it was sent
        made.writelines(book.pieces)
        made.seek(0)
        return made

    return await asyncio.get_running_loop().run_in_executor(BOOKKEEPER, lambda: asyncio.run(ask()))


def _provider(visitor: Visitor, asked: str) -> str | None:
    """Whose books: those of the actor's own provider. Raises Refusal malformed for another."""
    own = visitor.actor.provider
    if own is not None and asked not in ("", own):
        raise malformed("provider", f"is {own}")
    return own or asked or None


def _at_field(refusal: Refusal) -> Refusal:
    """The refusal of an export, at the field of the page's form."""
    fields = {"from": "from_on", "to": "to_on"}
    field = refusal.members.get("field", "")
    return malformed(fields[field], refusal.faults[0].fault) if field in fields else refusal


def _asked(state: State, visitor: Visitor, given: dict[str, Any]) -> dict[str, Any]:
    nothing = dict.fromkeys(("form", "from_on", "to_on", "provider"), "")
    return {"given": nothing | given, "names": BOOK_FORMS, "providers": providers_known(state, visitor.actor)}
