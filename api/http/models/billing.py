"""Invoices, credit notes and drafts as read doors answer them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from api.http.models.base import AnswerModel, DecimalText
from ledger.billing.events import DocumentKind, LineBasis, LineKind, Unit, VatCategory
from ledger.credit.deduction_events import DeductionStatus


class DocumentLineOut(BaseModel):
    line: int
    kind: LineKind = Field(examples=["overage"])
    description: str
    quantity: int = Field(description="Minutes or pieces; negative where a line takes something back.")
    unit: Unit = Field(examples=["minute"])
    unit_price: DecimalText = Field(description="The price of `price_base` units.", examples=["89.00"])
    price_base: int = Field(description="60 where minutes have a price by the hour.", examples=[60])
    net: DecimalText = Field(examples=["22.25"])
    vat_rate: DecimalText = Field(description="In percent.", examples=["19.00"])
    vat_category: VatCategory = Field(description="EN 16931: S, AE or O.", examples=["S"])
    supplied_on: str = Field(description="The date of supply, by which VAT goes.")
    starts_on: str | None = Field(description="Of a fee: the first day of its term.")
    ends_on: str | None = Field(description="Of a fee: the last day of its term, if it has one.")
    charge_id: str | None
    deduction_id: str | None
    ticket_id: str | None
    ticket_title: str | None = Field(description="What the ticket was called when the document was issued.")
    session_id: str | None
    service: str | None
    basis: LineBasis | None = Field(description="Of a line without a price: what bore it.")
    worked_minutes: int | None
    billed_minutes: int | None
    increment_minutes: int | None = Field(description="Worked time was rounded up to steps of so many.", examples=[15])
    included_minutes: int | None = Field(
        description="Of overage: the time that the term includes, beyond which it lies.", examples=[480]
    )
    charged_before_minutes: int | None = Field(
        description="Of overage at the rate of a later tier: the overage of its ticket or contract before it."
    )
    confirmation: DeductionStatus | None
    on_behalf: bool = Field(description="Whether the customer's word was entered by somebody else.")
    engineer: str | None
    note: str | None = Field(description="What was done, in words for the customer.", examples=["Backup restored"])
    events: list[int] = Field(description="Positions of the events behind the line.")


class VatOut(BaseModel):
    rate: DecimalText = Field(examples=["19.00"])
    category: VatCategory
    net: DecimalText
    amount: DecimalText


class NationalVatOut(BaseModel):
    """VAT in the currency of the seller's country, where the document has another."""

    currency: str = Field(examples=["CZK"])
    exchange_rate: DecimalText = Field(examples=["24.315"])
    amounts: list[DecimalText] = Field(description="In the order of `vat`.")
    total: DecimalText


class DocumentSummary(BaseModel):
    """An invoice or credit note as a list has it: all but its lines."""

    number: str | None = Field(description="Null on a draft.")
    kind: DocumentKind = Field(examples=["invoice"])
    issued_on: str | None
    due_on: str | None
    through_on: str | None
    provider: str
    contract_id: str
    seller: dict[str, Any] | None
    customer: dict[str, Any]
    language: str
    currency: str
    corrects: str | None
    credited_by: str | None
    reason: str | None
    vat: list[VatOut]
    national_vat: NationalVatOut | None
    net: DecimalText
    vat_total: DecimalText
    gross: DecimalText
    missing: list[str] = Field(
        description="What its PDF or XML would need: data of the parties, and `exchange_rate` where the law wants VAT "
        "in the currency of the provider's country too.",
        examples=[["customer.address", "exchange_rate"]],
    )


class DocumentOut(DocumentSummary):
    lines: list[DocumentLineOut] = Field(description="The first 500, or as many as one answer holds.")
    lines_next: str | None = Field(description="The cursor to the lines that follow, at the door of the lines.")


class DocumentAnswer(AnswerModel, DocumentOut):
    event: int = Field(description="The event that issued it.")


class DraftAnswer(AnswerModel, DocumentOut):
    waiting: list[str] = Field(
        description="Charges and deductions that are held back, by a dispute as a rule: the first 500."
    )
    waiting_count: int = Field(description="How many there are.")
    notes: list[str] = Field(description="What to look at before it is issued, in sentences.")


class DocumentList(AnswerModel):
    items: list[DocumentSummary]
    next: str | None


class DocumentLineList(AnswerModel):
    items: list[DocumentLineOut]
    next: str | None
