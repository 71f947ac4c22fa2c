"""Burn-down: how a pool's credit went, point by point, and when it runs out if it goes on as it did lately.

A point says what a balance as of its day says: cumulative since signing. It is worked out backwards from the totals of
account and grants, so that what is read are the movements from the first point on, not those before it; they are added
up where they are, and one row comes out for each point.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Literal

from ledger.credit.forecast import PACE_DAYS, Forecast, LiveGrant, UseAhead, forecast
from ledger.events import CreditUnit
from ledger.kernel.access import Actor
from ledger.kernel.errors import malformed, no_pools
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import ONE_DAY, add_months, first_instant, from_micros, local_date, to_micros
from projections.contracts.questions import contract_as_of
from projections.credit.accounts import accounts_of, check_pool
from projections.credit.grants import ListedGrant, live_grants, uses_ahead
from projections.credit.movements import AccountRow
from projections.credit.rules import expired, lost_in_sql
from projections.reader import NOW, AsOf, Snapshot, check_right_way_round, last_instant

PointEvery = Literal["day", "week", "month"]
MOST_POINTS = 500
MOST_GRANTS = 200  # that a forecast looks at, those that are used first; beside more, nobody says when all is used

# The sum of all that comes after a point, taken from the totals, leaves the point. So does what comes to a grant after
# a moment leave what it had then (`owned`); how much of that had expired, and how much just before, is a change too.
_POINTS = f"""
WITH points(moment) AS (VALUES {{points}}), recent AS (
  SELECT effective_at AS moment, grant_id, granted, consumed FROM movements
  WHERE contract_id = :contract_id AND pool = :pool AND effective_at > :point_0
), of_grants AS (
  SELECT grant_id, moment, sum(change) AS change FROM (
    SELECT grant_id, moment, granted - consumed AS change FROM recent WHERE grant_id IS NOT NULL
    UNION ALL SELECT grant_id, expires_at, 0 FROM grants
      WHERE contract_id = :contract_id AND pool = :pool AND expires_at > :point_0) moved
  GROUP BY grant_id, moment
), lives AS (
  SELECT o.moment, o.change, g.expires_at, o.change + g.granted - g.consumed
    - sum(o.change) OVER (PARTITION BY o.grant_id ORDER BY o.moment DESC) AS owned
  FROM of_grants o JOIN grants g ON g.grant_id = o.grant_id
), changes AS (
  SELECT moment, 0 AS is_point, granted, consumed, 0 AS expired FROM recent
  UNION ALL SELECT moment, 0, 0, 0, ({expired("expires_at", "owned", "moment")})
    - ({expired("expires_at", "owned - change", "moment - 1")}) FROM lives
  UNION ALL SELECT moment, 1, 0, 0, 0 FROM points
), later AS (
  SELECT moment, is_point, CAST(sum(granted) OVER w AS BIGINT) AS granted,
    CAST(sum(consumed) OVER w AS BIGINT) AS consumed, CAST(sum(expired) OVER w AS BIGINT) AS expired
  FROM changes WINDOW w AS (ORDER BY moment DESC, is_point DESC)
), lost AS (
  SELECT CAST(coalesce(sum({lost_in_sql("granted - consumed")}), 0) AS BIGINT) AS in_the_end FROM grants
  WHERE contract_id = :contract_id AND pool = :pool
)
SELECT a.granted - l.granted AS granted, a.consumed - l.consumed AS consumed, x.in_the_end - l.expired AS expired
FROM later l CROSS JOIN lost x JOIN accounts a ON a.contract_id = :contract_id AND a.pool = :pool
WHERE l.is_point = 1 ORDER BY l.moment"""
_PACE = """
SELECT (SELECT effective_at FROM movements WHERE contract_id = :contract_id AND pool = :pool AND effective_at <= :at
    AND (granted <> 0 OR consumed <> 0) ORDER BY effective_at LIMIT 1) AS moved_from,
  CAST(coalesce(sum(consumed), 0) AS BIGINT) AS consumed FROM movements
WHERE contract_id = :contract_id AND pool = :pool AND effective_at >= :since AND effective_at <= :at"""


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
    ends = [now if day == today else last_instant(day, zone) for day in days]
    places = {f"point_{number}": end for number, end in enumerate(ends)}
    values = ", ".join(f"(CAST(:{name} AS BIGINT))" for name in places)
    about = {"contract_id": contract_id, "pool": account.pool}
    rows = await snapshot.query(_POINTS.format(points=values), {**about, **places})
    points = [BurnDownPoint(day, row.granted, row.consumed, row.expired) for day, row in zip(days, rows, strict=True)]
    ahead, grants = await _forecast(snapshot, contract_id, account.pool, zone, as_of)
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


async def _forecast(
    snapshot: Snapshot, contract_id: str, pool: str, zone: str, as_of: AsOf
) -> tuple[Forecast, list[ListedGrant]]:
    """By the consumption of the last 90 days, or of those since the pool first moved; from the grants as they are."""
    today = local_date(from_micros(as_of.at), zone)
    since = to_micros(first_instant(today - timedelta(days=PACE_DAYS - 1), zone))
    about = {"contract_id": contract_id, "pool": pool, "since": since, "at": as_of.at}
    (pace,) = await snapshot.query(_PACE, about)
    over_days = 0
    if pace.moved_from is not None:
        over_days = min(PACE_DAYS, (today - _day(pace.moved_from, zone)).days + 1)
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
    told = forecast(today, pace.consumed, over_days, lives, ahead)
    return (replace(told, runs_out_on=None) if are_more else told), grants


def _day(micros: int, zone: str) -> date:
    return local_date(from_micros(micros), zone)
