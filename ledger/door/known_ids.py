"""Ids that accepted commands took: in stored history, and earlier in the same batch. Rule C12."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.door.requests import Request
from ledger.kernel.errors import Refusal
from ledger.store import CommandRow, EventStore, Prior
from ledger.work.case import Case

Earlier = Prior | CommandRow  # a stored command, or one of this batch, whose positions are known when it is saved
COMMAND = "command"  # the namespace of the commands' own ids


class KnownIds:
    """Asked for a whole batch at once, one question a namespace."""

    def __init__(self, store: EventStore, requests: Iterable[Request]) -> None:
        self._store = store
        self._known: dict[tuple[str, str], Earlier] = {}
        wanted: dict[str, list[str]] = {}
        for request in requests:
            if request.command_id:
                wanted.setdefault(COMMAND, []).append(request.command_id)
            if request.command.creates is not None:
                new = request.command.creates
                wanted.setdefault(new.namespace, []).append(new.read(request.body))
        for namespace, ids in wanted.items():
            found = store.commands_by_id(ids) if namespace == COMMAND else store.commands_that_took(namespace, ids)
            self._known.update({(namespace, id_): prior for id_, prior in found.items()})

    def took(self, namespace: str, id_: str) -> Earlier | None:
        """Who took an id that no request of this batch names."""
        return self._known.get((namespace, id_)) or self._store.commands_that_took(namespace, [id_]).get(id_)

    def remember(self, row: CommandRow, reserved_ids: Iterable[tuple[str, str]]) -> None:
        """What a command of this batch took."""
        self._known.update(dict.fromkeys(reserved_ids, row))
        self._known[COMMAND, row.command_id] = row

    def earlier(self, case: Case, request: Request, digest: bytes) -> Earlier | None:
        """The command of which this is a repetition: the same content changes nothing (C12).

        Raises Refusal command-id-reused or already-exists where a known id comes with other content.
        """
        command = request.command
        prior = self._known.get((COMMAND, request.command_id)) if request.command_id else None
        if prior is not None:
            if not prior.is_same(command.name, digest):
                detail = f"Command id {request.command_id} was used for another command."
                raise Refusal("command-id-reused", detail, command_id=request.command_id)
            return prior
        if command.repeats is not None:
            named = command.repeats(case, request.body)
            return self.took(*named) if named is not None else None
        if command.creates is None:
            return None
        id_ = command.creates.read(request.body)
        prior = self._known.get((command.creates.namespace, id_))
        if prior is not None and not prior.is_same(command.name, digest):
            field = command.creates.field
            raise Refusal("already-exists", f"The {field.replace('_', ' ')} {id_} is taken.", **{field: id_})
        return prior

    def check_derived(self, request: Request, reserved_ids: Iterable[tuple[str, str]]) -> None:
        """An id that follows from others (a penalty's, a correction's) may have been taken by somebody's own choice."""
        given = request.command.creates.namespace if request.command.creates else ""
        for namespace, id_ in reserved_ids:
            if namespace != given and self.took(namespace, id_) is not None:
                raise Refusal("already-exists", f"The id {id_}, which this command would give, is taken.", id=id_)
