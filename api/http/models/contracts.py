"""Contracts, as answered."""

from __future__ import annotations

from typing import Any

import msgspec
from pydantic import BaseModel, Field

from api.http.models.base import AnswerModel
from ledger.contracts.term import ContractStatus
from projections.contracts.questions import OpenedContract, WholeTerm


class TermOut(BaseModel):
    term_no: int
    plan: str
    plan_version: int
    starts_on: str
    ends_on: str | None
    terms: dict[str, Any]


class ContractSummary(BaseModel):
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


class ContractAnswer(ContractSummary, AnswerModel):
    terms: list[TermOut] = Field(description="Its first terms; `terms_next` leads on.")
    terms_next: str | None = Field(description="The cursor of `terms` that follows; null where that is all.")


class TermList(AnswerModel):
    contract_id: str
    items: list[TermOut]
    next: str | None


class ContractList(AnswerModel):
    items: list[ContractSummary]
    next: str | None


def show_contract(found: OpenedContract) -> ContractSummary:
    row = found.row
    return ContractSummary(
        contract_id=row.contract_id,
        provider=row.provider,
        plan=row.plan,
        state=found.state,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        terminated_on=row.terminated_on,
        timezone=row.timezone,
        currency=row.currency,
        customer={
            "customer_id": row.customer_id,
            "country": found.customer.country,
            "language": found.customer.language,
            **msgspec.to_builtins(found.customer.party),
        },
        partner=_partner(row.partner_id, found.partner_name) if row.partner_id is not None else None,
        direct_contact_authorised=bool(row.direct_contact),
        subscriptions=row.subscriptions,
    )


def _partner(partner_id: str, name: str | None) -> dict[str, str]:
    return {"partner_id": partner_id} | ({"name": name} if name is not None else {})


def show_term(whole: WholeTerm) -> TermOut:
    term = whole.term
    return TermOut(
        term_no=term.term_no,
        plan=term.plan,
        plan_version=term.plan_version,
        starts_on=term.starts_on.isoformat(),
        ends_on=term.ends_on.isoformat() if term.ends_on is not None else None,
        terms=msgspec.json.decode(whole.terms),
    )
