"""Deductions and charges: what was billed, from which grants or at which rate, and the customer's word on it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.models.base import instant, instant_or_none
from api.http.models.credit import (
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
    ContractIdParam,
    Cursor,
    DeductionIdParam,
    KnownAtParam,
    Limit,
    next_cursor,
    page_asked,
    times_of,
)
from api.http.problems import PROBLEMS
from ledger.credit.confirmation import Status, has_spoken
from ledger.events import Draw
from ledger.kernel.values import show_cents, shown_minutes
from projections.billing.charge_questions import ListedCharge, list_charges
from projections.credit.deduction_questions import OpenedDeduction, find_deduction, list_deductions
from projections.credit.deductions_view import OverageBilled, read_draws, read_overage
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1", tags=["deductions"], responses=PROBLEMS, dependencies=[CaughtUp])


@router.get("/contracts/{contract_id}/deductions", summary="Deductions of a contract", operation_id="list_deductions")
async def contract_deductions(
    contract_id: ContractIdParam,
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
    times, page = times_of(as_of, known_at), page_asked(cursor, limit, int)

    async def listed(snapshot: Snapshot, _: Calendars) -> DeductionList:
        found = await list_deductions(snapshot, actor, contract_id, times, status, page)
        items = [_deduction(one) for one in found.items]
        return DeductionList(position=found.position, items=items, next=next_cursor(found))

    return await state.long_questions.ask(listed)


@router.get("/deductions/{deduction_id}", summary="A deduction", operation_id="get_deduction")
async def deduction(
    deduction_id: DeductionIdParam,
    state: StateDep,
    actor: ActorDep,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> DeductionAnswer:
    """One deduction with its draws, overage, status and history."""
    async with state.reader.snapshot() as snapshot:
        found = await find_deduction(snapshot, actor, deduction_id, times_of(as_of, known_at))
    return DeductionAnswer(position=found.position, **_deduction(found).model_dump())


def _deduction(found: OpenedDeduction) -> DeductionOut:
    row = found.row
    return DeductionOut(
        deduction_id=row.deduction_id,
        contract_id=row.contract_id,
        kind=row.kind,  # type: ignore[arg-type]
        basis=row.basis,
        effective_at=instant(row.effective_at),
        recorded_at=instant(row.recorded_at),
        dated=instant_or_none(row.dated),
        worked_minutes=shown_minutes(row.worked_seconds),
        worked_seconds=row.worked_seconds,
        billed_minutes=row.billed_minutes,
        pool=row.pool,
        draws=[_draw(draw, found.unit) for draw in read_draws(row.draws)],
        overage=[_overage(line) for line in read_overage(row.overage)],
        currency=found.currency,
        status=found.status,  # type: ignore[arg-type]
        on_behalf=bool(row.on_behalf) and has_spoken(found.status),
        ticket_id=row.ticket_id,
        session_id=row.session_id,
        service=row.service,
        engineer=found.engineer,
        reason=found.reason,
        documents=found.documents,
        history=[show_entry(told) for told in found.history],
    )


def _draw(draw: Draw, unit: str) -> MinutesDrawOut | MoneyDrawOut:
    if unit == "minutes":
        return MinutesDrawOut(grant_id=draw.grant_id, minutes=draw.quantity)
    return MoneyDrawOut(grant_id=draw.grant_id, amount=show_cents(draw.quantity))


def _overage(line: OverageBilled) -> OverageLineOut:
    return OverageLineOut(minutes=line.minutes, rate=show_cents(line.rate_cents), amount=show_cents(line.amount_cents))


@router.get("/contracts/{contract_id}/charges", summary="Charges of a contract", operation_id="list_charges")
async def contract_charges(
    contract_id: ContractIdParam,
    state: StateDep,
    actor: ActorDep,
    invoiced: Annotated[bool | None, Query()] = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ChargeList:
    """Every amount owed or taken back, effective by now (or `as_of`), in the order in which it was recorded."""
    times, page = times_of(as_of, known_at), page_asked(cursor, limit, int)
    async with state.reader.snapshot() as snapshot:
        found = await list_charges(snapshot, actor, contract_id, times, invoiced, page)
    items = [_charge(one) for one in found.items]
    return ChargeList(position=found.position, contract_id=contract_id, items=items, next=next_cursor(found))


def _charge(found: ListedCharge) -> ChargeOut:
    row = found.row
    return ChargeOut(
        charge_id=row.charge_id,
        kind=row.kind,
        amount=show_cents(row.amount_cents),
        currency=row.currency,
        effective_at=instant(row.effective_at),
        recorded_at=instant(row.recorded_at),
        dated=instant_or_none(row.dated),
        reference=row.reference,
        minutes=row.minutes,
        quantity=row.quantity,
        rate=show_cents(row.rate_cents) if row.rate_cents is not None else None,
        service=row.service,
        reverses=row.reverses,
        invoice_number=found.invoice_number,
        settled_by=found.settled_by,
        position=row.position,
    )
