"""Reports as read doors answer them: a row a group, and what all rows add up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from api.http.models.base import AnswerModel, Figure, WithTotals, figure
from ledger.kernel.values import show_cents
from projections.reports import ReportRow


class GroupOut(BaseModel):
    """What a row is of; null where it was not asked for."""

    plan: str | None = Field(default=None, description="Of the term in force at the time.")
    kind: str | None = Field(default=None, examples=["overage"])
    customer: str | None = None
    provider: str | None = Field(default=None, description="Whose customer or engineer it is, where that is asked for.")
    month: str | None = Field(default=None, examples=["2026-03"])


class RevenueTotals(BaseModel):
    currency: str
    charges: int
    amount: str = Field(description="Net.", examples=["921.25"])


class RevenueRow(GroupOut):
    currency: str
    charges: int
    amount: str = Field(description="Net.", examples=["921.25"])


class RevenueReport(AnswerModel, WithTotals):
    totals: list[RevenueTotals]
    items: list[RevenueRow]
    next: str | None


class BreakageTotals(BaseModel):
    unit: str
    currency: str | None
    expired: Figure = Field(examples=[60])


class BreakageRow(GroupOut):
    unit: str
    currency: str | None
    expired: Figure = Field(examples=[60])


class BreakageReport(AnswerModel, WithTotals):
    totals: list[BreakageTotals]
    items: list[BreakageRow]
    next: str | None


WORKED = "Added up from what each deduction shows, rounded up: so rows add up to the totals."
EXACT = "The same to the second."


class TimeTotals(BaseModel):
    worked_minutes: int = Field(description=WORKED)
    worked_seconds: int = Field(description=EXACT)
    billed_minutes: int
    credit_minutes: int = Field(description="Billed minutes that credit in minutes bore.")


class TimeRow(GroupOut):
    engineer: str | None = Field(default=None, description="Null also where the key of the name is gone.")
    on_behalf: bool = Field(
        description="A row of its own: of these the customer's word was entered by somebody else's token."
    )
    worked_minutes: int = Field(description=WORKED)
    worked_seconds: int = Field(description=EXACT)
    billed_minutes: int
    credit_minutes: int = Field(description="Billed minutes that credit in minutes bore.")


class TimeReport(AnswerModel, WithTotals):
    totals: TimeTotals
    items: list[TimeRow]
    next: str | None


def show_revenue(row: ReportRow) -> RevenueRow:
    groups: dict[str, Any] = row.groups
    return RevenueRow(**groups, **_revenue(row.apart["currency"], row.sums))


def _revenue(currency: str, sums: dict[str, int]) -> dict[str, Any]:
    return {"currency": currency, "charges": sums["charges"], "amount": show_cents(sums["amount_cents"])}


def add_revenue(rows: Sequence[ReportRow]) -> list[RevenueTotals]:
    added = _added(rows).items()
    return [RevenueTotals(**_revenue(currency, sums)) for (currency,), sums in added]


def show_breakage(row: ReportRow) -> BreakageRow:
    groups: dict[str, Any] = row.groups
    return BreakageRow(**groups, **_breakage(row.apart["unit"], row.apart["currency"], row.sums))


def _breakage(unit: str, currency: str, sums: dict[str, int]) -> dict[str, Any]:
    return {"unit": unit, "currency": currency or None, "expired": figure(sums["quantity"], unit)}


def add_breakage(rows: Sequence[ReportRow]) -> list[BreakageTotals]:
    added = _added(rows).items()
    return [BreakageTotals(**_breakage(unit, currency, sums)) for (unit, currency), sums in added]


def show_time(row: ReportRow) -> TimeRow:
    groups: dict[str, Any] = row.groups
    return TimeRow(
        **groups,
        on_behalf=row.apart["on_behalf"] == "1",
        worked_minutes=row.sums["worked_minutes"],
        worked_seconds=row.sums["worked_seconds"],
        billed_minutes=row.sums["billed_minutes"],
        credit_minutes=row.sums["credit_minutes"],
    )


def add_time(rows: Sequence[ReportRow]) -> TimeTotals:
    return TimeTotals(
        worked_minutes=sum(row.sums["worked_minutes"] for row in rows),
        worked_seconds=sum(row.sums["worked_seconds"] for row in rows),
        billed_minutes=sum(row.sums["billed_minutes"] for row in rows),
        credit_minutes=sum(row.sums["credit_minutes"] for row in rows),
    )


def _added(rows: Sequence[ReportRow]) -> dict[tuple[str, ...], dict[str, int]]:
    """By unit and currency, whatever the rows are grouped by."""
    found: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        for name, amount in row.sums.items():
            found[tuple(row.apart.values())][name] += amount
    return dict(sorted(found.items()))
