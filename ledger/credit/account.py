"""The credit account of one pool: what may be granted, reserved, drawn, given back; in minutes or minor units of money.

Rules C2, C4, C6, C9, C10, C15, C16. What is known of it is `state`, which credit settles which debt is `settlement`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from ledger.credit.events import (
    AccountFact,
    AccountOpened,
    Because,
    CreditDrawn,
    CreditGranted,
    CreditReserved,
    CreditReturned,
    CreditUnit,
    DebtSettled,
    DebtSettlementWithdrawn,
    DeductionKind,
    Draw,
    GrantExpiryMoved,
    GrantTakenBack,
    ReservationReleased,
    Source,
    TopUpCharged,
)
from ledger.credit.giving_back import GivenBack, what_comes_back
from ledger.credit.parts import parts_of, price_back
from ledger.credit.settlement import Settlement, settlements, without
from ledger.credit.state import CreditState
from ledger.kernel.aggregate import Stamp
from ledger.kernel.fact import Sealed
from ledger.kernel.ids import price_id_of

CORRECTION_RUNS = timedelta(hours=30 * 24)  # C9


class CreditAccount(CreditState):
    FACTS = AccountFact

    def open(
        self, contract_id: str, pool: str, unit: CreditUnit, currency: str | None, at: datetime, stamp: Stamp
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
        charge_id: str | None = None,
    ) -> list[Settlement]:
        """Adds a lot of credit; the oldest debts are settled from it first (C4). What was bought names its charge."""
        granted = CreditGranted(
            grant_id=grant_id,
            source=source,
            quantity=quantity,
            valid_from=valid_from,
            expires_at=expires_at,
            reason=reason,
            term_no=term_no,
            rule=rule,
            charge_id=charge_id,
            pool=self.pool,
        )
        self.record(granted, valid_from, stamp)
        return self._settle_debts(stamp)

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
            charge_id=price_id_of(grant_id),
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
        kind: DeductionKind,
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
        return draws, rest, self._settle_debts(stamp)

    def reserve(
        self,
        session_id: str,
        quantity: int,
        starts_at: datetime,
        at: datetime,
        stamp: Stamp,
        settled: Iterable[Settlement],
        *,
        called: str | None,
    ) -> int:
        """Reserves credit for a session (C6): all of it, or a refusal that has it `called` so; with None what there is.

        `settled` is what was settled late. Raises Refusal insufficient-credit with `short_by` in the account's unit.
        """
        open_from = stamp.open_from(starts_at)
        available = self.available(starts_at, open_from, settled)
        if called is not None and available < quantity:
            detail = (
                f"{called} needs {self.show(quantity)}; {self.show(available)} are available. "
                f"Top up at least {self.show(quantity - available)} first.{self.not_counted(starts_at, open_from)}"
            )
            raise self.insufficient(detail, available, quantity)
        allocations, _ = self.allocate(starts_at, max(0, min(quantity, available)), open_from)
        reserved = sum(part.quantity for part in allocations)
        self._reserve(session_id, starts_at, allocations, at, stamp)
        return reserved

    def _reserve(self, session_id: str, starts_at: datetime, held: list[Draw], at: datetime, stamp: Stamp) -> None:
        """Records what is held, each part since it counts (C6)."""
        counts_from = self.counting_from(held, at)
        for begins, counting in groupby(held, lambda part: counts_from[part.grant_id]):
            parts = list(counting)
            quantity = sum(part.quantity for part in parts)
            self.record(CreditReserved(session_id, starts_at, quantity, parts, pool=self.pool), begins, stamp)

    def check_move(self, session_id: str, quantity: int, starts_at: datetime, stamp: Stamp) -> None:
        """Refuses a move to a time at which the session's credit would not be valid (C6)."""
        open_from = stamp.open_from(starts_at)
        found = self.held_validly(session_id, starts_at, open_from) + sum(
            g.free for g in self.drawable(starts_at, open_from)
        )
        if found < quantity:
            detail = f"Session {session_id} needs {self.show(quantity)} valid at its new start; {self.show(found)} are."
            raise self.insufficient(detail, found, quantity)

    def move_reservation(self, session_id: str, starts_at: datetime, at: datetime, stamp: Stamp) -> None:
        """The reservation moves along with its session, in full; grants valid at the new start bear it (C7)."""
        quantity = sum(one.quantity for one in self.reservations.get(session_id, []))
        self._release(session_id, "moved", at, stamp)
        allocations, rest = self.allocate(starts_at, quantity, stamp.open_from(starts_at))
        allocations += [Draw(None, rest)] if rest else []
        self._reserve(session_id, starts_at, allocations, at, stamp)

    def release(self, session_id: str, because: Because, at: datetime, stamp: Stamp) -> list[Settlement]:
        """Ends a reservation in full; credit that becomes available so settles debts first (C4, C6)."""
        reserved = self.reservations.get(session_id)
        if not reserved:
            return []
        at = max(at, min(one.effective_at for one in reserved))
        self._release(session_id, because, at, stamp)
        return self._settle_debts(stamp)

    def _release(self, session_id: str, because: Because, at: datetime, stamp: Stamp) -> None:
        """What would have counted only later never did."""
        for one in list(self.reservations.get(session_id, [])):
            released = ReservationReleased(session_id, one.quantity, one.allocations, because, pool=self.pool)
            self.record(released, max(at, one.effective_at), stamp)

    def give_back(
        self, deduction_id: str, draws: list[Draw], at: datetime, stamp: Stamp
    ) -> tuple[GivenBack, list[Settlement]]:
        """Undoes a deduction's draws (C9). What falls on an expired grant comes again as a correction for 30 × 24 h.

        Not what falls on credit that was taken back since: that was none of the customer's. Returns what became of it,
        and the debts that were settled.
        """
        booked_at = stamp.open_from(at)
        returned = CreditReturned(deduction_id, draws, pool=self.pool)
        given_back = what_comes_back(returned, self.grants, booked_at)
        self.record(returned, at, stamp)
        settled = self._settle_debts(stamp)
        if given_back.correction_id is not None:
            told = (given_back.too_late, booked_at, booked_at + CORRECTION_RUNS)
            settled += self.grant(given_back.correction_id, "correction", *told, stamp, rule="C9")
        return given_back, settled

    def unsettle(self, opposites: Sequence[Settlement], stamp: Stamp) -> None:
        """Undoes what settlements a debt had after an instant as of which its deduction is reversed (C9).

        Each opposite takes effect when the settlement or its withdrawal did, so that neither was ever so.
        """
        for one in opposites:
            if one.is_withdrawn:
                self._withdraw([one], stamp)
            else:
                self._record_settled(one, stamp, rule="C9")

    def end_credit(
        self, at: datetime, stamp: Stamp, settled: Sequence[Settlement], *, allotments_alone: bool
    ) -> list[Settlement]:
        """Credit ends when the contract does, and with a change of plan the allotments that would expire (C15).

        What it `settled` late, and after its end, it never did: these debts stand (C4). Nothing expires in a closed
        month: it ends at the first open instant then (M5), and until there no work can be dated.
        """
        changes: list[Settlement] = []
        ends_at = stamp.open_from(at)
        for grant in list(self.grants.values()):
            is_over = grant.is_taken_back or grant.expires_at <= ends_at
            if not is_over and (not allotments_alone or grant.is_lost_with_its_plan):
                after = [one for one in settled if one.grant_id == grant.grant_id and one.effective_at >= ends_at]
                if grant.valid_from < at < ends_at:  # what it settled by its true end is booked at that instant too
                    after = [one for one in after if one.effective_at > ends_at]
                changes += self._withdraw(after, stamp)
                self.record(GrantExpiryMoved(grant.grant_id, ends_at, pool=self.pool), at, stamp)
        return changes + (self._settle_debts(stamp) if changes else [])

    def take_back(
        self,
        grant_id: str,
        settled: Sequence[Settlement],
        at: datetime,
        stamp: Stamp,
        *,
        reason: Sealed | None = None,
        rule: str = "C15",
    ) -> list[Settlement]:
        """Undoes a grant, what stands in its place, and its price. Debts that these `settled` stand again (C4, C17).

        Returns them, and those that other credit settles at once. A debt that was to be settled later stands all along.
        """
        passed = [
            one.over_at(stamp.open_from(max(at, one.effective_at))) for one in settled if one.effective_at <= stamp.now
        ]
        changes = self._withdraw([*passed, *(one for one in settled if one.effective_at > stamp.now)], stamp)
        for part in parts_of(self.grants, grant_id):
            begun = max(at, self.grants[part.grant_id].valid_from)
            taken = GrantTakenBack(part.grant_id, part.quantity, reason, part.stands_for, rule, pool=self.pool)
            self.record(taken, begun, stamp)
        price = self.prices.get(grant_id)
        if price is not None:
            self.record(price_back(price), at, stamp)
        return changes + self._settle_debts(stamp)

    def _withdraw(self, settled: Iterable[Settlement], stamp: Stamp) -> list[Settlement]:
        withdrawn = [one.withdrawn() for one in settled]
        for one in withdrawn:
            fact = DebtSettlementWithdrawn(
                one.deduction_id, one.grant_id, one.quantity, one.owed_since, one.arose_at, one.debt_no, pool=self.pool
            )
            self.record(fact, one.effective_at, stamp)
        return withdrawn

    def _settle_debts(self, stamp: Stamp) -> list[Settlement]:
        """Records what credit settles; what is settled ahead gives way to nearer credit (C4)."""
        late = (one for one in self.debts.settled_late if one.effective_at > stamp.now)
        ahead = [one for one in late if self.grants[one.grant_id].valid_from > one.owed_since]
        debts, grants = without(ahead, self.debts.standing, self.grants.values())
        wanted = settlements(debts, self.debts.since(), grants, stamp.open_from)
        changes = self._withdraw([one for one in ahead if one not in wanted], stamp)
        for one in wanted:
            if one not in ahead:
                self._record_settled(one, stamp)
                changes.append(one)
        return changes

    def _record_settled(self, one: Settlement, stamp: Stamp, rule: str = "C4") -> None:
        settled = DebtSettled(one.deduction_id, one.grant_id, one.quantity, rule=rule, pool=self.pool)
        self.record(settled, one.effective_at, stamp)
