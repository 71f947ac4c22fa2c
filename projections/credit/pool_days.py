"""The view of pools by day: what was granted and consumed of each, and what expired, on each day of its provider.

So a burn-down reads the days that it shows, however much moved on them (`projections.credit.burn_down`). A day of which
everything is known stays: what comes late is added to it.
"""

from __future__ import annotations

from collections import defaultdict

import msgspec

from ledger.kernel.values import from_micros, local_date
from projections.contracts.view import CONTRACTS, contracts
from projections.credit.expiries import newly_expired
from projections.credit.movements import MOVEMENTS, movements
from projections.tables import Table
from projections.views import Rows, View, Written


class PoolDayRow(msgspec.Struct):
    """By everything recorded; `moved` is how many movements granted or consumed something, also where it is nought."""

    contract_id: str
    pool: str
    day: str
    moved: int
    granted: int
    consumed: int
    expired: int


_FIGURES = ("moved", "granted", "consumed", "expired")
POOL_DAYS = Table(
    "pool_days",
    PoolDayRow,
    ("contract_id", "pool", "day"),
    ["(moved) WHERE moved = 0 AND expired = 0"],
    adds=_FIGURES,
)
pool_days = View("pool_days", POOL_DAYS, rests_on=(contracts, movements))


@pool_days.after_each_page
def _by_day(rows: Rows, written: Written) -> None:
    made = [row for row in written.made(MOVEMENTS) if row.granted or row.consumed or row.expires_at is not None]
    if not made:
        return
    drawn = {row.grant_id for row in made if row.grant_id is not None}
    changes = [
        (row.contract_id, row.pool, row.effective_at, (1, row.granted, row.consumed, 0))
        for row in made
        if row.granted or row.consumed
    ] + [
        (row.contract_id, row.pool, row.effective_at, (0, 0, 0, row.quantity))
        for row in newly_expired(rows, drawn, written.since - 1, made[-1].position)
    ]
    found = rows.found(CONTRACTS, {contract_id for contract_id, *_ in changes})
    by_day: dict[tuple[str, str, str], list[tuple[int, ...]]] = defaultdict(list)
    for contract_id, pool, at, figures in changes:
        day = local_date(from_micros(at), found[contract_id].timezone).isoformat()
        by_day[contract_id, pool, day].append(figures)
    for key, some in by_day.items():
        rows.add(POOL_DAYS, PoolDayRow(*key, *map(sum, zip(*some, strict=True))))
    rows.flush()
    # What was to expire on a day does so on another, once a grant's end is moved: which days there are follows from
    # what is known alone, never from pages.
    rows.transaction.execute(f"DELETE FROM {POOL_DAYS.name}{rows.suffix} WHERE moved = 0 AND expired = 0")
