"""What books are made of: movements, charges and issued documents of one provider or of all, as of one position.

A tax adviser gets documents alone, with the customers they went to. What it comes to in the books is left to
`api.books`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ledger.billing.document_texts import Buyer, read_document_texts
from ledger.events import CreditNoteIssued, Draw, InvoiceIssued
from ledger.kernel.errors import malformed
from ledger.kernel.mapper import decode, stored_topics
from ledger.store.database import Row, listed
from projections.asking import all_of, equal
from projections.billing.charges_view import CHARGES, ChargeRow
from projections.credit.deductions_view import read_draws
from projections.credit.movements import MOVEMENTS, MovementRow
from projections.reader import Snapshot, open_texts, view_position

_DOCUMENTS = stored_topics(InvoiceIssued, CreditNoteIssued)
_AT_ONCE = 500  # texts are opened so many at a time


@dataclass(slots=True, frozen=True)
class BookedContract:
    """Whose books a contract belongs to, where its days begin, and the units of its pools.

    `currencies` has the pools of money alone: the others are of minutes.
    """

    provider: str
    timezone: str
    currency: str
    currencies: Mapping[str, str]


@dataclass(slots=True, frozen=True)
class BookedDocument:
    position: int
    recorded_at: int
    fact: InvoiceIssued | CreditNoteIssued


@dataclass(slots=True, frozen=True)
class BooksSource:
    """All of it, by position; every contract named is in `contracts`."""

    position: int
    contracts: Mapping[str, BookedContract]
    movements: list[MovementRow]
    charges: list[ChargeRow]
    documents: list[BookedDocument]
    draws: Mapping[str, list[Draw]]  # of each deduction, as it tells them itself


@dataclass(slots=True, frozen=True)
class AdviserSource:
    """Documents by position. `customers` are all of each provider, in the order in which they signed.

    `buyers` are the customers as they stand on the documents, by number; where the parties are no longer kept, none.
    """

    currencies: frozenset[str]
    customers: Mapping[str, list[str]]
    documents: list[BookedDocument]
    buyers: Mapping[str, Buyer]


async def books_source(snapshot: Snapshot, provider: str | None) -> BooksSource:
    """One provider's, or everybody's. Raises Refusal malformed for a provider without any contract."""
    position = await view_position(snapshot)
    condition, params = all_of(equal("k", provider=provider))
    contracts = await _contracts(snapshot, provider)
    of_contract = f"JOIN contracts k ON k.contract_id = m.contract_id WHERE {condition}"
    movements = await snapshot.query(
        f"SELECT {MOVEMENTS.columns_of('m')} FROM movements m {of_contract} ORDER BY m.position, m.part", params
    )
    charges = await snapshot.query(
        f"SELECT {CHARGES.columns_of('m')} FROM charges m {of_contract} ORDER BY m.position", params
    )
    drawn = await snapshot.query(f"SELECT m.deduction_id, m.draws FROM deductions m {of_contract}", params)
    topics, named = listed("topic", _DOCUMENTS)
    issued = await snapshot.query(
        "SELECT notification_id, recorded_at, topic, state FROM stored_events WHERE notification_id <= :position "
        f"AND topic IN ({topics}) ORDER BY notification_id",
        named | {"position": position},
    )
    documents = [_document(row) for row in issued]
    return BooksSource(
        position=position,
        contracts=contracts,
        movements=[MOVEMENTS.row_of(row) for row in movements],
        charges=[CHARGES.row_of(row) for row in charges],
        documents=[one for one in documents if provider in (None, one.fact.provider)],
        draws={row.deduction_id: read_draws(row.draws) for row in drawn},
    )


async def adviser_source(snapshot: Snapshot, provider: str | None, first: date, last: date) -> AdviserSource:
    """What was issued from one day to another. Raises Refusal malformed for a provider without any contract."""
    contracts = await _contracts(snapshot, provider)
    condition, params = all_of(equal("k", provider=provider))
    signed = await snapshot.query(
        f"SELECT k.provider, k.customer_id FROM contracts k WHERE {condition} ORDER BY k.position", params
    )
    customers: dict[str, list[str]] = {}
    for row in signed:
        customers.setdefault(row.provider, []).append(row.customer_id)
    sql = (
        "SELECT e.notification_id, e.recorded_at, e.topic, e.state FROM documents d "
        "JOIN contracts k ON k.contract_id = d.contract_id JOIN stored_events e ON e.notification_id = d.position "
        f"WHERE {condition} AND d.issued_on >= :first AND d.issued_on <= :last ORDER BY d.position"
    )
    rows = await snapshot.query(sql, params | {"first": first.isoformat(), "last": last.isoformat()})
    documents = [_document(row) for row in rows]
    return AdviserSource(
        currencies=frozenset(contract.currency for contract in contracts.values()),
        customers=customers,
        documents=documents,
        buyers=await _buyers(snapshot, documents),
    )


async def _buyers(snapshot: Snapshot, documents: list[BookedDocument]) -> dict[str, Buyer]:
    found: dict[str, Buyer] = {}
    for start in range(0, len(documents), _AT_ONCE):
        some = documents[start : start + _AT_ONCE]
        parties = await open_texts(snapshot, [one.fact.parties for one in some])
        buyers = {one.fact.number: read_document_texts(parties.get(one.fact.parties)).buyer for one in some}
        found |= {number: buyer for number, buyer in buyers.items() if buyer is not None}
    return found


async def _contracts(snapshot: Snapshot, provider: str | None) -> dict[str, BookedContract]:
    condition, params = all_of(equal("k", provider=provider))
    pools: dict[str, dict[str, str]] = {}
    for row in await snapshot.query("SELECT contract_id, pool, currency FROM accounts WHERE currency IS NOT NULL"):
        pools.setdefault(row.contract_id, {})[row.pool] = row.currency
    sql = f"SELECT k.contract_id, k.provider, k.timezone, k.currency FROM contracts k WHERE {condition}"
    rows = await snapshot.query(sql, params)
    if provider is not None and not rows:
        known = await snapshot.query("SELECT DISTINCT provider FROM contracts ORDER BY provider")
        there = f"there are those of {', '.join(row.provider for row in known)}" if known else "there are none at all"
        raise malformed("provider", f"the ledger has no contract of {provider}; {there}.")
    return {
        row.contract_id: BookedContract(row.provider, row.timezone, row.currency, pools.get(row.contract_id, {}))
        for row in rows
    }


def _document(row: Row) -> BookedDocument:
    fact = decode(row.topic, bytes(row.state))
    assert isinstance(fact, InvoiceIssued | CreditNoteIssued)
    return BookedDocument(row.notification_id, row.recorded_at, fact)
