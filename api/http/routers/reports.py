"""Reports on revenue, breakage and time, whose sums are those of the books. For the provider's roles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from api.http.authentication import ActorDep, CaughtUp
from api.http.lists import AS_FILES, ListDep, ListDoor, Listing
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
from api.http.paging import DayParam, Filter, day_of
from api.http.problems import PROBLEMS
from ledger.kernel.access import Actor
from ledger.kernel.errors import malformed
from projections.asking import Page, PageAsked
from projections.provider.report_sources import (
    BREAKAGE,
    DEDUCTED_TIME,
    REVENUE,
    Apart,
    OwnSums,
    ReportGroup,
    ReportSource,
    TimeGroup,
)
from projections.provider.reports import ReportAsked, ReportRow, report
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1/reports", tags=["reports"], responses=PROBLEMS, dependencies=[CaughtUp])
FirstDay = Annotated[DayParam | None, Query(alias="from", description="The first day that counts.")]
LastDay = Annotated[DayParam | None, Query(description="The last day that counts; today if absent.")]
Groups = Annotated[list[ReportGroup], Query(max_length=5)]
TimeGroups = Annotated[list[TimeGroup], Query(max_length=5)]


async def _asked(provider: Filter = None, from_: FirstDay = None, to: LastDay = None) -> ReportAsked:
    return ReportAsked(provider, day_of("from", from_), day_of("to", to))


AskedDep = Annotated[ReportAsked, Depends(_asked)]


async def _answer(
    door: ListDoor,
    actor: Actor,
    source: ReportSource[Apart, OwnSums],
    ungrouped: ReportAsked,
    group_by: Sequence[TimeGroup],
    item: type[BaseModel],
    show: Callable[[ReportRow[Apart, OwnSums]], BaseModel],
    add: Callable[[Sequence[ReportRow[Apart, OwnSums]]], BaseModel | Sequence[BaseModel]],
) -> Response:
    if len(set(group_by)) < len(group_by):
        raise malformed("group_by", "names a group twice")
    asked = replace(ungrouped, group_by=tuple(group_by))

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[ReportRow[Apart, OwnSums]]:
        return await report(snapshot, actor, source, asked, page)

    key = [str] * (len(asked.row_of) + len(source.parts))
    return await door.answer(Listing(item, ask, show, totals=add), *key)


@router.get("/revenue", summary="Revenue", operation_id="get_revenue", response_model=RevenueReport, responses=AS_FILES)
async def revenue(
    door: ListDep,
    actor: ActorDep,
    asked: AskedDep,
    group_by: Groups = [],  # noqa: B006
) -> Response:
    """What was charged, net, less what was taken back, by effective day where the provider is; `kind` is what the
    charge, or what it takes back, is for.
    """
    return await _answer(door, actor, REVENUE, asked, group_by, RevenueRow, show_revenue, add_revenue)


@router.get(
    "/breakage", summary="Breakage", operation_id="get_breakage", response_model=BreakageReport, responses=AS_FILES
)
async def breakage(
    door: ListDep,
    actor: ActorDep,
    asked: AskedDep,
    group_by: Groups = [],  # noqa: B006
) -> Response:
    """What of credit expired unused, by the day on which it did; `kind` is the source of the grant."""
    return await _answer(door, actor, BREAKAGE, asked, group_by, BreakageRow, show_breakage, add_breakage)


@router.get("/time", summary="Time", operation_id="get_time", response_model=TimeReport, responses=AS_FILES)
async def time_spent(
    door: ListDep,
    actor: ActorDep,
    asked: AskedDep,
    group_by: TimeGroups = [],  # noqa: B006
) -> Response:
    """What was worked and billed, less what was reversed, by effective day; `kind` is that of the deduction.

    Time on which somebody else entered the customer's word has rows of its own (`on_behalf`).
    """
    return await _answer(door, actor, DEDUCTED_TIME, asked, group_by, TimeRow, show_time, add_time)
