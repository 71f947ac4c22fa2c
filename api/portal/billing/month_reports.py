"""Reports: what was charged, and what of credit expired unused, by month and plan: charts with their
tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import day_of
from api.languages import Labels, labels_in
from api.portal.billing.month_charts import stacked_months
from api.portal.billing.month_drafts import DayTyped, ProviderAsked, providers_known
from api.portal.billing.shown_drafts import today_across
from api.portal.frame.appearance import appearance_of
from api.portal.frame.charts import MOST_MONTHS, Chart
from api.portal.frame.pages import page
from api.portal.frame.visitors import VisitorDep
from api.portal.words.names_of_keys import NamesOfSellers
from ledger.billing.closed_periods import month_of
from ledger.kernel.errors import malformed
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import add_months
from projections.asking import EVERYTHING
from projections.provider.report_sources import BREAKAGE, REVENUE, BreakageSums, OfCurrency, OfUnit, RevenueSums
from projections.provider.reports import ReportAsked, ReportGroups, ReportRow, report
from projections.reader import Snapshot, wrong_way_round
from projections.sla.calendars import Calendars

MONTHS_AT_FIRST = 12

router = APIRouter()


@dataclass(slots=True, frozen=True)
class ReportOfMonths:
    """What a report came to in one unit, in hours where there is no currency."""

    currency: str | None
    chart: Chart


class FigureOfMonth(NamedTuple):
    groups: ReportGroups
    unit: OfUnit
    quantity: int


@router.get("/reports")
async def reports_page(
    request: Request,
    state: StateDep,
    visitor: VisitorDep,
    provider: ProviderAsked = "",
    from_on: DayTyped = "",
    to_on: DayTyped = "",
) -> Response:
    """Both days count. Raises Refusal forbidden to customers and partners."""
    actor = visitor.actor
    labels, sellers = labels_in("api.portal", appearance_of(request).language), NamesOfSellers(state.catalogue)

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        today = await today_across(snapshot, actor)
        first, last = _days(from_on, to_on, today)
        asked = ReportAsked(provider or None, first, last, ("month", "plan"))
        months = _months(first, last)

        charged = await report(snapshot, actor, REVENUE, asked, EVERYTHING)
        expired = await report(snapshot, actor, BREAKAGE, asked, EVERYTHING)
        return {
            "revenue": _by_unit([_charged(row) for row in charged.items], months, sellers, labels),
            "breakage": _by_unit([_expired(row) for row in expired.items], months, sellers, labels),
            "first": first,
            "last": last,
        }

    shown = await state.long_questions.ask(ask)
    shown |= {"providers": providers_known(state, actor), "provider": provider}
    return page(request, visitor, "reports.html", **shown)


def _days(first: str, last: str, today: date) -> tuple[date, date]:
    """The last twelve months where nothing is asked. Raises Refusal malformed, also for more than three years."""
    until = day_of("to_on", last or None) or today
    begins = day_of("from_on", first or None) or add_months(until.replace(day=1), 1 - MONTHS_AT_FIRST)
    if begins > until:
        raise wrong_way_round(begins, until, "from_on")
    if begins < add_months(until.replace(day=1), 1 - MOST_MONTHS):
        raise malformed("from_on", FieldFault("too_many_months", {"limit": MOST_MONTHS}))
    return begins, until


def _months(first: date, last: date) -> list[date]:
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append(month)
        month = add_months(month, 1)
    return months


def _charged(row: ReportRow[OfCurrency, RevenueSums]) -> FigureOfMonth:
    return FigureOfMonth(row.groups, OfUnit("money", row.apart.currency), row.sums.amount_cents)


def _expired(row: ReportRow[OfUnit, BreakageSums]) -> FigureOfMonth:
    return FigureOfMonth(row.groups, row.apart, row.sums.quantity)


def _by_unit(
    rows: Sequence[FigureOfMonth], months: Sequence[date], sellers: NamesOfSellers, labels: Labels
) -> list[ReportOfMonths]:
    """One for each unit and currency: these are never added up."""
    found, named = [], _plans_named({one.groups.plan or "" for one in rows}, sellers)
    for unit in sorted({one.unit for one in rows}):
        of_unit = [
            (month_of(one.groups.month or ""), named[one.groups.plan or ""], one.quantity)
            for one in rows
            if one.unit == unit
        ]
        shown = None if unit.unit == "minutes" else unit.currency
        chart = stacked_months(months, _series(of_unit, months), shown, labels)
        if chart is not None:
            found.append(ReportOfMonths(shown, chart))
    return found


def _plans_named(plans: Collection[str], sellers: NamesOfSellers) -> dict[str, str]:
    """Each plan's name; where two are called the same, the id stands beside it."""
    names = {plan: sellers.plan(plan) for plan in plans}
    often = Counter(names.values())
    return {plan: f"{name} ({plan})" if often[name] > 1 else name for plan, name in names.items()}


def _series(figures: Sequence[tuple[date, str, int]], months: Sequence[date]) -> dict[str, list[int]]:
    """Each plan's figures by month, the largest plans first."""
    sizes: dict[str, int] = {}
    for _, plan, quantity in figures:
        sizes[plan] = sizes.get(plan, 0) + abs(quantity)
    series = {plan: [0] * len(months) for plan in sorted(sizes, key=lambda plan: (-sizes[plan], plan))}
    place = {month: number for number, month in enumerate(months)}
    for month, plan, quantity in figures:
        series[plan][place[month]] += quantity
    return series
