"""Burn-down: how a pool's credit went, point by point, and when it runs out if it goes on as it did lately.

A point says what a balance as of its day says: cumulative since signing. The first one is a balance, and so is now;
from point to point the days between are added, of which the view of pools by day has a row each.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from operator import add
from typing import Literal

from ledger.credit.forecast import PACE_DAYS, Forecast, LiveGrant, UseAhead, forecast
from ledger.events import CreditUnit
from ledger.kernel.access import Actor
from ledger.kernel.errors import malformed, no_pools
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import ONE_DAY, add_months, first_instant, from_micros, local_date, to_micros
from projections.contracts.questions import contract_as_of
from projections.credit.accounts import accounts_of, check_pool
from projections.credit.balances import balance_at
from projections.credit.grants import ListedGrant, live_grants, uses_ahead
from projections.credit.movements import AccountRow
from projections.reader import NOW, AsOf, Snapshot, check_right_way_round, last_instant

PointEvery = Literal["day", "week", "month"]
MOST_POINTS = 500
MOST_GRANTS = 200  # that a forecast looks at, those that are used first; beside more, nobody says when all is used

_DAYS = """SELECT day, granted, consumed, expired FROM pool_days
WHERE contract_id = :contract_id AND pool = :pool AND day > :first AND day <= :last ORDER BY day"""
_FIRST_DAY = """SELECT day FROM pool_days
WHERE contract_id = :contract_id AND pool = :pool AND moved > 0 ORDER BY day LIMIT 1"""
_MOVED_TODAY = """SELECT effective_at FROM movements WHERE contract_id = :contract_id AND effective_at >= :begins
AND effective_at <= :at AND pool = :pool AND (granted <> 0 OR consumed <> 0) LIMIT 1"""


@dataclass(slots=True, frozen=True)
class BurnDownAsked:
    """One pool, the contract's only one if none is named; points from `first` to `last`, both included.

    Without `last` until today, without `first` from the contract's first day or as far back as there may be points.
    """

    contract_id: str
    pool: str | None = None
    first: date | None = None
    last: date | None = None
    every: PointEvery = "day"


@dataclass(slots=True, frozen=True)
class BurnDownPoint:
    """How a pool stood at the end of a day, today's as it stands now; cumulative since signing, in the pool's unit."""

    on: date
    granted: int
    consumed: int
    expired: int

    @property
    def balance(self) -> int:
        """What is owned, reservations included (C16)."""
        return self.granted - self.consumed - self.expired


@dataclass(slots=True, frozen=True)
class EndingGrant:
    """A grant with an end, and what will be lost of it; None where there is too little to tell."""

    grant_id: str
    expires_at: int
    remaining: int
    lost: int | None


@dataclass(slots=True, frozen=True)
class BurnDown:
    """`ending` are the grants of the forecast that have an end, in the order of use."""

    position: int
    pool: str
    unit: CreditUnit
    currency: str | None
    points: list[BurnDownPoint]
    forecast: Forecast
    ending: list[EndingGrant]


async def burn_down(snapshot: Snapshot, actor: Actor, asked: BurnDownAsked) -> BurnDown:
    """The burn-down of a pool as it is known now. Raises Refusal unknown-contract, unknown-pool, malformed."""
    contract_id = asked.contract_id
    contract, as_of = await contract_as_of(snapshot, actor, contract_id, NOW, "timezone, starts_on")
    accounts = await accounts_of(snapshot, contract_id)
    check_pool(asked.pool, accounts)
    account = _pool_of(asked, accounts)
    zone, now = contract.timezone, as_of.at
    today = local_date(from_micros(now), zone)
    days = _days(asked, date.fromisoformat(contract.starts_on), today)
    stands = await _figures(snapshot, account, AsOf(now, as_of.position, current=False))
    points = await _points(snapshot, account, days, as_of, zone)
    points = [BurnDownPoint(today, *stands) if point.on == today else point for point in points]
    ahead, grants = await _forecast(snapshot, account, zone, as_of, stands[1])
    ending = [
        EndingGrant(grant.grant_id, grant.expires_at, grant.remaining, ahead.lost[grant.grant_id])
        for grant in grants
        if grant.expires_at is not None
    ]
    return BurnDown(as_of.position, account.pool, account.unit, account.currency, points, ahead, ending)


def _pool_of(asked: BurnDownAsked, accounts: dict[str, AccountRow]) -> AccountRow:
    if asked.pool is not None:
        return accounts[asked.pool]
    if len(accounts) != 1:
        if not accounts:
            raise no_pools(asked.contract_id)
        raise malformed("pool", FieldFault("pool_of_contract", {"members": tuple(accounts)}))
    (only,) = accounts.values()
    return only


def _days(asked: BurnDownAsked, starts_on: date, today: date) -> list[date]:
    """The days of the points. Raises Refusal malformed."""
    last = asked.last or today
    first = asked.first or min(last, max(starts_on, _furthest(last, asked.every)))
    check_right_way_round(first, last)
    days = list(islice(_ends(first, last, asked.every), MOST_POINTS + 1))
    if len(days) > MOST_POINTS:
        raise malformed("from", f"{first} to {last} by {asked.every} are more than {MOST_POINTS} points")
    return days


def _furthest(last: date, every: PointEvery) -> date:
    """From where on a period has as many points as there may be."""
    if every == "month":
        return add_months(last.replace(day=1), 1 - MOST_POINTS)
    return last - timedelta(days=(MOST_POINTS - 1) * (7 if every == "week" else 1))


def _ends(first: date, last: date, every: PointEvery) -> Iterator[date]:
    """The last days of the days, weeks (Monday to Sunday) or months of a period, and its own last day."""
    day = first
    while day < last:
        end = day
        if every == "week":
            end = day + timedelta(days=6 - day.weekday())
        elif every == "month":
            end = add_months(day.replace(day=1), 1) - ONE_DAY
        if end >= last:
            break
        yield end
        day = end + ONE_DAY
    yield last


async def _points(
    snapshot: Snapshot, account: AccountRow, days: list[date], as_of: AsOf, zone: str
) -> list[BurnDownPoint]:
    """Each day as it ends."""
    first, last = days[0], days[-1]
    at_first = AsOf(last_instant(first, zone), as_of.position, current=False)
    figures = await _figures(snapshot, account, at_first)
    about = {"contract_id": account.contract_id, "pool": account.pool, "first": str(first), "last": str(last)}
    moved = deque(await snapshot.query(_DAYS, about))
    points = []
    for day in days:
        while moved and moved[0].day <= str(day):
            figures = tuple(map(add, figures, moved.popleft()[1:]))
        points.append(BurnDownPoint(day, *figures))
    return points


async def _figures(snapshot: Snapshot, account: AccountRow, as_of: AsOf) -> tuple[int, ...]:
    """Granted, consumed and expired by a moment."""
    found = await balance_at(snapshot, account.contract_id, as_of)
    (one,) = (one for one in found.accounts if one.pool == account.pool)
    return one.granted, one.consumed, one.expired


async def _forecast(
    snapshot: Snapshot, account: AccountRow, zone: str, as_of: AsOf, consumed: int
) -> tuple[Forecast, list[ListedGrant]]:
    """By the consumption of the last 90 days, or of those since the pool first moved; from the grants as they are.

    `consumed` is what was by now.
    """
    contract_id, pool = account.contract_id, account.pool
    today = local_date(from_micros(as_of.at), zone)
    since = to_micros(first_instant(today - timedelta(days=PACE_DAYS - 1), zone))
    _, consumed_before, _ = await _figures(snapshot, account, AsOf(since - 1, as_of.position, current=False))
    over_days = await _over_days(snapshot, account, zone, as_of)
    grants, are_more = await live_grants(snapshot, contract_id, pool, as_of, MOST_GRANTS)
    looked_at = {grant.grant_id for grant in grants}
    ahead = [
        UseAhead(grant_id, _day(effective_at, zone), quantity)
        for grant_id, effective_at, quantity in await uses_ahead(snapshot, contract_id, pool, as_of)
        if grant_id in looked_at
    ]
    lives = [
        LiveGrant(
            grant.grant_id,
            grant.remaining,
            _day(grant.valid_from, zone),
            _day(grant.expires_at, zone) if grant.expires_at is not None else None,
        )
        for grant in grants
    ]
    told = forecast(today, consumed - consumed_before, over_days, lives, ahead)
    return (replace(told, runs_out_on=None) if are_more else told), grants


async def _over_days(snapshot: Snapshot, account: AccountRow, zone: str, as_of: AsOf) -> int:
    """Since when the pool moves, at most as long as the pace goes back; nought where it is to move only later."""
    today = local_date(from_micros(as_of.at), zone)
    about = {"contract_id": account.contract_id, "pool": account.pool}
    days = await snapshot.query(_FIRST_DAY, about)
    first = date.fromisoformat(days[0].day) if days else today
    if first < today:
        return min(PACE_DAYS, (today - first).days + 1)
    begins = to_micros(first_instant(today, zone))
    return len(await snapshot.query(_MOVED_TODAY, about | {"begins": begins, "at": as_of.at}))


def _day(micros: int, zone: str) -> date:
    return local_date(from_micros(micros), zone)
