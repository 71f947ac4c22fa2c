"""The statement as the customer reads it: a period from its opening to its closing balance, pool by pool.

With each movement the time behind it and the customer's word on it, and beside the pools what no credit bore.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import msgspec

from ledger.billing.document_texts import Buyer, buyer_of
from ledger.credit.confirmation import has_spoken, status_at
from ledger.credit.deduction_events import DeductionStatus
from ledger.events import CreditUnit, Sealed
from ledger.kernel.access import Actor
from ledger.kernel.errors import malformed
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import from_micros, local_date, to_micros
from ledger.store.database import listed
from projections.asking import PageAsked
from projections.contracts.known_customers import KnownCustomer, known_customers
from projections.contracts.questions import contract_as_of
from projections.credit.accounts import accounts_of, check_pool
from projections.credit.deductions_view import DEDUCTIONS
from projections.credit.outside_credit import OutsideCredit, outside_credit
from projections.credit.penalties import PenaltyTold, penalty_told
from projections.credit.statements import Line, StatementAsked, open_notes, owned_before, statement_lines
from projections.reader import AsOf, Snapshot, open_texts, view_position
from projections.tickets.titles import titles_of

_read_sealed = msgspec.json.Decoder(Sealed).decode
_AT_ONCE = 200  # deductions are asked for by id so many at a time
_COLUMNS = "provider, timezone, currency, customer_id, starts_on"


@dataclass(slots=True, frozen=True)
class DeductionDetails:
    """The deduction behind a line; `on_behalf` says that somebody else entered the customer's word (C8)."""

    deduction_id: str
    pool: str | None
    ticket_id: str | None
    ticket_title: str | None
    session_id: str | None
    service: str | None
    engineer: str | None
    note: str | None
    worked_seconds: int
    billed_minutes: int
    increment_minutes: int | None
    status: DeductionStatus
    on_behalf: bool
    penalty: PenaltyTold | None = None


@dataclass(slots=True, frozen=True)
class PoolPeriod:
    """`opening` is what was owned before the period; figures are in `unit`, money in hundredths of its currency."""

    pool: str
    unit: CreditUnit
    currency: str | None
    opening: int
    lines: list[Line]

    @property
    def closing(self) -> int:
        return self.lines[-1].balance if self.lines else self.opening


@dataclass(slots=True, frozen=True)
class CustomerStatement:
    """A period of a contract. `dated` is the day up to which words are counted; texts whose key is gone are absent.

    `language` is the customer's own, if they named one.
    """

    contract_id: str
    provider: str
    language: str | None
    zone: str
    currency: str
    customer: Buyer
    first_on: date
    last_on: date
    dated: date
    pools: list[PoolPeriod]
    outside: list[OutsideCredit]
    deductions: dict[str, DeductionDetails] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """How many lines there are to print."""
        return sum(len(pool.lines) for pool in self.pools) + len(self.outside)


async def customer_statement(snapshot: Snapshot, actor: Actor, asked: StatementAsked, most: int) -> CustomerStatement:
    """A period of a contract that the actor may see; where it has more than `most` lines, one more than that.

    Raises Refusal unknown-contract, unknown-pool, or malformed where the period begins after its last day.
    """
    contract, as_of = await contract_as_of(snapshot, actor, asked.contract_id, asked.times, _COLUMNS)
    zone = contract.timezone
    accounts = await accounts_of(snapshot, asked.contract_id)
    check_pool(asked.pool, accounts)
    first, last = asked.instants(zone)
    last = as_of.at if last is None else min(last, as_of.at)
    last_on = local_date(from_micros(last), zone)
    if first is not None and first > last:
        raise malformed("from", FieldFault("after_statement", {"last": last_on}))
    began = date.fromisoformat(contract.starts_on) if first is None else local_date(from_micros(first), zone)
    shown = await statement_lines(snapshot, asked.contract_id, asked.pool, as_of, (first, last), PageAsked(most))
    owned = await owned_before(snapshot, asked.contract_id, as_of, first) if first is not None else {}
    await open_notes(snapshot, shown)
    outside = await outside_credit(snapshot, asked.contract_id, as_of, asked.times, first, last)
    named = {line.reference for line in shown} | {line.deduction_id for line in outside}
    deductions = await _deductions(snapshot, asked.contract_id, as_of, named)
    customer = await _addressee(snapshot, asked.contract_id)
    return CustomerStatement(
        contract_id=asked.contract_id,
        provider=contract.provider,
        language=customer.language,
        zone=zone,
        currency=contract.currency,
        customer=_named(contract.customer_id, customer),
        first_on=min(began, last_on),
        last_on=last_on,
        dated=last_on if asked.times.is_now else local_date(from_micros(as_of.at), zone),
        pools=[
            PoolPeriod(pool, row.unit, row.currency, owned.get(pool, 0), _of(pool, shown))
            for pool, row in accounts.items()
            if asked.pool in (None, pool)
        ],
        outside=[line for line in outside if asked.pool is None or _pool_of(line, deductions) == asked.pool],
        deductions=deductions,
    )


def _of(pool: str, lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.pool == pool]


def _pool_of(line: OutsideCredit, deductions: dict[str, DeductionDetails]) -> str | None:
    found = deductions.get(line.deduction_id)
    return found.pool if found is not None else None


async def _addressee(snapshot: Snapshot, contract_id: str) -> KnownCustomer:
    """A letter goes to whom the customer is now, whatever moment it tells of."""
    now = to_micros(snapshot.clock())
    return (await known_customers(snapshot, [contract_id], now, await view_position(snapshot)))[contract_id]


def _named(customer_id: str, known: KnownCustomer) -> Buyer:
    """Who the customer is; by id alone where their key is gone."""
    found = buyer_of(customer_id, known.country, known.party)
    return found or Buyer(customer_id=customer_id, name=customer_id, country=known.country)


async def _deductions(
    snapshot: Snapshot, contract_id: str, as_of: AsOf, named: set[str]
) -> dict[str, DeductionDetails]:
    """Those of a contract's deductions that are named, each with the word on it as it stood then."""
    changed: dict[str, DeductionStatus] = {}
    rows = []
    in_order = sorted(named)
    for start in range(0, len(in_order), _AT_ONCE):
        places, params = listed("deduction_id", in_order[start : start + _AT_ONCE])
        params |= {"contract_id": contract_id, **as_of.params}
        sql = (
            f"SELECT s.deduction_id, s.status FROM status_changes s WHERE s.deduction_id IN ({places}) "
            "AND s.effective_at <= :at AND s.position <= :position ORDER BY s.position"
        )
        changed |= {row.deduction_id: row.status for row in await snapshot.query(sql, params)}  # the last one counts
        sql = (
            f"SELECT {DEDUCTIONS.columns_of('d')} FROM deductions d WHERE d.deduction_id IN ({places}) "
            "AND d.contract_id = :contract_id AND d.position <= :position"
        )
        rows += [DEDUCTIONS.row_of(row) for row in await snapshot.query(sql, params)]
    boxes = {text: _read_sealed(text) for row in rows for text in (row.engineer, row.note) if text is not None}
    titles = await titles_of(snapshot, {row.ticket_id for row in rows})
    texts = await open_texts(snapshot, [*boxes.values(), *titles.values()])
    found = {}
    for row in rows:
        begins: DeductionStatus = "pending" if row.awaited else "not_required"
        status = status_at(changed.get(row.deduction_id, begins), row.deemed_at, as_of.at)
        found[row.deduction_id] = DeductionDetails(
            deduction_id=row.deduction_id,
            pool=row.pool,
            ticket_id=row.ticket_id,
            ticket_title=texts.get(titles[row.ticket_id]) if row.ticket_id in titles else None,
            session_id=row.session_id,
            service=row.service,
            engineer=texts.get(boxes[row.engineer]) if row.engineer is not None else None,
            note=texts.get(boxes[row.note]) if row.note is not None else None,
            worked_seconds=row.worked_seconds,
            billed_minutes=row.billed_minutes,
            increment_minutes=row.increment_minutes,
            status=status,
            on_behalf=bool(row.on_behalf) and has_spoken(status),
            penalty=penalty_told(row),
        )
    return found
