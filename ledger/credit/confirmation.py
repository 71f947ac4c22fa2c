"""The customer's word on a deduction, and what their silence means (C8). Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeVar

ConfirmationStatus = Literal["pending", "not_required"]  # what a deduction begins with
Status = Literal["pending", "confirmed", "deemed_confirmed", "disputed", "upheld", "reversed", "not_required"]
Instant = TypeVar("Instant", int, datetime)


def status_at(status: str, deemed_at: Instant | None, at: Instant) -> str:
    """The status at an instant: silence is a yes from the end of the terms' days on; asked, never stored."""
    if status == "pending" and deemed_at is not None and deemed_at <= at:
        return "deemed_confirmed"
    return status
