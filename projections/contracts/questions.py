"""Questions to the view of contracts: the one contract that another question is about."""

from __future__ import annotations

from ledger.kernel.access import Actor
from ledger.kernel.errors import unknown_contract
from ledger.store.database import Row
from projections.reader import Snapshot
from projections.visible import visible


async def find_contract(snapshot: Snapshot, actor: Actor, contract_id: str, columns: str = "timezone, currency") -> Row:
    """Columns of a contract that the actor may see, by name. Raises Refusal unknown-contract."""
    condition, params = visible(actor)
    sql = f"SELECT {columns} FROM contracts c WHERE c.contract_id = :contract_id AND {condition}"
    rows = await snapshot.query(sql, {"contract_id": contract_id, **params})
    if not rows:
        raise unknown_contract(contract_id)
    return rows[0]
