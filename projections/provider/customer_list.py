"""Questions about customers: who there are, with how many contracts, and what is open of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ledger.kernel.access import Actor, check_is_inside
from ledger.kernel.errors import malformed, unknown_customer
from ledger.kernel.values import to_micros
from ledger.store.database import Row
from ledger.tickets.life import LIVE
from projections.asking import Page, PageAsked, all_of, equal
from projections.contracts.across import ContractsAsked, behind
from projections.contracts.known_customers import known_customers
from projections.contracts.questions import STATE_AT, ContractFilter, OpenedContract, list_contracts
from projections.credit.rules import unanswered_in_sql
from projections.reader import Snapshot, view_position

_OPEN_OF = "FROM contracts c JOIN {table} x ON x.contract_id = c.contract_id WHERE {whose} AND {is_open}"
_WHOSE = "c.customer_id = :customer_id AND c.provider = :provider"


@dataclass(slots=True, frozen=True)
class ListedCustomer:
    """A customer of a provider; name and country are those of its last contract, by id.

    `open_charges` are on no invoice yet: minor units by currency.
    """

    provider: str
    customer_id: str
    name: str | None
    country: str
    contracts: int
    active_contracts: int
    open_charges: dict[str, int]
    open_tickets: int
    unanswered_deductions: int


async def list_customers(
    snapshot: Snapshot, actor: Actor, provider: str | None, page: PageAsked
) -> Page[ListedCustomer]:
    """The customers of the providers that the actor acts for, by id. Raises Refusal forbidden."""
    rows, next_after = page.cut(await _customers(snapshot, actor, ContractsAsked(provider), page), _row_place)
    position = await view_position(snapshot)
    return Page(position, await _open(snapshot, rows, position), next_after, _place)


async def customer_with_contracts(
    snapshot: Snapshot, actor: Actor, customer_id: str, provider: str | None, page: PageAsked
) -> tuple[ListedCustomer, Page[OpenedContract]]:
    """One customer, and a page of its contracts, by id. The same id at another provider is somebody else.

    Raises Refusal forbidden, not-found, or malformed where several providers have one of that id.
    """
    found = await _find(snapshot, actor, customer_id, provider)
    filters = ContractFilter(customer_id, found.provider)
    return found, await list_contracts(snapshot, actor, filters, page)


async def _find(snapshot: Snapshot, actor: Actor, customer_id: str, provider: str | None) -> ListedCustomer:
    rows = await _customers(snapshot, actor, ContractsAsked(provider, customer_id), PageAsked())
    if not rows:
        raise unknown_customer(customer_id)
    if len(rows) > 1:
        whose = ", ".join(row.provider for row in rows)
        raise malformed("provider", f"name one; there is a customer {customer_id} of each of {whose}")
    (found,) = await _open(snapshot, rows, await view_position(snapshot))
    return found


async def _customers(snapshot: Snapshot, actor: Actor, asked: ContractsAsked, page: PageAsked) -> list[Row]:
    check_is_inside(actor, "the customers of a provider")
    now = {"at": to_micros(snapshot.clock())}
    condition, params = all_of(asked.seen_by(actor), behind(page, "c.customer_id", "c.provider"))
    limited, limit = page.limited
    sql = (
        "SELECT c.customer_id, c.provider, max(c.contract_id) AS last_contract, count(*) AS contracts, "
        f"CAST(sum(CASE WHEN {STATE_AT} = 'active' THEN 1 ELSE 0 END) AS BIGINT) AS active FROM contracts c "
        f"WHERE {condition} GROUP BY c.customer_id, c.provider ORDER BY c.customer_id, c.provider{limited}"
    )
    return await snapshot.query(sql, params | limit | now)


async def _open(snapshot: Snapshot, rows: Sequence[Row], position: int) -> list[ListedCustomer]:
    now = to_micros(snapshot.clock())
    known = await known_customers(snapshot, [row.last_contract for row in rows], now, position)
    found = []
    for row in rows:
        whose = all_of(equal("c", customer_id=row.customer_id, provider=row.provider))[1]
        customer = known[row.last_contract]
        found.append(
            ListedCustomer(
                provider=row.provider,
                customer_id=row.customer_id,
                name=customer.party.name,
                country=customer.country,
                contracts=row.contracts,
                active_contracts=row.active,
                open_charges=await _open_charges(snapshot, whose | {"now": now}),
                open_tickets=await _count(snapshot, "tickets", f"x.state IN {LIVE}", whose),
                unanswered_deductions=await _count(
                    snapshot, "deductions", unanswered_in_sql("x.status", "x.deemed_at"), whose | {"at": now}
                ),
            )
        )
    return found


async def _open_charges(snapshot: Snapshot, whose: dict[str, Any]) -> dict[str, int]:
    of = _OPEN_OF.format(table="charges", whose=_WHOSE, is_open="x.is_open = 1 AND x.effective_at <= :now")
    sql = f"SELECT x.currency, CAST(sum(x.amount_cents) AS BIGINT) AS amount_cents {of} GROUP BY x.currency"
    return {row.currency: row.amount_cents for row in await snapshot.query(f"{sql} ORDER BY x.currency", whose)}


async def _count(snapshot: Snapshot, table: str, is_open: str, whose: dict[str, Any]) -> int:
    sql = f"SELECT count(*) AS found {_OPEN_OF.format(table=table, whose=_WHOSE, is_open=is_open)}"
    return int((await snapshot.query(sql, whose))[0].found)


def _place(one: ListedCustomer) -> tuple[str, str]:
    return one.customer_id, one.provider


def _row_place(row: Row) -> tuple[str, str]:
    return row.customer_id, row.provider
