"""What all answers have in common."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ledger.events import CreditUnit
from ledger.kernel.values import from_micros, show_cents, show_instant

DecimalText = Annotated[str, Field(json_schema_extra={"format": "decimal"})]
Figure = int | DecimalText


def figure(quantity: int, unit: CreditUnit) -> Figure:
    """A quantity of a pool as answers carry it: minutes as they are, money as a decimal."""
    return quantity if unit == "minutes" else show_cents(quantity)


def instant(micros: int) -> str:
    return show_instant(from_micros(micros))


def instant_or_none(micros: int | None) -> str | None:
    return None if micros is None else instant(micros)


class WithTotals(BaseModel):
    """A list that is added up."""

    totals_of: Literal["all", "page"] = Field(
        description="What `totals` add up: `all` that the filters leave in, or the items of this `page`, of several."
    )


class AnswerModel(BaseModel):
    position: int = Field(description="How far the view had read when it answered.", examples=[42])
