"""The customer's word on a deduction, and what their silence means (C8). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from ledger.credit.deduction_events import (
    Answered,
    ConfirmationStatus,
    DeductionConfirmed,
    DeductionDisputed,
    DeductionReversed,
    DeductionStatus,
    DisputeUpheld,
)
from ledger.kernel.values import AnyInstant
from ledger.plans.terms import Terms

UnansweredStatus = Literal["disputed", "pending"]
# What waits for somebody's answer: the provider's, and the customer's.
UNANSWERED_STATUSES: tuple[UnansweredStatus, ...] = get_args(UnansweredStatus)
STATUS_AFTER: dict[type[Answered], DeductionStatus] = {
    DeductionConfirmed: "confirmed",
    DeductionDisputed: "disputed",
    DisputeUpheld: "upheld",
    DeductionReversed: "reversed",
}


@dataclass(slots=True, frozen=True)
class Awaited:
    """What a deduction begins with: whether the customer's word is asked for, and when silence becomes a yes."""

    status: ConfirmationStatus
    deemed_at: datetime | None = None


NOT_REQUIRED = Awaited("not_required")


def awaited(terms: Terms, now: datetime) -> Awaited:
    """Pending where the terms ask for the customer's word; silence counts after their days, if they set any."""
    if terms.confirmation is None:
        return NOT_REQUIRED
    days = terms.confirmation.deemed_after_days
    return Awaited("pending", now + timedelta(days=days) if days else None)


def has_spoken(status: DeductionStatus) -> bool:
    """Whether a status may follow from a word of the customer, given by them or on their behalf."""
    return status in STATUS_AFTER.values()


def status_at(status: DeductionStatus, deemed_at: AnyInstant | None, at: AnyInstant) -> DeductionStatus:
    """The status at an instant: silence is a yes from the end of the terms' days on; asked, never stored."""
    if status == "pending" and deemed_at is not None and deemed_at <= at:
        return "deemed_confirmed"
    return status
