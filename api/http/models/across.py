"""What lists across contracts answer: accounts, charges, deductions and drafts, each with its contract, and totals."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.http.models.base import AnswerModel, DecimalText, Figure, WithTotals
from api.http.models.credit import AccountOut, ChargeOut, DeductionSummary
from ledger.events import CreditUnit


class AccountSummary(AccountOut):
    contract_id: str
    provider: str
    customer_id: str
    plan: str
    share: DecimalText | None = Field(
        description="What is available of what the grants in force came to; null where none is.", examples=["0.8750"]
    )


class AccountTotals(BaseModel):
    """The accounts of one unit and currency, added up."""

    unit: CreditUnit
    currency: str | None
    accounts: int
    granted: Figure
    consumed: Figure
    reserved: Figure
    expired: Figure
    available: Figure
    pending_confirmation: Figure


class AccountList(AnswerModel, WithTotals):
    totals: list[AccountTotals]
    items: list[AccountSummary]
    next: str | None


class ContractCharge(ChargeOut):
    contract_id: str
    customer_id: str


class ChargeTotals(BaseModel):
    """The charges of one currency, added up."""

    currency: str
    charges: int
    amount: DecimalText = Field(examples=["921.25"])


class ContractChargeList(AnswerModel, WithTotals):
    totals: list[ChargeTotals]
    items: list[ContractCharge]
    next: str | None


class DeductionTotals(BaseModel):
    """The deductions, added up."""

    deductions: int
    worked_minutes: int
    billed_minutes: int


class ContractDeductionList(AnswerModel, WithTotals):
    totals: DeductionTotals
    items: list[DeductionSummary]
    next: str | None


class DraftSummary(BaseModel):
    """A contract with something to invoice. Its figures are null where no draft can be made for what is missing."""

    contract_id: str
    provider: str
    customer_id: str
    customer_name: str | None
    plan: str
    through_on: str | None
    lines: int | None = Field(description="How many there are; the contract's draft has them.")
    currency: str | None
    net: DecimalText | None = Field(examples=["899.00"])
    vat_total: DecimalText | None = Field(examples=["170.81"])
    gross: DecimalText | None = Field(examples=["1069.81"])
    missing: list[str] = Field(description="As of the contract's draft.", examples=[["customer.address"]])
    waiting: list[str]
    notes: list[str]


class DraftTotals(BaseModel):
    """The drafts of one currency, added up."""

    currency: str
    drafts: int
    net: DecimalText
    vat_total: DecimalText
    gross: DecimalText


class DraftList(AnswerModel, WithTotals):
    totals: list[DraftTotals]
    items: list[DraftSummary]
    next: str | None
