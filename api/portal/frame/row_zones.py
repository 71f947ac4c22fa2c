"""The zones of a table's rows: each row tells its instants as its own contract does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from projections.contracts.across import zones_of
from projections.reader import Snapshot


@dataclass(slots=True, frozen=True)
class RowZones:
    """By contract. What lies in no contract, such as now, is told in `otherwise`."""

    by_contract: Mapping[str, str]
    otherwise: str

    @property
    def said(self) -> str:
        """The zone that is said once for all rows; empty where they differ, so that each says its own."""
        of_rows = set(self.by_contract.values())
        return of_rows.pop() if len(of_rows) == 1 else ""

    @property
    def of_now(self) -> str:
        return self.said or self.otherwise


async def row_zones(snapshot: Snapshot, contract_ids: Iterable[str], otherwise: str) -> RowZones:
    """Of the contracts that the rows of a page are about."""
    return RowZones(await zones_of(snapshot, contract_ids), otherwise)
