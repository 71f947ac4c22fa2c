"""Deductions and charges: what was billed, from which grants or at which rate, and the customer's word on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query

from api.http.authentication import ActorDep, CaughtUp, StateDep, find_contract, visible
from api.http.models import (
    ChargeList,
    ChargeOut,
    DeductionAnswer,
    DeductionList,
    DeductionOut,
    MinutesDrawOut,
    MoneyDrawOut,
    OverageLineOut,
)
from api.http.models.history import show_entry
from api.http.paging import (
    AsOfParam,
    ContractId,
    Cursor,
    DeductionId,
    KnownAtParam,
    Limit,
    decode_cursor,
    moment_of,
    page,
)
from api.http.problems import PROBLEMS
from ledger.events import Draw, Sealed
from ledger.kernel.errors import Refusal
from ledger.kernel.values import from_micros, show_cents, show_instant
from projections.billing.charges import ChargeRow
from projections.credit.deductions import DeductionRow
from projections.history import StoredFact, deduction_at, sealed_in, stream_events, tell
from projections.reader import AsOf, Snapshot, existed, open_texts, resolve_as_of

router = APIRouter(prefix="/v1", tags=["deductions"], responses=PROBLEMS, dependencies=[CaughtUp])
Status = Literal["pending", "confirmed", "deemed_confirmed", "disputed", "upheld", "reversed", "not_required"]
_DEDUCTION_COLUMNS = ", ".join(f"d.{column}" for column in DeductionRow.__struct_fields__)
_CHARGE_COLUMNS = ", ".join(ChargeRow.__struct_fields__)
# The invoice that a charge stands on at a place in both times; null once a credit note took it back.
_NUMBER = (
    "(SELECT b.number FROM billed b WHERE b.charge_id = charges.charge_id AND b.effective_at <= ? AND b.position <= ? "
    "ORDER BY b.position DESC LIMIT 1)"
)
_sealed = msgspec.json.Decoder(Sealed).decode
_draws = msgspec.json.Decoder(list[Draw]).decode
_overage = msgspec.json.Decoder(list[dict[str, Any]]).decode


def status_at(row: DeductionRow, at: int) -> str:
    """Silence counts as a yes once the terms' days are over: worked out when asked, never stored (C8)."""
    if row.status == "pending" and row.deemed_at is not None and row.deemed_at <= at:
        return "deemed_confirmed"
    return row.status


async def _show(
    snapshot: Snapshot, rows: Sequence[DeductionRow], units: dict[tuple[str, str], str], currency: str, asked: AsOf
) -> list[DeductionOut]:
    """Deductions with their history, as they stood at the cut."""
    histories = await stream_events(snapshot, [f"deduction:{row.deduction_id}" for row in rows], asked)
    if not asked.current:
        rows = [_as_it_stood(histories, row) for row in rows]
    boxes = [_sealed(text) for row in rows for text in (row.engineer, row.reason) if text is not None]
    boxes += [box for events in histories.values() for stored in events for box in sealed_in(stored.fact)]
    texts = await open_texts(snapshot, boxes)
    documents = await _documents(snapshot, [row.deduction_id for row in rows], asked)
    shown = []
    for row in rows:
        unit = units.get((row.contract_id, row.pool or ""), "minutes")
        shown.append(
            DeductionOut(
                deduction_id=row.deduction_id,
                contract_id=row.contract_id,
                kind=row.kind,  # type: ignore[arg-type]
                basis=row.basis,
                effective_at=show_instant(from_micros(row.effective_at)),
                recorded_at=show_instant(from_micros(row.recorded_at)),
                dated=show_instant(from_micros(row.dated)) if row.dated is not None else None,
                worked_minutes=-(-row.worked_seconds // 60),
                worked_seconds=row.worked_seconds,
                billed_minutes=row.billed_minutes,
                pool=row.pool,
                draws=[_draw(draw, unit) for draw in _draws(row.draws)],
                overage=[_overage_line(line) for line in _overage(row.overage)],
                currency=currency,
                status=status_at(row, asked.at),
                on_behalf=bool(row.on_behalf),
                ticket_id=row.ticket_id,
                session_id=row.session_id,
                service=row.service,
                engineer=texts.get(_sealed(row.engineer)) if row.engineer else None,
                reason=texts.get(_sealed(row.reason)) if row.reason else None,
                documents=documents[row.deduction_id],
                history=[show_entry(tell(stored, texts)) for stored in histories[f"deduction:{row.deduction_id}"]],
            )
        )
    return shown


async def _documents(snapshot: Snapshot, deduction_ids: Sequence[str], asked: AsOf) -> dict[str, list[str]]:
    """The numbers of the documents that show each deduction: the way back from the minute to the invoice (M6)."""
    found: dict[str, list[str]] = {deduction_id: [] for deduction_id in deduction_ids}
    if not found:
        return found
    sql = (
        f"SELECT deduction_id, number FROM shown WHERE deduction_id IN ({','.join('?' * len(found))}) "
        "AND effective_at <= ? AND position <= ? ORDER BY position"
    )
    for deduction_id, number in await snapshot.query(sql, (*found, asked.at, asked.position)):
        found[deduction_id].append(number)
    return found


def _as_it_stood(histories: dict[str, list[StoredFact]], row: DeductionRow) -> DeductionRow:
    return deduction_at(histories[f"deduction:{row.deduction_id}"], row.deduction_id) or row


def _draw(draw: Draw, unit: str) -> MinutesDrawOut | MoneyDrawOut:
    if unit == "minutes":
        return MinutesDrawOut(grant_id=draw.grant_id, minutes=draw.quantity)
    return MoneyDrawOut(grant_id=draw.grant_id, amount=show_cents(draw.quantity))


def _overage_line(line: dict[str, Any]) -> OverageLineOut:
    return OverageLineOut(
        minutes=line["minutes"], rate=show_cents(line["rate_cents"]), amount=show_cents(line["amount_cents"])
    )


async def _units(snapshot: Snapshot, contract_id: str) -> dict[tuple[str, str], str]:
    rows = await snapshot.query("SELECT pool, unit FROM accounts WHERE contract_id = ?", (contract_id,))
    return {(contract_id, pool): unit for pool, unit in rows}


@router.get("/contracts/{contract_id}/deductions", summary="Deductions of a contract")
async def contract_deductions(
    contract_id: ContractId,
    state: StateDep,
    actor: ActorDep,
    status: Annotated[Status | None, Query()] = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> DeductionList:
    """In the order in which they were recorded.

    A page may hold fewer items than `limit` where `status` is asked of the past.
    """
    async with state.reader.snapshot() as snapshot:
        zone, currency = await find_contract(snapshot, actor, contract_id, "timezone, currency")
        asked = await resolve_as_of(
            snapshot, moment_of("as_of", as_of), moment_of("known_at", known_at), zone, contract_id
        )
        condition, params = (
            "d.contract_id = ? AND d.effective_at <= ? AND d.position <= ?",
            [contract_id, asked.at, asked.position],
        )
        if status is not None and asked.current:
            clause, more = _status_clause(status, asked.at)
            condition += f" AND {clause}"
            params.extend(more)
        after = decode_cursor(cursor, int)
        if after:
            condition += " AND d.position > ?"
            params.extend(after)
        sql = f"SELECT {_DEDUCTION_COLUMNS} FROM deductions d WHERE {condition} ORDER BY d.position LIMIT ?"
        found = [DeductionRow(*row) for row in await snapshot.query(sql, (*params, limit + 1))]
        rows, following = page(found, limit, lambda row: (row.position,))
        items = await _show(snapshot, rows, await _units(snapshot, contract_id), currency, asked)
        if status is not None:
            items = [item for item in items if item.status == status]
        return DeductionList(position=asked.position, items=items, next=following)


def _status_clause(status: Status, now: int) -> tuple[str, list[Any]]:
    if status == "pending":
        return "d.status = 'pending' AND (d.deemed_at IS NULL OR d.deemed_at > ?)", [now]
    if status == "deemed_confirmed":
        return "d.status = 'pending' AND d.deemed_at <= ?", [now]
    return "d.status = ?", [status]


@router.get("/deductions/{deduction_id}", summary="A deduction")
async def deduction(
    deduction_id: DeductionId, state: StateDep, actor: ActorDep, as_of: AsOfParam = None, known_at: KnownAtParam = None
) -> DeductionAnswer:
    """One deduction with its draws, overage, status and history."""
    async with state.reader.snapshot() as snapshot:
        condition, params = visible(actor)
        sql = (
            f"SELECT c.timezone, c.currency, {_DEDUCTION_COLUMNS} FROM deductions d JOIN contracts c "
            f"ON c.contract_id = d.contract_id WHERE d.deduction_id = ? AND {condition}"
        )
        rows = await snapshot.query(sql, (deduction_id, *params))
        unknown = Refusal("unknown-deduction", f"There is no deduction {deduction_id}.", deduction_id=deduction_id)
        if not rows:
            raise unknown
        zone, currency, row = rows[0][0], rows[0][1], DeductionRow(*rows[0][2:])
        asked = await resolve_as_of(
            snapshot, moment_of("as_of", as_of), moment_of("known_at", known_at), zone, row.contract_id
        )
        if not existed(row.effective_at, row.position, asked):
            raise unknown
        (found,) = await _show(snapshot, [row], await _units(snapshot, row.contract_id), currency, asked)
        return DeductionAnswer(position=asked.position, **found.model_dump())


@router.get("/contracts/{contract_id}/charges", summary="Charges of a contract")
async def contract_charges(
    contract_id: ContractId,
    state: StateDep,
    actor: ActorDep,
    invoiced: Annotated[bool | None, Query()] = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ChargeList:
    """Every amount owed or taken back, effective by now (or `as_of`), in the order in which it was recorded."""
    async with state.reader.snapshot() as snapshot:
        (zone,) = await find_contract(snapshot, actor, contract_id, "timezone")
        asked = await resolve_as_of(
            snapshot, moment_of("as_of", as_of), moment_of("known_at", known_at), zone, contract_id
        )
        condition, params = (
            "contract_id = ? AND effective_at <= ? AND position <= ?",
            [contract_id, asked.at, asked.position],
        )
        if invoiced is not None:
            condition += f" AND {_NUMBER} IS {'NOT ' if invoiced else ''}NULL"
            params.extend([asked.at, asked.position])
        after = decode_cursor(cursor, int)
        if after:
            condition += " AND position > ?"
            params.extend(after)
        sql = f"SELECT {_NUMBER}, {_CHARGE_COLUMNS} FROM charges WHERE {condition} ORDER BY position LIMIT ?"
        found = await snapshot.query(sql, (asked.at, asked.position, *params, limit + 1))
        rows, following = page([(row[0], ChargeRow(*row[1:])) for row in found], limit, lambda r: (r[1].position,))
        items = [_charge(row, number) for number, row in rows]
        return ChargeList(position=asked.position, contract_id=contract_id, items=items, next=following)


def _charge(row: ChargeRow, invoice_number: str | None) -> ChargeOut:
    return ChargeOut(
        charge_id=row.charge_id,
        kind=row.kind,
        amount=show_cents(row.amount_cents),
        currency=row.currency,
        effective_at=show_instant(from_micros(row.effective_at)),
        recorded_at=show_instant(from_micros(row.recorded_at)),
        dated=show_instant(from_micros(row.dated)) if row.dated is not None else None,
        reference=row.reference,
        minutes=row.minutes,
        quantity=row.quantity,
        rate=show_cents(row.rate_cents) if row.rate_cents is not None else None,
        service=row.service,
        reverses=row.reverses,
        invoice_number=invoice_number,
        position=row.position,
    )
