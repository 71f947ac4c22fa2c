"""Proves that the stored history is whole: nothing missing, nothing out of order, nothing that can't be read.

Positions run from 1 without gaps, recorded time never decreases, each stream's versions follow on one another,
every payload decodes and agrees with the row that carries it (stream, contract, provider), and every event belongs
to exactly one accepted command. Figures that stand twice agree: draws of account and deduction, bought credit and its
charge (`command_faults`); credit is drawn and settles inside its life (`credit_faults`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec

from ledger.billing.events import PROVIDER_FACTS
from ledger.contracts.events import ContractSigned
from ledger.door.command_faults import Placed, command_fault
from ledger.door.credit_faults import GrantLives
from ledger.kernel.fact import Fact
from ledger.kernel.mapper import UnknownTopicError, UnsaidError, decode
from ledger.store.database import Database
from ledger.store.whole_history import CommandSpan, StoredRow, command_pages, event_pages


def first_fault(database: Database, progress: Callable[[int], None] | None = None) -> str | None:
    """A sentence that names the first fault of the history, or None. Reads every event once."""
    reading = _Reading(_Commands(database))
    for page in event_pages(database):
        for row in page:
            fault = reading.fault(row)
            if fault:
                return fault
        if progress:
            progress(len(page))
    return _command_fault((span for page in command_pages(database) for span in page), reading.position)


@dataclass
class _Reading:
    """How far the history was read, and what it said so far."""

    commands: _Commands
    lives: GrantLives = field(default_factory=GrantLives)
    position: int = 0
    recorded_at: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    providers: dict[str, str] = field(default_factory=dict)

    def fault(self, row: StoredRow) -> str | None:
        """What is wrong with the next row, if anything is."""
        last = self.versions.get(row.stream, 0)
        if row.position != self.position + 1:
            return f"position {self.position + 1} is missing: the next stored event is at {row.position}"
        if row.recorded_at < self.recorded_at:
            return f"position {row.position}: recorded before the event at position {self.position}"
        if row.version != last + 1:
            return f"position {row.position}: stream {row.stream} goes on with version {row.version} after {last}"
        try:
            fact = decode(row.topic, row.state)
        except (UnknownTopicError, UnsaidError, msgspec.DecodeError) as error:
            return f"position {row.position}: {row.topic} can't be read: {error}"
        if isinstance(fact, ContractSigned):
            self.providers[fact.contract_id] = fact.provider
        owner = self.providers.get(fact.contract_id)
        if isinstance(fact, PROVIDER_FACTS):
            owner = fact.provider
        for name, found, said in (
            ("stream", row.stream, fact.stream),
            ("contract", row.contract_id, fact.contract_id or None),
            ("provider", row.provider, owner),
        ):
            if found != said:
                return f"position {row.position}: its row names the {name} {found}, its payload {said}"
        self.position, self.recorded_at, self.versions[row.stream] = row.position, row.recorded_at, row.version
        return self.lives.fault(row.position, fact) or self.commands.fault(row.position, fact)


class _Commands:
    """The facts of one command at a time; what no command recorded is told of afterwards."""

    def __init__(self, database: Database) -> None:
        self._spans = (span for page in command_pages(database) for span in page)
        self._span = next(self._spans, None)
        self._facts: list[Placed] = []

    def fault(self, position: int, fact: Fact) -> str | None:
        """What disagrees in a command, once its last fact was read."""
        while self._span is not None and self._span.last < position:
            self._span, self._facts = next(self._spans, None), []
        if self._span is None or position < self._span.first:
            return None
        self._facts.append((position, fact))
        return command_fault(self._facts) if position == self._span.last else None


def _command_fault(commands: Iterable[CommandSpan], last_position: int) -> str | None:
    """Commands tile the history: each begins where the one before ended."""
    expected = 1
    for command in commands:
        if command.first != expected or command.last < command.first:
            return (
                f"command {command.command_id}: its events begin at position {command.first}, where {expected} was due"
            )
        expected = command.last + 1
    if expected != last_position + 1:
        return f"position {expected}: no accepted command recorded it"
    return None
