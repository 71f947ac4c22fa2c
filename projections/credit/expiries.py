"""What expires of grants, as flows: at which instant, and from which reckoning on it is known (C9, C10).

It is no event, and each draw before a grant's end changes it; so it is worked out for some movements at once, from what
was known of their grants before them and after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ledger.credit.expiry import breakage
from projections.credit.flows import ExpiryRow
from projections.credit.movements import NEVER
from projections.views import Rows


def newly_expired(rows: Rows, contract_id: str, since: int, until: int) -> list[ExpiryRow]:
    """By how much what expires of a contract's pools, and when, changed between two positions."""
    sql = (
        f"SELECT DISTINCT pool, grant_id FROM movements{rows.suffix} "
        "WHERE contract_id = :contract_id AND position > :since AND position <= :until AND grant_id IS NOT NULL"
    )
    moved = rows.transaction.tuples(sql, {"contract_id": contract_id, "since": since, "until": until})
    changes = Counter[tuple[str, int]]()
    for pool, grant_id in moved:
        for known, sign in ((since, -1), (until, 1)):
            for moment, quantity in _expiring(rows, grant_id, known).items():
                changes[pool, moment] += sign * quantity
    return [
        ExpiryRow(contract_id, until, pool, moment, quantity)
        for (pool, moment), quantity in sorted(changes.items())
        if quantity and moment < NEVER
    ]


def _expiring(rows: Rows, grant_id: str, known: int) -> Mapping[int, int]:
    """What expires of a grant at each instant, as far as it is known at a position."""
    of_grant = f"FROM movements{rows.suffix} WHERE grant_id = :grant_id"
    params = {"grant_id": grant_id, "known": known}
    told = f"SELECT owned, counts_until {of_grant} AND position <= :known ORDER BY position DESC, part DESC LIMIT 1"
    for owned, ends_at in rows.transaction.tuples(told, params):
        # What was known of it may be much, what comes after its end is little: the + keeps off the other index.
        sql = f"SELECT effective_at, granted - consumed {of_grant} AND effective_at > :ends_at AND +position <= :known"
        later = rows.transaction.tuples(sql, params | {"ends_at": ends_at})
        by_its_end = owned - sum(change for _, change in later)
        return breakage([(ends_at, by_its_end), *later], ends_at)
    return {}
