"""Histories of one contract's figures made up by Hypothesis, and what plain sums and the pure rules say of them.

Everything may be told late or ahead: draws, returns, ends of grants, the customer's word, charges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st

from ledger.credit.confirmation import status_at
from ledger.credit.expiry import breakage, expired_by
from ledger.events import (
    AccountOpened,
    ChargeReversed,
    ContractSigned,
    CreditDrawn,
    CreditGranted,
    CreditReserved,
    CreditReturned,
    DebtSettled,
    DeductionConfirmed,
    DeductionDisputed,
    DeductionReversed,
    Draw,
    Fact,
    GrantExpiryMoved,
    GrantTakenBack,
    HoursDeducted,
    OverageCharged,
    ReservationReleased,
    Sealed,
    TermEndBroughtForward,
    TermStarted,
)
from ledger.kernel.mapper import StreamEvent
from ledger.kernel.values import to_micros

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
POOLS = ("care", "projects")
SECRET = Sealed("no such key", b"")
DAYS = st.integers(min_value=0, max_value=40)
SOME = st.integers(min_value=1, max_value=90)
KINDS = st.sampled_from(
    (
        *("grant", "draw", "draw", "draw", "owe", "return", "cut", "settle", "take back", "reserve", "release"),
        *("deduct", "deduct", "answer", "answer", "charge", "reverse charge"),
    )
)
Step = tuple[str, int, int, int, int]  # what, on which day, how much, of which of those there are, until when
STEPS = st.lists(st.tuples(KINDS, DAYS, SOME, st.integers(0, 7), DAYS), max_size=40)
WITH_TERMS = st.lists(
    st.tuples(st.one_of(KINDS, st.sampled_from(("term", "term", "cut"))), DAYS, SOME, st.integers(0, 7), DAYS),
    max_size=40,
)


def day(number: int) -> datetime:
    return BEGIN + timedelta(days=number)


def instant(number: int) -> int:
    return to_micros(day(number))


@dataclass
class History:
    """Events of a contract in the order of their recording, and what each comes to, by its number from 0."""

    contract_id: str
    events: list[StreamEvent] = field(default_factory=list)
    moved: list[tuple[int, int, str, int | None, tuple[int, int, int]]] = field(default_factory=list)
    ends: dict[int, list[tuple[int, int | None]]] = field(default_factory=dict)  # of grants: known from, which day
    pools: list[str] = field(default_factory=list)  # of grants
    waits: list[tuple[int, int, str, int, int | None, list[tuple[int, int]]]] = field(default_factory=list)
    charged: list[tuple[int, int, int]] = field(default_factory=list)

    def tell(self, fact: Fact, stream: str) -> int:
        version = sum(event.originator_id == stream for event in self.events) + 1
        self.events.append(StreamEvent(stream, version, fact))
        return len(self.events) - 1

    def figures(self, pool: str, on: int, known: int) -> tuple[int, ...]:
        """Granted, consumed, reserved, expired and pending of a pool on a day, by the first `known` events."""
        rows = [row for row in self.moved if row[0] < known and row[1] <= on]
        sums = [sum(figures[place] for _, _, of, _, figures in rows if of == pool) for place in range(3)]
        expired = 0
        for grant, ends in self.ends.items():
            told = [until for number, until in ends if number < known]
            if self.pools[grant] == pool and told and told[-1] is not None:
                flows = [(instant(at), f[0] - f[1]) for _, at, _, of, f in rows if of == grant]
                expired += expired_by(flows, instant(told[-1]), instant(on))
        return (*sums, expired, sum(quantity for of, quantity in self._pending(on, known) if of == pool))

    def waiting(self, on: int, known: int) -> int:
        """How many deductions are pending."""
        return len(self._pending(on, known))

    def _pending(self, on: int, known: int) -> list[tuple[str, int]]:
        """Pool and quantity of each."""
        found = []
        for number, begins, of, quantity, deemed, answers in self.waits:
            answered = any(told < known and at <= on for told, at in answers)
            is_pending = status_at("pending", deemed, on) == "pending" and not answered
            found += [(of, quantity)] if number < known and begins <= on and is_pending else []
        return found

    def lines(self, on: int, known: int, before: int) -> list[tuple[int, int, int, str, int, int]]:
        """Effective at, position, whether it is breakage, pool, change and balance of each line of a statement."""
        rows = [row for row in self.moved if row[0] < known]
        lines = []
        for number in sorted({row[0] for row in rows}):
            parts = [row for row in rows if row[0] == number]
            change = sum(figures[0] - figures[1] for *_, figures in parts)
            if change:
                lines.append((instant(parts[0][1]), before + number + 1, 0, parts[0][2], change))
        for grant, ends in self.ends.items():
            told = [until for number, until in ends if number < known]
            if told and told[-1] is not None:
                flows = [(instant(at), figures[0] - figures[1]) for _, at, _, of, figures in rows if of == grant]
                for moment, quantity in breakage(flows, instant(told[-1])).items():
                    lines.append((moment, before + ends[0][0] + 1, 1, self.pools[grant], -quantity))
        owned: dict[str, int] = {}
        found = []
        for line in sorted(line for line in lines if line[0] <= instant(on)):
            owned[line[3]] = owned.get(line[3], 0) + line[4]
            found.append((*line, owned[line[3]]))
        return found

    def overage(self, on: int, known: int) -> tuple[int, int]:
        minutes = sum(of for number, at, of in self.charged if number < known and at <= on)
        return minutes, minutes * 2


def history(contract_id: str, steps: Sequence[Step], provider: str = "acme", zone: str = "UTC") -> History:
    """What some steps come to; one that has nothing to act on does nothing."""
    found = History(contract_id)
    told = {"contract_id": contract_id, "token_id": "t", "role": "operator", "effective_at": BEGIN}
    signed = ContractSigned(provider, zone, "EUR", date(2026, 1, 1), date(2026, 1, 1), "K", "DE", SECRET, **told)
    found.tell(signed, signed.stream)
    for pool in POOLS:
        found.tell(AccountOpened(unit="minutes", pool=pool, **told), f"account:{contract_id}:{pool}")
    for step in steps:
        _do(found, step)
    return found


def _do(found: History, step: Step) -> None:
    what, on, some, which, until = step
    told = {"contract_id": found.contract_id, "token_id": "t", "role": "operator", "effective_at": day(on)}
    if what in ("term", "cut"):
        _of_terms(found, what, on, which, until, told)
    elif what in ("grant", "owe"):
        _of_pool(found, what, on, some, POOLS[which % 2], until, told | {"pool": POOLS[which % 2]})
    elif what == "deduct":
        _deduct(found, on, some, POOLS[which % 2], until if until % 3 else None, told)
    elif what in ("answer", "charge", "reverse charge"):
        if found.waits:
            _of_deduction(found, what, on, some, which % len(found.waits), told)
    elif found.pools:
        grant = which % len(found.pools)
        _of_grant(found, what, on, some, grant, until, told | {"pool": found.pools[grant]})


def _of_terms(found: History, what: str, on: int, which: int, until: int, told: dict[str, Any]) -> None:
    """Terms of the plans `plan-0`, `plan-1` …, one after the other or not; one may end before it begins."""
    number = sum(isinstance(event.fact, TermStarted) for event in found.events)
    fact: Fact
    if what == "term":
        begins = day(on) + timedelta(microseconds=number)  # no two begin together
        about = (number + 1, f"plan-{which % 3}", 1, begins.date(), begins, BEGIN, msgspec.Raw(b"{}"))
        fact = TermStarted(*about, ends_at=day(until), ends_on=day(until).date(), **told)
    elif number:
        fact = TermEndBroughtForward(which % number + 1, day(until).date(), day(until), **told)
    else:
        return
    found.tell(fact, fact.stream)


def _of_pool(found: History, what: str, on: int, some: int, pool: str, until: int, told: dict[str, Any]) -> None:
    number, grant, figures = len(found.events), None, (0, some, 0)
    fact: Fact
    if what == "grant":
        grant, figures = len(found.pools), (10 * some, 0, 0)
        ends = day(until) if until else None
        fact = CreditGranted(f"{found.contract_id}.g{grant}", "top_up", 10 * some, day(on), ends, **told)
        found.ends[grant] = [(number, until or None)]
        found.pools.append(pool)
    else:
        fact = CreditDrawn(f"{number}", "work", [Draw(None, some)], **told)
    found.tell(fact, fact.stream)
    found.moved.append((number, on, pool, grant, figures))


def _of_grant(found: History, what: str, on: int, some: int, grant: int, until: int, told: dict[str, Any]) -> None:
    number, pool, grant_id = len(found.events), found.pools[grant], f"{found.contract_id}.g{grant}"
    figures, owed, held = (0, some, 0), 0, [Draw(grant_id, some)]
    fact: Fact
    if what == "reserve":
        fact, figures = CreditReserved(f"s{number}", day(on), some, held, **told), (0, 0, some)
    elif what == "release":
        fact, figures = ReservationReleased(f"s{number}", some, held, "completed", **told), (0, 0, -some)
    elif what == "draw":
        fact, owed = CreditDrawn(f"{number}", "work", [Draw(grant_id, some), Draw(None, 1)], **told), 1
    elif what == "settle":
        fact, owed = DebtSettled(f"{number}", grant_id, some, **told), -some
    elif what == "return":
        fact, figures = CreditReturned(f"{number}", [Draw(grant_id, some)], **told), (0, -some, 0)
    elif what == "take back":
        fact, figures = GrantTakenBack(grant_id, some, **told), (-some, 0, 0)
    else:
        fact, figures = GrantExpiryMoved(grant_id, day(until), **told), (0, 0, 0)
        found.ends[grant].append((number, until))
    found.tell(fact, fact.stream)
    found.moved += [(number, on, pool, grant, figures), (number, on, pool, None, (0, owed, 0))]


def _deduct(found: History, on: int, some: int, pool: str, deemed: int | None, told: dict[str, Any]) -> None:
    number, deduction_id = len(found.events), f"{found.contract_id}.d{len(found.waits)}"
    drawn: dict[str, Any] = {"draws": [Draw(None, some)], "pool": pool, "deduction_id": deduction_id, **told}
    until = None if deemed is None else day(deemed)
    engineer = Sealed(f"engineer-{some % 2}", b"")
    fact = HoursDeducted("work", 61 * some, some, 15, engineer, "pending", "pool", deemed_at=until, **drawn)
    found.tell(fact, fact.stream)
    found.waits.append((number, on, pool, some, deemed, []))


def _of_deduction(found: History, what: str, on: int, some: int, wait: int, told: dict[str, Any]) -> None:
    number, about = len(found.events), {**told, "deduction_id": f"{found.contract_id}.d{wait}"}
    charge_id = f"{found.contract_id}.c{number}"
    fact: Fact
    if what == "answer":
        confirmed = DeductionConfirmed(SECRET, on_behalf=some % 2 == 1, **about)
        disputed = DeductionDisputed(SECRET, SECRET, **about)
        fact = (confirmed, disputed, DeductionReversed(SECRET, **about))[some % 3]
        found.waits[wait][5].append((number, on))
    elif what == "charge":
        fact = OverageCharged(charge_id, "contract", 1, 0, some, 120, some * 2, "EUR", **about)
        found.charged.append((number, on, some))
    else:
        fact = ChargeReversed(charge_id, charge_id, "overage", -some * 2, "EUR", -some, **about)
        found.charged.append((number, on, -some))
    found.tell(fact, fact.stream)
