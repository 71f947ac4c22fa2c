"""Deductions and charges: what was billed, from which grants or at which rate, and the customer's word on it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.lists import AS_FILES, ListDep, Listing
from api.http.models.base import figure, instant, instant_or_none
from api.http.models.credit import (
    ChargeList,
    ChargeOut,
    CorrectionOut,
    DeductionAnswer,
    DeductionList,
    DeductionSummary,
    GivenBackOut,
    GrantLeft,
    MinutesDrawOut,
    MinutesReturnedOut,
    MoneyDrawOut,
    MoneyReturnedOut,
    OverageLineOut,
    show_penalty,
)
from api.http.models.history import show_entry
from api.http.paging import (
    AsOfParam,
    ContractIdParam,
    DeductionIdParam,
    KnownAtParam,
    times_of,
)
from api.http.problems import PROBLEMS
from ledger.credit.deduction_events import DeductionStatus
from ledger.events import CreditUnit, Draw
from ledger.kernel.values import show_cents, shown_minutes, to_micros
from projections.asking import Page, PageAsked
from projections.billing.charge_questions import ListedCharge, list_charges
from projections.credit.deduction_questions import (
    DeductionsAsked,
    OpenedDeduction,
    ToldDeduction,
    find_deduction,
    list_deductions,
)
from projections.credit.deductions_view import OverageBilled, read_draws, read_overage
from projections.credit.penalties import penalty_told
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1", tags=["deductions"], responses=PROBLEMS, dependencies=[CaughtUp])
OnBehalf = Annotated[
    bool | None, Query(description="Whether the customer's word on it was entered by somebody else's token.")
]


@router.get(
    "/contracts/{contract_id}/deductions",
    summary="Deductions of a contract",
    operation_id="list_deductions",
    response_model=DeductionList,
    responses=AS_FILES,
)
async def contract_deductions(
    door: ListDep,
    contract_id: ContractIdParam,
    actor: ActorDep,
    status: Annotated[DeductionStatus | None, Query()] = None,
    on_behalf: OnBehalf = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> Response:
    """In the order in which they were recorded.

    A page may hold fewer items than `limit` where `status` or `on_behalf` is asked of the past.
    """
    wanted, times = DeductionsAsked(status, on_behalf=on_behalf), times_of(as_of, known_at)

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[OpenedDeduction]:
        return await list_deductions(snapshot, actor, contract_id, wanted, times, page)

    listing = Listing(DeductionSummary, ask, show_deduction)
    return await door.answer(listing, int)


@router.get("/deductions/{deduction_id}", summary="A deduction", operation_id="get_deduction")
async def deduction(
    deduction_id: DeductionIdParam,
    state: StateDep,
    actor: ActorDep,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> DeductionAnswer:
    """What was done, when and by whom, how it was rounded, which credit or rate bore it, and its history.

    `grants` say what is left in each grant that it draws on, what of that booked sessions hold, and until when it
    counts. Of one that is reversed, `given_back` says what came back, what of it is gone, and which grant stands for
    that.
    """
    times = times_of(as_of, known_at)
    async with state.reader.snapshot() as snapshot:
        found = await find_deduction(snapshot, actor, deduction_id, times)
    opened = found.opened
    given_back = _given_back(found, opened.unit)
    correction = given_back.correction.grant_id if given_back is not None and given_back.correction else None
    grants = [GrantLeft(**_left(found, one, opened.unit)) for one in found.grants if one != correction]
    history = [show_entry(one) for one in found.history]
    members = show_deduction(opened).model_dump()
    return DeductionAnswer(position=opened.position, **members, grants=grants, given_back=given_back, history=history)


def _left(found: ToldDeduction, grant_id: str, unit: CreditUnit) -> dict[str, Any]:
    grant = found.grants[grant_id]
    return {
        "grant_id": grant_id,
        "remaining": figure(grant.remaining, unit),
        "reserved": figure(grant.reserved, unit),
        "expires_at": instant_or_none(grant.expires_at),
    }


def _given_back(found: ToldDeduction, unit: CreditUnit) -> GivenBackOut | None:
    undone = found.undone
    if undone is None:
        return None
    grant_id, correction = undone.correction_grant_id, None
    if grant_id is not None and grant_id in found.grants:
        granted = figure(found.grants[grant_id].granted, unit)
        correction = CorrectionOut(**_left(found, grant_id, unit), granted=granted)
    return GivenBackOut(
        at=instant(to_micros(undone.effective_at)),
        returns=[_returned(draw, draw in undone.gone, unit) for draw in undone.returns],
        correction=correction,
    )


def _returned(draw: Draw, is_gone: bool, unit: CreditUnit) -> MinutesReturnedOut | MoneyReturnedOut:
    if unit == "minutes":
        return MinutesReturnedOut(grant_id=draw.grant_id, is_gone=is_gone, minutes=draw.quantity)
    return MoneyReturnedOut(grant_id=draw.grant_id, is_gone=is_gone, amount=show_cents(draw.quantity))


def show_deduction(found: OpenedDeduction) -> DeductionSummary:
    row = found.row
    return DeductionSummary(
        deduction_id=row.deduction_id,
        contract_id=row.contract_id,
        kind=row.kind,
        basis=row.basis,
        effective_at=instant(row.effective_at),
        recorded_at=instant(row.recorded_at),
        dated=instant_or_none(row.dated),
        worked_minutes=shown_minutes(row.worked_seconds),
        worked_seconds=row.worked_seconds,
        billed_minutes=row.billed_minutes,
        increment_minutes=row.increment_minutes,
        pool=row.pool,
        draws=[_draw(draw, found.unit) for draw in read_draws(row.draws)],
        overage=[_overage(line) for line in read_overage(row.overage)],
        currency=found.currency,
        status=found.status,
        on_behalf=found.is_on_behalf,
        ticket_id=row.ticket_id,
        ticket_title=found.ticket_title,
        session_id=row.session_id,
        penalty=show_penalty(penalty_told(row)),
        service=row.service,
        quantity=row.service_quantity,
        rate=show_cents(row.rate_cents) if row.rate_cents is not None else None,
        cost=show_cents(row.cost_cents) if row.cost_cents is not None else None,
        engineer=found.engineer,
        reason=found.reason,
        note=found.note,
        documents=found.documents,
    )


def _draw(draw: Draw, unit: CreditUnit) -> MinutesDrawOut | MoneyDrawOut:
    if unit == "minutes":
        return MinutesDrawOut(grant_id=draw.grant_id, minutes=draw.quantity)
    return MoneyDrawOut(grant_id=draw.grant_id, amount=show_cents(draw.quantity))


def _overage(line: OverageBilled) -> OverageLineOut:
    return OverageLineOut(minutes=line.minutes, rate=show_cents(line.rate_cents), amount=show_cents(line.amount_cents))


@router.get(
    "/contracts/{contract_id}/charges",
    summary="Charges of a contract",
    operation_id="list_charges",
    response_model=ChargeList,
    responses=AS_FILES,
)
async def contract_charges(
    door: ListDep,
    contract_id: ContractIdParam,
    actor: ActorDep,
    invoiced: Annotated[bool | None, Query()] = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> Response:
    """Every amount owed or taken back, effective by now (or `as_of`), in the order in which it was recorded."""
    times = times_of(as_of, known_at)

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[ListedCharge]:
        return await list_charges(snapshot, actor, contract_id, times, invoiced, page)

    listing = Listing(ChargeOut, ask, show_charge, {"contract_id": contract_id})
    return await door.answer(listing, int)


def show_charge(found: ListedCharge) -> ChargeOut:
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
