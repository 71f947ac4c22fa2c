"""A deduction as its pages show it: with what bears it read, and its events in the reader's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from api.documents.texts import clipped
from api.portal.frame.addresses import STATEMENTS, with_query
from ledger.events import Draw
from ledger.kernel.values import from_micros, local_date, shown_minutes
from projections.credit.deduction_questions import OpenedDeduction
from projections.credit.deductions_view import DeductionRow, OverageBilled, read_draws, read_overage

LONGEST_TITLE = 80  # where it is but named


@dataclass(slots=True, frozen=True)
class ShownDeduction:
    """`pool_currency` is None where the pool is counted in minutes."""

    opened: OpenedDeduction
    draws: Sequence[Draw]
    overage: Sequence[OverageBilled]
    worked_minutes: int

    @property
    def row(self) -> DeductionRow:
        return self.opened.row

    @property
    def pool_currency(self) -> str | None:
        return None if self.opened.unit == "minutes" else self.opened.currency

    def in_statement(self, as_of: date | None = None) -> str | None:
        """Where the statement of its day has its first line; what no credit bears has none there."""
        if not self.draws:
            return None
        day = local_date(from_micros(self.row.effective_at), self.opened.timezone).isoformat()
        return f"{_statement_of(self.row.contract_id, day, as_of)}#of-{self.row.deduction_id}"


@lru_cache(maxsize=1000)
def _statement_of(contract_id: str, day: str, as_of: date | None) -> str:
    """The address of a day's statement, which the rows of a page share."""
    then = as_of.isoformat() if as_of is not None else None
    return with_query(f"{STATEMENTS}/{contract_id}", **{"from": day, "to": day, "as_of": then})


def shown_deduction(opened: OpenedDeduction) -> ShownDeduction:
    row = opened.row
    return ShownDeduction(opened, read_draws(row.draws), read_overage(row.overage), shown_minutes(row.worked_seconds))


def named_deduction(opened: OpenedDeduction) -> ShownDeduction:
    """One that a page only names, by the same title as Time: an endless note does not fill that page."""
    note, title = opened.note, opened.ticket_title
    return shown_deduction(
        replace(
            opened,
            note=clipped(note, LONGEST_TITLE) if note else None,
            ticket_title=clipped(title, LONGEST_TITLE) if title else None,
        )
    )
