"""What all answers have in common, and how instants are shown in them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from ledger.kernel.values import from_micros, show_instant

Figure = int | str


class Answer(BaseModel):
    position: int = Field(description="How far the view had read when it answered.", examples=[42])


def show_micros(micros: int) -> str:
    """An instant of a row, RFC 3339 in UTC."""
    return show_instant(from_micros(micros))


def show_if_any(micros: int | None) -> str | None:
    return None if micros is None else show_micros(micros)
