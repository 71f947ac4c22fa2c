"""One term of a contract: its days, its instants, the terms in force in it, and what was charged for it.

Here too is what its terms make of a contract at an instant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import msgspec

from ledger.contracts.events import FeeCharged, LumpSumCharged, ServiceCreditCharged, TermStarted
from ledger.kernel.values import FAR_FUTURE, ONE_DAY, AnyInstant, add_months, end_of_day, first_instant
from ledger.plans.holiday_sets import holidays_in_force, source_name
from ledger.plans.terms import Terms, parse_terms


def has_time(starts_at: AnyInstant, ends_at: AnyInstant) -> bool:
    """Whether a term ever runs: one that was cut away before its first day does not. A contract of such terms alone,
    once it is terminated, is withdrawn (C15).
    """
    return starts_at < ends_at


def is_in_force(starts_at: AnyInstant, ends_at: AnyInstant, at: AnyInstant) -> bool:
    """Whether a term runs at an instant: from its first on, and at its end no more (C14)."""
    return starts_at <= at < ends_at


ContractStatus = Literal["upcoming", "active", "lapsed", "terminated", "withdrawn"]


def state_at(starts_at: AnyInstant, ends_at: AnyInstant, is_terminated: bool, at: AnyInstant) -> ContractStatus:
    """A contract runs from its first instant until the one after its last; lapsed is what nobody terminated (C15).

    What was terminated before its first day never runs, and that is so at every moment: it is withdrawn.
    """
    if is_terminated and not has_time(starts_at, ends_at):
        return "withdrawn"
    if ends_at <= at:
        return "terminated" if is_terminated else "lapsed"
    return "upcoming" if starts_at > at else "active"


@dataclass(slots=True)
class Term:
    """`ends_at` is the first instant after it; that of an open-ended term lies in the far future.

    `fee` and what follows are charges that were not taken back.
    """

    number: int
    plan: str
    starts_on: date
    ends_on: date | None
    starts_at: datetime
    ends_at: datetime
    terms: Terms
    holidays: dict[str, frozenset[date]]
    fee: FeeCharged | None = None
    lump_sums: list[LumpSumCharged] = field(default_factory=list)
    fee_shares: dict[str, ServiceCreditCharged] = field(default_factory=dict)  # of service credits that stand

    def charge_of(self, pool: str) -> str | None:
        """The charge of the lump sum that a pool begins with, if that was paid for."""
        return next((paid.charge_id for paid in self.lump_sums if paid.pool == pool), None)

    def holds(self, moment: datetime) -> bool:
        return is_in_force(self.starts_at, self.ends_at, moment)

    @property
    def is_lived(self) -> bool:
        return has_time(self.starts_at, self.ends_at)


def term_started(number: int, starts_on: date, terms: Terms, timezone: str, agreed_at: datetime) -> TermStarted:
    """A term of twelve months from 1 January ends on 31 December; without a length it is open-ended (C15)."""
    ends_on = add_months(starts_on, terms.term_months) - ONE_DAY if terms.term_months else None
    return TermStarted(
        term_no=number,
        plan=terms.plan,
        plan_version=terms.version,
        starts_on=starts_on,
        ends_on=ends_on,
        starts_at=first_instant(starts_on, timezone),
        ends_at=end_of_day(ends_on, timezone) if ends_on else None,
        agreed_at=agreed_at,
        terms=msgspec.Raw(terms.model_dump_json().encode()),
        holidays=holidays_in_force(terms, starts_on.year, (ends_on or starts_on).year),
        holidays_source=source_name(),
    )


def term_of(fact: TermStarted) -> Term:
    """The term as its event says."""
    return Term(
        number=fact.term_no,
        plan=fact.plan,
        starts_on=fact.starts_on,
        ends_on=fact.ends_on,
        starts_at=fact.starts_at,
        ends_at=fact.ends_at or FAR_FUTURE,
        terms=parse_terms(bytes(fact.terms)),
        holidays={name: frozenset(days) for name, days in fact.holidays.items()},
    )
