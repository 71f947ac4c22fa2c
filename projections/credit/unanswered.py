"""How many deductions wait for an answer, by age: for the customer's word, or for the provider's where one is disputed.

What waits has an index of its own, and no more is counted than one looks at: so the answer costs the same however many
deductions there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.credit.confirmation import UNANSWERED_STATUSES, UnansweredStatus
from ledger.kernel.access import Actor
from projections.asking import Condition, all_of
from projections.contracts.across import ContractsAsked, as_of_across
from projections.credit.deduction_questions import A_DAY
from projections.credit.rules import still_pending_in_sql
from projections.reader import NOW, Snapshot

MOST_COUNTED = 1000


@dataclass(slots=True, frozen=True)
class Unanswered:
    """Those effective before `older_than_days` ago, but not those of the next older span.

    `count` is at most MOST_COUNTED, where there may be more.
    """

    status: UnansweredStatus
    older_than_days: int
    count: int


async def count_unanswered(
    snapshot: Snapshot, actor: Actor, asked: ContractsAsked, ages: Sequence[int], before: int | None = None
) -> list[Unanswered]:
    """By status and age, in the order of both; `ages` are days, the oldest first. `before` is an instant in
    microseconds: what became effective from it on is not counted.
    """
    at = (await as_of_across(snapshot, actor, asked, NOW)).at
    found, until_days = [], [None, *ages[:-1]]
    for status in UNANSWERED_STATUSES:
        for days, older in zip(ages, until_days, strict=True):
            latest = at - days * A_DAY if days else None
            bounds: list[Condition] = [
                ("d.effective_at < :latest", {"latest": latest}) if latest is not None else ("", {}),
                ("d.effective_at >= :earliest", {"earliest": at - older * A_DAY}) if older is not None else ("", {}),
                ("d.effective_at < :before", {"before": before}) if before is not None else ("", {}),
            ]
            found.append(Unanswered(status, days, await _count(snapshot, actor, asked, status, at, bounds)))
    return found


async def _count(
    snapshot: Snapshot, actor: Actor, asked: ContractsAsked, status: str, at: int, bounds: Sequence[Condition]
) -> int:
    which = still_pending_in_sql("d.status", "d.deemed_at") if status == "pending" else ("d.status = 'disputed'",)
    parts = [all_of(asked.seen_by(actor), (waits, {"at": at}), *bounds) for waits in which]
    found = " UNION ALL ".join(
        # In this order: by an index of what waits.
        f"SELECT 1 AS one FROM deductions d CROSS JOIN contracts c WHERE c.contract_id = d.contract_id AND {where}"
        for where, _ in parts
    )
    sql, params = f"SELECT count(*) AS counted FROM ({found} LIMIT :most) f", parts[0][1]
    (row,) = await snapshot.query(sql, params | {"most": MOST_COUNTED})
    return int(row.counted)
