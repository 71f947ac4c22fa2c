"""SLA doors: compliance, what is at risk, the account of a due instant, and the engine as a calculator."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.body import read_json
from api.http.calculation import Calculation, calculate
from api.http.lists import AS_FILES, ListDep, Listing
from api.http.models.sla import (
    CalculationOut,
    ComplianceList,
    ComplianceRow,
    RiskList,
    RiskOut,
    TraceOut,
    show_account,
    show_calculated,
    show_group,
    show_risk,
)
from api.http.paging import (
    AsOfParam,
    Filter,
    KnownAtParam,
    MomentParam,
    ShareParam,
    TicketIdParam,
    moment_of,
    times_of,
)
from api.http.problems import PROBLEMS
from ledger.door.requests import not_an_object, refusal_of
from ledger.kernel.errors import malformed
from ledger.kernel.values import parse_share
from ledger.kernel.words import TargetName
from projections.asking import Page, PageAsked
from projections.reader import Snapshot
from projections.sla.at_risk import Risk, Share, Within, list_at_risk
from projections.sla.calendars import Calendars
from projections.sla.clock_account import clock_account
from projections.sla.compliance import Group, GroupCount, compliance
from projections.sla.opened import OfTickets

router = APIRouter(prefix="/v1", tags=["sla"], responses=PROBLEMS, dependencies=[CaughtUp])
SHARE = "0.25"


@router.get(
    "/sla/compliance",
    summary="How often promises were kept",
    operation_id="get_compliance",
    response_model=ComplianceList,
    responses=AS_FILES,
)
async def sla_compliance(
    door: ListDep,
    actor: ActorDep,
    from_: Annotated[MomentParam | None, Query(alias="from")] = None,
    to: Annotated[MomentParam | None, Query()] = None,
    contract_id: Filter = None,
    customer_id: Filter = None,
    provider: Filter = None,
    group_by: Annotated[list[Group], Query(max_length=5)] = [],  # noqa: B006
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> Response:
    """met / (met + breached) of the tickets opened from `from` to `to`; what is not judged is counted beside it."""
    tickets = OfTickets(contract_id, customer_id, provider, moment_of("from", from_), moment_of("to", to))
    times = times_of(as_of, known_at)

    groups = list(dict.fromkeys(group_by))

    async def ask(snapshot: Snapshot, calendars: Calendars, page: PageAsked) -> Page[GroupCount]:
        return await compliance(snapshot, actor, tickets, groups, calendars, times, page)

    listing = Listing(ComplianceRow, ask, partial(show_group, groups), leaves_out=True)
    return await door.answer(listing, *(int if group == "priority" else str for group in groups))


@router.get(
    "/sla/at-risk",
    summary="Promises about to be missed",
    operation_id="list_risks",
    response_model=RiskList,
    responses=AS_FILES,
)
async def sla_at_risk(
    door: ListDep,
    actor: ActorDep,
    share: Annotated[ShareParam | None, Query(description="Of a target's time; 0.25 by default.")] = None,
    within_minutes: Annotated[int | None, Query(ge=0, le=5_256_000)] = None,
) -> Response:
    """Running targets, nearest due first: with less than a share of their time left, or due within some minutes."""
    if share is not None and within_minutes is not None:
        raise malformed("share", "give it, or within_minutes instead")
    below = Share(parse_share(share or SHARE)) if within_minutes is None else Within(within_minutes)

    async def ask(snapshot: Snapshot, calendars: Calendars, page: PageAsked) -> Page[Risk]:
        return await list_at_risk(snapshot, actor, below, calendars, page)

    return await door.answer(Listing(RiskOut, ask, show_risk), int, str, str)


@router.get("/tickets/{ticket_id}/sla/{target}/trace", summary="The account of a due instant", operation_id="get_trace")
async def sla_trace(ticket_id: TicketIdParam, target: TargetName, state: StateDep, actor: ActorDep) -> TraceOut:
    """Window by window from the ticket's opening until the target is due: what counted, what did not, and why."""

    async def ask(snapshot: Snapshot, calendars: Calendars) -> TraceOut:
        return show_account(await clock_account(snapshot, actor, ticket_id, target, calendars))

    return await state.long_questions.ask(ask)


_BODY = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Calculation"}}}}


@router.post(
    "/sla/calculate",
    summary="The engine as a calculator",
    operation_id="calculate_target",
    response_model_exclude_none=True,
    openapi_extra={"requestBody": _BODY},
)
async def sla_calculate(request: Request, actor: ActorDep) -> CalculationOut:
    """Due instant or covered time under a coverage that is given; stores nothing."""
    payload = await read_json(request)
    if not isinstance(payload, dict):
        raise not_an_object(Calculation)
    try:
        body = Calculation.model_validate(payload)
    except ValidationError as error:
        raise refusal_of(error, Calculation) from None
    return show_calculated(await asyncio.to_thread(calculate, body))  # centuries of openings take seconds
