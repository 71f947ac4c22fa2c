"""What rests on a grant, as its account's events tell it: deductions that draw on it, and debts that it settled (C17).

Pure. The account itself knows only how much is left, so that its state stays small; this is asked when credit is to be
taken back, or when what was settled long ago is to be judged.
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


def resting_on(facts: Iterable[AccountMovement]) -> dict[str, Resting]:
    """What rests on each grant after these facts of its account, MOVES_OF_DRAWS in their order."""
    found: dict[str, Resting] = {}
    debts: list[Debt] = []
    count = 0
    for fact in facts:
        match fact:
            case CreditDrawn():
                for draw in fact.draws:
                    if draw.grant_id is None:
                        count += 1
                        at = fact.effective_at
                        debts.append(Debt(fact.deduction_id, count, draw.quantity, at, at))
                    else:
                        _of(found, draw.grant_id).draws[fact.deduction_id] = draw.quantity
            case CreditReturned():
                for draw in fact.returns:
                    if draw.grant_id is not None:
                        resting = _of(found, draw.grant_id)
                        resting.draws.pop(fact.deduction_id, None)
                        resting.settled = [one for one in resting.settled if one.deduction_id != fact.deduction_id]
                debts = [debt for debt in debts if debt.deduction_id != fact.deduction_id]
            case DebtSettled():
                for debt, part in bear(debts, fact.deduction_id, fact.quantity):
                    _of(found, fact.grant_id).settled.append(debt.settled_by(fact.grant_id, part, fact.effective_at))
                debts = [debt for debt in debts if debt.quantity]
            case DebtSettlementWithdrawn():
                settled = _of(found, fact.grant_id).settled
                settled.remove(_withdrawn(settled, fact))
                owe_again(debts, fact)
            case _:
                pass
    return found


def _of(found: dict[str, Resting], grant_id: str) -> Resting:
    return found.setdefault(grant_id, Resting(grant_id))


def _withdrawn(settled: list[Settlement], fact: DebtSettlementWithdrawn) -> Settlement:
    """The settlement that a fact takes away: the last of its debt and size."""
    sought = (fact.deduction_id, fact.quantity)
    return next(one for one in reversed(settled) if (one.deduction_id, one.quantity) == sought)
