"""A dry run: commands are decided as they would be carried out, with what they would cost, and nothing is saved.

The commands of one rehearsal see what the ones before them would record. It has aggregates and keys of its own, so
that it runs beside the thread that writes, and neither waits for the other.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from ledger.billing.document_texts import DocumentTexts, read_document_texts
from ledger.billing.events import CreditNoteIssued, InvoiceIssued
from ledger.contracts.contract import Contract
from ledger.credit.account import CreditAccount
from ledger.credit.events import CreditUnit
from ledger.credit.finding import settled_late
from ledger.door.costs import BilledTime, CostCharge, DrawnCredit, billed_time, charges_made, drawn_credit
from ledger.door.deciding import Decided, Deciding
from ledger.door.in_parts import end_of, part_of, run_name
from ledger.door.known_ids import KnownIds
from ledger.door.requests import Request
from ledger.kernel.clock import Clock
from ledger.kernel.errors import Refusal, others_are_writing
from ledger.kernel.fact import Fact
from ledger.plans.catalogue import Catalogue
from ledger.store import ConflictError, EventStore, Prior
from ledger.store.keys import Keyring
from ledger.work.case import Case
from ledger.work.preparation import Preparation
from ledger.work.unit_of_work import AggregateCache, UnitOfWork

TRIES = 5


@dataclass(slots=True, frozen=True)
class AvailableCredit:
    """What a pool of the contract would have available, in its unit."""

    pool: str
    unit: CreditUnit
    currency: str | None
    quantity: int


@dataclass(slots=True, frozen=True)
class PlannedDocument:
    """A document that would be issued, and the texts that would stand on it."""

    fact: InvoiceIssued | CreditNoteIssued
    texts: DocumentTexts


@dataclass(slots=True, frozen=True)
class Rehearsed:
    """What would be recorded, as of a position: type and stream of each event, and what they name.

    A command that is known already would record nothing more, and cost nothing more.
    """

    command_id: str | None
    position: int
    replayed: bool
    events: list[tuple[str, str]]
    named: dict[str, Any]
    billed: list[BilledTime]
    draws: list[DrawnCredit]
    charges: list[CostCharge]
    documents: list[PlannedDocument]
    available_after: list[AvailableCredit]

    def unit_of(self, pool: str) -> CreditUnit:
        return next(one.unit for one in self.available_after if one.pool == pool)


class Rehearsal:
    """Of one request, in whatever thread asks it: decides as `Ledger.submit` would, and saves nothing.

    The history that it rests on is that of its beginning.
    """

    def __init__(self, store: EventStore, catalogue: Catalogue, clock: Clock) -> None:
        self._store = store
        self._catalogue = catalogue
        self._clock = clock
        self._has_answered = False
        self._begin()

    def _begin(self) -> None:
        keyring = Keyring(self._store.database)
        self._unit = UnitOfWork(self._store, AggregateCache(self._store), keyring)
        self._known = KnownIds(self._store)
        self._deciding = Deciding(self._unit, self._known, self._catalogue, self._clock, Preparation())

    def answer(self, requests: Sequence[Request]) -> list[Rehearsed | Refusal]:
        """Answers in the order of the requests; further ones go on from there. Raises Unavailable."""
        for _ in range(TRIES):
            try:
                answers = list(self._answers(requests))
                if not self._has_answered:
                    self._unit.check_current()
            except ConflictError:
                if self._has_answered:
                    break
                self._begin()
            else:
                self._has_answered = True
                return answers
        return [others_are_writing()] * len(requests)

    def _answers(self, requests: Sequence[Request]) -> Iterator[Rehearsed | Refusal]:
        for in_parts, group in groupby(requests, key=lambda request: request.command.parts is not None):
            if in_parts:
                yield from map(self._whole, group)
            else:
                together = list(group)
                for (outcome, case), request in zip(self._deciding.decide(together), together, strict=True):
                    yield self._told(outcome, case, request)

    def _whole(self, request: Request) -> Rehearsed | Refusal:
        """A command in parts: what all of its parts would record, and which of them are refused."""
        whole, parts = request.under(request.command_id or secrets.token_hex(16)), request.command.parts
        assert parts is not None, "its declaration says how it is carried out in parts"
        self._known.look_up([whole])
        self._unit.begin()
        case = self._deciding.case_of(whole)
        try:
            repeated = self._deciding.find(case, whole, self._unit.keyring.digest(whole.content))
            if repeated is not None:
                return self._told(repeated, case, request)
            whole.command.carry_out(case, whole.body)
        except Refusal as refusal:
            self._unit.undo()
            return refusal
        name, made, notes, last = run_name(whole), list[Rehearsed](), list[Any](), ""
        while keys := parts.keys(self._store, whole.body, last):
            last = keys[-1]
            for key in keys:
                ((outcome, part_case),) = self._deciding.decide([part_of(whole, parts, name, key)])
                notes.append(parts.note(key, outcome if isinstance(outcome, Refusal) else self._facts(outcome)))
                told = self._told(outcome, part_case, request)
                made += [] if isinstance(told, Refusal) else [told]
        kept = [note for note in notes if note is not None]
        ((outcome, case),) = self._deciding.decide([end_of(whole, parts, name, kept)])
        ended = self._told(outcome, case, request)
        if isinstance(ended, Refusal):
            return ended
        every = [*made, ended]
        return replace(
            ended,
            events=[event for one in every for event in one.events],
            billed=[time for one in every for time in one.billed],
            draws=[draw for one in every for draw in one.draws],
            charges=[charge for one in every for charge in one.charges],
            documents=[document for one in every for document in one.documents],
        )

    def _told(self, outcome: Decided | Refusal, case: Case, request: Request) -> Rehearsed | Refusal:
        if isinstance(outcome, Refusal):
            return outcome
        facts = self._facts(outcome)
        new: list[Fact] = [] if outcome.replayed else facts
        return Rehearsed(
            command_id=request.command_id,
            position=self._unit.batch.seen_position,
            replayed=outcome.replayed,
            events=[(fact.TOPIC, fact.stream) for fact in facts],
            named={name: value for fact in facts for name, value in fact.answer_fields.items()},
            billed=billed_time(new),
            draws=drawn_credit(new),
            charges=charges_made(new),
            documents=[_planned(case, fact) for fact in new if isinstance(fact, InvoiceIssued | CreditNoteIssued)],
            available_after=self._available(case),
        )

    def _facts(self, decided: Decided) -> list[Fact]:
        earlier = decided.earlier
        if isinstance(earlier, Prior):
            return [fact for _, fact in self._store.facts_between(earlier.first, earlier.last)]
        return [event.fact for event in self._unit.events[earlier.first : earlier.last + 1]]

    def _available(self, case: Case) -> list[AvailableCredit]:
        """Now, of every pool that the contract has, if the command is about one."""
        now, contract_id = case.stamp.now, case.scope.contract_id
        pools = case.get(Contract, contract_id).pools if contract_id else {}
        accounts = [case.get(CreditAccount, f"{contract_id}:{pool}") for pool in sorted(pools)]
        return [
            AvailableCredit(one.pool, one.unit, one.currency, one.available(now, now, settled_late(case, one, now)))
            for one in accounts
            if one.exists
        ]


def _planned(case: Case, fact: InvoiceIssued | CreditNoteIssued) -> PlannedDocument:
    of_lines = case.open_all(one.texts for one in fact.line_texts).values()
    reason = case.open(fact.reason) if isinstance(fact, CreditNoteIssued) else None
    return PlannedDocument(fact, read_document_texts(case.open(fact.parties), of_lines, reason))
