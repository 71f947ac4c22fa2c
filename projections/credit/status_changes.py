"""How the status of each deduction changed, for questions about the past: a table of the view of deductions."""

from __future__ import annotations

import msgspec

from ledger.credit.deduction_events import DeductionStatus
from projections.tables import Table


class StatusChangeRow(msgspec.Struct):
    """A change of a deduction's status: by the customer, or by the provider's answer.

    Where it is the customer's word, `on_behalf` is 1 if somebody else entered it.
    """

    deduction_id: str
    position: int
    effective_at: int
    status: DeductionStatus
    on_behalf: int | None


STATUS_CHANGES = Table("status_changes", StatusChangeRow, ("deduction_id", "position"))
