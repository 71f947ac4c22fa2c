"""The question to all accounts that an actor sees: what of each was granted, used and is left (C16)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from ledger.kernel.access import Actor
from ledger.kernel.values import SHARE_PARTS
from ledger.store.database import Row
from projections.asking import Page, PageAsked, all_of
from projections.contracts.across import ContractsAsked, as_of_across, behind
from projections.credit.balances import AccountBalance, balance_at, balance_within
from projections.credit.movements import GRANTING
from projections.credit.rules import LATER, MOVEMENTS_KNOWN, by_then_in_sql, ends_in_sql
from projections.reader import AsOf, Snapshot, Times

LOOKED_AT = 500  # accounts behind one page, however few of them are below a share

# What the grants that hold at a moment came to: now of their totals, at any other moment of the movements up to it.
_IN_FORCE_NOW = f"""
SELECT g.pool, CAST(sum({by_then_in_sql("g.granted", "m.granted", LATER)}) AS BIGINT) AS granted
FROM grants g WHERE g.contract_id = :contract_id AND g.expires_at > :at GROUP BY g.pool"""
_IN_FORCE_THEN = f"""
SELECT m.pool, CAST(sum(m.granted) AS BIGINT) AS granted
FROM movements m JOIN ({ends_in_sql(MOVEMENTS_KNOWN)}) e ON e.grant_id = m.grant_id
WHERE m.contract_id = :contract_id AND m.{GRANTING} AND m.effective_at <= :at AND +m.position <= :position
  AND e.expires_at > :at
GROUP BY m.pool"""


@dataclass(slots=True, frozen=True)
class ListedAccount:
    """An account of a contract; `in_force` is what the grants came to that hold at the moment."""

    contract_id: str
    provider: str
    customer_id: str
    plan: str
    balance: AccountBalance
    in_force: int


async def list_balances(
    snapshot: Snapshot, actor: Actor, asked: ContractsAsked, below_parts: int | None, times: Times, page: PageAsked
) -> Page[ListedAccount]:
    """Accounts by contract and pool; those with less available than a share, in parts of ten thousand, of what the
    grants in force came to.

    A page may hold fewer items than its limit where a share is asked for.
    """
    as_of = await as_of_across(snapshot, actor, asked, times)
    looked_at = PageAsked(page.limit if below_parts is None else LOOKED_AT, page.after)
    rows, next_after = looked_at.cut(await _accounts(snapshot, actor, asked, as_of, looked_at), _row_place)
    in_force = await _in_force(snapshot, [row.contract_id for row in rows], as_of)
    found: list[ListedAccount] = []
    for contract_id, pools in groupby(rows, key=lambda row: str(row.contract_id)):
        if times.is_now:
            balance = await balance_within(snapshot, actor, contract_id, times)
        else:
            balance = await balance_at(snapshot, contract_id, as_of)
        known = {one.pool: one for one in balance.accounts}
        found += [
            ListedAccount(
                contract_id,
                row.provider,
                row.customer_id,
                row.plan,
                known[row.pool],
                in_force.get((contract_id, row.pool), 0),
            )
            for row in pools
        ]
    shown = [one for one in found if below_parts is None or _is_below(one, below_parts)]
    items, cut_after = PageAsked(page.limit).cut(shown, _place)
    return Page(as_of.position, items, cut_after or next_after, _place)


def _is_below(account: ListedAccount, parts: int) -> bool:
    return account.balance.available * SHARE_PARTS < account.in_force * parts


async def _accounts(snapshot: Snapshot, actor: Actor, asked: ContractsAsked, as_of: AsOf, page: PageAsked) -> list[Row]:
    condition, params = all_of(
        asked.seen_by(actor),
        ("c.position <= :position", {"position": as_of.position}),
        behind(page, "c.contract_id", "a.pool"),
    )
    limited, limit = page.limited
    sql = (
        "SELECT c.contract_id, c.provider, c.customer_id, c.plan, a.pool "
        "FROM contracts c CROSS JOIN accounts a "  # in this order: SQLite would read all accounts, which are not in it
        f"WHERE a.contract_id = c.contract_id AND {condition} ORDER BY c.contract_id, a.pool{limited}"
    )
    return await snapshot.query(sql, params | limit)


async def _in_force(snapshot: Snapshot, contract_ids: list[str], as_of: AsOf) -> dict[tuple[str, str], int]:
    """What the grants of these contracts came to that hold at the moment, by contract and pool."""
    found: dict[tuple[str, str], int] = {}
    sql, params = (_IN_FORCE_NOW, {"at": as_of.at}) if as_of.current else (_IN_FORCE_THEN, as_of.params)
    for contract_id in dict.fromkeys(contract_ids):
        for row in await snapshot.query(sql, {"contract_id": contract_id, **params}):
            found[contract_id, row.pool] = row.granted
    return found


def _place(account: ListedAccount) -> tuple[str, str]:
    return account.contract_id, account.balance.pool


def _row_place(row: Row) -> tuple[str, str]:
    return row.contract_id, row.pool
