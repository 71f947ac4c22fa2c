"""The catalogue: what each provider offers, and which figures a plan leaves to the agreement."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.lists import AS_FILES, ListDep, Listing
from api.http.models.plans import PlanAnswer, PlanList, PlanSummary, show_plan, show_whole_plan
from api.http.problems import PROBLEMS
from ledger.plans.loader import Plan
from projections.asking import Page, PageAsked
from projections.reader import Snapshot, view_position
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1/plans", tags=["plans"], responses=PROBLEMS, dependencies=[CaughtUp])


@router.get("", summary="Plans", operation_id="list_plans", response_model=PlanList, responses=AS_FILES)
async def plans(
    door: ListDep,
    state: StateDep,
    actor: ActorDep,
    provider: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """The newest version of each plan, by id."""

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[Plan]:
        found = [
            plan
            for plan in state.catalogue.plans()
            if provider in (None, plan.provider.id) and (page.after is None or plan.id > page.after[0])
        ]
        shown, next_after = page.cut(found, lambda plan: (plan.id,))
        return Page(await view_position(snapshot), shown, next_after, lambda plan: (plan.id,))

    listing = Listing(PlanSummary, ask, show_plan)
    return await door.answer(listing, str)


@router.get("/{plan}", summary="A plan", operation_id="get_plan")
async def plan_by_id(plan: str, state: StateDep, actor: ActorDep) -> PlanAnswer:
    """A plan with its terms as far as published, its open figures, and the readings that were chosen."""
    async with state.reader.snapshot() as snapshot:
        position = await view_position(snapshot)
    return PlanAnswer(position=position, **show_whole_plan(state.catalogue.plan(plan)).model_dump())
