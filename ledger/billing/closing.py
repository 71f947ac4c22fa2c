"""The command that closes a provider's month: close-period. Find, ask, save. Rule M5."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from ledger.billing.closed_periods import ClosedPeriods, month_bounds, month_of
from ledger.billing.period_totals import TOTALS_TOPICS, PeriodFold
from ledger.kernel import patterns
from ledger.kernel.access import FINANCE
from ledger.kernel.errors import Refusal
from ledger.kernel.values import is_near, not_near, show_instant
from ledger.work.case import Case, Scope
from ledger.work.declaration import Concern, command
from ledger.work.fields import Command, Id


def _near_month(value: str) -> str:
    if not is_near(date.fromisoformat(f"{value}-01")):
        raise not_near("far_month")
    return value


Month = Annotated[str, StringConstraints(pattern=patterns.MONTH), AfterValidator(_near_month)]


class OfProvider(Command):
    provider: Id = Field(description="The provider, by its id in the catalogue.")


class ClosePeriod(OfProvider):
    month: Month = Field(description="The month, such as 2026-03; those before it that are open are closed too.")


def _find(case: Case, body: OfProvider) -> None:
    """A provider that the actor acts for. Raises Refusal not-found."""
    if case.actor.provider not in (None, body.provider):
        raise Refusal("not-found", f"There is no provider {body.provider}.", provider=body.provider)
    case.scope = Scope(body.provider, case.catalogue.provider(body.provider).timezone)


the_provider = Concern[OfProvider](find=_find, streams=lambda body: [ClosedPeriods.stream(body.provider)])


@command("close-period", ClosePeriod, roles=FINANCE, about=the_provider, reads_history=True, is_prepared=True)
def close_period(case: Case, body: ClosePeriod) -> None:
    """Closes a month of a provider (`2026-03`) that is over, and those before it that are open (M5).

    What comes late is booked in the next month.

    Raises Refusal period-closed where it is closed already, invalid-transition while it runs.
    """
    provider, timezone, now = case.scope.provider, case.scope.timezone, case.stamp.now
    month = month_of(body.month)
    _, ends = month_bounds(month, timezone)
    if now < ends:
        raise Refusal(
            "invalid-transition",
            f"{body.month} is not over: it ends at {show_instant(ends)}.",
            month=body.month,
            ends_at=show_instant(ends),
        )
    periods = case.get(ClosedPeriods, provider)
    periods.check_open(month)
    # What was folded stays folded when others write in the meantime and this is decided again.
    fold = case.worked_out(lambda _: True, lambda: _folded(case, timezone))
    for page in case.whole_provider(TOTALS_TOPICS, fold.position):
        fold.add(page)
    for each, totals in fold.totals(periods.open_on, month).items():
        periods.close(provider, each, totals, now, case.stamp)


def _folded(case: Case, timezone: str) -> PeriodFold:
    """All movements of the provider up to now."""
    fold, head = PeriodFold(timezone), case.position
    for page in case.whole_provider(TOTALS_TOPICS, 0):
        fold.add(page)
    fold.settle()
    fold.position = max(fold.position, head)
    return fold
