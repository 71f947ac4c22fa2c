"""Where the figures of reports stand: revenue, breakage and deducted time, and what of each is added up.

Sums of the views, as the books have them: a charge, a deduction and its reversal on the day of their effective time,
breakage on the day of the grant's end, or later where something came back to it later (C10). A plan is that of the term
in force at the time, whatever the contract runs under today.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import add
from typing import Generic, Literal, NamedTuple, Self, TypeVar

import msgspec

from ledger.store.database import Row
from projections.contracts.questions import has_time_in_sql
from projections.credit.rules import breakage_in_sql, shown_minutes_in_sql

ReportGroup = Literal["plan", "kind", "customer", "month"]
TimeGroup = Literal[ReportGroup, "engineer"]


class ReportSums(msgspec.Struct, frozen=True):
    """A report's figures, each of which is added up by itself."""

    def __add__(self, other: Self) -> Self:
        return type(self)(*map(add, msgspec.structs.astuple(self), msgspec.structs.astuple(other)))

    @property
    def are_nought(self) -> bool:
        return not any(msgspec.structs.astuple(self))


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
    unit: str
    currency: str  # empty where the unit is minutes


class OfWord(NamedTuple):
    on_behalf: str  # "1" or "0"


Apart = TypeVar("Apart", bound=tuple[str, ...])
OwnSums = TypeVar("OwnSums", bound=ReportSums)


@dataclass(slots=True, frozen=True)
class ReportSource(Generic[Apart, OwnSums]):
    """Where a report's figures stand: rows, the instant that each counts at, its groups in SQL, its sums.

    The plan of a row is that of the last term that had begun `begun` (such as `<= o.effective_at`).
    """

    rows: str
    at: str
    begun: str
    groups: dict[TimeGroup, str]
    apart: dict[str, str]
    sums: dict[str, str]
    read: Callable[[Row], tuple[Apart, OwnSums]]

    def column(self, group: TimeGroup) -> str:
        return _PLAN.format(begun=self.begun) if group == "plan" else self.groups[group]


# After a contract's end it is the last term, and what was agreed where none had begun.
_PLAN = f"""coalesce((SELECT n.plan FROM contract_terms n WHERE n.contract_id = c.contract_id
  AND {has_time_in_sql("n")} AND n.starts_at {{begun}} ORDER BY n.starts_at DESC LIMIT 1), c.plan)"""
# What takes back goes where that counts which it takes back; what came late into a closed month, where it was true.
_CHARGED = "coalesce(b.dated, b.effective_at, o.dated, o.effective_at)"
_OF_CONTRACT: dict[TimeGroup, str] = {"plan": "", "customer": "c.customer_id"}
REVENUE = ReportSource(
    "contracts c JOIN charges o ON o.contract_id = c.contract_id LEFT JOIN charges b ON b.charge_id = o.reverses",
    "o.effective_at",
    f"<= {_CHARGED}",
    {**_OF_CONTRACT, "kind": "o.family"},
    {"currency": "o.currency"},
    {"amount_cents": "o.amount_cents", "charges": "1"},
    lambda row: (OfCurrency(row.currency), RevenueSums(row.amount_cents, row.charges)),
)
_EXPIRED = breakage_in_sql(
    "contracts c JOIN movements m ON m.contract_id = c.contract_id JOIN grants g ON g.grant_id = m.grant_id "
    "WHERE c.provider = :provider",
    "g.expires_at",
)
BREAKAGE = ReportSource(
    f"({_EXPIRED}) b JOIN grants g ON g.grant_id = b.grant_id JOIN contracts c ON c.contract_id = g.contract_id "
    "JOIN accounts a ON a.contract_id = g.contract_id AND a.pool = g.pool",
    "b.moment",
    "< g.expires_at",  # at the end of a term the next one begins, which did not give what is lost
    {**_OF_CONTRACT, "kind": "g.source"},
    {"unit": "a.unit", "currency": "coalesce(a.currency, '')"},
    {"quantity": "b.quantity"},
    lambda row: (OfUnit(row.unit, row.currency), BreakageSums(row.quantity)),
)
DEDUCTED_TIME = ReportSource(
    "contracts c JOIN deductions d ON d.contract_id = c.contract_id "
    "JOIN (SELECT deduction_id, effective_at, 1 AS sign FROM deductions UNION ALL "
    "SELECT deduction_id, effective_at, -1 AS sign FROM status_changes WHERE status = 'reversed') t "
    "ON t.deduction_id = d.deduction_id LEFT JOIN accounts a ON a.contract_id = d.contract_id AND a.pool = d.pool",
    "t.effective_at",
    "<= coalesce(d.dated, d.effective_at)",
    {**_OF_CONTRACT, "kind": "d.kind", "engineer": "coalesce(d.engineer_key, '')"},
    {"on_behalf": "CAST(d.on_behalf AS TEXT)"},
    {
        "worked_seconds": "t.sign * d.worked_seconds",
        "worked_minutes": f"t.sign * {shown_minutes_in_sql('d.worked_seconds')}",
        "billed_minutes": "t.sign * d.billed_minutes",
        "credit_minutes": "CASE WHEN a.unit = 'minutes' THEN t.sign * d.quantity ELSE 0 END",
    },
    lambda row: (
        OfWord(row.on_behalf),
        TimeSums(row.worked_seconds, row.worked_minutes, row.billed_minutes, row.credit_minutes),
    ),
)
