"""Debts and the credit that settles them: which credit bears which debt, and from when on (C4). Pure.

Credit that is known before it is valid settles ahead: the settlement is recorded at once, effective when the credit
begins. Until then the debt stands, and nearer credit takes its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from ledger.credit.events import DebtSettlementWithdrawn, Source
from ledger.credit.freeing import Freed, free_since, with_freed, without_taken
from ledger.credit.grants import is_valid_at
from ledger.kernel.values import FAR_FUTURE


@dataclass(slots=True)
class Grant:
    """A lot of credit as the account knows it; `order` is that of granting.

    Nothing is left of the `quantity` of one that was taken back: `back` of it are, from `back_at` on. `corrections`
    hold, by their ids, what came back to it after its end, and so is gone from what remains (C9). `freed` of what is
    free was held until then, by a deduction, a settlement or a session (C4).
    """

    grant_id: str
    order: int
    source: Source
    quantity: int
    remaining: int
    valid_from: datetime
    expires_at: datetime
    reserved: int = 0
    corrections: dict[str, int] = field(default_factory=dict)
    back: int = 0
    back_at: datetime | None = None
    freed: Freed = field(default_factory=list)

    def draw(self, quantity: int) -> None:
        self.remaining -= quantity
        self.freed = without_taken(self.freed, quantity)

    def settle(self, quantity: int, at: datetime) -> None:
        self.remaining -= quantity
        self.freed = without_taken(self.freed, quantity, at)

    def give_back(self, quantity: int, at: datetime) -> None:
        self.remaining += quantity
        self.freed = with_freed(self.freed, at, quantity)

    def reserve(self, quantity: int) -> None:
        self.reserved += quantity
        self.freed = without_taken(self.freed, quantity)

    def release(self, quantity: int, at: datetime) -> None:
        self.reserved -= quantity
        self.freed = with_freed(self.freed, at, quantity)

    @property
    def free(self) -> int:
        return self.remaining - self.reserved

    @property
    def is_taken_back(self) -> bool:
        return self.quantity == 0

    @property
    def corrected(self) -> int:
        return sum(self.corrections.values())

    @property
    def is_lost_with_its_plan(self) -> bool:
        """A lump sum without an end was paid for, and stays (C15)."""
        return self.source == "allotment" and self.expires_at < FAR_FUTURE

    def drawable_at(self, moment: datetime, open_from: datetime) -> bool:
        """Valid at a moment, and not expired in a month that is closed, which is before `open_from` (C2, M5)."""
        return is_valid_at(self.valid_from, self.expires_at, moment) and open_from <= self.expires_at

    def loses_what_returns_at(self, moment: datetime) -> bool:
        """What comes back to it after its end is gone for good (C9); credit taken back was none of the customer's."""
        return self.expires_at <= moment and not self.is_taken_back


@dataclass(slots=True, frozen=True)
class Settlement:
    """So much of a debt rests on a grant from an instant on; the deduction's own stream is told too.

    The debt arose at `arose_at`, stands since `owed_since`, and is number `debt_no` of the account's; 0 where it is
    being undone.
    """

    deduction_id: str
    grant_id: str
    quantity: int
    effective_at: datetime
    owed_since: datetime
    arose_at: datetime
    debt_no: int = 0
    is_withdrawn: bool = False  # it does not come, or its credit was taken back

    @property
    def is_late(self) -> bool:
        """The deduction was owed before, or rested on other credit that was taken back since."""
        return self.arose_at < self.effective_at

    def is_owed_at(self, moment: datetime) -> bool:
        return self.owed_since <= moment < self.effective_at

    def withdrawn(self) -> Settlement:
        return replace(self, is_withdrawn=True)

    def over_at(self, at: datetime) -> Settlement:
        """As of an instant the debt stands again, and since then; at its own instant it never was settled."""
        return replace(self, effective_at=at, owed_since=at) if at > self.effective_at else self


@dataclass(slots=True)
class Debt:
    """What a deduction drew that no credit covers since a moment; `ahead` are settlements that came later than it.

    `number` counts the account's debts in the order of recording. What stands again after credit had borne it for a
    while stands since then, though it `arose_at` an earlier instant: it is a part by itself, beside what was owed all
    along.
    """

    deduction_id: str
    number: int
    quantity: int
    moment: datetime
    arose_at: datetime
    ahead: list[Settlement] = field(default_factory=list)

    def settled_by(self, grant_id: str, quantity: int, effective_at: datetime) -> Settlement:
        return Settlement(self.deduction_id, grant_id, quantity, effective_at, self.moment, self.arose_at, self.number)


def bear(debts: Iterable[Debt], deduction_id: str, quantity: int) -> list[tuple[Debt, int]]:
    """Takes so much off what a deduction owes, what has stood longest first. Returns the parts that it came off."""
    taken = []
    for debt in debts:
        if quantity == 0:
            break
        part = min(debt.quantity, quantity)
        if debt.deduction_id == deduction_id and part:
            debt.quantity -= part
            quantity -= part
            taken.append((debt, part))
    return taken


def owe_again(debts: list[Debt], fact: DebtSettlementWithdrawn) -> None:
    """Adds what no credit bears any more to what its deduction owes since then, in its place among the debts."""
    owed = (fact.deduction_id, fact.owed_since)
    found = next((debt for debt in debts if (debt.deduction_id, debt.moment) == owed), None)
    if found is None:
        found = Debt(fact.deduction_id, fact.debt_no, 0, fact.owed_since, fact.arose_at)
        debts.append(found)
        debts.sort(key=lambda debt: (debt.number, debt.moment))
    found.quantity += fact.quantity


def settlements(
    debts: Iterable[Debt], since: datetime, grants: Iterable[Grant], open_from: Callable[[datetime], datetime]
) -> list[Settlement]:
    """What settles debts, of which none stands longer than `since`: the oldest first, by credit in the order in which
    it becomes valid.

    Ties go by order of granting. A settlement takes effect at the latest of the debt, the credit's beginning, what
    freed it and the first open instant (M5), whenever it is told; credit that is over by then settles nothing. Where no
    credit is left no debt is looked at, however many there are.
    """
    with_credit = [
        replace(grant)
        for grant in grants
        if grant.free > 0 and open_from(max(since, grant.valid_from)) < grant.expires_at
    ]
    left = sum(grant.free for grant in with_credit)
    found: list[Settlement] = []
    for debt in debts if left else ():
        owed = debt.quantity
        for when, grant, free in _in_time(with_credit, debt.moment):
            quantity = min(free, owed)
            if quantity > 0 and open_from(when) < grant.expires_at:
                found.append(debt.settled_by(grant.grant_id, quantity, when))
                grant.settle(quantity, when)
                owed -= quantity
                left -= quantity
        if left == 0:
            break
    return found


def _in_time(grants: Iterable[Grant], since: datetime) -> list[tuple[datetime, Grant, int]]:
    """What of each grant can settle something that is owed since an instant, and from when on, in that order (C4)."""
    parts = [
        (when, grant, quantity)
        for grant in grants
        for when, quantity in free_since(grant.freed, grant.free, max(since, grant.valid_from))
    ]
    return sorted(parts, key=lambda part: (part[0], part[1].valid_from, part[1].order))


def without(
    ahead: Collection[Settlement], debts: Iterable[Debt], grants: Collection[Grant]
) -> tuple[Iterable[Debt], Collection[Grant]]:
    """Debts and grants as if these settlements were not there."""
    if not ahead:
        return debts, grants
    owed = Counter[tuple[str, datetime]]()
    freed = {grant.grant_id: replace(grant) for grant in grants}
    for one in ahead:
        owed[one.deduction_id, one.owed_since] += one.quantity
        freed[one.grant_id].give_back(one.quantity, one.effective_at)
    owing = (replace(debt, quantity=debt.quantity + owed[debt.deduction_id, debt.moment]) for debt in debts)
    return owing, list(freed.values())
