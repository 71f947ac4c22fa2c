"""The books' own checks of what they are made from, beside that every transaction balances.

What an account drew for each deduction is what the deduction says; credit settles a debt inside its life; credit that
was bought has its charge. `ledger.door` holds the events themselves to the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from api.books.journal import FaultyBooksError
from ledger.kernel.values import from_micros, show_instant
from projections.credit.movements import NEVER, MovementRow
from projections.provider.books import BooksSource

SPENT = ("work", "session", "penalty", "service", "debt_settled")  # a reversal gives back what stays told


def check_books(source: BooksSource) -> None:
    """Raises FaultyBooksError with the first fault."""
    fault = next(_faults(source), None)
    if fault is not None:
        raise FaultyBooksError(fault)


def _faults(source: BooksSource) -> Iterator[str]:
    charges = {charge.charge_id for charge in source.charges}
    yield from _outside_their_life(source.movements)
    for movement in source.movements:
        if movement.charge_id is not None and movement.charge_id not in charges:
            yield (
                f"position {movement.position}: grant {movement.grant_id} was bought, "
                f"and its charge {movement.charge_id} is not in the books"
            )
    yield from _unequal(source)


def _outside_their_life(movements: Iterable[MovementRow]) -> Iterator[str]:
    lives: dict[str, tuple[int, int]] = {}  # from when to when each grant counts, as it was told last
    withdrawn = Counter[tuple[str, str, int, int]]()  # a reversal of an earlier moment undoes it (C9)
    for movement in movements:
        if movement.grant_id is None:
            continue
        if movement.expires_at is not None:
            begins = lives.get(movement.grant_id, (movement.dated or movement.effective_at, NEVER))[0]
            lives[movement.grant_id] = (begins, movement.expires_at)
        elif movement.kind == "debt_settled":
            place = (movement.grant_id, movement.reference, movement.effective_at, abs(movement.consumed))
            begins, ends = lives[movement.grant_id]
            if movement.consumed < 0:
                withdrawn[place] += 1
            elif withdrawn[place]:
                withdrawn[place] -= 1
            elif not begins <= movement.effective_at < ends:
                at = show_instant(from_micros(movement.effective_at))
                yield (
                    f"position {movement.position}: grant {movement.grant_id} settles {movement.reference} at {at}, "
                    f"outside its life"
                )


def _unequal(source: BooksSource) -> Iterator[str]:
    by_account: dict[str, Counter[str | None]] = {}
    for movement in source.movements:
        if movement.kind in SPENT:
            by_account.setdefault(movement.reference, Counter())[movement.grant_id] += movement.consumed
    for deduction_id, draws in source.draws.items():
        told = Counter({draw.grant_id: draw.quantity for draw in draws})
        booked = by_account.pop(deduction_id, Counter[str | None]())
        for grant_id in sorted(told.keys() | booked.keys(), key=lambda one: one or ""):
            if told[grant_id] != booked[grant_id]:
                of = f"grant {grant_id}" if grant_id is not None else "the debt"
                yield f"{deduction_id}: of {of} its account drew {booked[grant_id]}, it says {told[grant_id]}"
    for deduction_id in by_account:
        yield f"{deduction_id}: its account drew credit, and there is no such deduction"
