"""Reports as read doors answer them: a row a group, and what all rows add up to."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from pydantic import BaseModel, Field

from api.http.models.base import AnswerModel, DecimalText, Figure, WithTotals, figure
from ledger.events import ChargeKind, CreditUnit, DeductionKind, Source
from ledger.kernel.values import show_cents
from projections.provider.report_sources import BreakageSums, OfCurrency, OfUnit, OfWord, RevenueSums, TimeSums
from projections.provider.reports import ReportRow, report_totals


class GroupOut(BaseModel):
    """What a row is of; null where it was not asked for."""

    plan: str | None = Field(default=None, description="Of the term in force at the time.")
    kind: str | None = None
    customer: str | None = None
    provider: str | None = Field(default=None, description="Whose customer or engineer it is, where that is asked for.")
    month: str | None = Field(default=None, examples=["2026-03"])


class RevenueTotals(BaseModel):
    currency: str
    charges: int
    amount: DecimalText = Field(description="Net.", examples=["921.25"])


class RevenueRow(GroupOut):
    kind: ChargeKind | None = Field(default=None, examples=["overage"])
    currency: str
    charges: int
    amount: DecimalText = Field(description="Net.", examples=["921.25"])


class RevenueReport(AnswerModel, WithTotals):
    totals: list[RevenueTotals]
    items: list[RevenueRow]
    next: str | None


class BreakageTotals(BaseModel):
    unit: CreditUnit
    currency: str | None
    expired: Figure = Field(examples=[60])


class BreakageRow(GroupOut):
    kind: Source | None = Field(default=None, examples=["allotment"])
    unit: CreditUnit
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
    kind: DeductionKind | None = Field(default=None, examples=["work"])
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


def show_revenue(row: ReportRow[OfCurrency, RevenueSums]) -> RevenueRow:
    return RevenueRow(
        **msgspec.structs.asdict(row.groups),
        currency=row.apart.currency,
        charges=row.sums.charges,
        amount=show_cents(row.sums.amount_cents),
    )


def add_revenue(rows: Sequence[ReportRow[OfCurrency, RevenueSums]]) -> list[RevenueTotals]:
    return [
        RevenueTotals(currency=apart.currency, charges=sums.charges, amount=show_cents(sums.amount_cents))
        for apart, sums in report_totals(rows)
    ]


def show_breakage(row: ReportRow[OfUnit, BreakageSums]) -> BreakageRow:
    return BreakageRow(
        **msgspec.structs.asdict(row.groups),
        unit=row.apart.unit,
        currency=row.apart.currency or None,
        expired=figure(row.sums.quantity, row.apart.unit),
    )


def add_breakage(rows: Sequence[ReportRow[OfUnit, BreakageSums]]) -> list[BreakageTotals]:
    return [
        BreakageTotals(unit=apart.unit, currency=apart.currency or None, expired=figure(sums.quantity, apart.unit))
        for apart, sums in report_totals(rows)
    ]


def show_time(row: ReportRow[OfWord, TimeSums]) -> TimeRow:
    return TimeRow(
        **msgspec.structs.asdict(row.groups),
        on_behalf=row.apart.on_behalf == "1",
        worked_minutes=row.sums.worked_minutes,
        worked_seconds=row.sums.worked_seconds,
        billed_minutes=row.sums.billed_minutes,
        credit_minutes=row.sums.credit_minutes,
    )


def add_time(rows: Sequence[ReportRow[OfWord, TimeSums]]) -> TimeTotals:
    total = sum((row.sums for row in rows), start=TimeSums())
    return TimeTotals(
        worked_minutes=total.worked_minutes,
        worked_seconds=total.worked_seconds,
        billed_minutes=total.billed_minutes,
        credit_minutes=total.credit_minutes,
    )
