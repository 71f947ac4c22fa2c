"""The statement door: every movement of a contract's credit in order, as JSON, as CSV, or as PDF for the customer."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.documents.document_parties import Seller, read_buyer, read_seller
from api.documents.statement import Statement, statement_pdf
from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.models.base import figure, instant, instant_or_none
from api.http.models.credit import LineOut, StatementOut
from api.http.paging import (
    AsOfParam,
    ContractIdParam,
    Cursor,
    Filter,
    KnownAtParam,
    Limit,
    MomentParam,
    moment_of,
    next_cursor,
    page_asked,
    times_of,
)
from api.http.problems import PROBLEMS
from api.spreadsheet import as_text
from api.state import State
from ledger.kernel.access import Actor
from ledger.kernel.errors import malformed
from projections.asking import EVERYTHING, PageAsked
from projections.credit.customer_statements import CustomerStatement, customer_statement
from projections.credit.statements import Line, StatementAsked, statement
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1/contracts", tags=["contracts"], responses=PROBLEMS, dependencies=[CaughtUp])
PDF, CSV, JSON = "application/pdf", "text/csv", "application/json"
_FILES = {PDF: {"schema": {"type": "string", "format": "binary"}}, CSV: {"schema": {"type": "string"}}}
LONGEST_ACCEPT = 2000  # what a client likes beyond that is not looked at
TEXTS = {"pool", "kind", "reference", "note"}


@router.get(
    "/{contract_id}/statement",
    summary="The statement",
    operation_id="get_statement",
    response_model=StatementOut,
    responses={200: {"content": _FILES, "description": "As JSON, or by Accept as CSV or as PDF"}},
)
async def contract_statement(
    request: Request,
    contract_id: ContractIdParam,
    state: StateDep,
    actor: ActorDep,
    pool: Filter = None,
    from_: Annotated[MomentParam | None, Query(alias="from")] = None,
    to: Annotated[MomentParam | None, Query()] = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
    limit: Limit = 500,
    cursor: Cursor = None,
) -> Any:
    """Every movement in order, each with the balance after it; `from` and `to` are included.

    The PDF is what a customer gets: in their language, with opening and closing balances, the word on each deduction,
    and the overage of the period. CSV and PDF hold all lines.
    """
    first, last = moment_of("from", from_), moment_of("to", to)
    asked = StatementAsked(contract_id, pool, first, last, times_of(as_of, known_at))
    wanted = _media_type(request.headers.get("accept", ""))
    if wanted == PDF:
        name = {"Content-Disposition": f'inline; filename="statement-{contract_id}.pdf"'}
        printed = await _for_customer(state, actor, asked)
        return Response(await asyncio.to_thread(statement_pdf, printed), media_type=PDF, headers=name)
    page = page_asked(cursor, limit, int, int, int)
    if wanted == CSV:
        answer = await read_statement(state, actor, asked, PageAsked(None, page.after))
        return Response(_as_csv(answer.items), media_type="text/csv; charset=utf-8")
    return await read_statement(state, actor, asked, page)


def _media_type(accept: str) -> str:
    """What the client likes best of what there is (RFC 9110, 12.5.1); the first named among equals, else JSON."""
    best, weight = JSON, 0.0
    for part in accept[:LONGEST_ACCEPT].lower().split(","):
        name, *params = (piece.strip() for piece in part.split(";"))
        given = next((param[2:] for param in params if param.startswith("q=")), "1")
        quality = float(given) if given.replace(".", "", 1).isdecimal() and given.isascii() else 0.0
        if name in (PDF, CSV, JSON) and quality > weight:
            best, weight = name, quality
    return best


async def read_statement(
    state: State, actor: Actor, asked: StatementAsked, page: PageAsked = EVERYTHING
) -> StatementOut:
    """The statement's lines as they are answered; all of them where no page is named."""

    async def listed(snapshot: Snapshot, _: Calendars) -> StatementOut:
        found = await statement(snapshot, actor, asked, page)
        items = [_line(line, found.units[line.pool]) for line in found.items]
        following = next_cursor(found)
        return StatementOut(position=found.position, contract_id=asked.contract_id, items=items, next=following)

    return await state.long_questions.ask(listed)


def _line(line: Line, unit: str) -> LineOut:
    note = line.note
    if line.kind == "breakage":
        note = "expired unused"
    elif note is None and line.ticket_id is not None:
        note = f"ticket {line.ticket_id}"
    return LineOut(
        position=line.position,
        effective_at=instant(line.effective_at),
        recorded_at=instant_or_none(line.recorded_at),
        pool=line.pool,
        kind=line.kind,
        reference=line.reference,
        change=figure(line.change, unit),
        balance=figure(line.balance, unit),
        note=note,
        dated=instant_or_none(line.dated),
    )


def _as_csv(items: list[LineOut]) -> str:
    """RFC 4180; a text that a spreadsheet would take for a formula is quoted with '."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(LineOut.model_fields)
    for item in items:
        row = {name: "" if value is None else value for name, value in item.model_dump().items()}
        writer.writerow([as_text(value) if name in TEXTS else value for name, value in row.items()])
    return out.getvalue()


async def _for_customer(state: State, actor: Actor, asked: StatementAsked) -> Statement:
    """What is printed, from the provider's letterhead, in the customer's language or else the provider's."""
    async with state.reader.snapshot() as snapshot:
        found = await customer_statement(snapshot, actor, asked)
    longest = state.limits.longest_pdf_lines
    if found.length > longest:
        raise malformed("from", f"a PDF has at most {longest} lines; ask for a shorter period, or for CSV")
    provider = state.catalogue.providers().get(found.provider)
    language = found.language or (provider.language if provider else "en")
    names = state.catalogue.names(found.provider)
    return Statement(found, _seller(state, found), read_buyer(found.customer), language, names)


def _seller(state: State, found: CustomerStatement) -> Seller:
    """The letterhead; of a provider whose party no file names, what the catalogue has of it."""
    known, party = state.catalogue.providers().get(found.provider), state.catalogue.party(found.provider)
    named = {"name": known.name if known else found.provider, "country": known.country if known else ""}
    return read_seller({**named, **(party.model_dump(exclude_none=True) if party else {})})
