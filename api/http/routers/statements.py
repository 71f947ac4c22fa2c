"""The statement door: every movement of a contract's credit in order, as JSON, as CSV, or as PDF for the customer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.lists import AS_FILES, CSV, JSON, LINES, PDF, Listing, answer_list, media_type
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
    page_asked,
    times_of,
)
from api.http.problems import PROBLEMS
from ledger.billing.lines import PENALTIES
from ledger.kernel.access import Actor
from ledger.kernel.values import shown_minutes
from projections.asking import Page, PageAsked
from projections.credit.statements import Line, StatementAsked, statement
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1/contracts", tags=["contracts"], responses=PROBLEMS, dependencies=[CaughtUp])
_PDF = {PDF: {"schema": {"type": "string", "format": "binary"}}}


@router.get(
    "/{contract_id}/statement",
    summary="The statement",
    operation_id="get_statement",
    response_model=StatementOut,
    responses={
        200: {"content": AS_FILES[200]["content"] | _PDF, "description": "JSON; CSV, JSON Lines or PDF by Accept"}
    },
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
) -> Response:
    """Every movement in order, each with the balance after it; `from` and `to` are included.

    A line of work, of a session or of a penalty says how the time of its deduction was billed, also what of it went
    beyond the credit: `change` is what the credit bore. The note of a penalty says for which session it is, and why.

    The PDF is what a customer gets: in their language, with opening and closing balances, the word on each deduction,
    and the overage of the period. CSV, JSON Lines and PDF hold all lines.
    """
    first, last = moment_of("from", from_), moment_of("to", to)
    asked = StatementAsked(contract_id, pool, first, last, times_of(as_of, known_at))
    if media_type(request.headers, JSON, CSV, LINES, PDF) == PDF:
        from api.customer_letter import statement_file  # slow to load, and no list needs it

        name = {"Content-Disposition": f'inline; filename="statement-{contract_id}.pdf"'}
        return Response(await statement_file(state, actor, asked), media_type=PDF, headers=name)
    page = page_asked(cursor, limit, int, int, int)
    return await answer_list(state.long_questions, request.headers, statement_listing(actor, asked), page)


def statement_listing(actor: Actor, asked: StatementAsked) -> Listing[Line]:
    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[Line]:
        return await statement(snapshot, actor, asked, page)

    return Listing(LineOut, ask, show_movement, {"contract_id": asked.contract_id})


def show_movement(line: Line) -> LineOut:
    note = line.note
    if line.kind == "breakage":
        note = "expired unused" if line.change < 0 else "expiry undone: taken back since"
    elif note is None and line.penalty is not None:
        start = instant(line.penalty.starts_at)
        note = PENALTIES[line.penalty.cause].format(session=line.penalty.session_id, start=start)
    elif note is None and line.ticket_id is not None:
        note = f"ticket {line.ticket_id}"
    return LineOut(
        position=line.position,
        effective_at=instant(line.effective_at),
        recorded_at=instant_or_none(line.recorded_at),
        pool=line.pool,
        kind=line.kind,
        reference=line.reference,
        change=figure(line.change, line.unit),
        balance=figure(line.balance, line.unit),
        note=note,
        dated=instant_or_none(line.dated),
        ticket_id=line.ticket_id,
        ticket_title=line.ticket_title,
        worked_minutes=shown_minutes(line.worked_seconds) if line.worked_seconds is not None else None,
        billed_minutes=line.billed_minutes,
        increment_minutes=line.increment_minutes,
    )
