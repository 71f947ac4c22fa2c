"""The pools of a contract: its credit accounts, each of one unit (C11)."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.events import CreditUnit
from ledger.kernel.errors import unknown_pool
from ledger.store.database import listed
from projections.credit.movements import ACCOUNTS, AccountRow
from projections.reader import Snapshot


async def accounts_of(snapshot: Snapshot, contract_id: str) -> dict[str, AccountRow]:
    """The accounts of a contract by pool, in the order of their names."""
    sql = f"SELECT {ACCOUNTS.columns_of('a')} FROM accounts a WHERE a.contract_id = :contract_id ORDER BY a.pool"
    rows = await snapshot.query(sql, {"contract_id": contract_id})
    return {row.pool: ACCOUNTS.row_of(row) for row in rows}


async def units_of(snapshot: Snapshot, contract_ids: Iterable[str]) -> dict[tuple[str, str], CreditUnit]:
    """The units of the pools of some contracts, by contract and pool."""
    places, params = listed("contract_id", sorted(set(contract_ids)))
    sql = f"SELECT contract_id, pool, unit FROM accounts WHERE contract_id IN ({places or 'NULL'})"
    return {(row.contract_id, row.pool): row.unit for row in await snapshot.query(sql, params)}


def check_pool(pool: str | None, pools: Iterable[str]) -> None:
    """Raises Refusal unknown-pool where a pool is named that is none of these."""
    known = sorted(pools)
    if pool is not None and pool not in known:
        raise unknown_pool(pool, known)
