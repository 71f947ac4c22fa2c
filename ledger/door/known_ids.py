"""Ids that accepted commands took: in stored history, and earlier in the same batch. Rule C12."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.door.requests import Request
from ledger.kernel.errors import Refusal, command_id_reused, malformed
from ledger.kernel.faults import FieldFault
from ledger.store import CommandRow, ConflictError, EventStore, Prior
from ledger.work.case import Case

Earlier = Prior | CommandRow  # a stored command, or one of this batch, whose positions are known when it is saved


def is_repeated(earlier: Earlier, name: str, content_digest: bytes) -> bool:
    """Whether a command of that name and content is the same once more (C12)."""
    return (earlier.name, earlier.content_digest) == (name, content_digest)


class KnownIds:
    """What the present unit of work took, and what was stored before. Stored ids are looked up for many at once."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._commands: dict[tuple[str, str], Earlier] = {}  # by the sender's scope and the command's id
        self._known: dict[tuple[str, str], Earlier] = {}  # by namespace and id

    def look_up(self, requests: Iterable[Request]) -> None:
        """The ids that these name, with one question a sender or a namespace; those taken meanwhile stay taken."""
        sent: dict[str, list[str]] = {}
        wanted: dict[str, list[str]] = {}
        for request in requests:
            if request.command_id:
                sent.setdefault(request.actor.scope, []).append(request.command_id)
            new = request.new_id
            if new is not None:
                wanted.setdefault(new.namespace, []).append(new.id)
        for sender, ids in sent.items():
            for id_, prior in self._store.commands_by_id(sender, ids).items():
                self._commands.setdefault((sender, id_), prior)
        for namespace, ids in wanted.items():
            for id_, prior in self._store.commands_that_took(namespace, ids).items():
                self._known.setdefault((namespace, id_), prior)

    def check_current(self, requests: Iterable[Request]) -> None:
        """Raises ConflictError where one of these ids was taken since: what refuses a command may be that command."""
        now = KnownIds(self._store)
        now.look_up(requests)
        if now._commands.keys() - self._commands.keys() or now._known.keys() - self._known.keys():
            raise ConflictError

    def is_new(self, request: Request) -> bool:
        """Whether nobody took the id that a request gives, of those that were looked up."""
        return request.new_id is not None and request.new_id not in self._known

    def took(self, namespace: str, id_: str) -> Earlier | None:
        """Who took an id that no request of this batch names."""
        return self._known.get((namespace, id_)) or self._store.commands_that_took(namespace, [id_]).get(id_)

    def remember(self, row: CommandRow, reserved_ids: Iterable[tuple[str, str]]) -> None:
        """What a command of this batch took."""
        self._known.update(dict.fromkeys(reserved_ids, row))
        self._commands[row.sender, row.command_id] = row

    def earlier(self, case: Case, request: Request, digest: bytes) -> Earlier | None:
        """The command of which this is a repetition: the same content changes nothing (C12).

        A known command id is answered before anything else is looked at. Raises Refusal command-id-reused or
        already-exists where a known id comes with other content, malformed where somebody gives an id who may not.
        """
        command, command_id = request.command, request.command_id
        prior = self._commands.get((request.actor.scope, command_id)) if command_id else None
        if prior is not None:
            if not is_repeated(prior, command.name, digest):
                raise command_id_reused(command_id)
            return prior
        if command.repeats is not None:
            named = command.repeats(case, request.body)
            return self.took(*named) if named is not None else None
        new = request.new_id
        if command.creates is None or new is None:
            return None
        field, id_ = command.creates.field, new.id
        if request.actor.is_outside:  # so that nobody takes another's ids, or learns of them
            raise malformed(field, FieldFault("given_by_ledger"))
        prior = self._known.get(new)
        if prior is not None and not is_repeated(prior, command.name, digest):
            raise Refusal("already-exists", f"The {field.replace('_', ' ')} {id_} is taken.", **{field: id_})
        return prior

    def check_derived(self, request: Request, reserved_ids: Iterable[tuple[str, str]]) -> None:
        """An id that follows from others (a penalty's, a correction's) may have been taken by somebody's own choice."""
        given = request.command.creates.namespace if request.command.creates else ""
        for namespace, id_ in reserved_ids:
            if namespace != given and self.took(namespace, id_) is not None:
                raise Refusal("already-exists", f"The id {id_}, which this command would give, is taken.", id=id_)
