"""Finding the account of a pool, and the deduction that a command is about; telling deductions what credit settled."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.contracts.finding import contract_of, locate
from ledger.credit.account import CreditAccount
from ledger.credit.deduction import Deduction
from ledger.credit.settlement import Settlement
from ledger.kernel.errors import unknown_deduction, unknown_pool
from ledger.work.case import Case
from ledger.work.declaration import Concern
from ledger.work.fields import Command, DeductionId


def account_of(case: Case, pool: str) -> CreditAccount:
    """The account of a pool of the command's contract. Raises Refusal unknown-pool."""
    account = case.get(CreditAccount, f"{case.scope.contract_id}:{pool}")
    if not account.exists:
        raise unknown_pool(pool, contract_of(case).pools)
    return account


def tell_settled(case: Case, settlements: Iterable[Settlement]) -> None:
    """Debts that credit settled: each deduction's own stream is told (C4)."""
    for settlement in settlements:
        case.get(Deduction, settlement.deduction_id).settle(settlement, case.stamp)


class OnDeduction(Command):
    deduction_id: DeductionId


def _find(case: Case, body: OnDeduction) -> None:
    deduction = case.get(Deduction, body.deduction_id)
    locate(case, deduction.contract_id, unknown_deduction(body.deduction_id))


the_deduction = Concern[OnDeduction](find=_find, streams=lambda body: [Deduction.stream(body.deduction_id)])
