"""Contracts and plans, as answered."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from api.http.models.base import Answer
from projections.contracts.questions import ContractState


class TermOut(BaseModel):
    term_no: int
    plan: str
    plan_version: int
    starts_on: str
    ends_on: str | None
    terms: dict[str, Any]


class ContractOut(BaseModel):
    contract_id: str
    provider: str
    plan: str
    state: ContractState
    starts_on: str
    ends_on: str | None = Field(description="Last day of the last term; null: until further notice.")
    terminated_on: str | None
    timezone: str
    currency: str
    customer: dict[str, Any]
    partner: dict[str, Any] | None
    direct_contact_authorised: bool
    subscriptions: int | None
    terms: list[TermOut]


class ContractAnswer(ContractOut, Answer):
    pass


class ContractList(Answer):
    items: list[ContractOut]
    next: str | None


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


class PlanAnswer(PlanOut, Answer):
    pass


class PlanList(Answer):
    items: list[PlanOut]
    next: str | None
