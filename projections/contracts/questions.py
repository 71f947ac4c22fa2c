"""Questions to the view of contracts: the one that another question is about, one as it is, and lists of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from ledger.contracts.term import ContractStatus, has_time, state_at
from ledger.events import Sealed, TermStarted
from ledger.kernel.access import Actor
from ledger.kernel.errors import unknown_contract
from ledger.kernel.mapper import decode
from ledger.kernel.values import to_micros
from ledger.store.database import Row, listed
from projections.asking import Condition, Page, PageAsked, all_of, equal
from projections.contracts.known_customers import KnownCustomer, known_customers
from projections.contracts.view import CONTRACTS, ContractRow, ContractTerm, read_terms
from projections.reader import AsOf, Snapshot, Times, open_texts, resolve_as_of, view_position
from projections.visible import visible


def has_time_in_sql(row: str) -> str:
    """Whether a contract or a term ever runs, of a row of either: the rule of `ledger.contracts.term.has_time`."""
    return f"{row}.starts_at < {row}.ends_at"


# `ledger.contracts.term.state_at` in SQL, of a row `c` of the view at `:at`; a property test holds the two together.
STATE_AT = f"""CASE WHEN c.terminated_on IS NOT NULL AND NOT ({has_time_in_sql("c")}) THEN 'withdrawn'
    WHEN c.ends_at <= :at THEN CASE WHEN c.terminated_on IS NULL THEN 'lapsed' ELSE 'terminated' END
    WHEN c.starts_at > :at THEN 'upcoming' ELSE 'active' END"""

_read_sealed = msgspec.json.Decoder(Sealed).decode


@dataclass(slots=True, frozen=True)
class ContractFilter:
    customer_id: str | None = None
    provider: str | None = None
    state: ContractStatus | None = None


@dataclass(slots=True, frozen=True)
class OpenedContract:
    """A contract with its state, and its parties as they are now; by id alone where their key is gone."""

    position: int
    row: ContractRow
    state: ContractStatus
    customer: KnownCustomer
    partner_name: str | None


@dataclass(slots=True, frozen=True)
class NamedCustomer:
    """A customer by id and name; the id is its name where its key is gone."""

    customer_id: str
    name: str


@dataclass(slots=True, frozen=True)
class WholeTerm:
    """A term with the full copy of its plan's terms."""

    term: ContractTerm
    terms: msgspec.Raw


async def find_contract(snapshot: Snapshot, actor: Actor, contract_id: str, columns: str = "timezone, currency") -> Row:
    """Columns of a contract that the actor may see, by name. Raises Refusal unknown-contract."""
    condition, params = all_of(equal("c", contract_id=contract_id), visible(actor))
    rows = await snapshot.query(f"SELECT {columns} FROM contracts c WHERE {condition}", params)
    if not rows:
        raise unknown_contract(contract_id)
    return rows[0]


async def knows_party(snapshot: Snapshot, provider: str, customer: str | None, partner: str | None) -> bool:
    """Whether a provider has a contract with this customer, or one that this partner serves."""
    column, party = ("customer_id", customer) if customer else ("partner_id", partner)
    sql = f"SELECT 1 AS found FROM contracts WHERE provider = :provider AND {column} = :party LIMIT 1"
    return bool(await snapshot.query(sql, {"provider": provider, "party": party}))


async def contract_as_of(
    snapshot: Snapshot, actor: Actor, contract_id: str, times: Times, columns: str = "timezone, currency"
) -> tuple[Row, AsOf]:
    """The contract that a question is about, and the question's place in both times, days being the provider's.

    `columns` has `timezone` among others. Raises Refusal unknown-contract.
    """
    found = await find_contract(snapshot, actor, contract_id, columns)
    return found, await resolve_as_of(snapshot, times.as_of, times.known_at, found.timezone, contract_id)


async def as_of_for(snapshot: Snapshot, actor: Actor, contract_id: str | None, times: Times) -> AsOf:
    """A question's place in both times where it may be about one contract or about all: days are UTC's then (§ 6).

    Raises Refusal unknown-contract.
    """
    if contract_id is None:
        return await resolve_as_of(snapshot, times.as_of, times.known_at, "UTC")
    return (await contract_as_of(snapshot, actor, contract_id, times))[1]


async def opened_contract(snapshot: Snapshot, actor: Actor, contract_id: str) -> OpenedContract:
    """A contract as it is now. Raises Refusal unknown-contract."""
    found = await find_contract(snapshot, actor, contract_id, CONTRACTS.columns_of("c"))
    (opened,) = await _open(snapshot, [CONTRACTS.row_of(found)], await view_position(snapshot))
    return opened


async def list_terms(snapshot: Snapshot, actor: Actor, contract_id: str, page: PageAsked) -> Page[WholeTerm]:
    """The terms of a contract in their order, those taken back too. Raises Refusal unknown-contract."""
    found = await find_contract(snapshot, actor, contract_id, "terms")
    after = page.after[0] if page.after is not None else 0
    behind = [term for term in read_terms(found.terms) if term.term_no > after]
    shown, next_after = page.cut(behind, lambda term: (term.term_no,))
    texts: dict[int, msgspec.Raw] = {}
    if shown:
        places, params = listed("position", [term.position for term in shown])
        sql = f"SELECT notification_id, topic, state FROM stored_events WHERE notification_id IN ({places})"
        for row in await snapshot.query(sql, params):
            fact = decode(row.topic, bytes(row.state))
            assert isinstance(fact, TermStarted)
            texts[row.notification_id] = fact.terms
    terms = [WholeTerm(term, texts[term.position]) for term in shown]
    return Page(await view_position(snapshot), terms, next_after, lambda one: (one.term.term_no,))


async def term_in_force(snapshot: Snapshot, actor: Actor, row: ContractRow, at: int) -> WholeTerm | None:
    """The term that runs at an instant, else the one that was last, or that will be first."""
    terms = [one for one in read_terms(row.terms) if has_time(one.starts_at, one.ends_at)]
    if not terms:
        return None
    begun = [one for one in terms if one.starts_at <= at]
    number = (begun[-1] if begun else terms[0]).term_no
    (whole,) = (await list_terms(snapshot, actor, row.contract_id, PageAsked(1, (number - 1,)))).items
    return whole


async def contract_with_terms(
    snapshot: Snapshot, actor: Actor, contract_id: str, page: PageAsked
) -> tuple[OpenedContract, Page[WholeTerm]]:
    """A contract as it is now, and a page of its terms. Raises Refusal unknown-contract."""
    found = await opened_contract(snapshot, actor, contract_id)
    return found, await list_terms(snapshot, actor, contract_id, page)


async def list_contracts(
    snapshot: Snapshot, actor: Actor, filters: ContractFilter, page: PageAsked
) -> Page[OpenedContract]:
    """The contracts that the actor may see, by id."""
    in_state: Condition = ("", {})
    if filters.state is not None:
        in_state = (f"{STATE_AT} = :state", {"at": to_micros(snapshot.clock()), "state": filters.state})
    condition, params = all_of(
        visible(actor),
        equal("c", customer_id=filters.customer_id, provider=filters.provider),
        in_state,
        page.past("c.contract_id"),
    )
    limited, limit = page.limited
    sql = f"SELECT {CONTRACTS.columns_of('c')} FROM contracts c WHERE {condition} ORDER BY c.contract_id{limited}"
    rows = [CONTRACTS.row_of(row) for row in await snapshot.query(sql, params | limit)]
    shown, next_after = page.cut(rows, lambda row: (row.contract_id,))
    position = await view_position(snapshot)
    return Page(position, await _open(snapshot, shown, position), next_after, lambda one: (one.row.contract_id,))


async def customers_named(snapshot: Snapshot, actor: Actor, contract_ids: Sequence[str]) -> dict[str, NamedCustomer]:
    """The customers by contract, of the contracts that the actor may see."""
    among, named = listed("contract_id", dict.fromkeys(contract_ids))
    if not among:
        return {}
    condition, params = all_of(visible(actor), (f"c.contract_id IN ({among})", named))
    rows = await snapshot.query(f"SELECT c.contract_id, c.customer_id FROM contracts c WHERE {condition}", params)
    now, position = to_micros(snapshot.clock()), await view_position(snapshot)
    known = await known_customers(snapshot, [row.contract_id for row in rows], now, position)
    return {
        row.contract_id: NamedCustomer(row.customer_id, known[row.contract_id].party.name or row.customer_id)
        for row in rows
    }


async def customer_names(snapshot: Snapshot, actor: Actor, contract_ids: Sequence[str]) -> dict[str, str]:
    """The same by their names alone."""
    found = await customers_named(snapshot, actor, contract_ids)
    return {contract_id: one.name for contract_id, one in found.items()}


async def name_of_party(snapshot: Snapshot, actor: Actor) -> str | None:
    """What the customer or partner that an actor acts for is called in the first of its contracts; None where it acts
    for neither, or the key is gone.
    """
    if actor.customer is None and actor.partner is None:
        return None
    found = await list_contracts(snapshot, actor, ContractFilter(), PageAsked(1))
    names = [one.customer.party.name if actor.customer is not None else one.partner_name for one in found.items]
    return names[0] if names else None


async def _open(snapshot: Snapshot, rows: list[ContractRow], position: int) -> list[OpenedContract]:
    now = to_micros(snapshot.clock())
    customers = await known_customers(snapshot, [row.contract_id for row in rows], now, position)
    boxes = {row.partner: _read_sealed(row.partner) for row in rows if row.partner is not None}
    texts = await open_texts(snapshot, list(boxes.values()))
    return [
        OpenedContract(
            position=position,
            row=row,
            state=state_at(row.starts_at, row.ends_at, row.terminated_on is not None, now),
            customer=customers[row.contract_id],
            partner_name=(texts.get(boxes[row.partner]) or {}).get("name") if row.partner is not None else None,
        )
        for row in rows
    ]
