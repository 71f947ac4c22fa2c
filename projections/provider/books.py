"""What books are made of: movements, charges and issued documents of one provider or of all, as of one position.

A tax adviser gets documents alone, with the customers they went to. What it comes to in the books is left to
`api.books`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.billing.document_texts import Buyer, read_document_texts
from ledger.events import CreditNoteIssued, Draw, InvoiceIssued
from ledger.kernel.errors import malformed
from ledger.kernel.mapper import decode
from ledger.store.database import Row
from projections.asking import all_of, equal
from projections.billing.charges_view import CHARGES, ChargeRow
from projections.credit.deductions_view import read_draws
from projections.credit.movements import GRANTING, MOVEMENTS, MovementRow
from projections.reader import Snapshot, open_texts, view_position

ROWS_AT_ONCE = 2_000
SPENDING = ("work", "session", "penalty", "service", "debt_settled")  # a reversal gives back what stays told
_OF_CONTRACT = "m.contract_id = :contract AND m.position > :position"
_MOVEMENTS = f"SELECT {MOVEMENTS.columns_of('m')} FROM movements m WHERE {_OF_CONTRACT}"
_REST_OF_EVENT = (
    f"SELECT {MOVEMENTS.columns_of('m')} FROM movements m "
    "WHERE m.position = :position AND m.part > :part ORDER BY m.part"
)
_CHARGES = f"SELECT {CHARGES.columns_of('m')} FROM charges m WHERE {_OF_CONTRACT}"
_DRAWS = (
    "SELECT m.deduction_id, m.draws FROM deductions m "
    f"WHERE {_OF_CONTRACT} AND m.position <= :through AND m.draws <> '[]'"
)
_ISSUED_BY = (
    "SELECT m.position, e.recorded_at, e.topic, e.state FROM documents m "
    "JOIN contracts k ON k.contract_id = m.contract_id JOIN stored_events e ON e.notification_id = m.position"
)
_ISSUED = f"{_ISSUED_BY} WHERE {_OF_CONTRACT}"
_ISSUED_IN_TIME = "m.position > :position AND m.issued_on >= :first AND m.issued_on <= :last"
_BOUGHT_WITHOUT_CHARGE = (
    f"SELECT {MOVEMENTS.columns_of('m')} FROM movements m WHERE m.contract_id = :contract AND m.{GRANTING} "
    "AND m.charge_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM charges c WHERE c.charge_id = m.charge_id) "
    "ORDER BY m.position, m.part LIMIT 1"
)
_KINDS = ", ".join(f"'{kind}'" for kind in SPENDING)
_DRAWN = (
    "SELECT m.grant_id, SUM(m.consumed) AS quantity FROM movements m WHERE m.contract_id = :contract "
    f"AND m.reference = :deduction AND m.kind IN ({_KINDS}) GROUP BY m.grant_id"
)


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
    """What books are made of, asked for a contract at a time and in pages: all of it is more than memory holds.

    `contracts` are those of one provider, or all; `snapshot` is open as long as questions are asked; a page has
    `at_once` rows.
    """

    snapshot: Snapshot
    position: int
    contracts: Mapping[str, BookedContract]
    at_once: int = ROWS_AT_ONCE

    async def movements(self, contract_id: str) -> AsyncIterator[list[MovementRow]]:
        """Pages by position; an event's movements stand on one page."""
        last: dict[str, Any] = {"contract": contract_id, "position": 0}
        sql = f"{_MOVEMENTS} ORDER BY m.position, m.part LIMIT {self.at_once}"
        while rows := await self.snapshot.query(sql, last):
            last |= {"position": rows[-1].position, "part": rows[-1].part}
            rest = await self.snapshot.query(_REST_OF_EVENT, last)
            yield [MOVEMENTS.row_of(row) for row in (*rows, *rest)]

    async def charges(self, contract_id: str) -> AsyncIterator[list[ChargeRow]]:
        """Pages by position."""
        async for rows in self._pages(_CHARGES, contract_id, self.at_once):
            yield [CHARGES.row_of(row) for row in rows]

    async def draws(self, contract_id: str, after: int, through: int) -> list[tuple[str, list[Draw]]]:
        """Of each deduction recorded between two positions, as it tells them itself."""
        asked = {"contract": contract_id, "position": after, "through": through}
        return [(row.deduction_id, read_draws(row.draws)) for row in await self.snapshot.query(_DRAWS, asked)]

    async def documents(self, contract_id: str) -> AsyncIterator[BookedDocument]:
        """By position, one at a time: each may be long."""
        async for rows in self._pages(_ISSUED, contract_id, at_once=1):
            yield _document(rows[0])

    async def bought_without_charge(self, contract_id: str) -> MovementRow | None:
        """The first grant that was bought and whose charge is not there."""
        rows = await self.snapshot.query(_BOUGHT_WITHOUT_CHARGE, {"contract": contract_id})
        return MOVEMENTS.row_of(rows[0]) if rows else None

    async def drawn(self, contract_id: str, deduction_id: str) -> dict[str | None, int]:
        """What the account drew for a deduction, by grant; of the debt under None."""
        rows = await self.snapshot.query(_DRAWN, {"contract": contract_id, "deduction": deduction_id})
        return {row.grant_id: int(row.quantity) for row in rows}

    async def has_deduction(self, deduction_id: str) -> bool:
        sql = "SELECT 1 FROM deductions WHERE deduction_id = :deduction"
        return bool(await self.snapshot.query(sql, {"deduction": deduction_id}))

    async def _pages(self, sql: str, contract_id: str, at_once: int) -> AsyncIterator[list[Row]]:
        asked: dict[str, Any] = {"contract": contract_id, "position": 0}
        while rows := await self.snapshot.query(f"{sql} ORDER BY m.position LIMIT {at_once}", asked):
            yield rows
            asked["position"] = rows[-1].position


@dataclass(slots=True, frozen=True)
class AdviserSource:
    """What was issued from one day to another, asked for a document at a time; `currencies` are the contracts'."""

    snapshot: Snapshot
    currencies: frozenset[str]
    provider: str | None
    first: date
    last: date

    async def customers(self) -> dict[str, list[str]]:
        """All of each provider, in the order in which they signed."""
        condition, params = all_of(equal("k", provider=self.provider))
        signed = await self.snapshot.query(
            f"SELECT k.provider, k.customer_id FROM contracts k WHERE {condition} ORDER BY k.position", params
        )
        found: dict[str, list[str]] = {}
        for row in signed:
            found.setdefault(row.provider, []).append(row.customer_id)
        return found

    async def documents(self) -> AsyncIterator[tuple[BookedDocument, Buyer | None]]:
        """By position, with the customer as it stands there; where the parties are no longer kept, none."""
        condition, params = all_of(equal("k", provider=self.provider))
        asked: dict[str, Any] = params | {"first": self.first.isoformat(), "last": self.last.isoformat(), "position": 0}
        sql = f"{_ISSUED_BY} WHERE {condition} AND {_ISSUED_IN_TIME} ORDER BY m.position LIMIT 1"
        while rows := await self.snapshot.query(sql, asked):
            document = _document(rows[0])
            parties = await open_texts(self.snapshot, [document.fact.parties])
            yield document, read_document_texts(parties.get(document.fact.parties)).buyer
            asked["position"] = document.position


async def books_source(snapshot: Snapshot, provider: str | None, at_once: int = ROWS_AT_ONCE) -> BooksSource:
    """One provider's, or everybody's. Raises Refusal malformed for a provider without any contract."""
    return BooksSource(snapshot, await view_position(snapshot), await _contracts(snapshot, provider), at_once)


async def adviser_source(snapshot: Snapshot, provider: str | None, first: date, last: date) -> AdviserSource:
    """The same of documents. Raises Refusal malformed for a provider without any contract."""
    contracts = await _contracts(snapshot, provider)
    currencies = frozenset(contract.currency for contract in contracts.values())
    return AdviserSource(snapshot, currencies, provider, first, last)


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
    return BookedDocument(row.position, row.recorded_at, fact)
