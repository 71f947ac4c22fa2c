"""What was done with each grant, in the order of history: inside its life, and never more than it had.

Rules C2, C4, C9, C15. It holds a few figures a grant, since when debts are owed, and what was settled later than that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ledger.credit.events import (
    CreditDrawn,
    CreditGranted,
    CreditReserved,
    CreditReturned,
    DebtSettled,
    DebtSettlementWithdrawn,
    GrantExpiryMoved,
    GrantTakenBack,
)
from ledger.credit.grants import is_valid_at
from ledger.kernel.fact import Fact
from ledger.kernel.values import FAR_FUTURE, show_instant


@dataclass(slots=True)
class _Life:
    """One grant: when it counts, what is left in it, what deductions have of it; `late` is what it settles of debts
    that stood before, by deduction: when, and how much.

    `gone` came back too late to be used, and goes with the grant where that is taken back (C9, C17). `withdrawn` it
    settles no longer: how much of which deduction, and when.
    """

    valid_from: datetime
    expires_at: datetime
    left: int
    drawn: int = 0
    gone: int = 0
    late: dict[str, list[tuple[datetime, int]]] = field(default_factory=dict)
    withdrawn: Counter[tuple[str, datetime]] = field(default_factory=Counter)

    def draw(self, quantity: int) -> None:
        self.left -= quantity
        self.drawn += quantity

    def settle_no_more(self, deduction_id: str, at: datetime, quantity: int) -> None:
        """Not what took effect at that instant; where its end is told as of a later one, not the last of that size."""
        late = self.late.get(deduction_id, [])
        found = [one for one in late if one == (at, quantity)] or [one for one in late if one[1] == quantity]
        if found:
            late.remove(found[-1])
        if not late:
            self.late.pop(deduction_id, None)


class GrantLives:
    """`fault` takes the facts of a whole ledger one by one."""

    def __init__(self) -> None:
        self._lives: dict[str, _Life] = {}
        self._arose: dict[str, datetime] = {}  # since when it was owed at first, by deduction

    def fault(self, position: int, fact: Fact) -> str | None:
        """What is wrong with the next fact, if anything is."""
        if isinstance(fact, CreditGranted):
            self._lives[fact.grant_id] = _Life(fact.valid_from, fact.expires_at or FAR_FUTURE, fact.quantity)
            return None
        try:
            found = next(self._faults(fact), None)
        except KeyError as error:
            found = f"grant {error.args[0]} is not there"
        return f"position {position}: {found}" if found is not None else None

    def _faults(self, fact: Fact) -> Iterator[str]:
        if isinstance(fact, CreditDrawn):
            for draw in fact.draws:
                if draw.grant_id is not None:
                    yield from self._drawn(fact.deduction_id, draw.grant_id, draw.quantity, fact.true_at)
                else:
                    self._arose[fact.deduction_id] = fact.effective_at
        elif isinstance(fact, DebtSettled):
            life = self._lives[fact.grant_id]
            if fact.rule == "C9":  # it undoes a withdrawal, and is returned in the same breath
                life.draw(fact.quantity)
                life.withdrawn[fact.deduction_id, fact.effective_at] -= fact.quantity
                if life.withdrawn[fact.deduction_id, fact.effective_at] < 0:
                    yield f"grant {fact.grant_id} settles {fact.deduction_id} again, which was not withdrawn from it"
                return
            yield from self._drawn(fact.deduction_id, fact.grant_id, fact.quantity, fact.effective_at)
            if fact.effective_at != self._arose.get(fact.deduction_id):
                life.late.setdefault(fact.deduction_id, []).append((fact.effective_at, fact.quantity))
        elif isinstance(fact, DebtSettlementWithdrawn):
            life = self._lives[fact.grant_id]
            life.draw(-fact.quantity)
            life.withdrawn[fact.deduction_id, fact.effective_at] += fact.quantity
            life.settle_no_more(fact.deduction_id, fact.effective_at, fact.quantity)
        elif isinstance(fact, CreditReturned):
            self._arose.pop(fact.deduction_id, None)
            for draw in fact.returns:
                if draw.grant_id is not None:
                    life = self._lives[draw.grant_id]
                    life.drawn -= draw.quantity
                    life.late.pop(fact.deduction_id, None)
                    if fact.effective_at < life.expires_at:
                        life.left += draw.quantity
                    else:
                        life.gone += draw.quantity
        elif isinstance(fact, CreditReserved):
            for part in fact.allocations:
                if part.grant_id is not None and fact.effective_at < self._lives[part.grant_id].valid_from:
                    at = show_instant(fact.effective_at)
                    yield f"session {fact.session_id} holds grant {part.grant_id} at {at}, before that begins"
        elif isinstance(fact, GrantExpiryMoved):
            yield from self._moved(fact)
        elif isinstance(fact, GrantTakenBack):
            life = self._lives[fact.grant_id]
            life.left -= fact.quantity
            is_in_use = life.drawn > 0 and fact.stood_for is None
            if is_in_use or life.left + life.gone < 0:
                yield f"grant {fact.grant_id} is taken back, and {life.drawn} of it are drawn or settle debts"

    def _drawn(self, deduction_id: str, grant_id: str, quantity: int, moment: datetime) -> Iterator[str]:
        life = self._lives[grant_id]
        if not is_valid_at(life.valid_from, life.expires_at, moment):
            end = f"until {show_instant(life.expires_at)}" if life.expires_at < FAR_FUTURE else "on"
            yield (
                f"{deduction_id} rests on grant {grant_id} at {show_instant(moment)}; that counts from "
                f"{show_instant(life.valid_from)} {end}"
            )
        life.draw(quantity)
        if life.left < 0:
            yield f"{deduction_id} takes {quantity} of grant {grant_id}, which had {life.left + quantity} left"

    def _moved(self, fact: GrantExpiryMoved) -> Iterator[str]:
        """What work drew or rested on at its own moment stands, though that is after an end told later (C14).

        An end that was moved out of a closed month leaves what was moved to the same instant (M5).
        """
        life = self._lives[fact.grant_id]
        life.expires_at = fact.expires_at
        for deduction_id, late in life.late.items():
            if any(at > fact.expires_at or (at == fact.expires_at and fact.dated is None) for at, _ in late):
                yield f"grant {fact.grant_id} ends at {show_instant(fact.expires_at)}, before it settles {deduction_id}"
