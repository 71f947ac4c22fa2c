"""Questions to the view of contracts: the one contract that another question is about."""

from __future__ import annotations

from datetime import date, datetime

from ledger.kernel.access import Actor
from ledger.kernel.errors import unknown_contract
from ledger.store.database import Row
from projections.reader import AsOf, Snapshot, resolve_as_of
from projections.visible import visible


async def find_contract(snapshot: Snapshot, actor: Actor, contract_id: str, columns: str = "timezone, currency") -> Row:
    """Columns of a contract that the actor may see, by name. Raises Refusal unknown-contract."""
    condition, params = visible(actor)
    sql = f"SELECT {columns} FROM contracts c WHERE c.contract_id = :contract_id AND {condition}"
    rows = await snapshot.query(sql, {"contract_id": contract_id, **params})
    if not rows:
        raise unknown_contract(contract_id)
    return rows[0]


async def as_of_for(
    snapshot: Snapshot,
    actor: Actor,
    contract_id: str | None,
    as_of: datetime | date | None,
    known_at: datetime | date | None,
) -> AsOf:
    """A question's place in both times; days are the contract's provider's, UTC's where it spans providers (§ 6).

    Raises Refusal unknown-contract.
    """
    zone = "UTC"
    if contract_id is not None:
        zone = (await find_contract(snapshot, actor, contract_id, "timezone")).timezone
    return await resolve_as_of(snapshot, as_of, known_at, zone, contract_id)
