"""What a dry run answers: what would be recorded, and what it would cost."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from api.documents.forms import missing_data
from api.http.models.base import DecimalText, Figure, figure
from api.http.models.credit import MinutesDrawOut, MoneyDrawOut
from api.http.models.history import NamedInAnswer
from ledger.billing.missing import in_order, missing_names
from ledger.door.costs import CostCharge, DrawnCredit
from ledger.door.rehearsal import Rehearsed
from ledger.events import ChargeKind, CreditUnit
from ledger.kernel.values import show_cents


class PlannedEvent(BaseModel):
    """An event that would be recorded, or was, where the command is known already."""

    type: str
    stream: str


class MinutesTaken(MinutesDrawOut):
    pool: str


class MoneyTaken(MoneyDrawOut):
    pool: str


class PlannedCharge(BaseModel):
    charge_id: str
    kind: ChargeKind = Field(examples=["overage"])
    amount: DecimalText = Field(examples=["22.25"])
    currency: str
    minutes: int | None
    rate: DecimalText | None = Field(description="An hour's, where minutes are charged.", examples=["89.00"])


class PlannedAccount(BaseModel):
    pool: str = Field(examples=["included"])
    unit: CreditUnit
    currency: str | None = Field(description="Null for minutes.")
    available: Figure = Field(examples=[420])


class _Planned(BaseModel):
    command_id: str | None = Field(description="As it was sent; null where the ledger would give one.")
    replayed: bool = Field(description="The command is known already; it would record and cost nothing more.")
    recorded: Literal[False]
    position: int = Field(description="How far the history had come that the answer rests on.")
    events: list[PlannedEvent]
    draws: list[MinutesTaken | MoneyTaken] = Field(description="Credit it takes; less than nothing: it comes back.")
    charges: list[PlannedCharge]
    available_after: list[PlannedAccount] = Field(description="Of the contract's pools, at once.")
    missing: list[str] = Field(
        default=[], description="Where documents would be issued: what they would lack, as a draft names it."
    )


class DryRunAnswer(NamedInAnswer, _Planned):
    """What the command would be answered; nothing is stored. An id or a number that the ledger would give is not kept
    for it."""


def show_rehearsed(told: Rehearsed) -> DryRunAnswer:
    named = told.named
    if told.documents:
        lacking = in_order(datum for one in told.documents for datum in missing_data(one.fact, one.texts))
        named = {**named, "missing": missing_names(lacking)}
    return DryRunAnswer(
        command_id=told.command_id,
        replayed=told.replayed,
        recorded=False,
        position=told.position,
        events=[PlannedEvent(type=kind, stream=stream) for kind, stream in told.events],
        draws=[_draw(one, told.unit_of(one.pool)) for one in told.draws],
        charges=[_charge(one) for one in told.charges],
        available_after=[
            PlannedAccount(
                pool=one.pool, unit=one.unit, currency=one.currency, available=figure(one.quantity, one.unit)
            )
            for one in told.available_after
        ],
        **named,
    )


def _draw(draw: DrawnCredit, unit: CreditUnit) -> MinutesTaken | MoneyTaken:
    if unit == "minutes":
        return MinutesTaken(pool=draw.pool, grant_id=draw.grant_id, minutes=draw.quantity)
    return MoneyTaken(pool=draw.pool, grant_id=draw.grant_id, amount=show_cents(draw.quantity))


def _charge(charge: CostCharge) -> PlannedCharge:
    return PlannedCharge(
        charge_id=charge.charge_id,
        kind=charge.kind,
        amount=show_cents(charge.amount_cents),
        currency=charge.currency,
        minutes=charge.minutes,
        rate=show_cents(charge.rate_cents) if charge.rate_cents is not None else None,
    )
