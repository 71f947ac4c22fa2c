"""How many deductions wait for the customer's word: those that nobody has answered, and silence has not (C7, C8)."""

from __future__ import annotations

from ledger.kernel.access import Actor
from projections.asking import all_of
from projections.contracts.across import ContractsAsked, as_of_across
from projections.credit.rules import status_at_in_sql, still_pending_in_sql
from projections.reader import Snapshot, Times

_NOW = " UNION ALL ".join(
    f"SELECT 1 AS found FROM contracts c JOIN deductions d ON d.contract_id = c.contract_id WHERE {{which}} AND {waits}"
    for waits in still_pending_in_sql("d.status", "d.deemed_at")
)
_THEN = f"""
SELECT 1 AS found FROM contracts c JOIN deductions d ON d.contract_id = c.contract_id
WHERE {{which}} AND d.awaited = 1 AND {status_at_in_sql("'pending'", "d.deemed_at")} = 'pending'
AND NOT EXISTS (SELECT 1 FROM status_changes s
  WHERE s.deduction_id = d.deduction_id AND s.effective_at <= :at AND s.position <= :position)"""


async def count_waiting(snapshot: Snapshot, actor: Actor, asked: ContractsAsked, times: Times, most: int) -> int:
    """How many of the contracts that are meant and seen; `most` where there are as many or more."""
    as_of = await as_of_across(snapshot, actor, asked, times)
    reached = ("", {"at": as_of.at}) if as_of.current else as_of.reached("d")  # rows are as of now themselves
    which, params = all_of(asked.seen_by(actor), reached)
    found = (_NOW if as_of.current else _THEN).format(which=which)
    sql = f"SELECT count(*) AS waiting FROM ({found} LIMIT :most) w"
    (row,) = await snapshot.query(sql, {**params, "most": most})
    return int(row.waiting)
