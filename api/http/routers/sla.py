"""SLA doors: compliance, what is at risk, the account of a due instant, and the engine as a calculator."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError

from api.http.authentication import ActorDep, CaughtUp, StateDep, find_contract, visible
from api.http.calculation import Calculation, calculate
from api.http.models import CalculationOut, ComplianceOut, ComplianceRow, RiskList, RiskOut, TraceOut, WindowOut
from api.http.paging import (
    AsOfParam,
    Cursor,
    KnownAtParam,
    Limit,
    MomentParam,
    TicketId,
    decode_cursor,
    encode_cursor,
    moment_of,
)
from api.http.problems import PROBLEMS
from api.http.routers.commands import COMMAND_LIMIT, decode_json, read_body
from api.state import State
from ledger.door.batches import refusal_of
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.ids import ID_PATTERN
from ledger.kernel.values import from_micros, half_up, parse_share, show_instant, to_micros
from ledger.sla.targets import MINUTE
from ledger.sla.trace import Window
from projections.reader import resolve_as_of, view_position
from projections.sla.clocks import ClockRow
from projections.sla.compliance import CLOCK_COLUMNS, account, clock_of, compliance, contexts, time_left

router = APIRouter(prefix="/v1", tags=["sla"], responses=PROBLEMS, dependencies=[CaughtUp])
Group = Literal["contract", "plan", "priority", "target", "month"]
Filter = Annotated[str | None, Query(max_length=64, pattern=ID_PATTERN)]
SHARE = "0.25"


@router.get("/sla/compliance", summary="How often promises were kept", response_model_exclude_unset=True)
async def sla_compliance(
    state: StateDep,
    actor: ActorDep,
    from_: Annotated[MomentParam | None, Query(alias="from")] = None,
    to: Annotated[MomentParam | None, Query()] = None,
    contract_id: Filter = None,
    customer_id: Filter = None,
    provider: Filter = None,
    group_by: Annotated[list[Group], Query(max_length=5)] = [],  # noqa: B006
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> ComplianceOut:
    """met / (met + breached) of the tickets opened from `from` to `to`; what is not judged is counted beside it."""
    return await read_compliance(
        state, actor, from_, to, contract_id, customer_id, provider, list(dict.fromkeys(group_by)), as_of, known_at
    )


async def read_compliance(
    state: State,
    actor: Actor,
    from_: str | None = None,
    to: str | None = None,
    contract_id: str | None = None,
    customer_id: str | None = None,
    provider: str | None = None,
    groups: list[Group] | None = None,
    as_of: str | None = None,
    known_at: str | None = None,
) -> ComplianceOut:
    async with state.reader.snapshot() as snapshot:
        zone = "UTC"
        if contract_id is not None:
            (zone,) = await find_contract(snapshot, actor, contract_id, "timezone")
        asked = await resolve_as_of(
            snapshot, moment_of("as_of", as_of), moment_of("known_at", known_at), zone, contract_id
        )
        condition, params = visible(actor)
        for column, value in (("contract_id", contract_id), ("customer_id", customer_id), ("provider", provider)):
            if value is not None:
                condition += f" AND c.{column} = ?"
                params.append(value)
        for field, text, sign in (("from", from_, ">="), ("to", to, "<=")):
            moment = moment_of(field, text)
            if isinstance(moment, datetime):
                condition += f" AND k.opened_at {sign} ?"
                params.append(to_micros(moment))
            elif moment is not None:  # a day of each ticket's own provider
                condition += f" AND k.opened_on {sign} ?"
                params.append(moment.isoformat())
        rows = await compliance(snapshot, condition, params, groups or [], asked, state.calendars)
        return ComplianceOut(position=asked.position, items=[ComplianceRow(**row) for row in rows], next=None)


@router.get("/sla/at-risk", summary="Promises about to be missed")
async def sla_at_risk(
    state: StateDep,
    actor: ActorDep,
    share: Annotated[
        str | None, Query(pattern=r"^(0(\.\d{1,4})?|1(\.0{1,4})?)$", description="Of a target's time; 0.25 by default.")
    ] = None,
    within_minutes: Annotated[int | None, Query(ge=0, le=5_256_000)] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> RiskList:
    """Running targets, nearest due first: with less than a share of their time left, or due within some minutes."""
    if share is not None and within_minutes is not None:
        raise Refusal("malformed", "share: give it, or within_minutes instead", field="share")
    now = to_micros(state.clock())
    parts = parse_share(share or SHARE)
    after = decode_cursor(cursor, int, str, str)
    async with state.reader.snapshot() as snapshot:
        condition, params = visible(actor)
        if after is not None:
            condition += " AND (k.due_at, k.ticket_id, k.target) > (?, ?, ?)"
            params += after
        condition += " AND k.shown = 1 AND k.ended_at IS NULL AND k.void_at IS NULL AND k.due_at >= ?"
        params.append(now)
        if within_minutes is not None:
            condition += " AND k.due_at <= ?"
            params.append(now + within_minutes * MINUTE)
        sql = (
            f"SELECT {CLOCK_COLUMNS} FROM clocks k JOIN contracts c ON c.contract_id = k.contract_id "
            f"WHERE {condition} ORDER BY k.due_at, k.ticket_id, k.target"
        )
        running = [ClockRow(*row) for row in await snapshot.query(sql, params)]
        items: list[RiskOut] = []
        ends: list[tuple[int, str, str]] = []  # what a cursor behind each item says
        for start in range(0, len(running), 400):
            part = running[start : start + 400]
            known = await contexts(snapshot, list(dict.fromkeys(row.ticket_id for row in part)), state.calendars)
            for row in part:
                left, whole = time_left(known[row.ticket_id], row, now)
                if within_minutes is None and left * 10_000 >= whole * parts:
                    continue
                items.append(_risk(row, now, left, whole))
                ends.append((row.due_at or 0, row.ticket_id, row.target))
            if len(items) > limit:
                break
        following = encode_cursor(*ends[limit - 1]) if len(items) > limit else None
        return RiskList(position=await view_position(snapshot), items=items[:limit], next=following)


def _risk(row: ClockRow, now: int, left: int, whole: int) -> RiskOut:
    assert row.due_at is not None
    share = half_up(left * 10_000, whole) if whole else 0
    return RiskOut(
        ticket_id=row.ticket_id,
        contract_id=row.contract_id,
        target=row.target,
        priority=row.priority,
        started_at=show_instant(from_micros(row.started_at)),
        due_at=show_instant(from_micros(row.due_at)),
        minutes_left=(row.due_at - now) // MINUTE,
        share_left=f"{share // 10_000}.{share % 10_000:04d}",
    )


def show_windows(windows: list[Window]) -> list[WindowOut]:
    return [
        WindowOut(
            **{"from": show_instant(from_micros(window.start))},
            to=show_instant(from_micros(window.end)),
            counted_seconds=window.counted_seconds,
            why=window.why,
        )
        for window in windows
    ]


@router.get("/tickets/{ticket_id}/sla/{target}/trace", summary="The account of a due instant")
async def sla_trace(
    ticket_id: TicketId, target: Literal["reaction", "resolution"], state: StateDep, actor: ActorDep
) -> TraceOut:
    """Window by window from the ticket's opening until the target is due: what counted, what did not, and why."""
    now = to_micros(state.clock())
    async with state.reader.snapshot() as snapshot:
        condition, params = visible(actor)
        sql = (
            f"SELECT {CLOCK_COLUMNS} FROM clocks k JOIN contracts c ON c.contract_id = k.contract_id "
            f"WHERE k.ticket_id = ? AND k.target = ? AND {condition}"
        )
        rows = await snapshot.query(sql, (ticket_id, target, *params))
        if not rows:
            raise Refusal("unknown-ticket", f"There is no ticket {ticket_id}.", ticket_id=ticket_id)
        row = ClockRow(*rows[0])
        if not row.shown:
            raise Refusal("not-found", f"No {target} is promised for ticket {ticket_id}.", ticket_id=ticket_id)
        context = (await contexts(snapshot, [ticket_id], state.calendars))[ticket_id]
        return TraceOut(
            position=await view_position(snapshot),
            ticket_id=ticket_id,
            target=target,
            priority=row.priority,
            started_at=show_instant(from_micros(row.started_at)),
            due_at=show_instant(from_micros(row.due_at)) if row.due_at is not None else None,
            state=clock_of(row).state(now),
            windows=show_windows(account(context, row, now)),
        )


_BODY = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Calculation"}}}}


@router.post(
    "/sla/calculate",
    summary="The engine as a calculator",
    response_model_exclude_none=True,
    openapi_extra={"requestBody": _BODY},
)
async def sla_calculate(request: Request, actor: ActorDep) -> CalculationOut:
    """Due instant or covered time under a coverage that is given; stores nothing."""
    payload = decode_json(await read_body(request, COMMAND_LIMIT))
    if not isinstance(payload, dict):
        raise malformed("body", "must be a JSON object")
    try:
        body = Calculation.model_validate(payload)
    except ValidationError as error:
        raise refusal_of(error) from None
    result: dict[str, Any] = await asyncio.to_thread(calculate, body)  # centuries of openings take seconds
    return CalculationOut(windows=show_windows(result.pop("windows")), **result)
