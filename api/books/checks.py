"""The books' own checks of what they are made from, beside that every transaction balances.

What an account drew for each deduction is what the deduction says; credit settles a debt inside its life; credit that
was bought has its charge. `ledger.door` holds the events themselves to the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from api.books.journal import FaultyBooksError
from ledger.events import Draw
from ledger.kernel.values import from_micros, show_instant
from projections.credit.movements import NEVER, MovementRow
from projections.provider.books import SPENDING, BooksSource

Quantities = Counter[str | None]  # by grant; of the debt under None


@dataclass(slots=True)
class CheckOfContract:
    """What is seen of a contract's credit, page by page. Holds its grants, and of deductions those that differ yet."""

    _lives: dict[str, tuple[int, int]] = field(default_factory=dict)  # from when to when, as it was told last
    _withdrawn: Counter[tuple[str, str, int, int]] = field(default_factory=Counter)  # undo an earlier moment (C9)
    _differing: dict[str, Quantities] = field(default_factory=dict)  # what was drawn, less what is told

    def see_movement(self, movement: MovementRow) -> None:
        """In the order of their positions. Raises FaultyBooksError where a debt is settled outside a grant's life."""
        if movement.kind in SPENDING:
            self._differ(movement.reference, {movement.grant_id: movement.consumed})
        if movement.grant_id is None:
            return
        if movement.expires_at is not None:
            begins = self._lives.get(movement.grant_id, (movement.dated or movement.effective_at, NEVER))[0]
            self._lives[movement.grant_id] = (begins, movement.expires_at)
        elif movement.kind == "debt_settled":
            self._see_settlement(movement, movement.grant_id)

    def see_draws(self, deduction_id: str, draws: list[Draw]) -> None:
        """What a deduction says that it drew."""
        told = Quantities()
        for draw in draws:
            told[draw.grant_id] -= draw.quantity
        self._differ(deduction_id, told)

    async def end(self, source: BooksSource, contract_id: str) -> None:
        """Once all was seen. Raises FaultyBooksError with the first fault."""
        bought = await source.bought_without_charge(contract_id)
        if bought is not None:
            raise FaultyBooksError(
                f"position {bought.position}: grant {bought.grant_id} was bought, "
                f"and its charge {bought.charge_id} is not in the books"
            )
        for deduction_id, differing in self._differing.items():
            drawn = await source.drawn(contract_id, deduction_id)
            grant_id = min(differing, key=lambda one: one or "")
            of, booked = f"grant {grant_id}" if grant_id is not None else "the debt", drawn.get(grant_id, 0)
            says = f"of {of} its account drew {booked}, it says {booked - differing[grant_id]}"
            if not await source.has_deduction(deduction_id):
                says = "its account drew credit, and there is no such deduction"
            raise FaultyBooksError(f"{deduction_id}: {says}")

    def _see_settlement(self, movement: MovementRow, grant_id: str) -> None:
        place = (grant_id, movement.reference, movement.effective_at, abs(movement.consumed))
        begins, ends = self._lives[grant_id]
        if movement.consumed < 0:
            self._withdrawn[place] += 1
        elif self._withdrawn[place]:
            self._withdrawn[place] -= 1
        elif not begins <= movement.effective_at < ends:
            at = show_instant(from_micros(movement.effective_at))
            raise FaultyBooksError(
                f"position {movement.position}: grant {grant_id} settles {movement.reference} at {at}, outside its life"
            )

    def _differ(self, deduction_id: str, change: Mapping[str | None, int]) -> None:
        found = self._differing.get(deduction_id, Quantities())
        for grant_id, quantity in change.items():
            found[grant_id] += quantity
            if not found[grant_id]:
                del found[grant_id]
        if found:
            self._differing[deduction_id] = found
        else:
            self._differing.pop(deduction_id, None)
