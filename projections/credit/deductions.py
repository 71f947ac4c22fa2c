"""The view of deductions: how time was billed, from which grants, and where the customer's word on it stands."""

from __future__ import annotations

from typing import Any

import msgspec

from ledger.events import (
    DeductionConfirmed,
    DeductionDisputed,
    DeductionReversed,
    DisputeUpheld,
    Draw,
    DrawSettled,
    Fact,
    HoursDeducted,
    LateChangePenaltyDeducted,
    NoShowPenaltyDeducted,
    OverageCharged,
    ServiceDelivered,
)
from ledger.kernel.values import to_micros
from projections.tables import Table, seal_json, to_json
from projections.views import EventMeta, Rows, View


class DeductionRow(msgspec.Struct):
    """`quantity` is what the draws add up to, in the pool's unit; draws and overage are JSON lists.

    `awaited` is 1 where the customer's word was asked for at first.
    """

    deduction_id: str
    contract_id: str
    kind: str
    basis: str
    position: int
    effective_at: int
    recorded_at: int
    worked_seconds: int
    billed_minutes: int
    pool: str | None
    quantity: int
    draws: str
    overage: str
    status: str
    awaited: int
    on_behalf: int
    deemed_at: int | None
    ticket_id: str | None
    session_id: str | None
    service: str | None
    engineer: str | None
    reason: str | None
    dated: int | None  # when it was true, where that month was closed already (M5)


class PendingRow(msgspec.Struct):
    """What of a pool awaits the customer's word, in its unit; silence taken as a yes is worked out when asked."""

    account_id: str
    contract_id: str
    pool: str
    quantity: int


class StatusChangeRow(msgspec.Struct):
    """A change of a deduction's status: by the customer, or by the provider's answer."""

    deduction_id: str
    position: int
    effective_at: int
    status: str


DEDUCTIONS = Table(
    "deductions",
    DeductionRow,
    "deduction_id",
    [
        "(contract_id, position)",
        "(contract_id, effective_at)",
        "(contract_id, deemed_at)",
        "(contract_id, status, pool)",
    ],
)
PENDING = Table("pending", PendingRow, "account_id", ["(contract_id)"])
STATUS_CHANGES = Table("status_changes", StatusChangeRow, ("deduction_id", "position"))
deductions = View("deductions", DEDUCTIONS, PENDING, STATUS_CHANGES)
_read_draws = msgspec.json.Decoder(list[Draw]).decode
_read_list = msgspec.json.Decoder(list[dict[str, Any]]).decode


def _new(fact: Any, meta: EventMeta, kind: str, basis: str, **fields: Any) -> DeductionRow:
    return DeductionRow(
        deduction_id=fact.deduction_id,
        contract_id=fact.contract_id,
        kind=kind,
        basis=basis,
        position=meta.position,
        effective_at=meta.effective_at,
        recorded_at=meta.recorded_at,
        pool=fact.pool,
        quantity=sum(draw.quantity for draw in fact.draws),
        draws=to_json(fact.draws),
        overage="[]",
        status=fact.status,
        awaited=int(fact.status == "pending"),
        on_behalf=0,
        deemed_at=to_micros(fact.deemed_at) if fact.deemed_at else None,
        dated=to_micros(fact.dated) if fact.dated is not None else None,
        **fields,
    )


def _put(rows: Rows, row: DeductionRow) -> None:
    rows.put(DEDUCTIONS, row)
    if row.status == "pending":
        _add_pending(rows, row, row.quantity)


def _add_pending(rows: Rows, row: DeductionRow, quantity: int) -> None:
    if row.pool is None:
        return
    account_id = f"{row.contract_id}:{row.pool}"
    if rows.get(PENDING, account_id) is None:
        rows.put(PENDING, PendingRow(account_id, row.contract_id, row.pool, 0))
    rows.require(PENDING, account_id).quantity += quantity


def _set_status(rows: Rows, deduction_id: str, status: str, meta: EventMeta) -> DeductionRow:
    row = rows.require(DEDUCTIONS, deduction_id)
    rows.add(STATUS_CHANGES, StatusChangeRow(deduction_id, meta.position, meta.effective_at, status))
    if row.status == "pending":
        _add_pending(rows, row, -row.quantity)
    row.status = status
    return row


@deductions.on(HoursDeducted)
def _hours(rows: Rows, fact: HoursDeducted, meta: EventMeta) -> None:
    row = _new(
        fact,
        meta,
        fact.kind,
        fact.basis,
        worked_seconds=fact.worked_seconds,
        billed_minutes=fact.billed_minutes,
        ticket_id=fact.ticket_id,
        session_id=fact.deduction_id if fact.kind == "session" else None,
        service=fact.service,
        engineer=seal_json(fact.engineer),
        reason=seal_json(fact.reason),
    )
    _put(rows, row)


@deductions.on(LateChangePenaltyDeducted, NoShowPenaltyDeducted)
def _penalty(rows: Rows, fact: Fact, meta: EventMeta) -> None:
    assert isinstance(fact, LateChangePenaltyDeducted | NoShowPenaltyDeducted)
    row = _new(
        fact,
        meta,
        "penalty",
        "pool" if fact.pool else "flat",
        worked_seconds=0,
        billed_minutes=fact.billed_minutes,
        ticket_id=fact.ticket_id,
        session_id=fact.session_id,
        service=None,
        engineer=None,
        reason=None,
    )
    _put(rows, row)


@deductions.on(ServiceDelivered)
def _service(rows: Rows, fact: ServiceDelivered, meta: EventMeta) -> None:
    row = _new(
        fact,
        meta,
        "service",
        "service",
        worked_seconds=0,
        billed_minutes=0,
        ticket_id=None,
        session_id=None,
        service=fact.service,
        engineer=None,
        reason=None,
    )
    _put(rows, row)


@deductions.on(OverageCharged)
def _overage(rows: Rows, fact: OverageCharged, meta: EventMeta) -> None:
    row = rows.require(DEDUCTIONS, fact.deduction_id)
    line = {"minutes": fact.minutes, "rate_cents": fact.rate_cents_per_hour, "amount_cents": fact.amount_cents}
    row.overage = to_json([*_read_list(row.overage), line | {"currency": fact.currency}])


@deductions.on(DrawSettled)
def _covered(rows: Rows, fact: DrawSettled, meta: EventMeta) -> None:
    row = rows.require(DEDUCTIONS, fact.deduction_id)
    draws = {draw.grant_id: draw.quantity for draw in _read_draws(row.draws)}
    draws[None] -= fact.quantity
    draws[fact.grant_id] = draws.get(fact.grant_id, 0) + fact.quantity
    row.draws = to_json([Draw(grant_id, quantity) for grant_id, quantity in draws.items() if quantity])


@deductions.on(DeductionConfirmed)
def _confirmed(rows: Rows, fact: DeductionConfirmed, meta: EventMeta) -> None:
    _set_status(rows, fact.deduction_id, "confirmed", meta).on_behalf = int(fact.on_behalf)


@deductions.on(DeductionDisputed)
def _disputed(rows: Rows, fact: DeductionDisputed, meta: EventMeta) -> None:
    _set_status(rows, fact.deduction_id, "disputed", meta).on_behalf = int(fact.on_behalf)


@deductions.on(DisputeUpheld)
def _upheld(rows: Rows, fact: DisputeUpheld, meta: EventMeta) -> None:
    _set_status(rows, fact.deduction_id, "upheld", meta)


@deductions.on(DeductionReversed)
def _reversed(rows: Rows, fact: DeductionReversed, meta: EventMeta) -> None:
    _set_status(rows, fact.deduction_id, "reversed", meta)
