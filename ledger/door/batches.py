"""The write door: parses commands, carries them out in batches, saves them, and answers each once and for all.

A batch is one transaction. A command of it that is refused leaves no trace and does not harm the others; a
known command id answers as the first time. Where somebody else appended first, the batch is decided again, a
bounded number of times. One `Ledger` is used by one thread at a time.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import msgspec
from pydantic import ValidationError

from ledger.billing import commands as billing
from ledger.credit import deducting as deductions
from ledger.credit import top_ups as credit
from ledger.door.bodies import COMMANDS, CREATES, RenewContract
from ledger.door.locate import locate
from ledger.door.unit_of_work import AggregateCache, UnitOfWork
from ledger.kernel.access import BILLING_COMMANDS, Actor
from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.fields import Command
from ledger.lifecycle import commands as contracts
from ledger.plans.loader import Catalogue
from ledger.sessions import commands as sessions
from ledger.sla import service_credits
from ledger.store import ConflictError, EventStore, Prior
from ledger.store.keys import Keyring
from ledger.tickets import commands as tickets

ATTEMPTS = 20  # some two seconds in all, by which time as many others have been served
LONGEST_PAUSE_SECONDS = 0.2

CARRY_OUT: dict[str, Callable[[UnitOfWork, Any], None]] = {
    name: getattr(module, name.replace("-", "_"))
    for name in COMMANDS
    for module in (billing, contracts, credit, deductions, service_credits, sessions, tickets)
    if hasattr(module, name.replace("-", "_"))
}


@dataclass(slots=True, frozen=True)
class Request:
    """A well-formed command and who sends it."""

    name: str
    body: Command
    actor: Actor
    command_id: str | None


@dataclass(slots=True)
class Answer:
    """What was recorded: positions `first` to `last`, and each event's type and stream."""

    command_id: str
    first: int
    last: int
    replayed: bool = False
    events: list[tuple[int, str, str]] = field(default_factory=list)


def parse(name: str, payload: Any, actor: Actor, header_id: str | None = None) -> Request:
    """A request from JSON that was decoded already. Raises Refusal unknown-command or malformed with every fault."""
    model = COMMANDS.get(name)
    if model is None:
        raise Refusal("unknown-command", f"There is no command {name[:80]}.")
    if not isinstance(payload, dict):
        raise malformed("body", "must be a JSON object")
    try:
        body = model.model_validate(payload)
    except ValidationError as error:
        raise refusal_of(error) from None
    except RecursionError:
        raise malformed("body", "is nested too deeply") from None
    if header_id is not None:
        if body.command_id not in (None, header_id):
            raise malformed("command_id", "differs from the header Idempotency-Key")
        if body.command_id is None:
            return parse(name, {**payload, "command_id": header_id}, actor)
    return Request(name, body, actor, body.command_id)


def refusal_of(error: ValidationError) -> Refusal:
    """What pydantic found wrong, as a refusal that names every field."""
    faults = []
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        path = ".".join(str(part) for part in fault["loc"])
        message = fault["msg"].removeprefix("Value error, ")
        head, separator, rest = message.partition(": ")
        if separator and head.isidentifier():  # a check over several fields names the one to look at
            path, message = f"{path}.{head}" if path else head, rest
        elif not path:
            path = message.split(" ", 1)[0]
        faults.append({"field": path[:200], "detail": message})
    detail = "; ".join(f"{fault['field']}: {fault['detail']}" for fault in faults[:20])
    return Refusal("malformed", detail, field=faults[0]["field"], errors=faults[:100])


def content(request: Request) -> bytes:
    """What the sameness of two commands is judged by: the parsed fields in a fixed order, defaults left out."""
    fields = request.body.model_dump(mode="json", exclude={"command_id"}, exclude_defaults=True)
    return request.name.encode() + b"\n" + msgspec.json.encode(fields, order="deterministic")


class Ledger:
    """Carries commands out. `submit` is the only way in which anything is ever recorded."""

    def __init__(self, store: EventStore, catalogue: Catalogue, clock: Clock = system_clock) -> None:
        self.store = store
        self.catalogue = catalogue
        self._clock = clock
        self._keyring = Keyring(store.database)
        self._cache = AggregateCache(store)

    def submit(self, requests: Sequence[Request]) -> list[Answer | Refusal]:
        """Answers each request in order; what is answered is durable. Raises Unavailable when nothing is known.

        A command that looks through stored history needs the positions of what came before it, and is saved alone.
        """
        answers: list[Answer | Refusal] = []
        for alone, part in groupby(requests, key=lambda request: request.name in BILLING_COMMANDS):
            for batch in [[one] for one in part] if alone else [list(part)]:
                answers += self._submit(batch)
        return answers

    def _submit(self, requests: Sequence[Request]) -> list[Answer | Refusal]:
        kept: dict[str, Any] = {}
        for attempt in range(ATTEMPTS):
            try:
                return self._attempt(requests, kept)
            except ConflictError:
                self._keyring.forget_cache()
                time.sleep(min(0.002 * 2**attempt, LONGEST_PAUSE_SECONDS) * secrets.randbelow(100) / 100)
        refusal = Refusal("conflict", "Others are writing to the same books; send the command again.")
        return [refusal] * len(requests)

    def digest(self, request: Request) -> bytes:
        return self._keyring.digest(content(request))

    def _attempt(self, requests: Sequence[Request], kept: dict[str, Any]) -> list[Answer | Refusal]:
        self._cache.refresh()
        work = UnitOfWork(self.store, self._cache, self.catalogue, self._keyring, kept)
        try:
            outcome = self._decide(work, requests)
            if work.events:
                positions = self.store.append(work.events, work.seal_batch())
                self._keyring.saved()
                self._cache.saved(positions)
                self._number(work, outcome, positions)
        except BaseException:
            work.abandon()
            raise
        for answer in outcome:
            if isinstance(answer, Answer) and not answer.events:
                answer.events = self.store.events_between(answer.first, answer.last)
        return outcome

    def _number(self, work: UnitOfWork, outcome: list[Answer | Refusal], positions: Sequence[int]) -> None:
        """Answers of this batch count from 0 below zero until their positions are known."""
        for answer in outcome:
            if isinstance(answer, Answer) and answer.last < 0:
                first, last = -answer.first - 1, -answer.last - 1
                answer.events = [
                    (positions[n], work.events[n].fact.TOPIC, work.events[n].originator_id)
                    for n in range(first, last + 1)
                ]
                answer.first, answer.last = positions[first], positions[last]

    def _decide(self, work: UnitOfWork, requests: Sequence[Request]) -> list[Answer | Refusal]:
        known = self._known(requests)
        work.prefetch(_streams(requests))
        outcome: list[Answer | Refusal] = []
        for request in requests:
            work.begin(request.actor, self._clock())
            try:
                outcome.append(self._carry_out(work, request, known))
            except Refusal as refusal:
                work.undo()
                outcome.append(refusal)
        return outcome

    def _carry_out(self, work: UnitOfWork, request: Request, known: dict[tuple[str, str], Prior]) -> Answer:
        name, body = request.name, request.body
        digest = self.digest(request)
        prior = known.get(("command", request.command_id)) if request.command_id else None
        if name != "sign-contract":
            locate(work, body)
        request.actor.check_may(name)  # what it does not see is unknown to it, whatever its role may do
        if prior is not None and not prior.is_same(name, digest):
            raise Refusal(
                "command-id-reused",
                f"Command id {request.command_id} was used for another command.",
                command_id=request.command_id,
            )
        prior = prior or self._created(work, request, digest, known)
        if name == "sign-contract":
            self._check_signing(work, request, prior)
        if prior is not None:
            return Answer(request.command_id or prior.command_id, prior.first, prior.last, replayed=True)
        CARRY_OUT[name](work, body)
        command_id = request.command_id or secrets.token_hex(16)
        if name in CREATES:
            work.reserve_id(CREATES[name][0], getattr(body, CREATES[name][1]))
        self._check_derived(work, name, known)
        row = work.accept(command_id, name, digest)
        accepted = Prior(-row.first - 1, -row.last - 1, name, digest, command_id)
        known["command", command_id] = accepted
        for space, id_, _ in work.batch.ids[-len(work.reserved_ids) :] if work.reserved_ids else ():
            known[space, id_] = accepted
        return Answer(command_id, accepted.first, accepted.last)

    def _created(
        self, work: UnitOfWork, request: Request, digest: bytes, known: dict[tuple[str, str], Prior]
    ) -> Prior | None:
        """The earlier command with the same new id: same content changes nothing, other content is refused (C12)."""
        if isinstance(request.body, RenewContract):
            term = work.contract.term_from(request.body.starts_on) if request.body.starts_on else None
            if term is None:
                return None
            term_id = f"{work.contract.contract_id}/{term.number}"
            return known.get(("term", term_id)) or self.store.commands_that_took("term", [term_id]).get(term_id)
        space, id_field = CREATES.get(request.name, ("", ""))
        if not space:
            return None
        id_ = getattr(request.body, id_field)
        prior = known.get((space, id_))
        if prior is not None and not prior.is_same(request.name, digest):
            raise Refusal("already-exists", f"The {id_field.replace('_', ' ')} {id_} is taken.", **{id_field: id_})
        return prior

    def _check_derived(self, work: UnitOfWork, name: str, known: dict[tuple[str, str], Prior]) -> None:
        """An id that follows from others (a penalty's, a correction's) may have been taken by somebody's own choice."""
        given = CREATES.get(name, ("", ""))[0]
        for space, id_ in work.reserved_ids:
            if space != given and ((space, id_) in known or self.store.commands_that_took(space, [id_])):
                raise Refusal("already-exists", f"The id {id_}, which this command would give, is taken.", id=id_)

    def _check_signing(self, work: UnitOfWork, request: Request, prior: Prior | None) -> None:
        """A provider's token signs for its own provider; a repetition is answered to whom may see the contract."""
        plan = self.catalogue.plan(request.body.plan)  # type: ignore[attr-defined]
        if request.actor.provider not in (None, plan.provider.id):
            raise Refusal("forbidden", f"Plan {plan.id} belongs to another provider.", plan=plan.id)
        if prior is not None:
            work.locate(request.body.contract_id)  # type: ignore[attr-defined]

    def _known(self, requests: Sequence[Request]) -> dict[tuple[str, str], Prior]:
        """Accepted commands with the ids that these requests carry or would take, in one question a name space."""
        wanted: dict[str, list[str]] = {}
        for request in requests:
            if request.command_id:
                wanted.setdefault("command", []).append(request.command_id)
            if request.name in CREATES:
                space, id_field = CREATES[request.name]
                wanted.setdefault(space, []).append(getattr(request.body, id_field))
        known: dict[tuple[str, str], Prior] = {}
        for space, ids in wanted.items():
            found = self.store.commands_by_id(ids) if space == "command" else self.store.commands_that_took(space, ids)
            known.update({(space, id_): prior for id_, prior in found.items()})
        return known


def _streams(requests: Sequence[Request]) -> list[str]:
    """The streams that the requests name, so that they are read at once."""
    found: list[str] = []
    for request in requests:
        for id_field, categories in _NAMED_BY[request.name]:
            key = getattr(request.body, id_field)
            if key is not None:
                found.extend(f"{category}:{key}" for category in categories)
    return found


_NAMED = {
    "contract_id": ("contract",),
    "ticket_id": ("ticket",),
    "entry_id": ("deduction",),
    "service_id": ("deduction",),
    "session_id": ("session", "deduction"),
    "deduction_id": ("deduction",),
}
_NAMED_BY = {
    name: [(id_field, categories) for id_field, categories in _NAMED.items() if id_field in model.model_fields]
    for name, model in COMMANDS.items()
}
