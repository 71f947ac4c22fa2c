"""Plans of the catalogue, as answered."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from api.http.models.base import AnswerModel
from ledger.plans.loader import Plan


class OpenOut(BaseModel):
    name: str = Field(examples=["rates.training"])
    type: str
    unit: str
    meaning: str
    required: bool


class PlanOut(BaseModel):
    plan: str
    version: int
    name: str
    provider: str
    country: str
    timezone: str
    currency: str
    terms: dict[str, Any]
    open: list[OpenOut]
    readings: dict[str, str]
    source: list[str]


class PlanAnswer(PlanOut, AnswerModel):
    pass


class PlanList(AnswerModel):
    items: list[PlanOut]
    next: str | None


def show_plan(plan: Plan) -> PlanOut:
    return PlanOut(
        plan=plan.id,
        version=plan.version,
        name=plan.name,
        provider=plan.provider.id,
        country=plan.provider.country,
        timezone=plan.provider.timezone,
        currency=plan.provider.currency,
        terms=dict(plan.terms),
        open=[OpenOut(**figure.model_dump()) for figure in plan.open],
        readings=dict(plan.readings),
        source=list(plan.source),
    )
