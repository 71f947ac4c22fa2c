"""What is known of a credit account: its grants, reservations and debts, folded from its events. Rules C2, C4, C6.

Its state is bounded by its grants, open bookings and open debts, never by how much was worked: what a
deduction drew is kept in the deduction's own stream. `account` decides over it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from ledger.credit.debts import Debts
from ledger.credit.events import (
    AccountOpened,
    CreditDrawn,
    CreditGranted,
    CreditReserved,
    CreditReturned,
    CreditUnit,
    DebtSettled,
    DebtSettlementWithdrawn,
    Draw,
    GrantExpiryMoved,
    GrantTakenBack,
    ReservationReleased,
    TopUpCharged,
    TopUpReversed,
)
from ledger.credit.known_credit import KnownCredit
from ledger.credit.not_shown import LastTakings, not_shown
from ledger.credit.settlement import Grant, Settlement
from ledger.kernel.aggregate import applies
from ledger.kernel.errors import Refusal
from ledger.kernel.long_lived import LongLived
from ledger.kernel.values import FAR_FUTURE, FURTHEST_AHEAD, show_cents, show_instant

MOST_TOLD = 10


class CreditState(LongLived):
    KNOWN = KnownCredit

    def begin(self) -> None:
        super().begin()
        self.pool = ""
        self.unit: CreditUnit = "minutes"
        self.currency: str | None = None
        self.grants: dict[str, Grant] = {}
        self.reservations: dict[str, list[CreditReserved]] = {}  # by session, parts in their order
        self.debts = Debts()
        self.takings = LastTakings()
        self.prices: dict[str, TopUpCharged] = {}  # of top-ups that stand

    @property
    def weight_bytes(self) -> int:
        kept = len(self.grants) + len(self.reservations) + len(self.debts.standing) + len(self.prices)
        return super().weight_bytes + 6_000 + 1_000 * kept

    def known(self) -> KnownCredit:
        return KnownCredit(
            self.contract_id,
            self.pool,
            self.unit,
            self.currency,
            self.grants,
            self.reservations,
            self.debts,
            self.takings,
            self.prices,
        )

    def recall(self, known: KnownCredit) -> None:
        self.contract_id, self.pool = known.contract_id, known.pool
        self.unit, self.currency = known.unit, known.currency
        self.grants, self.reservations = known.grants, known.reservations
        self.debts, self.takings, self.prices = known.debts, known.takings, known.prices

    # -- questions -------------------------------------------------------------------------------------------

    def drawable(self, moment: datetime, open_from: datetime) -> list[Grant]:
        """Grants that may be drawn on at a moment and have something free, in the order in which they are (C2)."""
        found = [g for g in self.grants.values() if g.free > 0 and g.drawable_at(moment, open_from)]
        return sorted(found, key=lambda g: (g.expires_at, g.order))

    def available(self, moment: datetime, open_from: datetime, settled: Iterable[Settlement]) -> int:
        """What a booking at that moment may reserve: unexpired grants less consumed, reserved and owed (C6).

        What was `settled` late is owed until then, but where credit valid at the moment bears it, which has it no more.
        """
        drawable = {one.grant_id: one.free for one in self.grants.values() if one.drawable_at(moment, open_from)}
        owed = sum(one.quantity for one in settled if one.is_owed_at(moment) and one.grant_id not in drawable)
        return sum(drawable.values()) - self.debts.total - owed - self._held_outside(drawable, moment)

    def _held_outside(self, grant_ids: Collection[str], moment: datetime) -> int:
        """What sessions hold at a moment, but not of these grants: their credit has expired, or there was too little.

        It is reserved until its session ends (C6), and moves along with it to other credit.
        """
        held = (one for parts in self.reservations.values() for one in parts if one.effective_at <= moment)
        return sum(part.quantity for one in held for part in one.allocations if part.grant_id not in grant_ids)

    def held_validly(self, session_id: str, moment: datetime, open_from: datetime) -> int:
        """What a session holds of credit that is valid at a moment."""
        parts = (part for reserved in self.reservations.get(session_id, []) for part in reserved.allocations)
        held = ((self.grants[part.grant_id], part.quantity) for part in parts if part.grant_id is not None)
        return sum(quantity for grant, quantity in held if grant.drawable_at(moment, open_from))

    def allocate(self, moment: datetime, quantity: int, open_from: datetime) -> tuple[list[Draw], int]:
        """Draws in the order of C2 and what they leave uncovered."""
        draws = []
        for grant in self.drawable(moment, open_from):
            if quantity == 0:
                break
            part = min(grant.free, quantity)
            draws.append(Draw(grant.grant_id, part))
            quantity -= part
        return draws, quantity

    def counting_from(self, held: Iterable[Draw], at: datetime) -> dict[str | None, datetime]:
        """When a reservation of an instant counts, by grant: not before that does; what none bears is the last (C6)."""
        begins = {part.grant_id: self.grants[part.grant_id].valid_from for part in held if part.grant_id is not None}
        found: dict[str | None, datetime] = {grant_id: max(at, begun) for grant_id, begun in begins.items()}
        return found | {None: max(found.values(), default=at)}

    def sessions_on(self, grant_id: str) -> list[str]:
        """The booked sessions whose reservation a grant holds."""
        return [
            session_id
            for session_id, parts in self.reservations.items()
            if any(part.grant_id == grant_id for one in parts for part in one.allocations)
        ]

    def of_no_term(self, over_at: datetime) -> list[Grant]:
        """Allotments of terms that will not begin, where the last one is over at an instant (C15)."""
        grants = (one for one in self.grants.values() if one.source == "allotment" and one.valid_from >= over_at)
        return [grant for grant in grants if not grant.is_taken_back]

    def lump_sum_left(self, moment: datetime) -> int:
        """What is left of allotments without an end that began before: a change of plan lets them stand (C15)."""
        return sum(
            grant.remaining
            for grant in self.grants.values()
            if grant.source == "allotment" and grant.expires_at == FAR_FUTURE and grant.valid_from < moment
        )

    def figures(self, **quantities: int) -> dict[str, Any]:
        """As answers have them: minutes as they are, money with two decimals beside its currency."""
        if self.unit == "minutes":
            return quantities
        return {name: show_cents(cents) for name, cents in quantities.items()} | {"currency": self.currency}

    def insufficient(self, detail: str, available: int, needed: int) -> Refusal:
        figures = self.figures(short_by=needed - available, available=available, needed=needed)
        return Refusal("insufficient-credit", detail, **figures)

    def show(self, quantity: int) -> str:
        """60 minutes, or 12.50 EUR."""
        return f"{quantity} minutes" if self.unit == "minutes" else f"{show_cents(quantity)} {self.currency}"

    def not_counted(self, moment: datetime, open_from: datetime) -> str:
        """What the balance as of a moment still shows and nothing more can rest on, since it is known (C14, C17)."""
        grants = self.grants.values()
        drawable = {one.grant_id for one in grants if one.drawable_at(moment, open_from)}
        held = (one for parts in self.reservations.values() for one in parts)
        found = not_shown(moment, drawable, self.takings.after(moment), held, grants)
        told = [f"{self.show(quantity)} {what} {show_instant(at)}" for quantity, what, at in found[:MOST_TOLD]]
        told += [f"what {len(found) - MOST_TOLD} more take after that"] if len(found) > MOST_TOLD else []
        return "".join(f" Not counted: {one}." for one in told)

    # -- history ---------------------------------------------------------------------------------------------

    @applies(AccountOpened)
    def _opened(self, fact: AccountOpened) -> None:
        self.contract_id = fact.contract_id
        self.pool, self.unit, self.currency = fact.pool, fact.unit, fact.currency

    @applies(CreditGranted)
    def _granted(self, fact: CreditGranted) -> None:
        self.grants[fact.grant_id] = Grant(
            fact.grant_id,
            len(self.grants),
            fact.source,
            fact.quantity,
            fact.quantity,
            fact.valid_from,
            fact.expires_at or FAR_FUTURE,
        )

    @applies(GrantExpiryMoved)
    def _expiry_moved(self, fact: GrantExpiryMoved) -> None:
        self.grants[fact.grant_id].expires_at = fact.expires_at

    @applies(CreditReserved)
    def _reserved(self, fact: CreditReserved) -> None:
        self.reservations.setdefault(fact.session_id, []).append(fact)
        for part in fact.allocations:
            if part.grant_id is not None:
                self.grants[part.grant_id].reserve(part.quantity)

    @applies(ReservationReleased)
    def _released(self, fact: ReservationReleased) -> None:
        parts = self.reservations[fact.session_id]
        for part in parts.pop(0).allocations:
            if part.grant_id is not None:
                self.grants[part.grant_id].release(part.quantity, fact.effective_at)
        if not parts:
            del self.reservations[fact.session_id]

    @applies(CreditDrawn)
    def _drawn(self, fact: CreditDrawn) -> None:
        self.takings.draw(fact)
        self.debts.forget_settled(fact.effective_at - FURTHEST_AHEAD)
        for draw in fact.draws:
            if draw.grant_id is None:
                self.debts.owe(fact.deduction_id, draw.quantity, fact.effective_at)
            else:
                self.grants[draw.grant_id].draw(draw.quantity)

    @applies(DebtSettled)
    def _settled(self, fact: DebtSettled) -> None:
        self.takings.settle(fact)
        self.grants[fact.grant_id].settle(fact.quantity, fact.effective_at)
        self.debts.settle(fact)

    @applies(DebtSettlementWithdrawn)
    def _settlement_withdrawn(self, fact: DebtSettlementWithdrawn) -> None:
        self.takings.withdraw(fact)
        grant = self.grants[fact.grant_id]
        # What bore a debt from its own instant on had been free before: since the grant began, as far as is known.
        grant.give_back(fact.quantity, grant.valid_from if fact.effective_at == fact.owed_since else fact.effective_at)
        self.debts.withdraw(fact)

    @applies(GrantTakenBack)
    def _taken_back(self, fact: GrantTakenBack) -> None:
        grant = self.grants[fact.grant_id]
        grant.quantity -= fact.quantity
        grant.back, grant.back_at = grant.back + fact.quantity, fact.effective_at
        grant.remaining = max(0, grant.remaining - fact.quantity)
        if fact.stood_for is not None:
            self.grants[fact.stood_for].corrections[fact.grant_id] -= fact.quantity

    @applies(CreditReturned)
    def _returned(self, fact: CreditReturned) -> None:
        self.takings.give_back(fact.deduction_id)
        for draw in fact.returns:
            if draw.grant_id is None:
                continue
            grant = self.grants[draw.grant_id]
            if grant.loses_what_returns_at(fact.effective_at):
                grant.corrections[fact.correction_id] = draw.quantity
            else:
                grant.give_back(draw.quantity, fact.effective_at)
        self.debts.drop(fact.deduction_id)

    @applies(TopUpCharged)
    def _charged(self, fact: TopUpCharged) -> None:
        self.prices[fact.grant_id] = fact

    @applies(TopUpReversed)
    def _price_taken_back(self, fact: TopUpReversed) -> None:
        del self.prices[fact.grant_id]
