"""Reports on revenue, breakage and time, whose sums are those of the books. For the provider's roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.lists import AS_FILES, Listing, answer_list
from api.http.models.reports import (
    BreakageReport,
    BreakageRow,
    RevenueReport,
    RevenueRow,
    TimeReport,
    TimeRow,
    add_breakage,
    add_revenue,
    add_time,
    show_breakage,
    show_revenue,
    show_time,
)
from api.http.paging import Cursor, Filter, Limit, MomentParam, day_of, page_asked
from api.http.problems import PROBLEMS
from api.state import State
from ledger.kernel.access import Actor
from ledger.kernel.errors import malformed
from projections.asking import Page, PageAsked
from projections.reader import Snapshot
from projections.reports import BREAKAGE, REVENUE, TIME, ReportAsked, ReportGroup, ReportRow, ReportSource, report
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1/reports", tags=["reports"], responses=PROBLEMS, dependencies=[CaughtUp])
FirstDay = Annotated[MomentParam | None, Query(alias="from", description="The first day that counts.")]
LastDay = Annotated[MomentParam | None, Query(description="The last day that counts; today if absent.")]
Groups = Annotated[list[ReportGroup], Query(max_length=5)]


def _asked(provider: str | None, first: str | None, last: str | None, group_by: list[ReportGroup]) -> ReportAsked:
    if len(set(group_by)) < len(group_by):
        raise malformed("group_by", "names a group twice")
    return ReportAsked(provider, day_of("from", first), day_of("to", last), tuple(group_by))


async def _answer(
    request: Request,
    state: State,
    actor: Actor,
    source: ReportSource,
    asked: ReportAsked,
    page: PageAsked,
    shown: tuple[type[BaseModel], Callable[[ReportRow], BaseModel], Callable[..., Any]],
) -> Response:
    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[ReportRow]:
        return await report(snapshot, actor, source, asked, page)

    item, show, add = shown
    return await answer_list(state.long_questions, request.headers, Listing(item, ask, show, totals=add), page)


def _page(source: ReportSource, asked: ReportAsked, cursor: str | None, limit: int) -> PageAsked:
    return page_asked(cursor, limit, *[str] * (len(asked.group_by) + len(source.apart)))


@router.get("/revenue", summary="Revenue", operation_id="get_revenue", response_model=RevenueReport, responses=AS_FILES)
async def revenue(
    request: Request,
    state: StateDep,
    actor: ActorDep,
    provider: Filter = None,
    from_: FirstDay = None,
    to: LastDay = None,
    group_by: Groups = [],  # noqa: B006
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """What was charged, net, less what was taken back, by effective day where the provider is; `kind` is what the
    charge, or what it takes back, is for.
    """
    asked = _asked(provider, from_, to, group_by)
    page = _page(REVENUE, asked, cursor, limit)
    return await _answer(request, state, actor, REVENUE, asked, page, (RevenueRow, show_revenue, add_revenue))


@router.get(
    "/breakage", summary="Breakage", operation_id="get_breakage", response_model=BreakageReport, responses=AS_FILES
)
async def breakage(
    request: Request,
    state: StateDep,
    actor: ActorDep,
    provider: Filter = None,
    from_: FirstDay = None,
    to: LastDay = None,
    group_by: Groups = [],  # noqa: B006
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """What of credit expired unused, by the day on which it did; `kind` is the source of the grant."""
    asked = _asked(provider, from_, to, group_by)
    page = _page(BREAKAGE, asked, cursor, limit)
    return await _answer(request, state, actor, BREAKAGE, asked, page, (BreakageRow, show_breakage, add_breakage))


@router.get("/time", summary="Time", operation_id="get_time", response_model=TimeReport, responses=AS_FILES)
async def time_spent(
    request: Request,
    state: StateDep,
    actor: ActorDep,
    provider: Filter = None,
    from_: FirstDay = None,
    to: LastDay = None,
    group_by: Groups = [],  # noqa: B006
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """What was worked and billed, less what was reversed, by effective day; `kind` is that of the deduction."""
    asked = _asked(provider, from_, to, group_by)
    return await _answer(
        request, state, actor, TIME, asked, _page(TIME, asked, cursor, limit), (TimeRow, show_time, add_time)
    )
