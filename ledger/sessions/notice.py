"""Notice and penalty: when a change of a booked session comes too late, and what that costs (C7). Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from ledger.plans.terms import Penalty

Change = Literal["move", "cancel", "no_show"]


def is_late(penalty: Penalty, starts_at: datetime, at: datetime) -> bool:
    """Less notice than the terms ask for, in elapsed time: exactly 24 h 00 min before the start is in time."""
    return starts_at - at < timedelta(minutes=penalty.notice_minutes)


def penalty_for(penalty: Penalty | None, change: Change) -> Penalty | None:
    """The penalty of the terms where its switch for such a change is on."""
    if penalty is None:
        return None
    switches = {"move": penalty.on_move, "cancel": penalty.on_cancel, "no_show": penalty.on_no_show}
    return penalty if switches[change] else None
