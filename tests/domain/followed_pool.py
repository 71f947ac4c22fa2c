"""One account in a test's own books, followed fact by fact: slow, and without a line of the ledger's own reckoning."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from ledger.events import (
    CreditDrawn,
    CreditGranted,
    CreditReserved,
    CreditReturned,
    DebtSettled,
    DebtSettlementWithdrawn,
    Draw,
    Fact,
    GrantExpiryMoved,
    GrantTakenBack,
    ReservationReleased,
)
from tests.books import total

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass
class Lot:
    """A grant in the test's own books."""

    grant_id: str
    number: int
    valid_from: datetime
    expires_at: datetime
    free: int


class Pool:
    """One account, followed fact by fact: nothing is drawn but what is there, valid, and first to expire."""

    def __init__(self) -> None:
        self.lots: dict[str, Lot] = {}
        self.held: dict[str, list[CreditReserved]] = defaultdict(list)
        self.owed: list[tuple[str, datetime, int]] = []
        self.debts: list[str] = []  # all that ever were, in the order of recording
        self.rests: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))  # on each lot, by deduction

    def first_to_expire(self, moment: datetime, quantity: int) -> list[Draw]:
        """C2, by choosing the next lot again and again; what no lot covers comes last, without a grant."""
        parts: list[Draw] = []
        spent: set[str] = set()
        while quantity > 0:
            best: Lot | None = None
            for lot in self.lots.values():
                if lot.grant_id in spent or lot.free <= 0 or not lot.valid_from <= moment < lot.expires_at:
                    continue
                if best is None or (lot.expires_at, lot.number) < (best.expires_at, best.number):
                    best = lot
            if best is None:
                return [*parts, Draw(None, quantity)]
            spent.add(best.grant_id)
            parts.append(Draw(best.grant_id, min(best.free, quantity)))
            quantity -= parts[-1].quantity
        return parts

    def move(self, parts: list[Draw], sign: int) -> None:
        for part in parts:
            if part.grant_id is not None:
                self.lots[part.grant_id].free += sign * part.quantity
                assert self.lots[part.grant_id].free >= 0, f"{part.grant_id} is overdrawn"

    def follow(self, fact: Fact, wanted: dict[str, int]) -> None:
        """`wanted` is what each deduction is about: its billed or penalty minutes."""
        if isinstance(fact, CreditGranted):
            number, ends = len(self.lots), fact.expires_at or NEVER
            self.lots[fact.grant_id] = Lot(fact.grant_id, number, fact.valid_from, ends, fact.quantity)
        elif isinstance(fact, GrantExpiryMoved):
            self.lots[fact.grant_id].expires_at = fact.expires_at
        elif isinstance(fact, CreditReserved):
            told = [part for part in fact.allocations if part.grant_id]
            assert total(fact.allocations) == fact.quantity
            assert told == [p for p in self.first_to_expire(fact.starts_at, fact.quantity) if p.grant_id]
            self.move(fact.allocations, -1)
            begins = [self.lots[part.grant_id].valid_from for part in fact.allocations if part.grant_id]
            assert fact.effective_at >= max(begins, default=fact.effective_at), "it counts when its credit does"
            self.held[fact.session_id].append(fact)
        elif isinstance(fact, ReservationReleased):
            released = self.held[fact.session_id].pop(0)
            assert released.quantity == fact.quantity
            self.move(released.allocations, +1)
        elif isinstance(fact, CreditDrawn):
            expected = self.first_to_expire(fact.effective_at, wanted[fact.deduction_id])
            covered = [draw for draw in expected if draw.grant_id]
            assert [draw for draw in fact.draws if draw.grant_id] == covered
            assert fact.draws in (expected, covered), "a debt is the rest, or the rest is overage"
            self.move(fact.draws, -1)
            for draw in covered:
                self.rests[str(draw.grant_id)][fact.deduction_id] += draw.quantity
            self.debts.append(fact.deduction_id)
            self.owed += [(fact.deduction_id, fact.effective_at, d.quantity) for d in fact.draws if not d.grant_id]
        elif isinstance(fact, DebtSettled):
            self.cover(fact)
        elif isinstance(fact, CreditReturned):
            self.move([one for one in fact.returns if self.is_open(one.grant_id, fact.effective_at)], +1)
            self.owed = [debt for debt in self.owed if debt[0] != fact.deduction_id]
            for resting in self.rests.values():
                resting.pop(fact.deduction_id, None)
        elif isinstance(fact, DebtSettlementWithdrawn):
            self.stand_again(fact)
        elif isinstance(fact, GrantTakenBack):
            self.take_back(fact)

    def is_open(self, grant_id: str | None, at: datetime) -> bool:
        """Whether what comes back to a lot can be drawn again (C9)."""
        return grant_id is not None and at < self.lots[grant_id].expires_at

    def stand_again(self, fact: DebtSettlementWithdrawn) -> None:
        """A debt stands again in its place among the others, the oldest first, since nothing bears it (C4, C17)."""
        self.lots[fact.grant_id].free += fact.quantity
        self.rests[fact.grant_id][fact.deduction_id] -= fact.quantity
        parts = {(deduction_id, moment): quantity for deduction_id, moment, quantity in self.owed}
        again = (fact.deduction_id, fact.owed_since)
        parts[again] = parts.get(again, 0) + fact.quantity
        placed = sorted(parts, key=lambda part: (self.debts.index(part[0]), part[1]))
        self.owed = [(*part, parts[part]) for part in placed]

    def take_back(self, fact: GrantTakenBack) -> None:
        """Nothing rests on what is taken back whole, and nothing is left of it (C17)."""
        if fact.stood_for is None:
            assert not any(self.rests[fact.grant_id].values()), f"{fact.grant_id} is in use"
        self.lots[fact.grant_id].free = max(0, self.lots[fact.grant_id].free - fact.quantity)

    def cover(self, fact: DebtSettled) -> None:
        lot = self.lots[fact.grant_id]
        if fact.rule == "C9":  # a withdrawal is undone, and what it gave back is returned in the same breath
            lot.free -= fact.quantity
            return
        assert lot.valid_from <= fact.effective_at < lot.expires_at
        place = next(n for n, debt in enumerate(self.owed) if debt[0] == fact.deduction_id)
        passed_over = [moment for _, moment, _ in self.owed[:place]]
        assert all(moment >= lot.expires_at for moment in passed_over), "an older debt could have been filled"
        deduction_id, moment, quantity = self.owed[place]
        assert fact.effective_at >= moment
        assert 0 < fact.quantity <= quantity
        rest = [(deduction_id, moment, quantity - fact.quantity)] if quantity > fact.quantity else []
        self.owed[place : place + 1] = rest
        self.move([Draw(fact.grant_id, fact.quantity)], -1)
        self.rests[fact.grant_id][deduction_id] += fact.quantity

    def check_settled(self) -> None:
        """Between commands: nobody owes while a lot that never expires has something free (C4)."""
        assert not self.owed or not any(lot.free for lot in self.lots.values() if lot.expires_at == NEVER)
