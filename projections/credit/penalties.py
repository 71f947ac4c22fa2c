"""What a penalty says of itself wherever a deduction is shown: its session, and why it was deducted (C7)."""

from __future__ import annotations

from typing import Any

import msgspec

from ledger.credit.deduction_events import PenaltyCause


class PenaltyTold(msgspec.Struct, frozen=True):
    """Which session a penalty is for, when it was to begin, and whether it was missed or changed late."""

    session_id: str
    starts_at: int
    cause: PenaltyCause


def penalty_told(row: Any) -> PenaltyTold | None:
    """Of a row with these columns of a deduction; None of one that is no penalty, or of none at all."""
    if row.penalty_cause is None:
        return None
    return PenaltyTold(row.session_id, row.penalised_start, row.penalty_cause)
