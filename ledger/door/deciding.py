"""Decides commands one after the other in a unit of work, each seeing what the ones before it recorded.

What is decided here is not saved yet: `batches` saves it, `rehearsal` never does.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.billing.closed_periods import ClosedPeriods
from ledger.door.known_ids import Earlier, KnownIds
from ledger.door.requests import Request
from ledger.kernel.clock import Clock
from ledger.kernel.errors import Refusal, unknown_contract
from ledger.plans.catalogue import Catalogue
from ledger.work.case import Case, Scope
from ledger.work.preparation import Preparation
from ledger.work.unit_of_work import UnitOfWork


@dataclass(slots=True, frozen=True)
class Decided:
    """An accepted command, or the earlier one that it repeats."""

    command_id: str
    earlier: Earlier
    replayed: bool = False


class Deciding:
    """Commands of one unit of work; `preparation` is what was worked out before for one that is saved alone."""

    def __init__(
        self, unit: UnitOfWork, known: KnownIds, catalogue: Catalogue, clock: Clock, preparation: Preparation
    ) -> None:
        self._unit = unit
        self._known = known
        self._catalogue = catalogue
        self._clock = clock
        self._preparation = preparation

    def decide(self, requests: Sequence[Request]) -> Iterator[tuple[Decided | Refusal, Case]]:
        """Each in its turn, when it is asked for. A refused command leaves no trace."""
        unit = self._unit
        self._prefetch(requests)
        for request in requests:
            unit.begin()
            case = self.case_of(request)
            try:
                outcome: Decided | Refusal = self._decide_one(case, request)
            except Refusal as refusal:
                unit.undo()
                outcome = refusal
            yield outcome, case

    def _prefetch(self, requests: Sequence[Request]) -> None:
        """Reads at once what many name: the ids that they take, and their streams."""
        self._known.look_up(requests)
        read, empty = list[str](), list[str]()
        for request in requests:
            command, body = request.command, request.body
            read += command.about.streams(body)
            (empty if self._known.is_new(request) else read).extend(command.new_streams(body))
        self._unit.prefetch(read, empty)

    def case_of(self, request: Request) -> Case:
        def open_from(scope: Scope, moment: datetime) -> datetime:
            """The moment itself, or the first instant after the closed months that it lies in (M5)."""
            return self._unit.get(ClosedPeriods, scope.provider).first_open(moment, scope.timezone)

        new_id = request.new_id.id if request.new_id else secrets.token_hex(8)
        now = self._preparation.heard_at or self._clock()
        return Case(self._unit, self._catalogue, request.actor, now, open_from, self._preparation, new_id)

    def find(self, case: Case, request: Request, digest: bytes) -> Decided | None:
        """What the command is about, if the actor may; and the earlier one, if it is a repetition. Raises Refusal."""
        command, body = request.command, request.body
        if command.about.hides_nothing:
            command.check_may(request.actor.role)
        command.about.find(case, body)
        command.check_may(request.actor.role)  # what it does not see is unknown to it, whatever its role may do
        earlier = self._known.earlier(case, request, digest)
        if earlier is None:
            return None
        if not case.is_located:  # only a contract that is signed again may be another's
            raise unknown_contract(case.new_id)
        return Decided(request.command_id or earlier.command_id, earlier, replayed=True)

    def _decide_one(self, case: Case, request: Request) -> Decided:
        command, known = request.command, self._known
        digest = case.unit.keyring.digest(request.content)
        repeated = self.find(case, request, digest)
        if repeated is not None:
            return repeated
        if command.reads_history:
            self._check_recorded(case, request)
        command.carry_out(case, request.body)
        known.check_derived(request, case.unit.reserved_ids)
        if command.creates is not None:
            case.reserve_id(command.creates.namespace, case.new_id)
        scope, command_id = case.scope, request.command_id or secrets.token_hex(16)
        sender, contract_id = request.actor.scope, scope.contract_id or None
        row = case.unit.accept(sender, command_id, command.name, digest, scope.provider, contract_id)
        known.remember(row, case.unit.reserved_ids)
        return Decided(command_id, row)

    def _check_recorded(self, case: Case, request: Request) -> None:
        """What is read of stored history has to be whole; in a dry run, what came before it is not stored."""
        for row in self._unit.batch.commands:
            if (
                row.contract_id == case.scope.contract_id
                if case.scope.contract_id
                else row.provider == case.scope.provider
            ):
                detail = (
                    f"{request.name} reads what is recorded, and {row.name} before it in this dry run is not. "
                    "Send it in a dry run of its own."
                )
                raise Refusal("not-recorded", detail)
