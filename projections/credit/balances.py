"""Balances: what of each pool was granted, consumed, reserved, has expired and is available (C16).

One question at any place in both times. Now it is answered from the totals of accounts and grants and what becomes
effective only later: a handful of rows, however long the history. At any other place it is the subtotals up to it and
what they do not hold yet (§ 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.events import CreditUnit
from ledger.kernel.access import Actor
from ledger.kernel.values import to_micros
from ledger.store.database import Row
from projections.contracts.questions import contract_as_of
from projections.credit.flows import OF_NO_POOL
from projections.credit.movements import NEVER
from projections.credit.rules import LATER, by_then_in_sql, lost_in_sql
from projections.credit.spans import FIGURES_THEN, places
from projections.reader import NOW, AsOf, Reader, Snapshot, Times
from projections.visible import visible


@dataclass(slots=True, frozen=True)
class AccountBalance:
    """Figures in the account's unit; granted = available + reserved + consumed + expired."""

    pool: str
    unit: CreditUnit
    currency: str | None
    granted: int
    consumed: int
    reserved: int
    expired: int
    pending_confirmation: int

    @property
    def available(self) -> int:
        return self.granted - self.consumed - self.reserved - self.expired


@dataclass(slots=True, frozen=True)
class OverageTotal:
    minutes: int
    amount_cents: int


@dataclass(slots=True, frozen=True)
class Balance:
    """The accounts of a contract by pool, and its overage in its currency, cumulative since signing."""

    position: int
    currency: str
    accounts: list[AccountBalance]
    overage: OverageTotal


# Now and then have the same columns. Sums are cast, since PostgreSQL's sum of integers is no integer.
LEFT_NOW = by_then_in_sql("g.granted - g.consumed", "m.granted - m.consumed", LATER)


def _later(figure: str, rows: str) -> str:
    """What of a figure counts later: a sum over `rows` of the contract `c`, nought where there are none."""
    return f"CAST(coalesce((SELECT sum({figure}) FROM {rows}), 0) AS BIGINT)"


_OF_POOL = "contract_id = c.contract_id AND effective_at > :at AND pool = a.pool"
_OVERAGE = "charges WHERE contract_id = c.contract_id AND effective_at > :at AND family = 'overage'"
_NOT_YET = (
    f"""grants WHERE contract_id = c.contract_id AND expires_at > :at AND expires_at < {NEVER} AND pool = a.pool"""
)
_AFTER_ITS_END = """(
    SELECT DISTINCT grant_id FROM movements WHERE contract_id = c.contract_id AND effective_at > :at) moved
  CROSS JOIN grants g WHERE g.grant_id = moved.grant_id AND g.expires_at <= :at AND g.pool = a.pool"""


def now_in_sql(contract_id: str = ":contract_id") -> str:
    """The question about one contract now, open for a condition on `c`; `is_ahead`: it needs the other question.

    Everything is a total less what counts only later: grants that have not ended yet, or still move after their end;
    waits that begin or end later. What is later is looked up for each pool: of these there are few, and joining sums
    over them took twice as long.
    """
    return f"""
SELECT v.position, c.currency, c.provider, c.customer_id, c.partner_id,
  EXISTS (SELECT 1 FROM post_dated WHERE contract_id = c.contract_id AND effective_at > :at) AS is_ahead,
  coalesce(o.minutes, 0) - {_later("minutes", _OVERAGE)} AS overage_minutes,
  coalesce(o.amount_cents, 0) - {_later("amount_cents", _OVERAGE)} AS overage_cents,
  a.pool, a.unit, a.currency AS pool_currency,
  a.granted - {_later("granted", f"movements WHERE {_OF_POOL}")} AS granted,
  a.consumed - {_later("consumed", f"movements WHERE {_OF_POOL}")} AS consumed,
  a.reserved - {_later("reserved", f"movements WHERE {_OF_POOL}")} AS reserved,
  a.lost - {_later("lost", _NOT_YET)} - {_later(f"g.lost - ({lost_in_sql(LEFT_NOW)})", _AFTER_ITS_END)} AS expired,
  coalesce(p.quantity, 0) - {_later("quantity", f"waits WHERE {_OF_POOL}")} AS pending_confirmation
FROM contracts c
CROSS JOIN view_position v
LEFT JOIN overages o ON o.contract_id = c.contract_id
LEFT JOIN accounts a ON a.contract_id = c.contract_id
LEFT JOIN pending p ON p.contract_id = a.contract_id AND p.pool = a.pool
WHERE c.contract_id = {contract_id} AND """


_NOW = now_in_sql()
_THEN = f"""
WITH {FIGURES_THEN}
SELECT c.currency,
  coalesce(o.overage_minutes, 0) AS overage_minutes, coalesce(o.overage_cents, 0) AS overage_cents,
  a.pool, a.unit, a.currency AS pool_currency, coalesce(f.granted, 0) AS granted, coalesce(f.consumed, 0) AS consumed,
  coalesce(f.reserved, 0) AS reserved, coalesce(f.expired, 0) AS expired, coalesce(f.pending, 0) AS pending_confirmation
FROM contracts c
LEFT JOIN figures o ON o.pool = '{OF_NO_POOL}'
LEFT JOIN accounts a ON a.contract_id = c.contract_id
LEFT JOIN figures f ON f.pool = a.pool
WHERE c.contract_id = :contract_id ORDER BY a.pool"""


async def balance(reader: Reader, actor: Actor, contract_id: str, times: Times = NOW) -> Balance:
    """The balance of a contract that the actor may see. Raises Refusal unknown-contract.

    Now is one statement, unless something of the contract is dated ahead (`projections.post_dated`).
    """
    found = await _now(reader, actor, contract_id) if times.is_now else None
    if found is not None:
        return found
    async with reader.snapshot() as snapshot:
        return await _then(snapshot, actor, contract_id, times)


async def balance_within(snapshot: Snapshot, actor: Actor, contract_id: str, times: Times) -> Balance:
    """The same as one of several questions. Raises Refusal unknown-contract."""
    found = await _now(snapshot, actor, contract_id) if times.is_now else None
    return found or await _then(snapshot, actor, contract_id, times)


async def _now(reader: Reader | Snapshot, actor: Actor, contract_id: str) -> Balance | None:
    """None where something is dated ahead, and where there is no such contract."""
    condition, params = visible(actor)
    params |= {"contract_id": contract_id, "at": to_micros(reader.clock())}
    rows = await reader.query(f"{_NOW}{condition} ORDER BY a.pool", params)
    return balance_of(rows, rows[0].position) if rows and not rows[0].is_ahead else None


async def _then(snapshot: Snapshot, actor: Actor, contract_id: str, times: Times) -> Balance:
    _, as_of = await contract_as_of(snapshot, actor, contract_id, times)
    return await balance_at(snapshot, contract_id, as_of)


async def balance_at(snapshot: Snapshot, contract_id: str, as_of: AsOf) -> Balance:
    """The balance of a contract that there is, at a place in both times."""
    rows = await snapshot.query(_THEN, places(contract_id, as_of))
    return balance_of(rows, as_of.position)


def balance_of(rows: Sequence[Row], position: int) -> Balance:
    """From what either question answers about one contract: a row an account, one where there is none."""
    first = rows[0]
    accounts = [
        AccountBalance(
            pool=row.pool,
            unit=row.unit,
            currency=row.pool_currency,
            granted=row.granted,
            consumed=row.consumed,
            reserved=row.reserved,
            expired=row.expired,
            pending_confirmation=row.pending_confirmation,
        )
        for row in rows
        if row.pool is not None
    ]
    return Balance(position, first.currency, accounts, OverageTotal(first.overage_minutes, first.overage_cents))
