"""The number that a document gets, and the day that it is dated: the next of its provider's series (M3)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from ledger.billing.document import DocumentSeries
from ledger.billing.events import DocumentKind
from ledger.kernel.errors import malformed
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import end_of_day, local_date
from ledger.plans.catalogue import Provider
from ledger.work.case import Case


class Numbers(NamedTuple):
    """The numbers of a provider's documents of a kind, for one command."""

    case: Case
    provider: Provider
    kind: DocumentKind

    @classmethod
    def of(cls, case: Case, provider: str, kind: DocumentKind) -> Numbers:
        return cls(case, case.catalogue.provider(provider), kind)

    @property
    def series(self) -> DocumentSeries:
        return self.case.get(DocumentSeries, f"{self.provider.id}:{self.kind}")

    def check(self, issued_on: date) -> None:
        self.series.check_day(self.kind, issued_on)

    def take(self, issued_on: date, at: datetime) -> str:
        case, patterns = self.case, self.provider.invoice_series
        pattern = patterns.invoice if self.kind == "invoice" else patterns.credit_note
        id_ = self.provider.id
        return self.series.take(case.scope.contract_id, id_, self.kind, pattern, issued_on, at, case.stamp)


def day_of_issue(case: Case, given: date | None) -> tuple[date, datetime]:
    """The day of issue and its instant: now, or the last second of an earlier day. Not ahead, in no closed month."""
    zone, now = case.scope.timezone, case.stamp.now
    today = local_date(now, zone)
    issued_on = given or today
    if issued_on > today:
        raise malformed("issued_on", FieldFault("day_to_come", {"day": issued_on, "today": today}))
    at = now if issued_on == today else end_of_day(issued_on, zone) - timedelta(seconds=1)
    case.check_open(at, "issued_on")
    return issued_on, at


def retained_until(issued_on: date, years: int) -> date:
    """The last day of the year in which the time of retention ends."""
    return date(issued_on.year + years, 12, 31)
