"""A provider's closed periods: which months, and where what comes late is booked instead (M5)."""

from __future__ import annotations

from datetime import date, datetime

from ledger.billing.events import PeriodClosed, PeriodTotal
from ledger.kernel.aggregate import LedgerAggregate, Stamp, applies
from ledger.kernel.errors import Refusal
from ledger.kernel.values import add_months, first_instant


def month_of(text: str) -> date:
    """The first day of a month such as 2026-03."""
    return date.fromisoformat(f"{text}-01")


def month_bounds(first: date, timezone: str) -> tuple[datetime, datetime]:
    """The first instant of a month and that of the next, where the provider is."""
    return first_instant(first, timezone), first_instant(add_months(first, 1), timezone)


class ClosedPeriods(LedgerAggregate):
    """One stream for each provider. Closing is for ever, and in order: months before that are open go with it."""

    FACTS = PeriodClosed

    def begin(self) -> None:
        super().begin()
        self.open_on: date | None = None  # the first day of the first open month; none: nothing is closed

    def check_open(self, month: date) -> None:
        """Raises Refusal period-closed for a month that is closed already."""
        if self.open_on is not None and month < self.open_on:
            raise Refusal("period-closed", f"{month:%Y-%m} is closed already.", month=f"{month:%Y-%m}")

    def close(self, provider: str, month: date, totals: list[PeriodTotal], at: datetime, stamp: Stamp) -> None:
        self.record(PeriodClosed(provider, f"{month:%Y-%m}", totals), at, stamp)

    def first_open(self, moment: datetime, timezone: str) -> datetime:
        """The moment itself, or the first open instant after it (M5)."""
        return moment if self.open_on is None else max(moment, first_instant(self.open_on, timezone))

    @applies(PeriodClosed)
    def _closed(self, fact: PeriodClosed) -> None:
        following = add_months(month_of(fact.month), 1)
        self.open_on = max(self.open_on or following, following)  # an old history may have closed months out of order
