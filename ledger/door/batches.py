"""The write door: carries commands out in batches, saves them, and answers each once and for all.

A batch is one transaction. A command of it that is refused leaves no trace and does not harm the others; a
known command id answers as the first time. Where somebody else appended first, the batch is decided again, a
bounded number of times. One `Ledger` is used by one thread at a time.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from itertools import groupby

import ledger.events  # noqa: F401  whatever is read of history has to be known
from ledger.door.deciding import Decided, Deciding
from ledger.door.in_parts import InParts
from ledger.door.known_ids import KnownIds
from ledger.door.requests import Answer, Request
from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.errors import Refusal, others_are_writing
from ledger.plans.catalogue import Catalogue
from ledger.store import ConflictError, EventStore, Prior
from ledger.store.keys import Keyring
from ledger.work.preparation import DecidingStep, IsPrepared, OutdatedError, Preparation
from ledger.work.unit_of_work import AggregateCache, UnitOfWork

__all__ = ["ATTEMPTS", "Answer", "Ledger"]

ATTEMPTS = 20  # some two seconds in all, by which time as many others have been served
LONGEST_PAUSE_SECONDS = 0.2


class Ledger:
    """Carries commands out. `submit` is the only way in which anything is ever recorded."""

    def __init__(
        self,
        store: EventStore,
        catalogue: Catalogue,
        clock: Clock = system_clock,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.store = store
        self.catalogue = catalogue
        self._clock = clock
        self._sleep = sleep
        self._keyring = Keyring(store.database)
        self._cache = AggregateCache(store)

    def submit(self, requests: Sequence[Request]) -> list[Answer | Refusal]:
        """Answers each request in order; what is answered is durable. Raises Unavailable when nothing is known.

        A command that looks through stored history needs the positions of what came before it, and is saved alone; one
        in parts is carried out to its end.
        """
        answers: list[Answer | Refusal] = []
        for alone, group in groupby(requests, key=lambda request: request.command.reads_history):
            for batch in [[one] for one in group] if alone else [list(group)]:
                if batch[0].command.parts is not None:
                    answers.append(InParts(self, batch[0]).all())
                else:
                    answers += self._submit(batch)
        return answers

    def before(self, request: Request) -> Answer | Refusal | None:
        """Of a command in parts: the answer where it is known, what refuses it before it begins, or None: it may."""
        self._cache.refresh()
        unit, known = UnitOfWork(self.store, self._cache, self._keyring), KnownIds(self.store)
        unit.begin()
        known.look_up([request])
        deciding = Deciding(unit, known, self.catalogue, self._clock, Preparation())
        case = deciding.case_of(request)
        try:
            found = deciding.find(case, request, self.digest(request))
            if found is None:
                request.command.carry_out(case, request.body)
        except Refusal as refusal:
            return refusal
        return self._answer(found, unit, ()) if found is not None else None

    def prepare(self, request: Request) -> Preparation | Answer | Refusal:
        """Beside the writer, in any thread: what `take_over` needs; or at once what refuses it, or what it repeats.

        Raises Unavailable.
        """
        for _ in range(ATTEMPTS):
            preparation = Preparation(DecidingStep.BESIDE, self._clock())
            cache = AggregateCache(self.store)
            unit = UnitOfWork(self.store, cache, Keyring(self.store.database))
            known = KnownIds(self.store)
            deciding = Deciding(unit, known, self.catalogue, self._clock, preparation)
            try:
                ((outcome, _),) = deciding.decide([request])
                unit.check_current()
                known.check_current([request])
            except IsPrepared:
                preparation.hand_over(cache.known.values(), cache.position)
                return preparation
            except ConflictError:
                continue
            return outcome if isinstance(outcome, Refusal) else self._answer(outcome, unit, ())
        return others_are_writing()

    def take_over(self, request: Request, preparation: Preparation) -> Answer | Refusal | None:
        """In the writer: a command that was prepared. None where that does not hold any more, or where it is refused
        now: it has to be prepared again, and only a fresh look refuses. Raises Unavailable.
        """
        try:
            (answer,) = self._submit([request], preparation)
        except OutdatedError:
            return None
        return None if isinstance(answer, Refusal) and answer.code != "conflict" else answer

    def digest(self, request: Request) -> bytes:
        return self._keyring.digest(request.content)

    def _submit(self, requests: Sequence[Request], preparation: Preparation | None = None) -> list[Answer | Refusal]:
        if preparation is None:
            preparation = Preparation(heard_at=self._clock() if requests[0].command.is_prepared else None)
        for attempt in range(ATTEMPTS):
            try:
                return self._attempt(requests, preparation)
            except ConflictError:
                self._keyring.forget_cache()
                self._sleep(min(0.002 * 2**attempt, LONGEST_PAUSE_SECONDS) * secrets.randbelow(100) / 100)
        return [others_are_writing()] * len(requests)

    def _attempt(self, requests: Sequence[Request], preparation: Preparation) -> list[Answer | Refusal]:
        if self._cache.is_behind or preparation.aggregates:
            self._cache.refresh()
        self._cache.bound()
        self._cache.adopt(preparation)
        unit, known = UnitOfWork(self.store, self._cache, self._keyring), KnownIds(self.store)
        positions: Sequence[int] = ()
        try:
            deciding = Deciding(unit, known, self.catalogue, self._clock, preparation)
            decided = [outcome for outcome, _ in deciding.decide(requests)]
            if unit.events:
                positions = self.store.append(unit.events, unit.seal_batch())
                self._keyring.saved()
                self._cache.saved(positions)
                unit.keep_snapshots()
            else:
                unit.check_current()
                known.check_current(requests)
        except OutdatedError:  # nothing was recorded yet
            raise
        except BaseException:
            unit.abandon()
            raise
        return [one if isinstance(one, Refusal) else self._answer(one, unit, positions) for one in decided]

    def _answer(self, decided: Decided, unit: UnitOfWork, positions: Sequence[int]) -> Answer:
        """Positions are known once the batch is saved, or of old."""
        earlier = decided.earlier
        if isinstance(earlier, Prior):
            facts = self.store.facts_between(earlier.first, earlier.last)
        else:
            facts = [(positions[n], unit.events[n].fact) for n in range(earlier.first, earlier.last + 1)]
        events = [(position, fact.TOPIC, fact.stream) for position, fact in facts]
        named = {name: value for _, fact in facts for name, value in fact.answer_fields.items()}
        recorded = [fact for _, fact in facts]
        return Answer(decided.command_id, facts[0][0], facts[-1][0], decided.replayed, events, named, recorded)
