"""The catalogue: what each provider offers, and which figures a plan leaves to the agreement."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.models import OpenOut, PlanAnswer, PlanList, PlanOut
from api.http.paging import Cursor, Limit, decode_cursor, page
from api.http.problems import PROBLEMS
from ledger.plans.loader import Plan
from projections.reader import view_position

router = APIRouter(prefix="/v1/plans", tags=["plans"], responses=PROBLEMS, dependencies=[CaughtUp])


def show_plan(plan: Plan) -> PlanOut:
    return PlanOut(
        plan=plan.id,
        version=plan.version,
        name=plan.name,
        provider=plan.provider.id,
        country=plan.provider.country,
        timezone=plan.provider.timezone,
        currency=plan.provider.currency,
        terms=dict(plan.terms),
        open=[OpenOut(**figure.model_dump()) for figure in plan.open],
        readings=dict(plan.readings),
        source=list(plan.source),
    )


@router.get("", summary="Plans")
async def plans(
    state: StateDep,
    actor: ActorDep,
    provider: Annotated[str | None, Query(max_length=64)] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> PlanList:
    """The newest version of each plan, by id."""
    after = decode_cursor(cursor, str)
    found = [
        plan
        for plan in state.catalogue.plans()
        if provider in (None, plan.provider.id) and (after is None or plan.id > after[0])
    ]
    shown, following = page(found, limit, lambda plan: (plan.id,))
    async with state.reader.snapshot() as snapshot:
        position = await view_position(snapshot)
    return PlanList(position=position, items=[show_plan(plan) for plan in shown], next=following)


@router.get("/{plan}", summary="A plan")
async def plan_by_id(plan: str, state: StateDep, actor: ActorDep) -> PlanAnswer:
    """A plan with its terms as far as published, its open figures, and the readings that were chosen."""
    async with state.reader.snapshot() as snapshot:
        position = await view_position(snapshot)
    return PlanAnswer(position=position, **show_plan(state.catalogue.plan(plan)).model_dump())
