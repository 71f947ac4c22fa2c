"""The catalogue: what each provider offers, and which figures a plan leaves to the agreement."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.models.plans import PlanAnswer, PlanList, show_plan
from api.http.paging import Cursor, Limit, next_cursor, page_asked
from api.http.problems import PROBLEMS
from projections.asking import Page
from projections.reader import view_position

router = APIRouter(prefix="/v1/plans", tags=["plans"], responses=PROBLEMS, dependencies=[CaughtUp])


@router.get("", summary="Plans", operation_id="list_plans")
async def plans(
    state: StateDep,
    actor: ActorDep,
    provider: Annotated[str | None, Query(max_length=64)] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> PlanList:
    """The newest version of each plan, by id."""
    page = page_asked(cursor, limit, str)
    found = [
        plan
        for plan in state.catalogue.plans()
        if provider in (None, plan.provider.id) and (page.after is None or plan.id > page.after[0])
    ]
    shown, next_after = page.cut(found, lambda plan: (plan.id,))
    async with state.reader.snapshot() as snapshot:
        answered = Page(await view_position(snapshot), shown, next_after)
    items = [show_plan(plan) for plan in answered.items]
    return PlanList(position=answered.position, items=items, next=next_cursor(answered))


@router.get("/{plan}", summary="A plan", operation_id="get_plan")
async def plan_by_id(plan: str, state: StateDep, actor: ActorDep) -> PlanAnswer:
    """A plan with its terms as far as published, its open figures, and the readings that were chosen."""
    async with state.reader.snapshot() as snapshot:
        position = await view_position(snapshot)
    return PlanAnswer(position=position, **show_plan(state.catalogue.plan(plan)).model_dump())
