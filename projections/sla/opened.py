"""Which tickets a question counts: whose, and when they were opened; of which days there are totals, and which not.

A day is one of the ticket's provider. An instant parts days, one in each zone: so of the days around it clocks are
looked at one by one, and totals are those of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ledger.kernel.access import Actor
from ledger.kernel.values import from_micros, local_date, to_micros
from projections.asking import Condition, all_of, equal
from projections.months_and_days import spans_within
from projections.reader import Moment
from projections.visible import visible

_A_DAY = timedelta(days=1)  # by so much no zone is further from UTC


@dataclass(slots=True, frozen=True)
class OpenedDays:
    """The spans of which totals are added up, and the days of which clocks are; each from a first to a last."""

    spans: list[tuple[str, str]]
    parted: list[tuple[date, date]]


@dataclass(slots=True, frozen=True)
class OfTickets:
    """Which tickets are counted; `opened_from` and `opened_to` are included, a day is one of the ticket's provider."""

    contract_id: str | None = None
    customer_id: str | None = None
    provider: str | None = None
    opened_from: Moment | None = None
    opened_to: Moment | None = None

    def whose(self, actor: Actor) -> Condition:
        """About contracts `c`: what the actor sees, and what was asked for."""
        named = equal("c", contract_id=self.contract_id, customer_id=self.customer_id, provider=self.provider)
        return all_of(visible(actor), named)

    def condition(self, actor: Actor, *, by_opening: bool = True) -> Condition:
        """The same about clocks `k` and contracts `c`, with the period; `by_opening` an index may find it."""
        opened = [
            _opened(sign, name, moment, by_opening)
            for sign, name, moment in ((">=", "opened_from", self.opened_from), ("<=", "opened_to", self.opened_to))
        ]
        return all_of(self.whose(actor), *opened)

    def days(self, until: int | None) -> OpenedDays:
        """Of the period, up to an instant (microseconds) where there is one."""
        first, last = self.opened_from, self.opened_to
        parted: list[tuple[date, date]] = []
        if isinstance(first, datetime):
            around = local_date(first, "UTC")
            parted.append((around - _A_DAY, around + _A_DAY))
            first = around + 2 * _A_DAY
        instants = [last] if isinstance(last, datetime) else []
        instants += [from_micros(until)] if until is not None else []
        if instants:
            around = local_date(min(instants), "UTC")
            parted.append((around - _A_DAY, around + _A_DAY))
            before = around - 2 * _A_DAY
            last = before if last is None or isinstance(last, datetime) else min(last, before)
        spans = spans_within(first, last)
        if spans or len(parted) < 2:
            return OpenedDays(spans, parted)
        return OpenedDays([], [(parted[0][0], parted[1][1])])  # they may overlap


def _opened(sign: str, name: str, moment: Moment | None, by_opening: bool) -> Condition:
    if moment is None:
        return "", {}
    at, on = ("k.opened_at", "k.opened_on") if by_opening else ("+k.opened_at", "k.opened_on || ''")
    if isinstance(moment, datetime):
        return f"{at} {sign} :{name}", {name: to_micros(moment)}
    return f"{on} {sign} :{name}", {name: moment.isoformat()}
