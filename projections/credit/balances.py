"""Balances: what of each pool was granted, consumed, reserved, has expired and is available (C16).

Now: the account's totals, its grants with something left, and what is not effective yet: a handful of rows,
however long the history. At any other moment: the sums of the movements up to it (§ 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from projections.reader import AsOf, Reader, Snapshot


@dataclass(slots=True)
class AccountBalance:
    """Figures in the account's unit; granted = available + reserved + consumed + expired."""

    pool: str
    unit: str
    currency: str | None
    granted: int = 0
    consumed: int = 0
    reserved: int = 0
    expired: int = 0
    pending_confirmation: int = 0

    @property
    def available(self) -> int:
        return self.granted - self.consumed - self.reserved - self.expired


@dataclass(slots=True)
class OverageTotal:
    minutes: int
    amount_cents: int


_NOW = """
SELECT v.position, c.currency,
  EXISTS (SELECT 1 FROM post_dated WHERE contract_id = c.contract_id AND effective_at > ?),
  coalesce(o.minutes, 0) - CAST(coalesce(later.minutes, 0) AS BIGINT),
  coalesce(o.amount_cents, 0) - CAST(coalesce(later.amount_cents, 0) AS BIGINT),
  a.pool, a.unit, a.currency,
  a.granted - CAST(coalesce(f.granted, 0) AS BIGINT),
  a.consumed - CAST(coalesce(f.consumed, 0) AS BIGINT),
  a.reserved - CAST(coalesce(f.reserved, 0) AS BIGINT),
  CAST(coalesce(e.rest, 0) AS BIGINT),
  coalesce(p.quantity, 0) - CAST(coalesce(d.quantity, 0) AS BIGINT)
FROM contracts c
CROSS JOIN view_position v
LEFT JOIN overages o ON o.contract_id = c.contract_id
LEFT JOIN (SELECT sum(minutes) AS minutes, sum(amount_cents) AS amount_cents FROM charges
  WHERE contract_id = ? AND effective_at > ? AND family = 'overage') later ON 1 = 1
LEFT JOIN accounts a ON a.contract_id = c.contract_id
LEFT JOIN (SELECT pool, sum(granted) AS granted, sum(consumed) AS consumed, sum(reserved) AS reserved FROM movements
  WHERE contract_id = ? AND effective_at > ? GROUP BY pool) f ON f.pool = a.pool
LEFT JOIN (SELECT g.pool, sum(g.granted - g.consumed - coalesce((SELECT sum(m.granted - m.consumed) FROM movements m
    WHERE m.contract_id = g.contract_id AND m.effective_at > ? AND m.grant_id = g.grant_id), 0)) AS rest
  FROM grants g WHERE g.contract_id = ? AND g.expires_at <= ? GROUP BY g.pool) e ON e.pool = a.pool
LEFT JOIN pending p ON p.contract_id = a.contract_id AND p.pool = a.pool
LEFT JOIN (SELECT pool, sum(quantity) AS quantity FROM deductions
  WHERE contract_id = ? AND deemed_at <= ? AND coalesce(status, '') = 'pending' GROUP BY pool) d
  ON d.pool = a.pool
WHERE c.contract_id = ? AND """


@dataclass(slots=True)
class CurrentBalance:
    position: int
    currency: str
    accounts: list[AccountBalance]
    overage: OverageTotal


async def current_balance(
    reader: Reader, contract_id: str, visible: str, params: Sequence[Any], now: int
) -> CurrentBalance | None:
    """The balance now, in one question: totals without what begins later, and expiry honoured at once (C10).

    What is pending is searched by its deemed day, not its status: what nobody ever answers would be read one by one.
    None where there is no such contract under the condition `visible` on its row `c`, or where something is dated
    ahead (`projections.post_dated`), so that now has to be asked about like any other moment.
    """
    own = (now, contract_id, now, contract_id, now, now, contract_id, now, contract_id, now, contract_id)
    rows = await reader.query(_NOW + visible + " ORDER BY a.pool", (*own, *params))
    if not rows or rows[0][2]:
        return None
    position, currency, _, minutes, amount_cents = rows[0][:5]
    accounts = [AccountBalance(*row[5:]) for row in rows if row[5] is not None]
    return CurrentBalance(position, currency, accounts, OverageTotal(minutes, amount_cents))


async def balance(snapshot: Snapshot, contract_id: str, as_of: AsOf) -> tuple[list[AccountBalance], OverageTotal]:
    """The accounts of a contract and its overage, at a place in both times: the sums of the movements up to it."""
    sql = "SELECT pool, unit, currency FROM accounts WHERE contract_id = ? ORDER BY pool"
    accounts = {row[0]: AccountBalance(*row) for row in await snapshot.query(sql, (contract_id,))}
    await _sum_movements(snapshot, contract_id, as_of, accounts)
    return list(accounts.values()), await _overage_at(snapshot, contract_id, as_of)


async def _sum_movements(
    snapshot: Snapshot, contract_id: str, as_of: AsOf, accounts: dict[str, AccountBalance]
) -> None:
    """Every movement up to the cut; a grant's remainder is expired once its end, as then known, has come."""
    sql = (
        "SELECT grant_id, expires_at FROM movements WHERE contract_id = ? AND position <= ? AND expires_at IS NOT NULL "
        "ORDER BY position"
    )
    ends = {row[0]: row[1] for row in await snapshot.query(sql, (contract_id, as_of.position))}
    sql = (
        "SELECT pool, grant_id, sum(granted), sum(consumed), sum(reserved) FROM movements "
        "WHERE contract_id = ? AND effective_at <= ? AND position <= ? GROUP BY pool, grant_id"
    )
    for pool, grant_id, granted, consumed, reserved in await snapshot.query(
        sql, (contract_id, as_of.at, as_of.position)
    ):
        account = accounts[pool]
        account.granted += int(granted)
        account.consumed += int(consumed)
        account.reserved += int(reserved)
        if grant_id is not None and ends[grant_id] <= as_of.at:
            account.expired += int(granted) - int(consumed)
    sql = (
        "SELECT d.pool, sum(d.quantity) FROM deductions d WHERE d.contract_id = ? AND d.awaited = 1 "
        "AND d.pool IS NOT NULL AND d.effective_at <= ? AND d.position <= ? "
        "AND (d.deemed_at IS NULL OR d.deemed_at > ?) AND NOT EXISTS (SELECT 1 FROM status_changes w "
        "WHERE w.deduction_id = d.deduction_id AND w.effective_at <= ? AND w.position <= ?) GROUP BY d.pool"
    )
    params = (contract_id, as_of.at, as_of.position, as_of.at, as_of.at, as_of.position)
    for pool, quantity in await snapshot.query(sql, params):
        accounts[pool].pending_confirmation += int(quantity)


async def _overage_at(snapshot: Snapshot, contract_id: str, as_of: AsOf) -> OverageTotal:
    sql = (
        "SELECT coalesce(sum(minutes), 0), coalesce(sum(amount_cents), 0) FROM charges "
        "WHERE contract_id = ? AND effective_at <= ? AND position <= ? AND family = 'overage'"
    )
    minutes, amount = (await snapshot.query(sql, (contract_id, as_of.at, as_of.position)))[0]
    return OverageTotal(int(minutes), int(amount))
