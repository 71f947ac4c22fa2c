"""Balances, statements, deductions and charges, as answered."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from api.http.models.base import AnswerModel, DecimalText, Figure, figure, instant
from api.http.models.history import HistoryEntry
from ledger.credit.deduction_events import DeductionStatus
from ledger.events import Basis, ChargeKind, CreditUnit, DeductionKind, PenaltyCause
from ledger.kernel.values import show_cents
from projections.credit.balances import AccountBalance, Balance
from projections.credit.penalties import PenaltyTold
from projections.credit.statements import StatementKind


class AccountOut(BaseModel):
    pool: str = Field(examples=["included"])
    unit: CreditUnit
    currency: str | None = Field(description="Null for minutes.")
    granted: Figure = Field(examples=[480])
    consumed: Figure = Field(examples=[60])
    reserved: Figure = Field(examples=[0])
    expired: Figure = Field(examples=[0])
    available: Figure = Field(description="granted − consumed − reserved − expired", examples=[420])
    pending_confirmation: Figure = Field(description="Deducted, awaiting the customer's word.", examples=[0])


def show_account_balance(found: AccountBalance) -> AccountOut:
    return AccountOut.model_validate(_account(found))


def _account(found: AccountBalance) -> dict[str, Any]:
    unit = found.unit
    return {
        "pool": found.pool,
        "unit": unit,
        "currency": found.currency,
        "granted": figure(found.granted, unit),
        "consumed": figure(found.consumed, unit),
        "reserved": figure(found.reserved, unit),
        "expired": figure(found.expired, unit),
        "available": figure(found.available, unit),
        "pending_confirmation": figure(found.pending_confirmation, unit),
    }


class OverageOut(BaseModel):
    minutes: int = Field(examples=[15])
    amount: DecimalText = Field(examples=["22.25"])
    currency: str = Field(examples=["EUR"])


class BalanceOut(AnswerModel):
    contract_id: str
    accounts: list[AccountOut]
    overage: OverageOut


def show_balance(contract_id: str, found: Balance) -> BalanceOut:
    return BalanceOut.model_validate(balance_members(contract_id, found))


def balance_members(contract_id: str, found: Balance) -> dict[str, Any]:
    """The members of `BalanceOut`, in their order, for who writes them without the model."""
    overage = found.overage
    return {
        "position": found.position,
        "contract_id": contract_id,
        "accounts": [_account(one) for one in found.accounts],
        "overage": {
            "minutes": overage.minutes,
            "amount": show_cents(overage.amount_cents),
            "currency": found.currency,
        },
    }


class LineOut(BaseModel):
    position: int
    effective_at: str
    recorded_at: str | None = Field(description="Null for breakage: nobody records that credit expires.")
    pool: str
    kind: StatementKind = Field(examples=["work"])
    reference: str = Field(description="The deduction or grant behind the line.")
    change: Figure = Field(examples=[-60])
    balance: Figure = Field(description="What is owned after the line: granted − consumed − expired.", examples=[420])
    note: str | None
    dated: str | None = Field(description="When it was true, where that month was closed already.")
    ticket_id: str | None
    ticket_title: str | None
    worked_minutes: int | None = Field(
        description="Of work, sessions and penalties: that of the whole deduction. Null for any other line.",
        examples=[50],
    )
    billed_minutes: int | None = Field(description="The same.", examples=[60])
    increment_minutes: int | None = Field(description="Worked time was rounded up to steps of so many.", examples=[15])


class StatementOut(AnswerModel):
    contract_id: str
    items: list[LineOut]
    next: str | None


class MinutesDrawOut(BaseModel):
    grant_id: str | None = Field(description="Null while the draw is a debt that later credit will fill.")
    minutes: int = Field(examples=[420])


class MoneyDrawOut(BaseModel):
    grant_id: str | None
    amount: DecimalText = Field(examples=["1200.00"])


class GrantLeft(BaseModel):
    """What is left of a grant."""

    grant_id: str
    remaining: Figure = Field(
        description="Left in that grant at the moment asked for, in the pool's unit; nothing once it has expired.",
        examples=[360],
    )
    reserved: Figure = Field(description="Of that, what booked sessions hold.", examples=[120])
    expires_at: str | None = Field(
        description="When what is left expires; null where it never does.", examples=["2026-12-31T23:00:00.000000Z"]
    )


class CorrectionOut(GrantLeft):
    """The grant that stands for what came back to credit that had ended."""

    granted: Figure = Field(examples=[30])


class _Returned(BaseModel):
    grant_id: str | None = Field(description="Where it came back to; null where it was a debt, which is none any more.")
    is_gone: bool = Field(
        description="It came back to credit that had ended, or had been taken back: nothing is drawn from it again."
    )


class MinutesReturnedOut(_Returned):
    minutes: int = Field(examples=[30])


class MoneyReturnedOut(_Returned):
    amount: DecimalText = Field(examples=["1200.00"])


class GivenBackOut(BaseModel):
    """What a reversal gave back, and the correction where credit had ended by then."""

    at: str = Field(description="Since when it is back.")
    returns: list[MinutesReturnedOut | MoneyReturnedOut] = Field(description="What came back, grant by grant.")
    correction: CorrectionOut | None = Field(
        description="The grant that stands for what came back to credit that had ended; null where none had."
    )


class OverageLineOut(BaseModel):
    minutes: int = Field(examples=[15])
    rate: DecimalText = Field(examples=["89.00"])
    amount: DecimalText = Field(examples=["22.25"])


class PenaltyOut(BaseModel):
    cause: PenaltyCause = Field(
        description="Nobody came to the session, or it was moved or cancelled with too little notice."
    )
    session_starts_at: str = Field(description="When the session was to begin.")


def show_penalty(found: PenaltyTold | None) -> PenaltyOut | None:
    return PenaltyOut(cause=found.cause, session_starts_at=instant(found.starts_at)) if found is not None else None


class DeductionSummary(BaseModel):
    deduction_id: str
    contract_id: str
    kind: DeductionKind
    basis: Basis = Field(description="What bears it: pool, overage, service, flat, goodwill or warranty.")
    effective_at: str
    recorded_at: str
    dated: str | None = Field(description="When it was true, where that month was closed already.")
    worked_minutes: int
    worked_seconds: int
    billed_minutes: int
    increment_minutes: int | None = Field(description="Worked time was rounded up to steps of so many.", examples=[15])
    pool: str | None
    draws: list[MinutesDrawOut | MoneyDrawOut]
    overage: list[OverageLineOut]
    currency: str
    status: DeductionStatus
    on_behalf: bool = Field(description="The customer's word was entered by somebody else's token.")
    ticket_id: str | None
    ticket_title: str | None
    session_id: str | None
    penalty: PenaltyOut | None = Field(description="Why, of a penalty; `session_id` names the session.")
    service: str | None
    quantity: int | None = Field(description="Of a service at a flat price: how many.", examples=[2])
    rate: DecimalText | None = Field(description="Of a service: what an hour, or one at a flat price, costs.")
    cost: DecimalText | None = Field(description="Of a service: what all of it costs.")
    engineer: str | None
    reason: str | None
    note: str | None = Field(description="What was done, in words for the customer.", examples=["Backup restored"])
    documents: list[str] = Field(description="Invoices and credit notes that show it, in their order.")


class DeductionAnswer(DeductionSummary, AnswerModel):
    grants: list[GrantLeft] = Field(description="What is left in each grant that `draws` names, and until when.")
    given_back: GivenBackOut | None = Field(description="What its reversal gave back; null where it is not reversed.")
    history: list[HistoryEntry]


class DeductionList(AnswerModel):
    items: list[DeductionSummary]
    next: str | None


class ChargeOut(BaseModel):
    charge_id: str
    kind: ChargeKind = Field(examples=["overage"])
    amount: DecimalText = Field(examples=["22.25"])
    currency: str
    effective_at: str
    recorded_at: str
    dated: str | None = Field(description="When it was true, where that month was closed already.")
    reference: str
    minutes: int | None
    quantity: int | None
    rate: DecimalText | None
    service: str | None
    reverses: str | None
    invoice_number: str | None
    settled_by: str | None = Field(description="The charge that cancels it, where neither ever gets a number.")
    position: int = Field(description="The event behind the charge.")


class ChargeList(AnswerModel):
    contract_id: str
    items: list[ChargeOut]
    next: str | None
