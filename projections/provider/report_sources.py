"""The reports: revenue, breakage and deducted time; the figures of each, and what has rows of its own in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import add
from typing import Generic, Literal, NamedTuple, Self, TypeVar

import msgspec

from ledger.events import CreditUnit
from ledger.store.database import Row

ReportGroup = Literal["plan", "kind", "customer", "month"]
TimeGroup = Literal[ReportGroup, "engineer"]


class ReportSums(msgspec.Struct, frozen=True):
    """A report's figures, each of which is added up by itself."""

    def __add__(self, other: Self) -> Self:
        return type(self)(*map(add, msgspec.structs.astuple(self), msgspec.structs.astuple(other)))


class RevenueSums(ReportSums, frozen=True):
    amount_cents: int = 0
    charges: int = 0


class BreakageSums(ReportSums, frozen=True):
    quantity: int = 0


class TimeSums(ReportSums, frozen=True):
    worked_seconds: int = 0
    worked_minutes: int = 0
    billed_minutes: int = 0
    credit_minutes: int = 0


# What has rows of its own: units and currencies, and words entered for the customer (C8).
class OfCurrency(NamedTuple):
    currency: str


class OfUnit(NamedTuple):
    unit: CreditUnit
    currency: str  # empty where the unit is minutes


class OfWord(NamedTuple):
    on_behalf: str  # "1" or "0"


Apart = TypeVar("Apart", bound=tuple[str, ...])
OwnSums = TypeVar("OwnSums", bound=ReportSums)


@dataclass(slots=True, frozen=True)
class ReportSource(Generic[Apart, OwnSums]):
    """A report that is added up (`projections.provider.report_totals`): what has rows of its own, and its sums."""

    report: str
    apart: Callable[..., Apart]
    sums: Callable[..., OwnSums]
    parts: Sequence[str]
    figures: Sequence[str]

    def read(self, row: Row) -> tuple[Apart, OwnSums]:
        """Of a row of parts and figures."""
        found = row._asdict()
        return self.apart(*(found[part] for part in self.parts)), self.sums(*(found[name] for name in self.figures))


REVENUE = ReportSource("revenue", OfCurrency, RevenueSums, OfCurrency._fields, RevenueSums.__struct_fields__)
BREAKAGE = ReportSource("breakage", OfUnit, BreakageSums, OfUnit._fields, BreakageSums.__struct_fields__)
DEDUCTED_TIME = ReportSource("time", OfWord, TimeSums, OfWord._fields, TimeSums.__struct_fields__)
