"""History, one action, outcome: told to the real write door, on an SQLite file of its own.

    (given(contract("groupios-l"), worked(465))
        .when(log_work(minutes=50, at=MONDAY))
        .then(deducted(15, worked=50, billed=60), overage(45, rate="89.00", amount="66.75")))

The clock stands at the latest moment that any command spoke of so far, or where a step says it was `heard`. What moves
credit or money has to be told in full: `then` fails for what did not happen, and for what happened beside it.
The words are those of `tests.words`.
"""

from __future__ import annotations

import tempfile
import weakref
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from ledger import events as e
from ledger.door.batches import Answer, Ledger
from ledger.events import Fact
from ledger.kernel.errors import Refusal
from ledger.plans.loader import Catalogue, load_catalogue
from ledger.store import open_store
from tests.books import Figures, everything, figures
from tests.clock import Clock
from tests.outcomes import Expected, show
from tests.senders import WriteDoor
from tests.words import Steps, flat

# What moves credit or money; everything else may happen beside it without being told.
TOLD = {
    *(e.HoursDeducted, e.LateChangePenaltyDeducted, e.NoShowPenaltyDeducted, e.ServiceDelivered, e.DeductionReversed),
    *(e.OverageCharged, e.ServiceCharged, e.SurchargeCharged, e.FeeCharged, e.FeeReversed, e.TopUpCharged),
    *(e.LumpSumCharged, e.LumpSumReversed, e.TopUpReversed, e.ServiceCreditCharged, e.ServiceCreditReversed),
    *(e.ChargeReversed, e.CreditGranted, e.GrantExpiryMoved, e.DebtSettled),
    *(e.GrantTakenBack, e.DebtSettlementWithdrawn),
    *(e.CreditReserved, e.ReservationReleased),
}


@cache
def catalogue() -> Catalogue:
    """The shipped plans, and those of the tests."""
    return load_catalogue(Path(__file__).parent / "domain" / "plans")


@cache
def empty_file() -> bytes:
    """A ledger's file before the first command: copying it is quicker than making its tables again."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        store = open_store(f"sqlite:///{file}")
        Ledger(store, catalogue())
        store.close()
        return file.read_bytes()


class World(WriteDoor):
    """An open ledger on an SQLite file that is gone with it."""

    clock: Clock

    def __init__(self, file: bytes | None = None) -> None:
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._file = Path(folder.name) / "ledger.db"
        self._file.write_bytes(file or empty_file())
        clock = Clock("2025-01-01T00:00:00Z")
        weakref.finalize(self, folder.cleanup)
        super().__init__(self._opened(clock), clock)

    def open_anew(self) -> None:
        """As another process would find it."""
        self.ledger = self._opened(self.clock)

    def _opened(self, clock: Clock) -> Ledger:
        """No scenario outlives its process, so none waits for the disk."""
        self.store = open_store(f"sqlite:///{self._file}")
        with self.store.application.recorder.datastore.get_connection(commit=True) as writing:
            writing._sqlite_conn.execute("PRAGMA synchronous=OFF")
        self.store.database.connection().execute("PRAGMA synchronous=OFF")
        weakref.finalize(self, self.store.close)  # what is registered last is done first
        return Ledger(self.store, catalogue(), clock)

    def as_file(self) -> bytes:
        """All that was recorded, to begin other worlds with."""
        self.store.close()
        return self._file.read_bytes()


def given(*history: Steps) -> Given:
    """What was so before; all of it is accepted."""
    world = World()
    world.ok(*history)
    return Given(world)


@dataclass
class Given:
    world: World

    def when(self, *action: Steps) -> Outcome:
        """One action; where it needs several commands, all of them count as it."""
        before = len(everything(self.world.store))
        answers = [answer for step in flat(action) for answer in self.world.tell(step)]
        return Outcome(self.world, answers, everything(self.world.store)[before:])


@dataclass
class Outcome(Given):
    answers: list[Answer | Refusal]
    facts: list[Fact]

    def then(self, *expected: Expected) -> Outcome:
        """These facts, each once and in any order; and nothing else that moves credit or money."""
        __tracebackhide__ = True
        for answer in self.answers:
            assert isinstance(answer, Answer), f"refused: {answer.code}, {answer} {answer.members}"
        rest, missing = list(self.facts), []
        for one in expected:
            found = next((fact for fact in rest if one.is_met_by(fact)), None)
            if found is None:
                missing.append(one)
            else:
                rest.remove(found)
        beside = [fact for fact in rest if type(fact) in TOLD]
        difference = _difference(missing, beside, self.facts) if missing or beside else ""
        assert not difference, difference
        return self

    def refused(self, code: str, **members: Any) -> Outcome:
        """The last command is refused so, with at least these figures, and left nothing behind."""
        __tracebackhide__ = True
        refusal = self.answers[-1]
        assert isinstance(refusal, Refusal), "not refused:\n" + "\n".join(map(show, self.facts))
        seen = {name: refusal.members.get(name) for name in members}
        assert (refusal.code, seen) == (code, members), f"{refusal.code}: {refusal} {refusal.members}"
        assert len(self.answers) > 1 or not self.facts, "a refused command left facts behind"
        return self

    def replayed(self) -> Outcome:
        """The last command changed nothing: it was known already."""
        __tracebackhide__ = True
        answer = self.answers[-1]
        assert isinstance(answer, Answer), f"refused: {answer.code}, {answer} {answer.members}"
        assert answer.replayed, "\n".join(map(show, self.facts))
        assert len(self.answers) > 1 or not self.facts, "a replay left facts behind"
        return self

    def left(self, available: int, *, at: str | None = None, pool: str = "server-support", **others: int) -> Outcome:
        """The account's figures at a moment (default: now): `granted`, `reserved`, `consumed`, `expired`."""
        __tracebackhide__ = True
        seen = self.figures(pool, at)
        told = {"available": available, **others}
        assert {name: getattr(seen, name) for name in told} == told, f"told was {told}; the facts say {seen}"
        return self

    def figures(self, pool: str, at: str | None = None) -> Figures:
        moment = datetime.fromisoformat(at) if at else self.world.clock.now
        return figures(everything(self.world.store, "C"), pool, moment)


def _difference(missing: list[Expected], beside: list[Fact], facts: list[Fact]) -> str:
    lines = [f"did not happen: {' or '.join(kind.TOPIC for kind in one.kinds)} {one.fields}" for one in missing]
    lines += [f"was not told: {show(fact)}" for fact in beside]
    return "\n".join([*lines, "what happened:", *(f"  {show(fact)}" for fact in facts)])
