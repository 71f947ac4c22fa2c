"""What rests on a grant, as its account's events tell it: deductions that draw on it, and debts that it settled (C17).

Pure. The account itself knows only how much is left, so that its state stays small; this is asked when credit is to be
taken back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ledger.credit.events import AccountMovement, CreditDrawn, CreditReturned, DebtSettled, DebtSettlementWithdrawn
from ledger.credit.settlement import Debt, Settlement, bear, owe_again

MOVES_OF_DRAWS = (CreditDrawn, CreditReturned, DebtSettled, DebtSettlementWithdrawn)


@dataclass(slots=True)
class Resting:
    """`draws` are deductions that drew on the grant itself; what it settled can be settled by other credit."""

    grant_id: str
    draws: dict[str, int] = field(default_factory=dict)
    settled: list[Settlement] = field(default_factory=list)


def resting_on(grant_id: str, facts: Iterable[AccountMovement]) -> Resting:
    """What rests on a grant after these facts of its account, MOVES_OF_DRAWS in their order."""
    found = Resting(grant_id)
    debts: list[Debt] = []
    count = 0
    for fact in facts:
        match fact:
            case CreditDrawn():
                for draw in fact.draws:
                    if draw.grant_id is None:
                        count += 1
                        debts.append(Debt(fact.deduction_id, count, draw.quantity, fact.effective_at))
                    elif draw.grant_id == grant_id:
                        found.draws[fact.deduction_id] = draw.quantity
            case CreditReturned():
                found.draws.pop(fact.deduction_id, None)
                found.settled = [one for one in found.settled if one.deduction_id != fact.deduction_id]
                debts = [debt for debt in debts if debt.deduction_id != fact.deduction_id]
            case DebtSettled():
                for debt, part in bear(debts, fact.deduction_id, fact.quantity):
                    if fact.grant_id == grant_id:
                        found.settled.append(debt.settled_by(grant_id, part, fact.effective_at))
                debts = [debt for debt in debts if debt.quantity]
            case DebtSettlementWithdrawn():
                if fact.grant_id == grant_id:
                    found.settled.remove(_withdrawn(found.settled, fact))
                owe_again(debts, fact.deduction_id, fact.debt_no, fact.quantity, fact.owed_since)
            case _:
                pass
    return found


def _withdrawn(settled: list[Settlement], fact: DebtSettlementWithdrawn) -> Settlement:
    """The settlement that a fact takes away: the last of its debt and size."""
    sought = (fact.deduction_id, fact.quantity)
    return next(one for one in reversed(settled) if (one.deduction_id, one.quantity) == sought)
