"""The view of reports: what charges, deductions and grants come to by day and month, and by who it concerns.

A report reads totals: of whole months, and of the days of those that it has a part of (`projections.provider.reports`).
So it costs what it shows, however much was charged and worked. A total is changed by what a page of events counts for
now, less what the same counted for before (`projections.provider.reported`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
_NOTHING = (0,) * len(REPORT_FIGURES)
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

# What totals are of: the columns of their key. Of what is counted nobody is left out yet: `added_by` is "".
TotalKey = tuple[str, ...]
TotalsByKey = dict[TotalKey, tuple[int, ...]]
Counted = tuple[TotalKey, tuple[int, ...]]
_ADDED_BY, _SPAN, _CUSTOMER, _ENGINEER = 1, 3, 4, 5


def change_counts(rows: Rows, before: Iterable[Counted], now: Iterable[Counted]) -> None:
    """Puts what is counted now in the place of what was counted before."""
    by_day: TotalsByKey = {}
    for some, change in ((now, add), (before, sub)):
        for key, figures in some:
            by_day[key] = tuple(map(change, by_day.get(key, _NOTHING), figures))
    by_day = {key: figures for key, figures in by_day.items() if any(figures)}
    for key, figures in _all_totals(by_day):
        rows.add(TOTALS, ReportTotalRow(*key, *figures))  # type: ignore[arg-type]
    rows.flush()
    if any(figures[0] <= 0 for figures in by_day.values()):  # there are totals of what there is alone
        rows.transaction.execute(f"DELETE FROM {TOTALS.name}{rows.suffix} WHERE counted = 0")


def _all_totals(by_day: TotalsByKey) -> Iterator[Counted]:
    of_time = {key: figures for key, figures in by_day.items() if key[0] == "time"}
    both = _added_up(of_time, _ADDED_BY, lambda _: OF_BOTH)
    engineers = _added_up(_added_up(of_time, _CUSTOMER, _nobody), _ADDED_BY, lambda _: OF_ENGINEERS)
    of_customers = _added_up(by_day, _ENGINEER, _nobody)
    customers = _added_up(of_customers, _ADDED_BY, lambda _: OF_CUSTOMERS)
    of_all = _added_up(_added_up(of_customers, _CUSTOMER, _nobody), _ADDED_BY, lambda _: OF_ALL)
    for totals in (both, engineers, customers, of_all):
        yield from totals.items()
        yield from _added_up(totals, _SPAN, lambda day: f"m{day[1:8]}").items()


def _added_up(totals: TotalsByKey, place: int, instead: Callable[[str], str]) -> TotalsByKey:
    """The same with something else at a place of their keys."""
    found: TotalsByKey = {}
    for key, figures in totals.items():
        of = (*key[:place], instead(key[place]), *key[place + 1 :])
        known = found.get(of)
        found[of] = figures if known is None else tuple(map(add, known, figures))
    return found


def _nobody(_: str) -> str:
    return ""
