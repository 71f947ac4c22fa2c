"""Grants, burn-down and forecast, as answered."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.http.models.base import AnswerModel, DecimalText, Figure
from ledger.credit.grants import GrantState
from ledger.events import CreditUnit, Source


class GrantSummary(BaseModel):
    grant_id: str
    contract_id: str
    pool: str
    unit: CreditUnit
    currency: str | None = Field(description="Null for minutes.")
    source: Source
    granted: Figure = Field(description="Less what was taken back.", examples=[480])
    consumed: Figure = Field(examples=[420])
    remaining: Figure = Field(description="granted − consumed − expired", examples=[60])
    reserved: Figure = Field(description="Of what remains, what booked sessions hold.", examples=[0])
    expired: Figure = Field(description="What was left at its end, and is lost.", examples=[0])
    valid_from: str
    expires_at: str | None = Field(description="The first instant at which it no longer counts; null for never.")
    state: GrantState = Field(description="One that is upcoming has the figures with which it will begin.")


class ContractGrantList(AnswerModel):
    contract_id: str
    items: list[GrantSummary]
    next: str | None


class GrantList(AnswerModel):
    items: list[GrantSummary]
    next: str | None


class PointOut(BaseModel):
    on: str = Field(
        description="The day at whose end it stood so; today, as it stands now.", json_schema_extra={"format": "date"}
    )
    granted: Figure = Field(description="Cumulative since signing, as in the balance.", examples=[480])
    consumed: Figure = Field(examples=[60])
    expired: Figure = Field(examples=[0])
    balance: Figure = Field(description="What is owned: granted − consumed − expired.", examples=[420])


class ExpiringOut(BaseModel):
    grant_id: str
    expires_at: str
    remaining: Figure = Field(examples=[60])
    lost_at_this_pace: Figure | None = Field(
        description="What will be left of it at its end, half-up; null where there is too little to tell.",
        examples=[29],
    )


class ForecastOut(BaseModel):
    per_day: DecimalText | None = Field(
        description="Consumed a day, minutes too with two decimals; null where there is too little to tell.",
        examples=["1.00"],
    )
    over_days: int = Field(description="The days that this is told from, 90 at most.", examples=[90])
    runs_out_on: str | None = Field(
        description="The day on which all is used up; null where that is not foreseen, or only in ten years."
    )
    expiring: list[ExpiringOut] = Field(description="Of the 200 grants that are used first those that have an end.")


class BurnDownAnswer(AnswerModel):
    contract_id: str
    pool: str
    unit: CreditUnit
    currency: str | None = Field(description="Null for minutes.")
    points: list[PointOut]
    forecast: ForecastOut
