"""The question what a contract's terms say at a moment: for whoever fills in a form and wants the rules beforehand."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.contracts.term import Term, is_in_force, term_of
from ledger.events import TermStarted
from ledger.kernel.access import Actor
from ledger.kernel.mapper import decode
from ledger.kernel.values import to_micros
from ledger.plans.terms import Terms
from projections.contracts.questions import find_contract
from projections.contracts.view import CONTRACTS, ContractRow, ContractTerm, read_terms
from projections.reader import Snapshot


@dataclass(slots=True, frozen=True)
class TermsInForce:
    """A contract, and its term at a moment; None where none is in force then (C14)."""

    contract: ContractRow
    term: Term | None

    @property
    def terms(self) -> Terms | None:
        return self.term.terms if self.term is not None else None


async def terms_in_force(snapshot: Snapshot, actor: Actor, contract_id: str, at: int | None = None) -> TermsInForce:
    """The terms now, or at an instant in microseconds. Raises Refusal unknown-contract."""
    contract = CONTRACTS.row_of(await find_contract(snapshot, actor, contract_id, CONTRACTS.columns_of("c")))
    moment = at if at is not None else to_micros(snapshot.clock())
    term = next((one for one in read_terms(contract.terms) if is_in_force(one.starts_at, one.ends_at, moment)), None)
    return TermsInForce(contract, await _told(snapshot, term) if term is not None else None)


async def _told(snapshot: Snapshot, term: ContractTerm) -> Term:
    sql = "SELECT topic, state FROM stored_events WHERE notification_id = :position"
    (row,) = await snapshot.query(sql, {"position": term.position})
    fact = decode(row.topic, bytes(row.state))
    assert isinstance(fact, TermStarted)
    return term_of(fact)
