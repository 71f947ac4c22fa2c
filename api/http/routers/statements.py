"""The statement door: every movement of a contract's credit in order, as JSON, as CSV, or as PDF for the customer."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.documents.parties import Seller, buyer_of, seller_of
from api.documents.statement import Pool, Statement, statement_pdf
from api.http.authentication import ActorDep, CaughtUp, StateDep, find_contract
from api.http.models import LineOut, StatementOut
from api.http.paging import (
    AsOfParam,
    ContractId,
    Cursor,
    KnownAtParam,
    Limit,
    MomentParam,
    decode_cursor,
    moment_of,
    page,
)
from api.http.problems import PROBLEMS
from api.http.routers.contracts import Filter, figure
from api.spreadsheet import as_text
from api.state import State
from ledger.events import Sealed
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.values import first_instant, from_micros, local_date, show_instant, to_micros
from projections.credit.statements import (
    DeductionDetails,
    Line,
    OutsideCredit,
    between,
    deduction_details,
    outside_credit,
    statement,
)
from projections.reader import Snapshot, last_instant, open_texts, resolve_as_of

router = APIRouter(prefix="/v1/contracts", tags=["contracts"], responses=PROBLEMS, dependencies=[CaughtUp])
_sealed = msgspec.json.Decoder(Sealed).decode
PDF, CSV, JSON = "application/pdf", "text/csv", "application/json"
_FILES = {PDF: {"schema": {"type": "string", "format": "binary"}}, CSV: {"schema": {"type": "string"}}}


@router.get(
    "/{contract_id}/statement",
    summary="The statement",
    response_model=StatementOut,
    responses={200: {"content": _FILES, "description": "As JSON, or by Accept as CSV or as PDF"}},
)
async def contract_statement(
    request: Request,
    contract_id: ContractId,
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
    wanted = _media_type(request.headers.get("accept", ""))
    if wanted == PDF:
        found = await _for_customer(state, actor, contract_id, pool, from_, to, as_of, known_at)
        name = {"Content-Disposition": f'inline; filename="statement-{contract_id}.pdf"'}
        return Response(await asyncio.to_thread(statement_pdf, found), media_type=PDF, headers=name)
    limit = 0 if wanted == CSV else limit
    answer = await read_statement(state, actor, contract_id, pool, from_, to, as_of, known_at, limit, cursor)
    if wanted == CSV:
        return Response(_as_csv(answer.items), media_type="text/csv; charset=utf-8")
    return answer


def _media_type(accept: str) -> str:
    """What the client likes best of what there is (RFC 9110, 12.5.1); the first named among equals, else JSON."""
    best, weight = JSON, 0.0
    for part in accept.lower().split(","):
        name, *params = (piece.strip() for piece in part.split(";"))
        given = next((param[2:] for param in params if param.startswith("q=")), "1")
        quality = float(given) if given.replace(".", "", 1).isdecimal() and given.isascii() else 0.0
        if name in (PDF, CSV, JSON) and quality > weight:
            best, weight = name, quality
    return best


async def read_statement(
    state: State,
    actor: Actor,
    contract_id: str,
    pool: str | None = None,
    from_: str | None = None,
    to: str | None = None,
    as_of: str | None = None,
    known_at: str | None = None,
    limit: int = 0,
    cursor: str | None = None,
) -> StatementOut:
    """The statement's lines, all of them where `limit` is 0."""
    async with state.reader.snapshot() as snapshot:
        (zone,) = await find_contract(snapshot, actor, contract_id, "timezone")
        asked = await resolve_as_of(
            snapshot, moment_of("as_of", as_of), moment_of("known_at", known_at), zone, contract_id
        )
        of_pools = await snapshot.query("SELECT pool, unit FROM accounts WHERE contract_id = ?", (contract_id,))
        units: dict[str, str] = dict(of_pools)
        _check_pool(pool, units)
        period = _instants(from_, to, zone)
        lines = between(await statement(snapshot, contract_id, pool, asked), *period)
        after = decode_cursor(cursor, int, int, int)
        if after:
            lines = [line for line in lines if line.order > tuple(after)]
        shown, following = page(lines, limit or len(lines), lambda line: line.order)
        texts = await _opened(snapshot, (line.note for line in shown))
        items = [_line(line, texts, units[line.pool]) for line in shown]
        return StatementOut(position=asked.position, contract_id=contract_id, items=items, next=following)


def _instants(from_: str | None, to: str | None, zone: str) -> tuple[int | None, int | None]:
    """The first and the last instant (microseconds) of a period. Raises Refusal malformed."""
    begin, end = moment_of("from", from_), moment_of("to", to)
    first = None
    if begin is not None:
        first = to_micros(begin if isinstance(begin, datetime) else first_instant(begin, zone))
    last = last_instant(end, zone) if end is not None else None
    if first is not None and last is not None and first > last:
        raise malformed("from", f"{from_} lies after {to}")
    return first, last


_POOLS = "SELECT pool FROM accounts WHERE contract_id = ?"


def _check_pool(pool: str | None, pools: Collection[str]) -> None:
    if pool is not None and pool not in pools:
        names = ", ".join(sorted(pools)) or "none"
        raise Refusal("unknown-pool", f"The contract has no pool {pool}; its pools: {names}.", pool=pool)


async def _opened(snapshot: Snapshot, sealed: Iterable[str | None]) -> dict[str, Any]:
    """Texts by the columns that keep them sealed, those whose key is gone left out."""
    boxes = {text: _sealed(text) for text in sealed if text is not None}
    texts = await open_texts(snapshot, list(boxes.values()))
    return {text: texts[box] for text, box in boxes.items() if texts.get(box) is not None}


def _line(line: Line, texts: dict[str, Any], unit: str) -> LineOut:
    note = texts.get(line.note) if line.note is not None else None
    if line.kind == "breakage":
        note = "expired unused"
    elif note is None and line.ticket_id is not None:
        note = f"ticket {line.ticket_id}"
    return LineOut(
        position=line.position,
        effective_at=show_instant(from_micros(line.effective_at)),
        recorded_at=show_instant(from_micros(line.recorded_at)) if line.recorded_at is not None else None,
        pool=line.pool,
        kind=line.kind,
        reference=line.reference,
        change=figure(line.change, unit),
        balance=figure(line.balance, unit),
        note=note,
        dated=show_instant(from_micros(line.dated)) if line.dated is not None else None,
    )


TEXTS = {"pool", "kind", "reference", "note"}


def _as_csv(items: list[LineOut]) -> str:
    """RFC 4180; a text that a spreadsheet would take for a formula is quoted with '."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(LineOut.model_fields)
    for item in items:
        row = {name: "" if value is None else value for name, value in item.model_dump().items()}
        writer.writerow([as_text(value) if name in TEXTS else value for name, value in row.items()])
    return out.getvalue()


LONGEST_PDF = 2000  # lines: some seconds of typesetting
_PARTIES = "provider, timezone, currency, language, country, customer_id, starts_on, party"


async def _for_customer(
    state: State,
    actor: Actor,
    contract_id: str,
    pool: str | None,
    from_: str | None,
    to: str | None,
    as_of: str | None,
    known_at: str | None,
) -> Statement:
    """A period as the customer reads it. Raises Refusal malformed where it begins after its last day."""
    async with state.reader.snapshot() as snapshot:
        row = await find_contract(snapshot, actor, contract_id, _PARTIES)
        provider, zone, currency, language, country, customer_id, starts_on, party = row
        asked = await resolve_as_of(
            snapshot, moment_of("as_of", as_of), moment_of("known_at", known_at), zone, contract_id
        )
        first, last = _instants(from_, to, zone)
        _check_pool(pool, [name for (name,) in await snapshot.query(_POOLS, (contract_id,))])
        last = asked.at if last is None else min(last, asked.at)
        last_on = local_date(from_micros(last), zone)
        if first is not None and first > last:
            raise malformed("from", f"lies after the last day of the statement, {last_on}")
        began = date.fromisoformat(starts_on) if first is None else local_date(from_micros(first), zone)
        lines = await statement(snapshot, contract_id, pool, asked)
        behind = await deduction_details(snapshot, contract_id, asked)
        beside = await outside_credit(snapshot, contract_id, asked, first, last)
        shown = between(lines, first, last)
        if len(shown) + len(beside) > LONGEST_PDF:
            raise malformed("from", f"a PDF has at most {LONGEST_PDF} lines; ask for a shorter period, or for CSV")
        seen = {line.reference for line in shown} | {line.deduction_id for line in beside}
        engineers = [one.engineer for one in behind.values() if one.deduction_id in seen]
        texts = await _opened(snapshot, [party, *(line.note for line in shown), *engineers])
        customer = {"customer_id": customer_id, "name": customer_id, "country": country, **texts.pop(party, {})}
        found = state.catalogue.providers().get(provider)
        return Statement(
            contract_id=contract_id,
            language=language or (found.language if found else "en"),
            zone=zone,
            currency=currency,
            seller=_seller(state, provider),
            buyer=buyer_of(customer),
            first_on=min(began, last_on),
            last_on=last_on,
            dated=last_on if as_of is None and known_at is None else local_date(from_micros(asked.at), zone),
            pools=await _pools(snapshot, contract_id, pool, lines, first, last),
            beside=[line for line in beside if pool is None or _pool_of(line, behind) == pool],
            deductions=behind,
            texts=texts,
        )


def _seller(state: State, provider: str) -> Seller:
    """The letterhead; of a provider whose party no file names, what the catalogue has of it."""
    known, party = state.catalogue.providers().get(provider), state.catalogue.party(provider)
    named = {"name": known.name if known else provider, "country": known.country if known else ""}
    return seller_of({**named, **(party.model_dump(exclude_none=True) if party else {})})


async def _pools(
    snapshot: Snapshot, contract_id: str, pool: str | None, lines: list[Line], first: int | None, last: int
) -> list[Pool]:
    sql = "SELECT pool, unit, currency FROM accounts WHERE contract_id = ? ORDER BY pool"
    pools = []
    for name, unit, currency in await snapshot.query(sql, (contract_id,)):
        if pool in (None, name):
            own = [line for line in lines if line.pool == name]
            before = [] if first is None else between(own, None, first - 1)
            opening = before[-1].balance if before else 0
            pools.append(Pool(name, unit, currency, opening, between(own, first, last)))
    return pools


def _pool_of(line: OutsideCredit, behind: dict[str, DeductionDetails]) -> str | None:
    found = behind.get(line.deduction_id)
    return found.pool if found is not None else None
