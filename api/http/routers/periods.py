"""The months of a provider: which are closed, with their totals, and which are open. For the provider's roles."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.http.authentication import ActorDep, CaughtUp
from api.http.lists import AS_FILES, ListDep, Listing
from api.http.models.periods import PeriodList, PeriodSummary, show_period
from api.http.paging import Filter
from api.http.problems import PROBLEMS
from projections.asking import Page, PageAsked
from projections.billing.period_questions import ListedPeriod, list_periods
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1/periods", tags=["periods"], responses=PROBLEMS, dependencies=[CaughtUp])


@router.get("", summary="Months", operation_id="list_periods", response_model=PeriodList, responses=AS_FILES)
async def list_months(
    door: ListDep,
    actor: ActorDep,
    provider: Filter = None,
) -> Response:
    """By provider and month, from the provider's first contract until the month that runs.

    What an open month comes to so far, `reports` say of its days.
    """

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[ListedPeriod]:
        return await list_periods(snapshot, actor, provider, page)

    listing = Listing(PeriodSummary, ask, show_period)
    return await door.answer(listing, str, str)
