"""The write door: carries commands out in batches, saves them, and answers each once and for all.

A batch is one transaction. A command of it that is refused leaves no trace and does not harm the others; a
known command id answers as the first time. Where somebody else appended first, the batch is decided again, a
bounded number of times. One `Ledger` is used by one thread at a time.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import ledger.events  # noqa: F401  whatever is read of history has to be known
from ledger.billing.closed_periods import ClosedPeriods
from ledger.door.in_parts import InParts
from ledger.door.known_ids import Earlier, KnownIds
from ledger.door.registry import check_may
from ledger.door.requests import Answer, Request
from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.errors import Refusal, unknown_contract
from ledger.plans.loader import Catalogue
from ledger.store import ConflictError, EventStore, Prior
from ledger.store.keys import Keyring
from ledger.work.case import Case, Scope
from ledger.work.unit_of_work import AggregateCache, UnitOfWork

__all__ = ["ATTEMPTS", "Answer", "Ledger"]

ATTEMPTS = 20  # some two seconds in all, by which time as many others have been served
LONGEST_PAUSE_SECONDS = 0.2


@dataclass(slots=True, frozen=True)
class _Decided:
    """An accepted command, or the earlier one that it repeats."""

    command_id: str
    earlier: Earlier
    replayed: bool = False


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
        unit = UnitOfWork(self.store, self._cache, self._keyring)
        unit.begin()
        case = self._case(unit, request, {})
        try:
            known = self._find(case, request, KnownIds(self.store, [request]))
            if known is None:
                request.command.carry_out(case, request.body)
        except Refusal as refusal:
            return refusal
        return self._answer(known, unit, ()) if known is not None else None

    def digest(self, request: Request) -> bytes:
        return self._keyring.digest(request.content)

    def _submit(self, requests: Sequence[Request]) -> list[Answer | Refusal]:
        read_before: dict[str, Any] = {}
        for attempt in range(ATTEMPTS):
            try:
                return self._attempt(requests, read_before)
            except ConflictError:
                self._keyring.forget_cache()
                self._sleep(min(0.002 * 2**attempt, LONGEST_PAUSE_SECONDS) * secrets.randbelow(100) / 100)
        refusal = Refusal("conflict", "Others are writing to the same ledger; send the command again.")
        return [refusal] * len(requests)

    def _attempt(self, requests: Sequence[Request], read_before: dict[str, Any]) -> list[Answer | Refusal]:
        self._cache.refresh()
        unit = UnitOfWork(self.store, self._cache, self._keyring)
        positions: Sequence[int] = ()
        try:
            decided = self._decide(unit, requests, read_before)
            if unit.events:
                positions = self.store.append(unit.events, unit.seal_batch())
                self._keyring.saved()
                self._cache.saved(positions)
            else:
                unit.check_current()
        except BaseException:
            unit.abandon()
            raise
        return [one if isinstance(one, Refusal) else self._answer(one, unit, positions) for one in decided]

    def _answer(self, decided: _Decided, unit: UnitOfWork, positions: Sequence[int]) -> Answer:
        """Positions are known once the batch is saved, or of old."""
        earlier = decided.earlier
        if isinstance(earlier, Prior):
            facts = self.store.facts_between(earlier.first, earlier.last)
        else:
            facts = [(positions[n], unit.events[n].fact) for n in range(earlier.first, earlier.last + 1)]
        events = [(position, fact.TOPIC, fact.stream) for position, fact in facts]
        named = {name: value for _, fact in facts for name, value in fact.answer_fields.items()}
        return Answer(decided.command_id, facts[0][0], facts[-1][0], decided.replayed, events, named)

    def _decide(
        self, unit: UnitOfWork, requests: Sequence[Request], read_before: dict[str, Any]
    ) -> list[_Decided | Refusal]:
        known = KnownIds(self.store, requests)
        unit.prefetch(stream for request in requests for stream in request.command.streams(request.body))
        outcome: list[_Decided | Refusal] = []
        for request in requests:
            unit.begin()
            try:
                outcome.append(self._decide_one(self._case(unit, request, read_before), request, known))
            except Refusal as refusal:
                unit.undo()
                outcome.append(refusal)
        return outcome

    def _case(self, unit: UnitOfWork, request: Request, read_before: dict[str, Any]) -> Case:
        def open_from(scope: Scope, moment: datetime) -> datetime:
            """The moment itself, or the first instant after the closed months that it lies in (M5)."""
            return unit.get(ClosedPeriods, scope.provider).first_open(moment, scope.timezone)

        new_id = request.new_id[1] if request.new_id else secrets.token_hex(8)
        return Case(unit, self.catalogue, request.actor, self._clock(), open_from, read_before, new_id)

    def _find(self, case: Case, request: Request, known: KnownIds) -> _Decided | None:
        """What the command is about, if the actor may; and the earlier one, if it is a repetition."""
        command, body = request.command, request.body
        if command.about.hides_nothing:
            check_may(request.actor.role, command.name)
        command.about.find(case, body)
        check_may(request.actor.role, command.name)  # what it does not see is unknown to it, whatever its role may do
        earlier = known.earlier(case, request, self.digest(request))
        if earlier is None:
            return None
        if not case.is_located:  # only a contract that is signed again may be another's
            raise unknown_contract(case.new_id)
        return _Decided(request.command_id or earlier.command_id, earlier, replayed=True)

    def _decide_one(self, case: Case, request: Request, known: KnownIds) -> _Decided:
        repeated = self._find(case, request, known)
        if repeated is not None:
            return repeated
        command = request.command
        command.carry_out(case, request.body)
        known.check_derived(request, case.unit.reserved_ids)
        if command.creates is not None:
            case.reserve_id(command.creates.namespace, case.new_id)
        scope, command_id = case.scope, request.command_id or secrets.token_hex(16)
        sender, contract_id = request.actor.scope, scope.contract_id or None
        row = case.unit.accept(sender, command_id, command.name, self.digest(request), scope.provider, contract_id)
        known.remember(row, case.unit.reserved_ids)
        return _Decided(command_id, row)
