"""A command in parts on its way: part after part, each saved for itself, with a turn for others between them.

Nothing of it is in memory alone. Interrupted and sent again it goes on: a part is known by its id and by the key that
it took under the whole's name, and its digest is one of the whole's content too, so that another whole under the same
id is refused before it does anything (C12).
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from ledger.door.in_steps import Carrier, InSteps
from ledger.door.known_ids import is_repeated
from ledger.door.requests import Answer, Request
from ledger.kernel.errors import Refusal, command_id_reused
from ledger.kernel.fact import Fact
from ledger.store import EventStore, Prior
from ledger.work.case import Case
from ledger.work.declaration import NewId, Parts
from ledger.work.fields import Command

AGAIN = ("conflict",)  # what is true of a moment only is no answer about a part: the whole is sent again


class PartsCarrier(Carrier, Protocol):
    """What it needs of the ledger besides."""

    store: EventStore

    def before(self, request: Request) -> Answer | Refusal | None:
        """The answer of a command that is known; what refuses it before it begins; None where it may begin."""
        ...

    def digest(self, request: Request) -> bytes: ...


class InParts:
    """One command; `turn` carries out one part of it, which `prepare` may prepare beside the writer."""

    def __init__(self, ledger: PartsCarrier, request: Request) -> None:
        parts = request.command.parts
        assert parts is not None, "its declaration says how it is carried out in parts"
        self._parts: Parts[Any] = parts
        self._ledger = ledger
        self._request = request.under(request.command_id or secrets.token_hex(16))
        self._name = run_name(self._request)
        self._known: dict[str, Prior] | None = None  # parts that were carried out before, by key
        self._waiting: deque[str] = deque()
        self._part_on_its_way: InSteps | None = None  # under the first of those that wait
        self._told: list[Fact] = []  # what the first of those that wait recorded before
        self._last_key = ""
        self._notes: list[Any] = []

    def all(self) -> Answer | Refusal:
        """Its answer, after all of its parts."""
        while True:
            answer = self.turn()
            if answer is not None:
                return answer

    def prepare(self) -> None:
        """Of the next part what may be done beside the writer. Raises Unavailable."""
        if self._known is None or not self._has_more():
            return
        if self._waiting[0] in self._known:
            self._told = self._facts(self._known[self._waiting[0]])
        else:
            self._next().prepare()

    def turn(self) -> Answer | Refusal | None:
        """Carries out one part, or begins, or ends; None while there is more to do. Raises Unavailable."""
        if self._known is None:
            return self._begin()
        if not self._has_more():
            return self._end()
        key = self._waiting[0]
        if key in self._known:
            outcome: Sequence[Fact] | Refusal = self._told or self._facts(self._known[key])
        else:
            answer = self._next().turn()
            if answer is None:
                return None
            outcome = answer if isinstance(answer, Refusal) else answer.facts
        if isinstance(outcome, Refusal) and outcome.code in AGAIN:
            return outcome
        self._waiting.popleft()
        self._part_on_its_way, self._told = None, []
        note = self._parts.note(key, outcome)
        if note is not None:
            self._notes.append(note)
        return None

    def _has_more(self) -> bool:
        if not self._waiting:
            self._waiting.extend(self._parts.keys(self._ledger.store, self._request.body, self._last_key))
            self._last_key = self._waiting[-1] if self._waiting else self._last_key
        return bool(self._waiting)

    def _next(self) -> InSteps:
        if self._part_on_its_way is None:
            self._part_on_its_way = InSteps(self._ledger, self._part(self._waiting[0]))
        return self._part_on_its_way

    def _begin(self) -> Answer | Refusal | None:
        answer = self._ledger.before(self._request)
        if answer is not None:
            return answer
        self._known = self._ledger.store.commands_under(self._name)
        for key, prior in self._known.items():
            if not is_repeated(prior, self._part(key).name, self._ledger.digest(self._part(key))):
                return command_id_reused(self._request.command_id)
        return None

    def _part(self, key: str) -> Request:
        return part_of(self._request, self._parts, self._name, key)

    def _facts(self, recorded: Prior) -> list[Fact]:
        return [fact for _, fact in self._ledger.store.facts_between(recorded.first, recorded.last)]

    def _end(self) -> Answer | Refusal:
        (answer,) = self._ledger.submit([end_of(self._request, self._parts, self._name, self._notes)])
        return answer


def run_name(whole: Request) -> str:
    """Under which the parts of a command are known."""
    return f"{whole.actor.scope}/{whole.command_id}"


def part_of(whole: Request, parts: Parts[Any], name: str, key: str) -> Request:
    """One part as a command of its own."""
    command = replace(parts.command(), creates=NewId[Command](name, "key", lambda _: key))
    body = parts.body(whole.body, key)
    return Request(command, body, whole.actor, f"{whole.command_id}/{key}", within=whole.content)


def end_of(whole: Request, parts: Parts[Any], name: str, notes: Sequence[Any]) -> Request:
    """The command with which the whole is remembered."""

    def end(case: Case, body: Command) -> None:
        parts.end(case, body, name, notes)

    return replace(whole, command=replace(whole.command, parts=None, reads_history=False, carry_out=end))
