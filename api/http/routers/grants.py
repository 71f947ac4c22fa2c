"""Credit that ends: grants with what is left of them and what expired, and how fast a pool is used."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.lists import AS_FILES, ListDep, Listing
from api.http.models.base import figure, instant, instant_or_none
from api.http.models.grants import (
    BurnDownAnswer,
    ContractGrantList,
    ExpiringOut,
    ForecastOut,
    GrantList,
    GrantSummary,
    PointOut,
)
from api.http.paging import (
    AsOfParam,
    ContractIdParam,
    DayParam,
    Filter,
    KnownAtParam,
    MomentParam,
    day_of,
    moment_of,
    times_of,
)
from api.http.problems import PROBLEMS
from ledger.kernel.values import half_up, show_cents
from projections.asking import Page, PageAsked
from projections.credit import grants
from projections.credit.burn_down import BurnDown, BurnDownAsked, PointEvery, burn_down
from projections.credit.grants import GrantFilter, ListedGrant
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1", tags=["grants"], responses=PROBLEMS, dependencies=[CaughtUp])


@router.get(
    "/contracts/{contract_id}/grants",
    summary="Grants of a contract",
    operation_id="list_contract_grants",
    response_model=ContractGrantList,
    responses=AS_FILES,
)
async def contract_grants(
    door: ListDep,
    contract_id: ContractIdParam,
    actor: ActorDep,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> Response:
    """In the order in which they are used: what ends first comes first, what has no end last.

    What remains of those that have begun, less what is owed, is what the contract owns: the balance's available and
    reserved.
    """
    times = times_of(as_of, known_at)

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[ListedGrant]:
        return await grants.contract_grants(snapshot, actor, contract_id, times, page)

    listing = Listing(GrantSummary, ask, _grant, {"contract_id": contract_id})
    return await door.answer(listing, int, int)


@router.get("/grants", summary="Grants", operation_id="list_grants", response_model=GrantList, responses=AS_FILES)
async def all_grants(
    door: ListDep,
    actor: ActorDep,
    expiring_before: Annotated[
        MomentParam | None,
        Query(
            description="What ends from now on and before then and has something to lose: "
            "not what work that is dated ahead will have used up."
        ),
    ] = None,
    provider: Filter = None,
    customer_id: Filter = None,
) -> Response:
    """Those of all contracts that the token may see; what ends first comes first."""
    wanted = GrantFilter(moment_of("expiring_before", expiring_before), provider, customer_id)

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[ListedGrant]:
        return await grants.list_grants(snapshot, actor, wanted, page)

    listing = Listing(GrantSummary, ask, _grant)
    return await door.answer(listing, int, int)


@router.get("/contracts/{contract_id}/burn-down", summary="The burn-down of a pool", operation_id="get_burn_down")
async def contract_burn_down(
    contract_id: ContractIdParam,
    state: StateDep,
    actor: ActorDep,
    pool: Filter = None,
    from_: Annotated[DayParam | None, Query(alias="from", description="A day; at first the contract's.")] = None,
    to: Annotated[DayParam | None, Query(description="A day; at first today.")] = None,
    by: Annotated[PointEvery, Query(description="A point for each day, week (to its Sunday) or month.")] = "day",
) -> BurnDownAnswer:
    """How a pool stood at the end of each day, week or month, at most 500 points; and a forecast.

    The forecast says when all is used up, and what is lost before that, at the pace of the last 90 days by effective
    time. Without `pool` the contract has one only; one without any has nothing that runs down (409 `unknown-pool`).
    """
    asked = BurnDownAsked(contract_id, pool, day_of("from", from_), day_of("to", to), by)

    async def asking(snapshot: Snapshot, _: Calendars) -> BurnDown:
        return await burn_down(snapshot, actor, asked)

    found = await state.long_questions.ask(asking)
    return BurnDownAnswer(
        position=found.position,
        contract_id=contract_id,
        pool=found.pool,
        unit=found.unit,
        currency=found.currency,
        points=[
            PointOut(
                on=point.on.isoformat(),
                granted=figure(point.granted, found.unit),
                consumed=figure(point.consumed, found.unit),
                expired=figure(point.expired, found.unit),
                balance=figure(point.balance, found.unit),
            )
            for point in found.points
        ],
        forecast=_forecast(found),
    )


def _grant(found: ListedGrant) -> GrantSummary:
    unit = found.unit
    return GrantSummary(
        grant_id=found.grant_id,
        contract_id=found.contract_id,
        pool=found.pool,
        unit=unit,
        currency=found.currency,
        source=found.source,
        granted=figure(found.granted, unit),
        consumed=figure(found.consumed, unit),
        remaining=figure(found.remaining, unit),
        reserved=figure(found.reserved, unit),
        expired=figure(found.expired, unit),
        valid_from=instant(found.valid_from),
        expires_at=instant_or_none(found.expires_at),
        state=found.state,
    )


def _forecast(found: BurnDown) -> ForecastOut:
    ahead, unit = found.forecast, found.unit
    per_day = None
    if ahead.pace is not None:  # hundredths of a minute, or cents; half-up
        hundredths = ahead.pace * (100 if unit == "minutes" else 1)
        per_day = show_cents(half_up(hundredths.numerator, hundredths.denominator))
    return ForecastOut(
        per_day=per_day,
        over_days=ahead.over_days,
        runs_out_on=ahead.runs_out_on.isoformat() if ahead.runs_out_on is not None else None,
        expiring=[
            ExpiringOut(
                grant_id=grant.grant_id,
                expires_at=instant(grant.expires_at),
                remaining=figure(grant.remaining, unit),
                lost_at_this_pace=None if grant.lost is None else figure(grant.lost, unit),
            )
            for grant in found.ending
        ],
    )
