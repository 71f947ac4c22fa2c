"""What one command says twice of credit has to agree: account and deduction of a draw, bought credit and its charge.

An account and a deduction are streams of their own, and each tells a draw, a settlement and a return for itself; both
are recorded by one command. So what was bought and its charge are. Pure; rules C4, C9, C15, M1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from ledger.contracts.events import LumpSumCharged, TermStarted
from ledger.credit.deduction_events import (
    DeductionReversed,
    DrawSettled,
    DrawSettlementWithdrawn,
    HoursDeducted,
    LateChangePenaltyDeducted,
    NoShowPenaltyDeducted,
    ServiceDelivered,
)
from ledger.credit.events import (
    CreditDrawn,
    CreditGranted,
    CreditReturned,
    DebtSettled,
    DebtSettlementWithdrawn,
    Draw,
    TopUpCharged,
)
from ledger.kernel.fact import Fact

Placed = tuple[int, Fact]  # the position of a fact, and the fact


class _Moved(NamedTuple):
    """Credit of a grant (or a debt) that was drawn, settled, withdrawn or returned for a deduction."""

    how: str
    deduction_id: str
    grant_id: str | None


def command_fault(facts: Sequence[Placed]) -> str | None:
    """A sentence that names what disagrees in the facts of one command, or None."""
    return _draw_fault(facts) or _purchase_fault(facts)


def _draw_fault(facts: Iterable[Placed]) -> str | None:
    """Draws of account and deduction are equal, grant by grant, at every step."""
    by_account, by_deduction = Counter[_Moved](), Counter[_Moved]()
    places: dict[_Moved, int] = {}
    for position, fact in facts:
        for moved, quantity, side in _told(fact, by_account, by_deduction):
            side[moved] += quantity
            places.setdefault(moved, position)
    for moved, position in places.items():
        if by_account[moved] != by_deduction[moved]:
            of = f"grant {moved.grant_id}" if moved.grant_id is not None else "the debt"
            return (
                f"position {position}: of {of} {by_account[moved]} were {moved.how} for {moved.deduction_id} by its "
                f"account, {by_deduction[moved]} by the deduction itself"
            )
    return None


def _told(
    fact: Fact, account: Counter[_Moved], deduction: Counter[_Moved]
) -> Iterator[tuple[_Moved, int, Counter[_Moved]]]:
    if isinstance(fact, CreditDrawn):
        yield from _each("drawn", fact.deduction_id, fact.draws, account)
    elif isinstance(fact, HoursDeducted | LateChangePenaltyDeducted | NoShowPenaltyDeducted | ServiceDelivered):
        yield from _each("drawn", fact.deduction_id, fact.draws, deduction)
    elif isinstance(fact, CreditReturned):
        yield from _each("returned", fact.deduction_id, fact.returns, account)
    elif isinstance(fact, DeductionReversed):
        yield from _each("returned", fact.deduction_id, fact.returns, deduction)
    elif isinstance(fact, DebtSettled | DrawSettled):
        side = account if isinstance(fact, DebtSettled) else deduction
        yield _Moved("settled", fact.deduction_id, fact.grant_id), fact.quantity, side
    elif isinstance(fact, DebtSettlementWithdrawn | DrawSettlementWithdrawn):
        side = account if isinstance(fact, DebtSettlementWithdrawn) else deduction
        yield _Moved("owed again", fact.deduction_id, fact.grant_id), fact.quantity, side


def _each(
    how: str, deduction_id: str, draws: Iterable[Draw], side: Counter[_Moved]
) -> Iterator[tuple[_Moved, int, Counter[_Moved]]]:
    for draw in draws:
        yield _Moved(how, deduction_id, draw.grant_id), draw.quantity, side


def _purchase_fault(facts: Sequence[Placed]) -> str | None:
    """Credit that was bought names its charge, and each such charge is for as much credit as was granted."""
    charged: dict[str, tuple[int, int]] = {}  # by charge: its position, and how much credit it is for
    lump_sums: set[tuple[int, str]] = set()  # by term and pool: the terms say that the allotment is charged
    for position, fact in facts:
        if isinstance(fact, TopUpCharged):
            charged[fact.charge_id] = (position, fact.quantity)
        elif isinstance(fact, LumpSumCharged):
            charged[fact.charge_id] = (position, fact.amount_cents)
        elif isinstance(fact, TermStarted):
            lump_sums.update((fact.term_no, pool) for pool in _charged_pools(fact))
    for position, fact in facts:
        if not isinstance(fact, CreditGranted):
            continue
        is_lump_sum = fact.source == "allotment" and (fact.term_no, fact.pool) in lump_sums
        if fact.charge_id is None and is_lump_sum:
            return f"position {position}: grant {fact.grant_id} is a lump sum, and nothing was charged for it"
        if fact.charge_id is not None:
            _, quantity = charged.pop(fact.charge_id, (0, None))
            if quantity != fact.quantity:
                found = "is not there" if quantity is None else f"is for {quantity}"
                return (
                    f"position {position}: grant {fact.grant_id} of {fact.quantity} was bought, "
                    f"and its charge {fact.charge_id} {found}"
                )
    for charge_id, (position, _) in charged.items():
        return f"position {position}: charge {charge_id} is for credit that was not granted"
    return None


def _charged_pools(fact: TermStarted) -> list[str]:
    pools: dict[str, dict[str, Any]] = msgspec.json.decode(fact.terms).get("pools") or {}
    return [name for name, pool in pools.items() if pool.get("allotment_charged") and pool.get("allotment")]
