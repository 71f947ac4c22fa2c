"""A provider's books: which months are closed, and where what comes late is booked instead (M5)."""

from __future__ import annotations

from datetime import date, datetime

from ledger.aggregate import LedgerAggregate, Stamp, applies
from ledger.errors import Refusal
from ledger.events import PeriodClosed, PeriodTotal
from ledger.values import add_months, first_instant, local_date


def month_of(text: str) -> date:
    """The first day of a month such as 2026-03."""
    return date.fromisoformat(f"{text}-01")


def month_bounds(first: date, timezone: str) -> tuple[datetime, datetime]:
    """The first instant of a month and that of the next, where the provider is."""
    return first_instant(first, timezone), first_instant(add_months(first, 1), timezone)


class Books(LedgerAggregate):
    """One stream for each provider. Closing is for ever: what comes late is booked in the first open month."""

    CATEGORY = "books"

    def begin(self) -> None:
        super().begin()
        self.closed: set[date] = set()

    def close(self, provider: str, month: date, totals: list[PeriodTotal], at: datetime, stamp: Stamp) -> None:
        """Raises Refusal period-closed for a month that is closed already."""
        if month in self.closed:
            raise Refusal("period-closed", f"{month:%Y-%m} is closed already.", month=f"{month:%Y-%m}")
        self.record(PeriodClosed, at, stamp, provider=provider, month=f"{month:%Y-%m}", totals=totals)

    def first_open(self, moment: datetime, timezone: str) -> datetime:
        """The moment itself, or the first open instant after the closed months that it lies in (M5)."""
        if not self.is_closed(moment, timezone):
            return moment
        month = local_date(moment, timezone).replace(day=1)
        while month in self.closed:
            month = add_months(month, 1)
        return first_instant(month, timezone)

    def is_closed(self, moment: datetime, timezone: str) -> bool:
        return bool(self.closed) and local_date(moment, timezone).replace(day=1) in self.closed

    @applies(PeriodClosed)
    def _closed(self, fact: PeriodClosed) -> None:
        self.closed.add(month_of(fact.month))
