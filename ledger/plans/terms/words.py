"""The words and figures that terms are written in."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from ledger.kernel import patterns
from ledger.kernel.values import parse_cents, show_cents

PlanPriority = Literal["1", "2", "3", "4"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
ContactField = Literal["name", "company", "phone", "email"]
Slug = Annotated[str, StringConstraints(pattern=patterns.SLUG)]


def _amount(value: Any) -> Any:
    """Accepts `"89.00"` or a whole number; floats would already have lost what was written."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError('money is a string such as "89.00"')
    cents = parse_cents(str(value))
    if cents < 0:
        raise ValueError('an amount of the terms is not negative; it is such as "89.00"')
    return show_cents(cents)


PlanAmount = Annotated[str, BeforeValidator(_amount), Field(examples=["1200.00"])]
PlanMinutes = Annotated[int, Field(gt=0, le=10_000_000)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
