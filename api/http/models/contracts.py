"""Contracts, as answered."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from api.http.models.base import AnswerModel
from projections.contracts.questions import ContractStatus


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
    state: ContractStatus
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


class ContractAnswer(ContractOut, AnswerModel):
    pass


class ContractList(AnswerModel):
    items: list[ContractOut]
    next: str | None
