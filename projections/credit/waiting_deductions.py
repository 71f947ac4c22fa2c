"""How many deductions wait for the customer's word: those that nobody has answered, and silence has not (C7, C8)."""

from __future__ import annotations

from ledger.kernel.access import Actor
from projections.contracts.across import ContractsAsked, as_of_across
from projections.credit.rules import still_pending_in_sql
from projections.credit.spans import FIGURES_THEN, places
from projections.reader import AsOf, Snapshot, Times

_NOW = " UNION ALL ".join(
    f"SELECT 1 AS found FROM contracts c JOIN deductions d ON d.contract_id = c.contract_id WHERE {{which}} AND {waits}"
    for waits in still_pending_in_sql("d.status", "d.deemed_at")
)
_OF_CONTRACT_THEN = f"""
WITH {FIGURES_THEN}
SELECT CAST(coalesce(sum(f.waiting), 0) AS BIGINT) AS waiting FROM contracts c CROSS JOIN figures f
WHERE c.contract_id = :contract_id AND {{which}}"""


async def count_waiting(snapshot: Snapshot, actor: Actor, asked: ContractsAsked, times: Times, most: int) -> int:
    """How many of the contracts that are meant and seen; `most` where there are as many or more."""
    as_of = await as_of_across(snapshot, actor, asked, times)
    which, params = asked.seen_by(actor)
    if as_of.current:
        sql = f"SELECT count(*) AS waiting FROM ({_NOW.format(which=which)} LIMIT :most) w"
        (row,) = await snapshot.query(sql, {**params, **as_of.params, "most": most})
        return int(row.waiting)
    waiting = 0
    for row in await snapshot.query(f"SELECT c.contract_id FROM contracts c WHERE {which}", params):
        waiting += await waiting_then(snapshot, actor, row.contract_id, as_of)
        if waiting >= most:
            return most
    return waiting


async def waiting_then(snapshot: Snapshot, actor: Actor, contract_id: str, as_of: AsOf) -> int:
    """How many of a contract, if it is seen: from subtotals, however many were answered since."""
    which, params = ContractsAsked(contract_id=contract_id).seen_by(actor)
    sql = _OF_CONTRACT_THEN.format(which=which)
    (row,) = await snapshot.query(sql, params | places(contract_id, as_of))
    return int(row.waiting)
