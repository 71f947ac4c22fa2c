"""The credit account of one pool: what may be granted, reserved, drawn, given back; in minutes or minor units of money.

Rules C2, C4, C6, C9, C10, C15, C16. What is known of it is `state`, which credit settles which debt is `settlement`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from ledger.credit.events import (
    AccountOpened,
    CreditDrawn,
    CreditGranted,
    CreditReserved,
    CreditReturned,
    DebtSettled,
    Draw,
    GrantExpiryMoved,
    ReservationReleased,
    TopUpCharged,
)
from ledger.credit.settlement import Settlement, settlements
from ledger.credit.state import CreditState
from ledger.kernel.aggregate import Stamp
from ledger.kernel.errors import Refusal
from ledger.kernel.fact import Sealed

CORRECTION_RUNS = timedelta(hours=30 * 24)  # C9
Source = Literal["allotment", "top_up", "goodwill", "correction"]
Because = Literal["completed", "cancelled", "no_show", "moved", "contract_end"]


class CreditAccount(CreditState):
    CATEGORY = "account"

    def open(
        self,
        contract_id: str,
        pool: str,
        unit: Literal["minutes", "money"],
        currency: str | None,
        at: datetime,
        stamp: Stamp,
    ) -> None:
        self.contract_id = contract_id
        self.record(AccountOpened(unit, currency, pool=pool), at, stamp)

    def grant(
        self,
        grant_id: str,
        source: Source,
        quantity: int,
        valid_from: datetime,
        expires_at: datetime | None,
        stamp: Stamp,
        *,
        reason: Sealed | None = None,
        term_no: int | None = None,
        rule: str = "C2",
    ) -> list[Settlement]:
        """Adds a lot of credit; the oldest debts are settled from it first (C4)."""
        granted = CreditGranted(
            grant_id=grant_id,
            source=source,
            quantity=quantity,
            valid_from=valid_from,
            expires_at=expires_at,
            reason=reason,
            term_no=term_no,
            rule=rule,
            pool=self.pool,
        )
        self.record(granted, valid_from, stamp)
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
        charged = TopUpCharged(
            charge_id=f"{grant_id}.price",
            grant_id=grant_id,
            quantity=quantity,
            amount_cents=amount_cents,
            currency=currency,
            rate_cents_per_hour=rate_cents,
            pool=self.pool,
        )
        self.record(charged, at, stamp)

    def draw(
        self,
        deduction_id: str,
        kind: Literal["work", "session", "penalty", "service"],
        quantity: int,
        moment: datetime,
        stamp: Stamp,
        *,
        owe: bool,
    ) -> tuple[list[Draw], int, list[Settlement]]:
        """Consumes credit valid at the moment. What nothing covers is owed (C4, `owe`) or left to the caller (C3).

        Returns the draws, the uncovered rest (0 where it is owed) and debts that later credit settles at once.
        """
        draws, rest = self.allocate(moment, quantity, stamp.open_from(moment))
        if owe and rest:
            draws.append(Draw(None, rest))
            rest = 0
        if not draws:
            return [], rest, []
        self.record(CreditDrawn(deduction_id, kind, draws, pool=self.pool), moment, stamp)
        return draws, rest, self._settle_debts(moment, stamp)

    def reserve(
        self, session_id: str, quantity: int, starts_at: datetime, at: datetime, stamp: Stamp, *, whole: bool
    ) -> int:
        """Reserves credit for a session; `whole` refuses less than the quantity, else it reserves what there is (C6).

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
        allocations, _ = self.allocate(starts_at, quantity, open_from)
        reserved = sum(part.quantity for part in allocations)
        if reserved:
            self._reserve(session_id, reserved, starts_at, allocations, at, stamp)
        return reserved

    def _reserve(
        self, session_id: str, quantity: int, starts_at: datetime, allocations: list[Draw], at: datetime, stamp: Stamp
    ) -> None:
        self.record(CreditReserved(session_id, starts_at, quantity, allocations, pool=self.pool), at, stamp)

    def check_move(self, session_id: str, quantity: int, starts_at: datetime, stamp: Stamp) -> None:
        """Refuses a move to a time at which the session's credit would not be valid (C6)."""
        reserved, open_from = self.reservations.get(session_id), stamp.open_from(starts_at)
        own = sum(
            part.quantity
            for part in (reserved.allocations if reserved else [])
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
        reserved = self.reservations.get(session_id)
        if reserved is None:
            return
        quantity = reserved.quantity
        self.record(ReservationReleased(session_id, quantity, "moved", pool=self.pool), at, stamp)
        allocations, rest = self.allocate(starts_at, quantity, stamp.open_from(starts_at))
        if rest:
            allocations.append(Draw(None, rest))
        self._reserve(session_id, quantity, starts_at, allocations, at, stamp)

    def release(self, session_id: str, because: Because, at: datetime, stamp: Stamp) -> list[Settlement]:
        """Ends a reservation in full; credit that becomes available so settles debts first (C4, C6)."""
        reserved = self.reservations.get(session_id)
        if reserved is None:
            return []
        at = max(at, reserved.effective_at)
        self.record(ReservationReleased(session_id, reserved.quantity, because, pool=self.pool), at, stamp)
        return self._settle_debts(at, stamp)

    def give_back(
        self, deduction_id: str, draws: list[Draw], at: datetime, stamp: Stamp
    ) -> tuple[str | None, list[Settlement]]:
        """Undoes a deduction's draws (C9). What falls on an expired grant comes again as a correction for 30 × 24 h.

        Returns the correction's grant id, if one was made, and the debts that were settled.
        """
        booked_at = stamp.open_from(at)
        expired = sum(d.quantity for d in draws if d.grant_id and self.grants[d.grant_id].expires_at <= booked_at)
        self.record(CreditReturned(deduction_id, draws, pool=self.pool), at, stamp)
        settled = self._settle_debts(at, stamp)
        if not expired:
            return None, settled
        grant_id = f"{deduction_id}.correction"
        runs_until = booked_at + CORRECTION_RUNS
        return grant_id, settled + self.grant(grant_id, "correction", expired, booked_at, runs_until, stamp, rule="C9")

    def end_allotments(self, at: datetime, stamp: Stamp) -> None:
        """Allotments end when the plan changes or the contract ends (C15); one that never began has no life at all."""
        for grant in list(self.grants.values()):
            if grant.source == "allotment" and grant.expires_at > at:
                expires_at = max(at, grant.valid_from)
                self.record(GrantExpiryMoved(grant.grant_id, expires_at, pool=self.pool), expires_at, stamp)

    def _settle_debts(self, at: datetime, stamp: Stamp) -> list[Settlement]:
        """Records what credit settles of the debts from an instant on (C4)."""
        found = settlements(self.debts, self.grants.values(), at, stamp.open_from)
        for one in found:
            settled = DebtSettled(one.deduction_id, one.grant_id, one.quantity, pool=self.pool)
            self.record(settled, one.effective_at, stamp)
        return found
