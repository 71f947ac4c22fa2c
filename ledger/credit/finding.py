"""Finding the account of a pool, and the deduction that a command is about; telling deductions what credit settled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import Field

from ledger.contracts.finding import contract_of, locate
from ledger.credit.account import CreditAccount
from ledger.credit.deduction import Deduction
from ledger.credit.resting import MOVES_OF_DRAWS, Resting, resting_on
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


def resting_in_history(case: Case, account: CreditAccount) -> dict[str, Resting]:
    """What rests on each grant of an account; the whole of its moves are read for that."""
    return resting_on(fact for fact in case.facts(*MOVES_OF_DRAWS) if fact.pool == account.pool)


def settled_late(case: Case, account: CreditAccount, since: datetime) -> list[Settlement]:
    """What credit settles later than it is owed, from an instant on at least.

    History is read only where the instant lies so far back that the account has forgotten some (C4, C6).
    """
    if since > account.debts.forgotten_until:
        return account.debts.settled_late
    found = resting_in_history(case, account).values()
    return [one for resting in found for one in resting.settled if one.is_late]


class OnDeduction(Command):
    deduction_id: DeductionId = Field(
        description="The deduction, by its id: that of the entry, session or service it is for."
    )


def _find(case: Case, body: OnDeduction) -> None:
    deduction = case.get(Deduction, body.deduction_id)
    locate(case, deduction.contract_id, unknown_deduction(body.deduction_id))


the_deduction = Concern[OnDeduction](find=_find, streams=lambda body: [Deduction.stream(body.deduction_id)])
