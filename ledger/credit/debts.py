"""What an account owes, in the order of recording, and what of it credit settles later than it arose (C4).

Work that no credit covers may go on for years. So a deduction looks at no earlier debt: how old the oldest is, and when
the next of the late settlements takes effect, is remembered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ledger.credit.events import DebtSettled, DebtSettlementWithdrawn
from ledger.credit.settlement import Debt, Settlement, bear, owe_again
from ledger.kernel.values import DISTANT_PAST, FAR_FUTURE


@dataclass(slots=True)
class Debts:
    """`standing` are those of which something is owed, or was settled late; `count` is how many there ever were.

    Late settlements up to `forgotten_until` stand in the history alone.
    """

    standing: list[Debt] = field(default_factory=list)
    count: int = 0
    forgotten_until: datetime = DISTANT_PAST
    next_late: datetime = FAR_FUTURE  # no late settlement takes effect before
    oldest: datetime | None = FAR_FUTURE  # the earliest moment of those that stand; None where it is to be found anew

    @property
    def total(self) -> int:
        """What is owed and no credit, however late it begins, settles yet."""
        return sum(debt.quantity for debt in self.standing)

    @property
    def settled_late(self) -> list[Settlement]:
        """What credit settles later than it is owed; what took effect up to `forgotten_until` may be missing."""
        if self.next_late == FAR_FUTURE:
            return []
        return [one for debt in self.standing for one in debt.ahead]

    def since(self) -> datetime:
        """The earliest moment since which something stands."""
        if self.oldest is None:
            self.oldest = min((debt.moment for debt in self.standing), default=FAR_FUTURE)
        return self.oldest

    def owe(self, deduction_id: str, quantity: int, at: datetime) -> None:
        self.count += 1
        self.standing.append(Debt(deduction_id, self.count, quantity, at, at))
        self.oldest = min(self.since(), at)

    def settle(self, fact: DebtSettled) -> None:
        for debt, part in bear(self.standing, fact.deduction_id, fact.quantity):
            one = debt.settled_by(fact.grant_id, part, fact.effective_at)
            if one.is_late:
                debt.ahead.append(one)
                self.next_late = min(self.next_late, one.effective_at)
            if debt.quantity == 0 and not debt.ahead:
                self.standing.remove(debt)
                self.oldest = None

    def withdraw(self, fact: DebtSettlementWithdrawn) -> None:
        for debt in self.standing:
            if debt.deduction_id == fact.deduction_id:
                debt.ahead = [one for one in debt.ahead if not _is_withdrawn_by(fact, one)]
        owe_again(self.standing, fact)
        self.oldest = None

    def drop(self, deduction_id: str) -> None:
        """What the deduction drew is given back."""
        self.standing = [debt for debt in self.standing if debt.deduction_id != deduction_id]
        self.oldest = None

    def forget_settled(self, passed: datetime) -> None:
        """What was settled ahead is so for good once its instant has passed; so the state stays small."""
        if passed < self.next_late:
            return
        forgotten = [one.effective_at for one in self.settled_late if one.effective_at <= passed]
        self.forgotten_until = max([self.forgotten_until, *forgotten])
        for debt in self.standing:
            debt.ahead = [one for one in debt.ahead if one.effective_at > passed]
        self.standing = [debt for debt in self.standing if debt.quantity or debt.ahead]
        self.next_late = min((one.effective_at for one in self.settled_late), default=FAR_FUTURE)
        self.oldest = None


def _is_withdrawn_by(fact: DebtSettlementWithdrawn, one: Settlement) -> bool:
    """Whether a settlement of the same deduction is the one; the debt stands since before it, or since it is over."""
    is_alike = (one.grant_id, one.quantity) == (fact.grant_id, fact.quantity)
    return is_alike and fact.owed_since in (one.owed_since, fact.effective_at)
