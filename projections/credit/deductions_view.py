"""The view of deductions: how time was billed, from which grants, and where the customer's word on it stands."""

from __future__ import annotations

import msgspec

from ledger.credit.confirmation import STATUS_AFTER
from ledger.credit.deduction_events import Answered, Basis, Deducted, DeductionFact, DeductionStatus
from ledger.credit.draws import owed_again, settled
from ledger.events import (
    DeductionConfirmed,
    DeductionDisputed,
    DeductionKind,
    DeductionReversed,
    DisputeUpheld,
    Draw,
    DrawSettled,
    DrawSettlementWithdrawn,
    HoursDeducted,
    LateChangePenaltyDeducted,
    NoShowPenaltyDeducted,
    OverageCharged,
    ServiceDelivered,
)
from ledger.kernel.values import to_micros
from projections.credit.movements import account_id
from projections.credit.status_changes import STATUS_CHANGES, StatusChangeRow
from projections.credit.waits import WAITS, Wait
from projections.tables import Table, seal_json, to_json
from projections.views import Changes, EventMeta, Rows, View


class DeductionRow(msgspec.Struct):
    """`quantity` is what the draws add up to, in the pool's unit; draws and overage are JSON lists.

    `awaited` is 1 where the customer's word was asked for at first. `increment_minutes` is what worked time was rounded
    up to, `note` what was done. An hour or one of its service costs `rate_cents`, all of it `cost_cents`;
    `service_quantity` is how many there were at a flat price. A penalty's session was to begin at `penalised_start`.
    """

    deduction_id: str
    contract_id: str
    kind: DeductionKind
    basis: Basis
    position: int
    effective_at: int
    recorded_at: int
    worked_seconds: int
    billed_minutes: int
    increment_minutes: int | None
    pool: str | None
    quantity: int
    draws: str
    overage: str
    status: DeductionStatus
    awaited: int
    on_behalf: int
    deemed_at: int | None
    ticket_id: str | None
    session_id: str | None
    service: str | None
    service_quantity: int | None
    rate_cents: int | None
    cost_cents: int | None
    engineer: str | None
    engineer_key: str | None  # of the person, whose name is sealed anew each time
    reason: str | None
    note: str | None
    dated: int | None  # when it was true, where that month was closed already (M5)
    waits_until: int | None  # from when on, by all that is known, nobody waits for the customer's word; None: never
    penalised_start: int | None = None
    penalty_cause: str | None = None


class OverageBilled(msgspec.Struct):
    """Time of a deduction that no grant covered, at one tier's rate (C3)."""

    minutes: int
    rate_cents: int
    amount_cents: int
    currency: str


class PendingRow(msgspec.Struct):
    """What of a pool awaits the customer's word with no end known, in its unit: all its waits added up (`waits`)."""

    account_id: str
    contract_id: str
    pool: str
    quantity: int


# What waits for an answer is few of many, so that it has indexes; what silence has answered stays `pending`, so that it
# is told apart by the silence's day.
DISPUTED = "status = 'disputed'"
WITHOUT_SILENCE = "status = 'pending' AND deemed_at IS NULL"
WITH_SILENCE = "status = 'pending' AND deemed_at IS NOT NULL"
SPOKEN_FOR, NOT_SPOKEN_FOR = "on_behalf = 1", "on_behalf = 0"  # whether somebody else entered the customer's word
DEDUCTIONS = Table(
    "deductions",
    DeductionRow,
    "deduction_id",
    [
        "(contract_id, position)",
        "(contract_id, effective_at)",
        "(contract_id, deemed_at)",
        "(contract_id, status, deemed_at)",
        "(contract_id, status, position)",
        f"(effective_at) WHERE {DISPUTED}",
        f"(effective_at) WHERE {WITHOUT_SILENCE}",
        f"(deemed_at) WHERE {WITH_SILENCE}",
        f"(contract_id, position) WHERE {SPOKEN_FOR}",
        "(contract_id, dated) WHERE dated IS NOT NULL",
    ],
)
PENDING = Table("pending", PendingRow, "account_id", ["(contract_id)"])
deductions = View("deductions", DEDUCTIONS, PENDING, WAITS, STATUS_CHANGES)
read_draws = msgspec.json.Decoder(list[Draw]).decode
read_overage = msgspec.json.Decoder(list[OverageBilled]).decode


def _new(
    fact: Deducted,
    meta: EventMeta,
    kind: DeductionKind,
    basis: Basis,
    *,
    worked_seconds: int = 0,
    billed_minutes: int = 0,
    increment_minutes: int | None = None,
    ticket_id: str | None = None,
    session_id: str | None = None,
    service: str | None = None,
    service_quantity: int | None = None,
    rate_cents: int | None = None,
    cost_cents: int | None = None,
    engineer: str | None = None,
    engineer_key: str | None = None,
    reason: str | None = None,
    note: str | None = None,
) -> DeductionRow:
    return DeductionRow(
        deduction_id=fact.deduction_id,
        contract_id=fact.contract_id,
        kind=kind,
        basis=basis,
        position=meta.position,
        effective_at=meta.effective_at,
        recorded_at=meta.recorded_at,
        worked_seconds=worked_seconds,
        billed_minutes=billed_minutes,
        increment_minutes=increment_minutes,
        pool=fact.pool,
        quantity=sum(draw.quantity for draw in fact.draws),
        draws=to_json(fact.draws),
        overage="[]",
        status=fact.status,
        awaited=int(fact.status == "pending"),
        on_behalf=0,
        deemed_at=to_micros(fact.deemed_at) if fact.deemed_at else None,
        ticket_id=ticket_id,
        session_id=session_id,
        service=service,
        service_quantity=service_quantity,
        rate_cents=rate_cents,
        cost_cents=cost_cents,
        engineer=engineer,
        engineer_key=engineer_key,
        reason=reason,
        note=note,
        dated=to_micros(fact.dated) if fact.dated is not None else None,
        waits_until=None,
    )


def _put(rows: Rows, row: DeductionRow) -> None:
    rows.put(DEDUCTIONS, row)
    if row.status == "pending":
        wait = _wait(row, row.position)
        wait.begin(rows)
        if row.deemed_at is not None:
            row.waits_until = wait.end(rows, row.deemed_at, None)
        else:
            _add_pending(rows, row, row.quantity)


def _wait(row: DeductionRow, position: int) -> Wait:
    return Wait(position, row.contract_id, row.pool, row.effective_at, row.quantity)


def _add_pending(rows: Rows, row: DeductionRow, quantity: int) -> None:
    if row.pool is None:
        return
    key = account_id(row.contract_id, row.pool)
    if rows.get(PENDING, key) is None:
        rows.put(PENDING, PendingRow(key, row.contract_id, row.pool, 0))
    rows.require(PENDING, key).quantity += quantity


def _deduction(_: Rows, fact: DeductionFact) -> list[str]:
    return [fact.deduction_id]


def _pending(_: Rows, fact: Deducted) -> list[str]:
    return [account_id(fact.contract_id, fact.pool)] if fact.pool and fact.status == "pending" else []


def _pending_of_row(rows: Rows, fact: DeductionFact) -> list[str]:
    """The pool is the deduction's; a deduction that has no row yet begins on this very page, which names the pool."""
    row = rows.peek(DEDUCTIONS, fact.deduction_id)
    return [account_id(row.contract_id, row.pool)] if row is not None and row.pool else []


NEW_ROW: Changes = [(PENDING, _pending)]
ITS_ROW: Changes = [(DEDUCTIONS, _deduction)]
ITS_STATUS: Changes = [*ITS_ROW, (PENDING, _pending_of_row)]


@deductions.on(HoursDeducted, changes=NEW_ROW)
def _hours(rows: Rows, fact: HoursDeducted, meta: EventMeta) -> None:
    row = _new(
        fact,
        meta,
        fact.kind,
        fact.basis,
        worked_seconds=fact.worked_seconds,
        billed_minutes=fact.billed_minutes,
        increment_minutes=fact.increment_minutes,
        ticket_id=fact.ticket_id,
        session_id=fact.deduction_id if fact.kind == "session" else None,
        service=fact.service,
        rate_cents=fact.rate_cents_per_hour,
        cost_cents=fact.cost_cents,
        engineer=seal_json(fact.engineer),
        engineer_key=fact.engineer.key_id,
        reason=seal_json(fact.reason),
        note=seal_json(fact.note),
    )
    _put(rows, row)


@deductions.on(LateChangePenaltyDeducted, NoShowPenaltyDeducted, changes=NEW_ROW)
def _penalty(rows: Rows, fact: LateChangePenaltyDeducted | NoShowPenaltyDeducted, meta: EventMeta) -> None:
    row = _new(
        fact,
        meta,
        "penalty",
        "pool" if fact.pool else "flat",
        billed_minutes=fact.billed_minutes,
        ticket_id=fact.ticket_id,
        session_id=fact.session_id,
    )
    row.penalised_start, row.penalty_cause = to_micros(fact.starts_at), fact.cause
    _put(rows, row)


@deductions.on(ServiceDelivered, changes=NEW_ROW)
def _service(rows: Rows, fact: ServiceDelivered, meta: EventMeta) -> None:
    row = _new(
        fact,
        meta,
        "service",
        "service",
        service=fact.service,
        service_quantity=fact.quantity,
        rate_cents=fact.price_cents,
        cost_cents=fact.cost_cents,
        note=seal_json(fact.note),
    )
    _put(rows, row)


@deductions.on(OverageCharged, changes=ITS_ROW)
def _overage(rows: Rows, fact: OverageCharged, meta: EventMeta) -> None:
    row = rows.require(DEDUCTIONS, fact.deduction_id)
    billed = OverageBilled(fact.minutes, fact.rate_cents_per_hour, fact.amount_cents, fact.currency)
    row.overage = to_json([*read_overage(row.overage), billed])


@deductions.on(DrawSettled, DrawSettlementWithdrawn, changes=ITS_ROW)
def _settled(rows: Rows, fact: DrawSettled | DrawSettlementWithdrawn, meta: EventMeta) -> None:
    row = rows.require(DEDUCTIONS, fact.deduction_id)
    draws = {draw.grant_id: draw.quantity for draw in read_draws(row.draws)}
    change = settled if isinstance(fact, DrawSettled) else owed_again
    after = change(draws, fact.grant_id, fact.quantity)
    row.draws = to_json([Draw(grant_id, quantity) for grant_id, quantity in after.items()])


@deductions.on(DeductionConfirmed, DeductionDisputed, DisputeUpheld, DeductionReversed, changes=ITS_STATUS)
def _changed(rows: Rows, fact: Answered, meta: EventMeta) -> None:
    row = rows.require(DEDUCTIONS, fact.deduction_id)
    if row.awaited:
        if row.waits_until is None:
            _add_pending(rows, row, -row.quantity)
        row.waits_until = _wait(row, meta.position).end(rows, meta.effective_at, row.waits_until)
    row.status = STATUS_AFTER[type(fact)]
    on_behalf = int(fact.on_behalf) if isinstance(fact, DeductionConfirmed | DeductionDisputed) else None
    row.on_behalf = on_behalf if on_behalf is not None else row.on_behalf
    change = StatusChangeRow(fact.deduction_id, meta.position, meta.effective_at, row.status, on_behalf)
    rows.add(STATUS_CHANGES, change)
