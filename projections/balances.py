"""Balances: what of each pool was granted, consumed, reserved, has expired and is available (C16).

Now: the account's totals, its grants with something left, and what is not effective yet: a handful of rows,
however long the history. At any other moment: the sums of the movements up to it (§ 6).
"""

from __future__ import annotations

from dataclasses import dataclass

from projections.reader import Cut, Snapshot


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


async def balance(snapshot: Snapshot, contract_id: str, cut: Cut) -> tuple[list[AccountBalance], OverageTotal]:
    """The accounts of a contract and its overage, at a place in both times."""
    sql = "SELECT pool, unit, currency, granted, consumed, reserved FROM accounts WHERE contract_id = ? ORDER BY pool"
    rows = await snapshot.query(sql, (contract_id,))
    if cut.current:
        accounts = {row[0]: AccountBalance(*row) for row in rows}
        await _take_out_the_future(snapshot, contract_id, cut.at, accounts)
        return list(accounts.values()), await _overage_now(snapshot, contract_id, cut.at)
    accounts = {row[0]: AccountBalance(*row[:3]) for row in rows}
    await _sum_movements(snapshot, contract_id, cut, accounts)
    return list(accounts.values()), await _overage_at(snapshot, contract_id, cut)


async def _take_out_the_future(
    snapshot: Snapshot, contract_id: str, now: int, accounts: dict[str, AccountBalance]
) -> None:
    """Totals cover all that is recorded; what begins later does not count yet, and expiry is honoured at once (C10)."""
    future: dict[str, int] = {}
    sql = (
        "SELECT pool, grant_id, sum(granted), sum(consumed), sum(reserved) FROM movements "
        "WHERE contract_id = ? AND effective_at > ? GROUP BY pool, grant_id"
    )
    for pool, grant_id, granted, consumed, reserved in await snapshot.query(sql, (contract_id, now)):
        account = accounts[pool]
        account.granted -= int(granted)
        account.consumed -= int(consumed)
        account.reserved -= int(reserved)
        future[grant_id] = int(granted) - int(consumed)
    sql = "SELECT pool, grant_id, granted - consumed FROM grants WHERE contract_id = ? AND expires_at <= ?"
    for pool, grant_id, rest in await snapshot.query(sql, (contract_id, now)):
        accounts[pool].expired += rest - future.get(grant_id, 0)
    sql = "SELECT pool, quantity FROM pending WHERE contract_id = ?"
    for pool, quantity in await snapshot.query(sql, (contract_id,)):
        accounts[pool].pending_confirmation += quantity
    sql = (
        "SELECT pool, sum(quantity) FROM deductions WHERE contract_id = ? AND status = 'pending' AND pool IS NOT NULL "
        "AND (deemed_at <= ? OR effective_at > ?) GROUP BY pool"
    )
    for pool, quantity in await snapshot.query(sql, (contract_id, now, now)):
        accounts[pool].pending_confirmation -= int(quantity)


async def _sum_movements(snapshot: Snapshot, contract_id: str, cut: Cut, accounts: dict[str, AccountBalance]) -> None:
    """Every movement up to the cut; a grant's remainder is expired once its end, as then known, has come."""
    sql = (
        "SELECT grant_id, expires_at FROM movements WHERE contract_id = ? AND position <= ? AND expires_at IS NOT NULL "
        "ORDER BY position"
    )
    ends = {row[0]: row[1] for row in await snapshot.query(sql, (contract_id, cut.position))}
    sql = (
        "SELECT pool, grant_id, sum(granted), sum(consumed), sum(reserved) FROM movements "
        "WHERE contract_id = ? AND effective_at <= ? AND position <= ? GROUP BY pool, grant_id"
    )
    for pool, grant_id, granted, consumed, reserved in await snapshot.query(sql, (contract_id, cut.at, cut.position)):
        account = accounts[pool]
        account.granted += int(granted)
        account.consumed += int(consumed)
        account.reserved += int(reserved)
        if grant_id is not None and ends[grant_id] <= cut.at:
            account.expired += int(granted) - int(consumed)
    sql = (
        "SELECT d.pool, sum(d.quantity) FROM deductions d WHERE d.contract_id = ? AND d.awaited = 1 "
        "AND d.pool IS NOT NULL AND d.effective_at <= ? AND d.position <= ? "
        "AND (d.deemed_at IS NULL OR d.deemed_at > ?) AND NOT EXISTS (SELECT 1 FROM words w "
        "WHERE w.deduction_id = d.deduction_id AND w.effective_at <= ? AND w.position <= ?) GROUP BY d.pool"
    )
    params = (contract_id, cut.at, cut.position, cut.at, cut.at, cut.position)
    for pool, quantity in await snapshot.query(sql, params):
        accounts[pool].pending_confirmation += int(quantity)


async def _overage_now(snapshot: Snapshot, contract_id: str, now: int) -> OverageTotal:
    total = await snapshot.query("SELECT minutes, amount_cents FROM overages WHERE contract_id = ?", (contract_id,))
    sql = (
        "SELECT coalesce(sum(minutes), 0), coalesce(sum(amount_cents), 0) FROM charges "
        "WHERE contract_id = ? AND effective_at > ? AND family = 'overage'"
    )
    later = (await snapshot.query(sql, (contract_id, now)))[0]
    minutes, amount = total[0] if total else (0, 0)
    return OverageTotal(minutes - int(later[0]), amount - int(later[1]))


async def _overage_at(snapshot: Snapshot, contract_id: str, cut: Cut) -> OverageTotal:
    sql = (
        "SELECT coalesce(sum(minutes), 0), coalesce(sum(amount_cents), 0) FROM charges "
        "WHERE contract_id = ? AND effective_at <= ? AND position <= ? AND family = 'overage'"
    )
    minutes, amount = (await snapshot.query(sql, (contract_id, cut.at, cut.position)))[0]
    return OverageTotal(int(minutes), int(amount))
