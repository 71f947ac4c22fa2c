"""What the floor of rebuilding writes of subtotals, by hand: flows are counted, and reckoned up once there are 200.

In this history no contract has so many that they are reckoned up twice, and no grant moves after its end.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from projections.credit.flows import EXPIRIES, ExpiryRow
from projections.credit.spans import HIGHEST, RECKONINGS, SPANS, SUBTOTALS, ReckoningRow, SpanRow, SubtotalRow
from projections.credit.subtotals import TALLIES, TallyRow
from tests.bench.floor_table import FloorTable, run
from tests.bench.floor_values import NEVER

TOGETHER = 200


class Flow(NamedTuple):
    position: int
    effective_at: int
    pool: str
    figures: tuple[int, ...]  # as a subtotal has them


class FloorSubtotals:
    """The tables of the subtotals, and which contracts have so many flows that they are reckoned up."""

    def __init__(self) -> None:
        self.tallies = FloorTable(TALLIES, "flows", "reckoned")
        self.reckonings = FloorTable(RECKONINGS)
        self.spans = FloorTable(SPANS)
        self.subtotals = FloorTable(SUBTOTALS)
        self.expiries = FloorTable(EXPIRIES)
        self.tables: tuple[FloorTable[Any], ...] = (
            *(self.tallies, self.reckonings, self.spans, self.subtotals, self.expiries),
        )
        self.full: dict[str, TallyRow] = {}

    def flow(self, contract_id: str) -> None:
        tally = self.tallies.known.get(contract_id)
        if tally is None:
            tally = self.tallies.make(contract_id, TallyRow(contract_id, 0, 0))
        tally.flows += 1
        if tally.flows >= TOGETHER:
            self.full[contract_id] = tally

    def finish(self, connection: Any) -> None:
        """Ends a page, whose rows of flows are written."""
        for tally in self.full.values():
            self._reckon(connection, tally)
        self.full = {}

    def _reckon(self, connection: Any, tally: TallyRow) -> None:
        contract_id = tally.contract_id
        moves = run(
            connection,
            "SELECT position, effective_at, pool, granted, consumed, reserved, grant_id, owned, counts_until "
            "FROM floor_movements WHERE contract_id = ? ORDER BY position, part",
            contract_id,
        )
        waits = run(
            connection,
            "SELECT position, effective_at, pool, quantity, deductions FROM floor_waits WHERE contract_id = ?",
            contract_id,
        )
        overage = run(
            connection,
            "SELECT position, effective_at, minutes, amount_cents FROM floor_charges "
            "WHERE contract_id = ? AND family = 'overage'",
            contract_id,
        )
        flows = [Flow(row[0], row[1], row[2], (*row[3:6], 0, 0, 0, 0, 0)) for row in moves]
        flows += [Flow(at, since, pool, (0, 0, 0, 0, *figures, 0, 0)) for at, since, pool, *figures in waits]
        flows += [Flow(at, since, "", (0, 0, 0, 0, 0, 0, *figures)) for at, since, *figures in overage]
        flows.sort()
        end = TOGETHER
        while end < len(flows) and flows[end].position == flows[end - 1].position:
            end += 1
        if tally.reckoned or len(flows) - end >= TOGETHER:
            raise LookupError("the floor of rebuilding reckons a contract up once")
        tally.flows, tally.reckoned = len(flows) - end, flows[end - 1].position
        self.reckonings.made.append(ReckoningRow(contract_id, tally.reckoned))
        lost = self._expiring(contract_id, tally.reckoned, [row for row in moves if row[0] <= tally.reckoned])
        self._spans(contract_id, HIGHEST, tally.reckoned, [*flows[:end], *lost])

    def _expiring(self, contract_id: str, until: int, moves: Iterable[tuple[Any, ...]]) -> list[Flow]:
        newest = {row[6]: (row[2], row[8], row[7]) for row in moves if row[6] is not None}
        lost = Counter[tuple[str, int]]()
        for pool, ends_at, owned in newest.values():
            if ends_at < NEVER and owned > 0:
                lost[pool, ends_at] += owned
        self.expiries.made += [ExpiryRow(contract_id, until, pool, at, left) for (pool, at), left in lost.items()]
        return [Flow(until, at, pool, (0, 0, 0, left, 0, 0, 0, 0)) for (pool, at), left in lost.items()]

    def _spans(self, contract_id: str, level: int, until: int, flows: list[Flow]) -> None:
        width = 4 * level
        by_start: dict[int, list[Flow]] = defaultdict(list)
        for flow in flows:
            by_start[flow.effective_at >> width << width].append(flow)
        for start, inside in by_start.items():
            by_pool: dict[str, list[tuple[int, ...]]] = defaultdict(list)
            for flow in inside:
                by_pool[flow.pool].append(flow.figures)
            for pool, figures in by_pool.items():
                sums = map(sum, zip(*figures, strict=True))
                self.subtotals.made.append(SubtotalRow(contract_id, level, start, until, pool, *sums))
            is_divided = len(inside) > TOGETHER and level > 0
            last = start + (1 << width) - 1
            self.spans.made.append(SpanRow(contract_id, level, start, last, len(inside), int(is_divided), until))
            if is_divided:
                self._spans(contract_id, level - 1, until, inside)
