"""What is known of a credit account: its grants, reservations and debts, folded from its events. Rules C2, C4, C6.

Its state is bounded by its grants, open bookings and open debts, never by how much was worked: what a
deduction drew is kept in the deduction's own stream. `account` decides over it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

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
from ledger.credit.settlement import Debt, Grant, Settlement, bear, owe_again
from ledger.kernel.aggregate import applies
from ledger.kernel.errors import Refusal
from ledger.kernel.long_lived import LongLived
from ledger.kernel.values import DISTANT_PAST, FAR_FUTURE, FURTHEST_AHEAD, show_cents, show_instant

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
        self.debts: list[Debt] = []
        self.debt_count = 0
        self.forgotten_until = DISTANT_PAST  # late settlements up to then stand in the history alone
        self.takings = LastTakings()
        self.prices: dict[str, TopUpCharged] = {}  # of top-ups that stand

    @property
    def weight_bytes(self) -> int:
        kept = len(self.grants) + len(self.reservations) + len(self.debts) + len(self.prices)
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
            self.debt_count,
            self.forgotten_until,
            self.takings,
            self.prices,
        )

    def recall(self, known: KnownCredit) -> None:
        self.contract_id, self.pool = known.contract_id, known.pool
        self.unit, self.currency = known.unit, known.currency
        self.grants, self.reservations = known.grants, known.reservations
        self.debts, self.debt_count = known.debts, known.debt_count
        self.forgotten_until, self.takings, self.prices = known.forgotten_until, known.takings, known.prices

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
        return sum(drawable.values()) - self.debt - owed - self._held_outside(drawable, moment)

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

    @property
    def debt(self) -> int:
        """What is owed and no credit, however late it begins, settles yet (C4)."""
        return sum(debt.quantity for debt in self.debts)

    def of_no_term(self, over_at: datetime) -> list[Grant]:
        """Allotments of terms that will not begin, where the last one is over at an instant (C15)."""
        grants = (one for one in self.grants.values() if one.source == "allotment" and one.valid_from >= over_at)
        return [grant for grant in grants if not grant.is_taken_back]

    @property
    def settled_late(self) -> list[Settlement]:
        """What credit settles later than it is owed; what took effect up to `forgotten_until` may be missing (C4)."""
        return [one for debt in self.debts for one in debt.ahead]

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
        self._forget_settled(fact.effective_at - FURTHEST_AHEAD)
        for draw in fact.draws:
            if draw.grant_id is None:
                self.debt_count += 1
                at = fact.effective_at
                self.debts.append(Debt(fact.deduction_id, self.debt_count, draw.quantity, at, at))
            else:
                self.grants[draw.grant_id].draw(draw.quantity)

    def _forget_settled(self, passed: datetime) -> None:
        """What was settled ahead is so for good once its instant has passed; so the state stays small."""
        forgotten = [one.effective_at for one in self.settled_late if one.effective_at <= passed]
        self.forgotten_until = max([self.forgotten_until, *forgotten])
        for debt in self.debts:
            debt.ahead = [one for one in debt.ahead if one.effective_at > passed]
        self.debts = [debt for debt in self.debts if debt.quantity or debt.ahead]

    @applies(DebtSettled)
    def _settled(self, fact: DebtSettled) -> None:
        self.takings.settle(fact)
        self.grants[fact.grant_id].settle(fact.quantity, fact.effective_at)
        for debt, part in bear(self.debts, fact.deduction_id, fact.quantity):
            one = debt.settled_by(fact.grant_id, part, fact.effective_at)
            if one.is_late:
                debt.ahead.append(one)
            if debt.quantity == 0 and not debt.ahead:
                self.debts.remove(debt)

    @applies(DebtSettlementWithdrawn)
    def _settlement_withdrawn(self, fact: DebtSettlementWithdrawn) -> None:
        self.takings.withdraw(fact)
        grant = self.grants[fact.grant_id]
        # What bore a debt from its own instant on had been free before: since the grant began, as far as is known.
        grant.give_back(fact.quantity, grant.valid_from if fact.effective_at == fact.owed_since else fact.effective_at)
        for debt in self.debts:
            if debt.deduction_id == fact.deduction_id:
                debt.ahead = [one for one in debt.ahead if not _is_withdrawn_by(fact, one)]
        owe_again(self.debts, fact)

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
        self.debts = [debt for debt in self.debts if debt.deduction_id != fact.deduction_id]

    @applies(TopUpCharged)
    def _charged(self, fact: TopUpCharged) -> None:
        self.prices[fact.grant_id] = fact

    @applies(TopUpReversed)
    def _price_taken_back(self, fact: TopUpReversed) -> None:
        del self.prices[fact.grant_id]


def _is_withdrawn_by(fact: DebtSettlementWithdrawn, one: Settlement) -> bool:
    """Whether a settlement of the same deduction is the one; the debt stands since before it, or since it is over."""
    is_alike = (one.grant_id, one.quantity) == (fact.grant_id, fact.quantity)
    return is_alike and fact.owed_since in (one.owed_since, fact.effective_at)
