"""What expires of grants, as flows: at which instant, and from which position on it is known (C9, C10).

It is no event, and each draw before a grant's end changes it; so it is worked out for some movements at once, from what
was known of their grants before them and after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from ledger.credit.expiry import breakage
from ledger.store.database import among
from projections.credit.flows import ExpiryRow
from projections.credit.movements import NEVER
from projections.views import Rows

# Its last movement, column by column: PostgreSQL finds no row by both at once, and asks for each movement of the grant.
# What was known of a grant may be much, what comes after its end is little: the + keeps off the other index.
_KNOWN = """
SELECT t.contract_id, t.pool, t.grant_id, t.owned, t.counts_until, m.effective_at, m.granted - m.consumed
FROM grants{suffix} g CROSS JOIN movements{suffix} t LEFT JOIN movements{suffix} m
  ON m.grant_id = g.grant_id AND m.effective_at > t.counts_until AND +m.position <= :known
WHERE g.grant_id {among} AND t.counts_until < :never
  AND t.position = (SELECT l.position FROM movements{suffix} l WHERE l.grant_id = g.grant_id AND l.position <= :known
    ORDER BY l.position DESC, l.part DESC LIMIT 1)
  AND t.part = (SELECT l.part FROM movements{suffix} l WHERE l.grant_id = g.grant_id AND l.position <= :known
    ORDER BY l.position DESC, l.part DESC LIMIT 1)
ORDER BY t.grant_id"""


def newly_expired(rows: Rows, grant_ids: Iterable[str], since: int, until: int) -> list[ExpiryRow]:
    """By how much what expires of the pools of some grants, and when, changed between two positions."""
    wanted = sorted(set(grant_ids))
    if not wanted:
        return []
    changes = Counter[tuple[str, str, int]]()
    for known, sign in ((since, -1), (until, 1)):
        for contract_id, pool, moment, quantity in _expiring(rows, wanted, known):
            changes[contract_id, pool, moment] += sign * quantity
    return [
        ExpiryRow(contract_id, until, pool, moment, quantity)
        for (contract_id, pool, moment), quantity in sorted(changes.items())
        if quantity
    ]


def _expiring(rows: Rows, grant_ids: list[str], known: int) -> Iterator[tuple[str, str, int, int]]:
    """What expires of grants at each instant, as far as it is known at a position."""
    condition, params = among(rows.dialect, "grants", grant_ids)
    sql = _KNOWN.format(suffix=rows.suffix, among=condition)
    about = params | {"known": known, "never": NEVER}
    for (contract_id, pool, _, owned, ends_at), found in groupby(
        rows.transaction.tuples(sql, about), itemgetter(slice(5))
    ):
        later = [(at, change) for *_, at, change in found if at is not None]
        by_its_end = owned - sum(change for _, change in later)
        for moment, quantity in breakage([(ends_at, by_its_end), *later], ends_at).items():
            yield contract_id, pool, moment, quantity
