"""What a booking is judged by and the balance as of its start does not show, in words: so both can be reconciled.

How much is available is judged over everything recorded (C14), a balance is what is effective by a moment. Between the
two lie work, bookings and takings back that are dated later. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ledger.credit.draws import owed_again, settled
from ledger.credit.events import CreditDrawn, CreditReserved, DebtSettled, DebtSettlementWithdrawn
from ledger.credit.grants import is_valid_at
from ledger.credit.settlement import Grant

MOST_KEPT = 50  # of the deductions that are dated last: an effective time lies at most a day ahead of the clock


@dataclass(slots=True)
class Taking:
    """What a deduction takes as of a moment, by grant; what is owed stands under None."""

    deduction_id: str
    moment: datetime
    parts: Mapping[str | None, int]


@dataclass(slots=True)
class LastTakings:
    """The deductions that are dated last, however many there are: of these some may lie ahead."""

    kept: dict[str, Taking] = field(default_factory=dict)

    def draw(self, fact: CreditDrawn) -> None:
        parts = {draw.grant_id: draw.quantity for draw in fact.draws}
        self.kept[fact.deduction_id] = Taking(fact.deduction_id, fact.effective_at, parts)
        if len(self.kept) > 2 * MOST_KEPT:  # not each time, so that a long history is read at no cost
            last = sorted(self.kept.values(), key=lambda one: one.moment)[-MOST_KEPT:]
            self.kept = {one.deduction_id: one for one in last}

    def settle(self, fact: DebtSettled) -> None:
        taking = self.kept.get(fact.deduction_id)
        if taking is not None:
            taking.parts = settled(taking.parts, fact.grant_id, fact.quantity)

    def withdraw(self, fact: DebtSettlementWithdrawn) -> None:
        taking = self.kept.get(fact.deduction_id)
        if taking is not None:
            taking.parts = owed_again(taking.parts, fact.grant_id, fact.quantity)

    def give_back(self, deduction_id: str) -> None:
        self.kept.pop(deduction_id, None)

    def after(self, moment: datetime) -> Sequence[Taking]:
        return [one for one in self.kept.values() if one.moment > moment]


def not_shown(
    moment: datetime,
    drawable: Collection[str],
    taken: Iterable[Taking],
    held: Iterable[CreditReserved],
    back: Iterable[Grant],
) -> list[tuple[int, str, datetime]]:
    """What the balance as of a moment still shows and nothing more can rest on: how much, what becomes of it, and when.

    `drawable` are the grants that may be drawn on at the moment; what is taken of others later changes nothing by then.
    """
    found = []
    for taking in taken:
        quantity = sum(part for grant_id, part in taking.parts.items() if grant_id is None or grant_id in drawable)
        found.append((quantity, f"that {taking.deduction_id} takes at", taking.moment))
    for one in held:
        if one.effective_at > moment:
            quantity = sum(part.quantity for part in one.allocations if part.grant_id in drawable)
            found.append((quantity, f"that session {one.session_id} holds from", one.effective_at))
    for grant in back:
        counts = is_valid_at(grant.valid_from, grant.expires_at, moment)
        if counts and grant.back_at is not None and grant.back_at > moment:
            found.append((grant.back, f"of {grant.grant_id}, taken back at", grant.back_at))
    return sorted((one for one in found if one[0]), key=lambda one: one[2])
