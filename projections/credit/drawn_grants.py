"""The grants that deductions drew on, or gave back to: what is left of each, and until when it counts.

Now is answered from the totals of the grants and what becomes effective only later, as balances are; at any other
moment their movements up to it are added up (§ 6).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.store.database import listed
from projections.credit.balances import LEFT_NOW
from projections.credit.movements import NEVER
from projections.credit.rules import LATER, by_then_in_sql, ends_in_sql, expired
from projections.reader import AsOf, Snapshot, Times


@dataclass(slots=True, frozen=True)
class DrawnGrant:
    """`remaining` is granted − consumed − expired, in the pool's unit; booked sessions hold `reserved` of it.

    `expires_at` is the first instant at which it no longer counts; None where it counts for ever.
    """

    granted: int
    remaining: int
    reserved: int
    expires_at: int | None


_NOW = f"""
SELECT g.grant_id, g.expires_at, {by_then_in_sql("g.granted", "m.granted", LATER)} AS granted,
  {by_then_in_sql("g.reserved", "m.reserved", LATER)} AS reserved, CAST({LEFT_NOW} AS BIGINT) AS owned,
  CAST({expired("g.expires_at", LEFT_NOW)} AS BIGINT) AS lost
FROM grants g WHERE {{named}}"""
_THEN = f"""
SELECT g.grant_id, e.expires_at, g.granted, g.reserved, g.owned, {expired("e.expires_at", "g.owned")} AS lost FROM (
  SELECT grant_id, CAST(sum(granted) AS BIGINT) AS granted, CAST(sum(reserved) AS BIGINT) AS reserved,
    CAST(sum(granted - consumed) AS BIGINT) AS owned FROM movements
  WHERE {{named}} AND effective_at <= :at AND +position <= :position GROUP BY grant_id) g
JOIN ({ends_in_sql("movements WHERE {named} AND position <= :position")}) e ON e.grant_id = g.grant_id"""


async def drawn_grants(
    snapshot: Snapshot, grant_ids: Iterable[str | None], as_of: AsOf, times: Times
) -> dict[str, DrawnGrant]:
    """The named grants as they stood, by id, in the order in which they are named; a debt names none."""
    named = list(dict.fromkeys(grant_id for grant_id in grant_ids if grant_id is not None))
    if not named:
        return {}
    places, params = listed("grant_id", named)
    sql = (_NOW if times.is_now else _THEN).format(named=f"grant_id IN ({places})")
    found = {
        row.grant_id: DrawnGrant(
            granted=row.granted,
            remaining=row.owned - row.lost,
            reserved=row.reserved,
            expires_at=row.expires_at if row.expires_at < NEVER else None,
        )
        for row in await snapshot.query(sql, params | as_of.params)
    }
    return {grant_id: found[grant_id] for grant_id in named if grant_id in found}
