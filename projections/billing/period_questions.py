"""The question to the months of providers: which are closed, when and by which command, and which are open (M5).

A closed month has totals. What an open one comes to so far is what the reports of its days say: here it has none, since
something may still be booked in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from ledger.billing.closed_periods import month_of
from ledger.kernel.access import Actor, check_is_inside
from ledger.kernel.errors import Refusal
from ledger.kernel.values import add_months, from_micros, local_date
from ledger.store.database import Row
from projections.asking import EVERYTHING, Condition, Page, PageAsked, all_of
from projections.billing.periods_view import CLOSED_MONTHS, CreditTotal, MoneyTotal, read_credit, read_money
from projections.contracts.across import behind
from projections.reader import Snapshot, view_position
from projections.visible import visible

# Commands tile the history, so that the command of an event is the last to begin at or before it.
_COMMAND_OF = (
    "(SELECT k.command_id FROM commands k WHERE k.first_position = "
    "(SELECT max(first_position) FROM commands WHERE first_position <= p.position))"
)


@dataclass(slots=True, frozen=True)
class Closing:
    """How a month was closed: the event, its command, and what it came to. In microseconds and minor units."""

    position: int
    closed_at: int
    command_id: str | None
    contracts: int
    money: Sequence[MoneyTotal]
    credit: Sequence[CreditTotal]


@dataclass(slots=True, frozen=True)
class ListedPeriod:
    """A month of a provider; without `closing` it is open. `close_due` says that it is over and still open."""

    provider: str
    month: str
    closing: Closing | None
    close_due: bool = False


async def list_periods(snapshot: Snapshot, actor: Actor, provider: str | None, page: PageAsked) -> Page[ListedPeriod]:
    """The months of each provider that the actor acts for, from its first contract on until the running one.

    What is before the first closed month is no month of its own: nothing is booked there. Raises Refusal forbidden to
    customers and partners.
    """
    check_is_inside(actor, "the months of a provider")
    whose: Condition = ("p.provider = :provider", {"provider": provider}) if provider is not None else ("", {})
    seen = all_of(visible(actor, "p"), whose)
    found = [
        *await _closed(snapshot, seen, page),
        *[one for row in await _beginnings(snapshot, seen) for one in _first_open(snapshot, row, page)],
    ]
    shown, next_after = page.cut(sorted(found, key=_place), _place)
    return Page(await view_position(snapshot), shown, next_after, _place)


async def months_to_close(
    snapshot: Snapshot, actor: Actor, provider: str | None = None, through: str | None = None
) -> list[ListedPeriod]:
    """The months that are over and still open, by provider and month: those until `through`, where it is named.

    Raises Refusal forbidden to customers and partners.
    """
    check_is_inside(actor, "the months of a provider")
    whose: Condition = ("p.provider = :provider", {"provider": provider}) if provider is not None else ("", {})
    rows = await _beginnings(snapshot, all_of(visible(actor, "p"), whose))
    due = [one for row in rows for one in _first_open(snapshot, row, EVERYTHING) if one.close_due]
    return sorted((one for one in due if through is None or one.month <= through), key=_place)


async def find_period(snapshot: Snapshot, actor: Actor, provider: str, month: str) -> ListedPeriod:
    """A month of a provider. Raises Refusal forbidden to customers and partners, not-found."""
    before = f"{add_months(month_of(month), -1):%Y-%m}"
    found = await list_periods(snapshot, actor, provider, PageAsked(1, (provider, before)))
    for one in found.items:
        if one.month == month:
            return one
    raise Refusal("not-found", f"Provider {provider} has no month {month}.", provider=provider, month=month)


async def _closed(snapshot: Snapshot, seen: Condition, page: PageAsked) -> list[ListedPeriod]:
    """The next closed months; one more than the page holds, perhaps."""
    condition, params = all_of(seen, behind(page, "p.provider", "p.month"))
    limited, limit = page.limited
    sql = (
        f"SELECT {CLOSED_MONTHS.columns_of('p')}, {_COMMAND_OF} AS command_id FROM closed_months p "
        f"WHERE {condition} ORDER BY p.provider, p.month{limited}"
    )
    return [ListedPeriod(row.provider, row.month, _closing(row)) for row in await snapshot.query(sql, params | limit)]


def _closing(row: Row) -> Closing:
    money, credit = read_money(row.money), read_credit(row.credit)
    return Closing(row.position, row.closed_at, row.command_id, row.contracts, money, credit)


async def _beginnings(snapshot: Snapshot, seen: Condition) -> list[Row]:
    """A row a provider: since when it has contracts, and its last closed month."""
    condition, params = seen
    sql = (
        "SELECT p.provider, p.timezone, p.begins_at, "
        "(SELECT max(m.month) FROM closed_months m WHERE m.provider = p.provider) AS last_closed "
        f"FROM provider_beginnings p WHERE {condition} AND p.timezone IS NOT NULL"
    )
    return await snapshot.query(sql, params)


def _first_open(snapshot: Snapshot, row: Row, page: PageAsked) -> Iterator[ListedPeriod]:
    """The next open months of a provider; one more than the page holds, perhaps."""
    now = snapshot.clock()
    running = local_date(now, row.timezone).replace(day=1)
    if row.last_closed is not None:
        first = add_months(month_of(row.last_closed), 1)
    else:
        first = min(running, local_date(from_micros(row.begins_at), row.timezone).replace(day=1))
    months = (
        ListedPeriod(row.provider, f"{month:%Y-%m}", None, close_due=month < running)
        for month in _months(first, running)
    )
    behind_page = (one for one in months if page.after is None or _place(one) > page.after)
    return islice(behind_page, page.limit + 1 if page.limit is not None else None)


def _months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = add_months(first, 1)


def _place(period: ListedPeriod) -> tuple[str, str]:
    return period.provider, period.month
