"""What is saved beside the events of one transaction: the commands, the ids that they took, new keys, and what the
decisions rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ledger.store.keys import PartyKey


@dataclass(slots=True)
class CommandRow:
    """An accepted command: which of the saved events are its own, counted from the first; `sender` is a scope (C12)."""

    first: int
    last: int
    sender: str
    command_id: str
    name: str
    content_digest: bytes
    provider: str | None
    contract_id: str | None


class TakenId(NamedTuple):
    """An id that a command took for ever; `command` counts the commands of the batch from 0."""

    namespace: str
    id: str
    command: int


@dataclass(slots=True)
class Batch:
    """What is saved beside the events of one transaction."""

    commands: list[CommandRow] = field(default_factory=list)
    ids: list[TakenId] = field(default_factory=list)
    keys: Sequence[PartyKey] = ()
    seen_position: int = 0  # the decisions rest on `read_streams` as of this position; a later append is a conflict
    read_streams: list[str] = field(default_factory=list)
    # Likewise contracts, or all contracts of a provider (`provider:ID`), whose whole history was looked through.
    read_contracts: list[str] = field(default_factory=list)

    def columns(self, events: int) -> tuple[list[str | None], list[str | None]]:
        """Provider and contract of each event."""
        providers: list[str | None] = [None] * events
        contracts: list[str | None] = [None] * events
        for command in self.commands:
            for index in range(command.first, command.last + 1):
                providers[index], contracts[index] = command.provider, command.contract_id
        return providers, contracts
