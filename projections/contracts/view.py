"""The view of contracts: parties (still sealed), terms, and the days between which they run."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from ledger.contracts.term import has_time
from ledger.events import (
    ContractSigned,
    ContractTerminated,
    CustomerAmended,
    DirectContactAuthorised,
    DirectContactWithdrawn,
    Fact,
    TermEndBroughtForward,
    TermStarted,
)
from ledger.kernel.values import FAR_FUTURE, to_micros
from projections.tables import Table, seal_json, to_json
from projections.views import EventMeta, Rows, View


class ContractRow(msgspec.Struct):
    contract_id: str
    provider: str
    customer_id: str
    partner_id: str | None
    plan: str
    timezone: str
    currency: str
    starts_on: str
    ends_on: str | None
    starts_at: int
    ends_at: int
    terminated_on: str | None
    direct_contact: int
    subscriptions: int | None
    partner: str | None
    terms: str
    position: int


class CustomerRow(msgspec.Struct):
    """What is known of a contract's customer from a moment on, whole; what was signed holds from ever."""

    contract_id: str
    position: int
    effective_at: int
    country: str
    language: str | None
    party: str


class ContractTerm(msgspec.Struct):
    """One term in `terms`; its full copy of the plan's terms stays in its event at `position`. In microseconds."""

    term_no: int
    plan: str
    plan_version: int
    starts_on: date
    ends_on: date | None
    starts_at: int
    ends_at: int
    position: int


class TermRow(msgspec.Struct):
    """A term's plan, and between which instants it holds: what asks for the plan of a moment joins it."""

    contract_id: str
    term_no: int
    plan: str
    starts_at: int
    ends_at: int


CONTRACTS = Table("contracts", ContractRow, "contract_id", ["(provider, contract_id)", "(customer_id, contract_id)"])
CUSTOMERS = Table("customers", CustomerRow, ("contract_id", "position"), ["(contract_id, effective_at, position)"])
CONTRACT_TERMS = Table("contract_terms", TermRow, ("contract_id", "term_no"))
contracts = View("contracts", CONTRACTS, CUSTOMERS, CONTRACT_TERMS)
read_terms = msgspec.json.Decoder(list[ContractTerm]).decode


def _itself(_: Rows, fact: Fact) -> list[str]:
    return [fact.contract_id]


ITS_ROW = [(CONTRACTS, _itself)]


@contracts.on(ContractSigned)
def _signed(rows: Rows, fact: ContractSigned, meta: EventMeta) -> None:
    rows.put(
        CONTRACTS,
        ContractRow(
            contract_id=fact.contract_id,
            provider=fact.provider,
            customer_id=fact.customer_id,
            partner_id=fact.partner_id,
            plan="",
            timezone=fact.timezone,
            currency=fact.currency,
            starts_on=fact.starts_on.isoformat(),
            ends_on=None,
            starts_at=meta.effective_at,
            ends_at=meta.effective_at,
            terminated_on=None,
            direct_contact=0,
            subscriptions=fact.subscriptions,
            partner=seal_json(fact.partner),
            terms="[]",
            position=meta.position,
        ),
    )
    _know_customer(rows, fact, meta, 0)


def _know_customer(rows: Rows, fact: ContractSigned | CustomerAmended, meta: EventMeta, effective_at: int) -> None:
    row = CustomerRow(
        contract_id=fact.contract_id,
        position=meta.position,
        effective_at=effective_at,
        country=fact.customer_country,
        language=fact.customer_language,
        party=to_json(fact.party),
    )
    rows.add(CUSTOMERS, row)


@contracts.on(TermStarted, changes=ITS_ROW)
def _term_started(rows: Rows, fact: TermStarted, meta: EventMeta) -> None:
    row = rows.require(CONTRACTS, fact.contract_id)
    term = ContractTerm(
        term_no=fact.term_no,
        plan=fact.plan,
        plan_version=fact.plan_version,
        starts_on=fact.starts_on,
        ends_on=fact.ends_on,
        starts_at=to_micros(fact.starts_at),
        ends_at=to_micros(fact.ends_at or FAR_FUTURE),
        position=meta.position,
    )
    row.terms = to_json([*read_terms(row.terms), term])
    _set_end(row)
    _put_term(rows, fact.contract_id, term)


def _put_term(rows: Rows, contract_id: str, term: ContractTerm) -> None:
    rows.add(CONTRACT_TERMS, TermRow(contract_id, term.term_no, term.plan, term.starts_at, term.ends_at))


@contracts.on(TermEndBroughtForward, changes=ITS_ROW)
def _term_end_brought_forward(rows: Rows, fact: TermEndBroughtForward, meta: EventMeta) -> None:
    row = rows.require(CONTRACTS, fact.contract_id)
    terms = read_terms(row.terms)
    term = terms[fact.term_no - 1]
    term.ends_on, term.ends_at = fact.ends_on, to_micros(fact.ends_at)
    row.terms = to_json(terms)
    _set_end(row)
    _put_term(rows, fact.contract_id, term)


def _set_end(row: ContractRow) -> None:
    """The last term that begins at all says under which plan the contract runs in the end, and until when."""
    lived = [term for term in read_terms(row.terms) if has_time(term.starts_at, term.ends_at)]
    if not lived:
        day_before = date.fromisoformat(row.starts_on) - timedelta(days=1)
        row.ends_on, row.ends_at = day_before.isoformat(), row.starts_at
        return
    last = lived[-1]
    row.plan, row.ends_at = last.plan, last.ends_at
    row.ends_on = last.ends_on.isoformat() if last.ends_on is not None else None


@contracts.on(ContractTerminated, changes=ITS_ROW)
def _terminated(rows: Rows, fact: ContractTerminated, meta: EventMeta) -> None:
    rows.require(CONTRACTS, fact.contract_id).terminated_on = fact.ends_on.isoformat()


@contracts.on(CustomerAmended)
def _amended(rows: Rows, fact: CustomerAmended, meta: EventMeta) -> None:
    _know_customer(rows, fact, meta, meta.effective_at)


@contracts.on(DirectContactAuthorised, changes=ITS_ROW)
def _authorised(rows: Rows, fact: DirectContactAuthorised, meta: EventMeta) -> None:
    rows.require(CONTRACTS, fact.contract_id).direct_contact = 1


@contracts.on(DirectContactWithdrawn, changes=ITS_ROW)
def _withdrawn(rows: Rows, fact: DirectContactWithdrawn, meta: EventMeta) -> None:
    rows.require(CONTRACTS, fact.contract_id).direct_contact = 0
