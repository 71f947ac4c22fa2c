"""The view of reports: what charges, deductions and grants come to by day and month, and by who it concerns.

A report reads totals: of whole months, and of the days of those that it has a part of (`projections.provider.reports`).
So it costs what it shows, however much was charged and worked. A total is changed by what a page of events counts for
now, less what the same counted for before (`projections.provider.reported`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import add, sub

import msgspec

from projections.billing.charges_view import charges
from projections.contracts.view import contracts
from projections.credit.deductions_view import deductions
from projections.credit.movements import movements
from projections.tables import Table
from projections.views import Rows, View

REPORT_FIGURES = (
    "counted",  # how many there are of what is added up
    "charges",
    "amount_cents",
    "quantity",
    "worked_seconds",
    "worked_minutes",
    "billed_minutes",
    "credit_minutes",
)
_NOTHING, _ADDED_BY = (0,) * len(REPORT_FIGURES), 1
# Who is told apart in totals: engineers in those of time alone.
OF_ALL, OF_CUSTOMERS, OF_ENGINEERS, OF_BOTH = "all", "customers", "engineers", "both"


class ReportTotalRow(msgspec.Struct):
    """What a report comes to in a span, a month (`m2026-03`) or a day (`d2026-03-31`).

    `added_by` says whether customers or engineers are told apart; where they are not they are "".
    """

    report: str
    added_by: str
    provider: str
    span: str
    customer: str
    engineer: str
    plan: str
    kind: str
    unit: str
    currency: str
    on_behalf: str
    counted: int
    charges: int
    amount_cents: int
    quantity: int
    worked_seconds: int
    worked_minutes: int
    billed_minutes: int
    credit_minutes: int


class CountedTermsRow(msgspec.Struct):
    """By which terms what a contract has in reports was counted, as JSON: when each began and its plan, and the plan of
    the contract. When they change, that is counted anew.
    """

    contract_id: str
    terms: str


class LossRow(msgspec.Struct):
    """What is lost of a grant at an instant, by all that is known, and how that was counted.

    The plan is that of the term in force at `plan_at`.
    """

    grant_id: str
    moment: int
    contract_id: str
    plan_at: int
    plan: str
    quantity: int


class EngineerRow(msgspec.Struct):
    """A name of an engineer, still sealed: it is sealed anew each time, and any one of them says it."""

    engineer_key: str
    name: str


TOTALS = Table(
    "report_totals",
    ReportTotalRow,
    (
        *("report", "added_by", "provider", "span"),
        *("customer", "engineer", "plan", "kind", "unit", "currency", "on_behalf"),
    ),
    ["(counted) WHERE counted = 0"],
    adds=REPORT_FIGURES,
)
COUNTED_TERMS = Table("counted_terms", CountedTermsRow, "contract_id")
LOSSES = Table("losses", LossRow, ("grant_id", "moment"), ["(contract_id, plan_at)"])
ENGINEERS = Table("engineers", EngineerRow, "engineer_key")
reports = View(
    "reports", TOTALS, COUNTED_TERMS, LOSSES, ENGINEERS, rests_on=(contracts, movements, deductions, charges)
)

# What totals are of: the columns of their key. What is counted has a day, and tells apart whoever it can.
TotalKey = tuple[str, ...]
TotalsByKey = dict[TotalKey, tuple[int, ...]]
Counted = tuple[TotalKey, tuple[int, ...]]


def change_counts(rows: Rows, before: Iterable[Counted], now: Iterable[Counted]) -> None:
    """Puts what is counted now in the place of what was counted before."""
    by_day = _added_up(now)
    for key, figures in before:
        by_day[key] = tuple(map(sub, by_day.get(key, _NOTHING), figures))
    by_day = {key: figures for key, figures in by_day.items() if any(figures)}
    by_month = _added_up((_of_month(key), figures) for key, figures in by_day.items())
    totals = [ReportTotalRow(*key, *figures) for key, figures in _all_totals(by_day, by_month)]  # type: ignore[arg-type]
    TOTALS.write(rows.transaction, rows.dialect, TOTALS.name + rows.suffix, totals)
    if any(figures[0] <= 0 for figures in by_day.values()):  # there are totals of what there is alone
        rows.transaction.execute(f"DELETE FROM {TOTALS.name}{rows.suffix} WHERE counted = 0")


def _all_totals(*spans: TotalsByKey) -> Iterator[Counted]:
    """What tells everybody apart, of days and of months, and what does not, each from as few totals as come to it."""
    for totals in spans:
        yield from totals.items()
        of_both = {key: figures for key, figures in totals.items() if key[_ADDED_BY] == OF_BOTH}
        of_engineers = _added_up((_of_engineer(key), figures) for key, figures in of_both.items())
        yield from of_engineers.items()
        yield from _added_up((_of_customer(key), figures) for key, figures in of_both.items()).items()
        others = ((key, figures) for key, figures in totals.items() if key[_ADDED_BY] == OF_CUSTOMERS)
        yield from _added_up((_of_all(key), figures) for key, figures in (*of_engineers.items(), *others)).items()


def _added_up(some: Iterable[Counted]) -> TotalsByKey:
    found: TotalsByKey = {}
    for key, figures in some:
        known = found.get(key)
        found[key] = figures if known is None else tuple(map(add, known, figures))
    return found


def _of_month(key: TotalKey) -> TotalKey:
    report, added_by, provider, day, *rest = key
    return (report, added_by, provider, f"m{day[1:8]}", *rest)


def _of_engineer(key: TotalKey) -> TotalKey:
    report, _, provider, span, _, *rest = key
    return (report, OF_ENGINEERS, provider, span, "", *rest)


def _of_customer(key: TotalKey) -> TotalKey:
    report, _, provider, span, customer, _, *rest = key
    return (report, OF_CUSTOMERS, provider, span, customer, "", *rest)


def _of_all(key: TotalKey) -> TotalKey:
    report, _, provider, span, _, _, *rest = key
    return (report, OF_ALL, provider, span, "", "", *rest)
