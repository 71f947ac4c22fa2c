"""What comes back of a deduction that is reversed, and what of it is gone. Pure. Rule C9."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ledger.credit.events import CreditReturned, Draw
from ledger.credit.settlement import Grant


@dataclass(slots=True, frozen=True)
class GivenBack:
    """`gone` came back to credit that had ended or was taken back; so much as came `too_late` to what had ended.

    In the place of that stands a correction, if there is any.
    """

    gone: list[Draw] = field(default_factory=list)
    too_late: int = 0
    correction_id: str | None = None


def what_comes_back(returned: CreditReturned, grants: Mapping[str, Grant], at: datetime) -> GivenBack:
    """Before it is back, at the instant at which it will be.

    Of 75 minutes 30 return to a grant that ended the day before, and 45 to one that still counts: the 30 are gone, and
    a correction of 30 is due. What returns to a grant that was taken back is gone, and none of the customer's.
    """
    gone, too_late = [], 0
    for draw in returned.returns:
        grant = grants[draw.grant_id] if draw.grant_id is not None else None
        if grant is None:
            continue
        is_late = grant.loses_what_returns_at(at)
        too_late += draw.quantity if is_late else 0
        if is_late or grant.is_taken_back:
            gone.append(draw)
    return GivenBack(gone, too_late, returned.correction_id if too_late else None)
