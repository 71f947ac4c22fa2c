"""The credit account of one pool: what may be granted, reserved, drawn, given back; in minutes or minor units of money.

Rules C2, C4, C6, C9, C10, C15, C16. What is known of it is `credit_state`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ledger.credit.events import (
    AccountOpened,
    CreditDrawn,
    CreditGranted,
    CreditReserved,
    CreditReturned,
    DebtSettled,
    Draw,
    GrantExpiryBroughtForward,
    ReservationReleased,
    TopUpCharged,
)
from ledger.credit.state import CreditState, Debt, Grant, Settlement
from ledger.kernel.aggregate import Stamp
from ledger.kernel.errors import Refusal
from ledger.kernel.fact import Sealed

__all__ = ["CORRECTION_RUNS", "CreditAccount", "Debt", "Grant", "Settlement"]

CORRECTION_RUNS = timedelta(hours=30 * 24)  # C9


class CreditAccount(CreditState):
    CATEGORY = "account"

    def open(self, contract_id: str, pool: str, unit: str, currency: str | None, at: datetime, stamp: Stamp) -> None:
        self.contract_id = contract_id
        self.record(AccountOpened, at, stamp, pool=pool, unit=unit, currency=currency)

    def grant(
        self,
        grant_id: str,
        source: str,
        quantity: int,
        valid_from: datetime,
        expires_at: datetime | None,
        stamp: Stamp,
        *,
        reason: Sealed | None = None,
        term_no: int | None = None,
        rule: str = "C2",
    ) -> list[Settlement]:
        """Adds a lot of credit; the oldest debts are filled from it first (C4)."""
        self.record(
            CreditGranted,
            valid_from,
            stamp,
            pool=self.pool,
            grant_id=grant_id,
            source=source,
            quantity=quantity,
            valid_from=valid_from,
            expires_at=expires_at,
            reason=reason,
            term_no=term_no,
            rule=rule,
        )
        return self._settle_debts(valid_from, stamp)

    def charge_top_up(
        self,
        grant_id: str,
        quantity: int,
        amount_cents: int,
        rate_cents: int | None,
        currency: str,
        at: datetime,
        stamp: Stamp,
    ) -> None:
        """The price of a top-up (C5): 480 minutes at 60.00 an hour are 480.00."""
        self.record(
            TopUpCharged,
            at,
            stamp,
            charge_id=f"{grant_id}.price",
            pool=self.pool,
            grant_id=grant_id,
            quantity=quantity,
            amount_cents=amount_cents,
            currency=currency,
            rate_cents_per_hour=rate_cents,
        )

    def draw(
        self, deduction_id: str, kind: str, quantity: int, moment: datetime, stamp: Stamp, *, owe: bool
    ) -> tuple[list[Draw], int, list[Settlement]]:
        """Consumes credit valid at the moment. What nothing covers is owed (C4, `owe`) or left to the caller (C3).

        Returns the draws, the uncovered rest (0 where it is owed) and debts that later credit fills at once.
        """
        draws, rest = self._take(moment, quantity, stamp.open_from(moment))
        if owe and rest:
            draws.append(Draw(None, rest))
            rest = 0
        if not draws:
            return [], rest, []
        self.record(CreditDrawn, moment, stamp, pool=self.pool, deduction_id=deduction_id, kind=kind, draws=draws)
        return draws, rest, self._settle_debts(moment, stamp)

    def reserve(
        self, session_id: str, quantity: int, starts_at: datetime, at: datetime, stamp: Stamp, *, whole: bool
    ) -> int:
        """Holds credit for a session; `whole` refuses less than the quantity, else it holds what there is (C6).

        Raises Refusal insufficient-credit with `short_by` in the account's unit.
        """
        open_from = stamp.open_from(starts_at)
        available = self.available(starts_at, open_from)
        if whole and available < quantity:
            short_by = quantity - available
            raise Refusal(
                "insufficient-credit",
                f"Session {session_id} needs {self.show(quantity)}; {self.show(available)} are available. "
                f"Top up at least {self.show(short_by)} first.",
                short_by=short_by,
                available=available,
                needed=quantity,
            )
        parts, _ = self._take(starts_at, quantity, open_from)
        held = sum(part.quantity for part in parts)
        if held:
            self._hold(session_id, held, starts_at, parts, at, stamp)
        return held

    def _hold(
        self, session_id: str, quantity: int, starts_at: datetime, allocations: list[Draw], at: datetime, stamp: Stamp
    ) -> None:
        self.record(
            CreditReserved,
            at,
            stamp,
            pool=self.pool,
            session_id=session_id,
            starts_at=starts_at,
            quantity=quantity,
            allocations=allocations,
        )

    def check_move(self, session_id: str, quantity: int, starts_at: datetime, stamp: Stamp) -> None:
        """Refuses a move to a time at which the session's credit would not be valid (C6)."""
        held, open_from = self.reservations.get(session_id), stamp.open_from(starts_at)
        own = sum(
            part.quantity
            for part in (held.allocations if held else [])
            if part.grant_id and self.grants[part.grant_id].drawable_at(starts_at, open_from)
        )
        found = own + sum(g.free for g in self.drawable(starts_at, open_from))
        if found < quantity:
            raise Refusal(
                "insufficient-credit",
                f"Session {session_id} needs {self.show(quantity)} valid at its new start; {self.show(found)} are.",
                short_by=quantity - found,
                available=found,
                needed=quantity,
            )

    def move_reservation(self, session_id: str, starts_at: datetime, at: datetime, stamp: Stamp) -> None:
        """The reservation moves along with its session, in full; grants valid at the new start bear it (C7)."""
        held = self.reservations.get(session_id)
        if held is None:
            return
        self.record(ReservationReleased, at, stamp, pool=self.pool, session_id=session_id, quantity=held.quantity)
        parts, rest = self._take(starts_at, held.quantity, stamp.open_from(starts_at))
        if rest:
            parts.append(Draw(None, rest))
        self._hold(session_id, held.quantity, starts_at, parts, at, stamp)

    def release(self, session_id: str, at: datetime, stamp: Stamp) -> list[Settlement]:
        """Ends a reservation in full; credit that becomes available so fills debts first (C4, C6)."""
        held = self.reservations.get(session_id)
        if held is None:
            return []
        at = max(at, held.effective_at)
        self.record(ReservationReleased, at, stamp, pool=self.pool, session_id=session_id, quantity=held.quantity)
        return self._settle_debts(at, stamp)

    def give_back(
        self, deduction_id: str, draws: list[Draw], at: datetime, stamp: Stamp
    ) -> tuple[str | None, list[Settlement]]:
        """Undoes a deduction's draws (C9). What falls on an expired grant comes again as a correction for 30 × 24 h.

        Returns the correction's grant id, if one was made, and the debts that were filled.
        """
        booked_at = stamp.open_from(at)
        expired = sum(d.quantity for d in draws if d.grant_id and self.grants[d.grant_id].expires_at <= booked_at)
        self.record(CreditReturned, at, stamp, pool=self.pool, deduction_id=deduction_id, returns=draws)
        settlements = self._settle_debts(at, stamp)
        if not expired:
            return None, settlements
        grant_id = f"{deduction_id}.correction"
        runs_until = booked_at + CORRECTION_RUNS
        settlements += self.grant(grant_id, "correction", expired, booked_at, runs_until, stamp, rule="C9")
        return grant_id, settlements

    def bring_forward_expiry(self, cut_at: datetime, stamp: Stamp) -> None:
        """Allotments end when the plan changes or the contract ends (C15); one that never began has no life at all."""
        for grant in list(self.grants.values()):
            if grant.source == "allotment" and grant.expires_at > cut_at:
                expires_at = max(cut_at, grant.valid_from)
                self.record(
                    GrantExpiryBroughtForward,
                    expires_at,
                    stamp,
                    pool=self.pool,
                    grant_id=grant.grant_id,
                    expires_at=expires_at,
                )

    def _settle_debts(self, at: datetime, stamp: Stamp) -> list[Settlement]:
        """What becomes available first fills the oldest debt; a grant that begins later does when it begins (C4)."""
        settlements = []
        for debt in list(self.debts):
            since = max(at, debt.moment)
            for grant in sorted(self.grants.values(), key=lambda g: (max(since, g.valid_from), g.expires_at, g.order)):
                when = max(since, grant.valid_from)
                is_over = when >= grant.expires_at or grant.expires_at < stamp.open_from(when)
                if grant.free <= 0 or debt.quantity == 0 or is_over:
                    continue
                settlement = Settlement(debt.deduction_id, grant.grant_id, min(grant.free, debt.quantity), when)
                self.record(
                    DebtSettled,
                    when,
                    stamp,
                    pool=self.pool,
                    deduction_id=settlement.deduction_id,
                    grant_id=settlement.grant_id,
                    quantity=settlement.quantity,
                )
                settlements.append(settlement)
        return settlements
