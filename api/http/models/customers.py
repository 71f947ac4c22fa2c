"""Customers as read doors answer them: with their contracts and what is open."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.http.models.base import AnswerModel, DecimalText
from api.http.models.contracts import ContractSummary
from ledger.kernel.values import show_cents
from projections.provider.customer_list import ListedCustomer


class OpenAmount(BaseModel):
    currency: str = Field(examples=["EUR"])
    amount: DecimalText = Field(examples=["921.25"])


class CustomerSummary(BaseModel):
    provider: str
    customer_id: str
    name: str | None = Field(description="Of its last contract, by id; null where its key is gone.")
    country: str
    contracts: int
    active_contracts: int
    open_charges: list[OpenAmount] = Field(description="Effective, and on no invoice yet; net.")
    open_tickets: int = Field(description="Open, in progress or waiting: something is still to be done.")
    unanswered_deductions: int = Field(description="Pending or disputed.")


class CustomerList(AnswerModel):
    items: list[CustomerSummary]
    next: str | None


class CustomerAnswer(AnswerModel, CustomerSummary):
    items: list[ContractSummary] = Field(description="Its contracts, by id.")
    next: str | None


def show_customer(found: ListedCustomer) -> CustomerSummary:
    return CustomerSummary(
        provider=found.provider,
        customer_id=found.customer_id,
        name=found.name,
        country=found.country,
        contracts=found.contracts,
        active_contracts=found.active_contracts,
        open_charges=[
            OpenAmount(currency=currency, amount=show_cents(cents)) for currency, cents in found.open_charges.items()
        ],
        open_tickets=found.open_tickets,
        unanswered_deductions=found.unanswered_deductions,
    )
