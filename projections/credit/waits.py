"""Waiting for the customer's word, as figures that can be added up: more waits from one instant on, less from another.

What is known of a wait's end may change: silence is a yes from a day on (C8), and a word that is entered later may have
come earlier. The first answer counts; what was known before is taken back from the position on at which it was entered.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from projections.tables import Table
from projections.views import Rows


class WaitRow(msgspec.Struct):
    """From an instant on more waits for the customer's word, or less where the figures are negative.

    `deductions` is how many, `quantity` what they drew of a pool; the pool of those that drew on none is "".
    """

    position: int
    part: int
    contract_id: str
    pool: str
    effective_at: int
    deductions: int
    quantity: int


WAITS = Table("waits", WaitRow, ("position", "part"), ["(contract_id, position)", "(contract_id, effective_at)"])


@dataclass(slots=True, frozen=True)
class Wait:
    """Of one deduction, from its effective time on, as events at a position tell it."""

    position: int
    contract_id: str
    pool: str | None
    since: int
    quantity: int

    def begin(self, rows: Rows) -> None:
        self._add(rows, 0, self.since, 1)

    def end(self, rows: Rows, at: int, known: int | None) -> int:
        """It ends at an instant, where it is not known to end before; returns when it ends then."""
        at = max(at, self.since)
        if known is not None and known <= at:
            return known
        self._add(rows, 1, at, -1)
        if known is not None:
            self._add(rows, 2, known, 1)
        return at

    def _add(self, rows: Rows, part: int, at: int, sign: int) -> None:
        rows.add(WAITS, WaitRow(self.position, part, self.contract_id, self.pool or "", at, sign, sign * self.quantity))
