"""What all answers have in common."""

from __future__ import annotations

from pydantic import BaseModel, Field

Figure = int | str


class Answer(BaseModel):
    position: int = Field(description="How far the view had read when it answered.", examples=[42])
