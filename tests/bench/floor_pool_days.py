"""What the floor of rebuilding writes of pools by day, by hand: what moved, and what expires as known now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ledger.kernel.values import from_micros
from projections.credit.movements import GrantRow, MovementRow
from projections.credit.pool_days import POOL_DAYS, PoolDayRow
from tests.bench.floor_reports import Counted
from tests.bench.floor_table import FloorTable, run
from tests.bench.floor_values import day_of


class FloorPoolDays:
    def __init__(self) -> None:
        self.days = FloorTable(POOL_DAYS)
        self.tables: tuple[FloorTable[Any], ...] = (self.days,)

    def finish(
        self,
        connection: Any,
        contracts: Mapping[str, Counted],
        moves: Iterable[MovementRow],
        moved: Iterable[tuple[GrantRow, int]],
    ) -> None:
        """Ends a page: its movements, and the grants that it moved with what each was to lose before."""
        rows: dict[tuple[str, str, str], PoolDayRow] = {}

        def of(contract_id: str, pool: str, at: int) -> PoolDayRow:
            key = (contract_id, pool, day_of(from_micros(at), contracts[contract_id].zone)[1:])
            return rows.setdefault(key, PoolDayRow(*key, 0, 0, 0, 0))

        for move in moves:
            row = of(move.contract_id, move.pool, move.effective_at)
            row.moved += 1
            row.granted += move.granted
            row.consumed += move.consumed
        for grant, before in moved:
            if grant.lost != before:
                of(grant.contract_id, grant.pool, grant.expires_at).expired += grant.lost - before
        self.days.upsert(connection, list(rows.values()))
        if any(row.moved == 0 and row.expired < 0 for row in rows.values()):
            run(connection, f"DELETE FROM {self.days.name} WHERE moved = 0 AND expired = 0")
