"""The months of a provider as read doors answer them: open or closed, and what the closed ones came to."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from api.http.models.base import AnswerModel, DecimalText, Figure, figure, instant
from ledger.events import CreditUnit
from ledger.kernel.values import show_cents
from projections.billing.period_questions import Closing, ListedPeriod


class PeriodMoney(BaseModel):
    """What became effective in a month in one currency, net."""

    currency: str = Field(examples=["EUR"])
    charged: DecimalText = Field(description="Less what was taken back.", examples=["921.25"])
    invoiced: DecimalText = Field(examples=["921.25"])
    credited: DecimalText = Field(description="By credit notes.", examples=["0.00"])


class PeriodCredit(BaseModel):
    """What became effective in a month in all pools of one unit."""

    unit: CreditUnit
    currency: str | None
    granted: Figure = Field(examples=[480])
    consumed: Figure = Field(examples=[420])
    expired: Figure = Field(description="Unused.", examples=[60])


class PeriodTotals(BaseModel):
    contracts: int = Field(description="In which something moved.")
    money: list[PeriodMoney]
    credit: list[PeriodCredit]


class PeriodSummary(BaseModel):
    provider: str
    month: str = Field(examples=["2026-03"])
    state: Literal["open", "closed"]
    close_due: bool = Field(description="The month is over and still open.")
    closed_at: str | None = Field(description="When the ledger closed it.")
    closed_position: int | None = Field(description="Of the event that closed it; `events` has it, by contract.")
    command_id: str | None = Field(description="Of the command that closed it.")
    totals: PeriodTotals | None = Field(description="As the event has them, over all contracts; null while open.")


class PeriodList(AnswerModel):
    items: list[PeriodSummary]
    next: str | None


def show_period(found: ListedPeriod) -> PeriodSummary:
    closing = found.closing
    return PeriodSummary(
        provider=found.provider,
        month=found.month,
        state="open" if closing is None else "closed",
        close_due=found.close_due,
        closed_at=instant(closing.closed_at) if closing is not None else None,
        closed_position=closing.position if closing is not None else None,
        command_id=closing.command_id if closing is not None else None,
        totals=_totals(closing) if closing is not None else None,
    )


def _totals(closing: Closing) -> PeriodTotals:
    money = [
        PeriodMoney(
            currency=one.currency,
            charged=show_cents(one.charged_cents),
            invoiced=show_cents(one.invoiced_cents),
            credited=show_cents(one.credited_cents),
        )
        for one in closing.money
    ]
    credit = [
        PeriodCredit(
            unit=one.unit,
            currency=one.currency,
            granted=figure(one.granted, one.unit),
            consumed=figure(one.consumed, one.unit),
            expired=figure(one.expired, one.unit),
        )
        for one in closing.credit
    ]
    return PeriodTotals(contracts=closing.contracts, money=money, credit=credit)
