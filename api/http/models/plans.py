"""Plans of the catalogue, as answered."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from api.http.models.base import AnswerModel
from ledger.plans.loader import Plan
from ledger.plans.terms import OpenType


class OpenOut(BaseModel):
    name: str = Field(examples=["rates.training"])
    type: OpenType
    unit: str
    meaning: str
    required: bool


class PlanSummary(BaseModel):
    plan: str
    version: int
    name: str
    provider: str
    country: str
    timezone: str
    currency: str


class PlanOut(PlanSummary):
    terms: dict[str, Any]
    open: list[OpenOut]
    readings: dict[str, str]
    source: list[str]


class PlanAnswer(PlanOut, AnswerModel):
    pass


class PlanList(AnswerModel):
    items: list[PlanSummary]
    next: str | None


def show_plan(plan: Plan) -> PlanSummary:
    return PlanSummary(
        plan=plan.id,
        version=plan.version,
        name=plan.name,
        provider=plan.provider.id,
        country=plan.provider.country,
        timezone=plan.provider.timezone,
        currency=plan.provider.currency,
    )


def show_whole_plan(plan: Plan) -> PlanOut:
    return PlanOut(
        **show_plan(plan).model_dump(),
        terms=dict(plan.terms),
        open=[OpenOut(**figure.model_dump()) for figure in plan.open],
        readings=dict(plan.readings),
        source=list(plan.source),
    )
