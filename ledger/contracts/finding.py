"""Finding the contract that a command is about, and the term in force."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from ledger.contracts.contract import Contract
from ledger.contracts.term import Term
from ledger.kernel.errors import Refusal, unknown_contract
from ledger.work.case import Case, Scope
from ledger.work.declaration import Concern
from ledger.work.fields import AnyId, Command


def scope_of(contract: Contract) -> Scope:
    return Scope(contract.provider, contract.timezone, contract.contract_id, contract.customer_id, contract.partner_id)


def is_seen(case: Case, contract: Contract) -> bool:
    return contract.exists and case.actor.sees(contract.provider, contract.customer_id, contract.partner_id)


def locate(case: Case, contract_id: str, unknown: Refusal) -> Contract:
    """Finds the command's contract; for an actor that may not see it, it does not exist."""
    contract = case.get(Contract, contract_id)
    if not is_seen(case, contract):
        raise unknown
    case.scope = scope_of(contract)
    return contract


def contract_of(case: Case) -> Contract:
    """The contract that the present command is about."""
    return case.get(Contract, case.scope.contract_id)


def in_force(case: Case, given: datetime | None, field: str = "at") -> tuple[datetime, Term]:
    """Effective time and the term in force at it (C14); the term is checked before the clock."""
    moment = case.heard_at(given)
    term = contract_of(case).term_at(moment, field)
    return case.check_not_ahead(moment, field), term


class OnContract(Command):
    contract_id: AnyId = Field(description="The contract, by its id.")


def _find(case: Case, body: OnContract) -> None:
    locate(case, body.contract_id, unknown_contract(body.contract_id))


the_contract = Concern[OnContract](find=_find, streams=lambda body: [Contract.stream(body.contract_id)])
