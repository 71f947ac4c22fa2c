"""Proves that the stored history is whole: nothing missing, nothing out of order, nothing that can't be read.

Positions run from 1 without gaps, recorded time never decreases, each stream's versions follow on one another,
every payload decodes and agrees with the row that carries it (stream, contract, provider), and every event belongs
to exactly one accepted command.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from ledger.billing.events import PeriodClosed
from ledger.contracts.events import ContractSigned
from ledger.kernel.mapper import UnknownTopicError, UnsaidError, decode
from ledger.store.database import Database

PAGE = 10_000


def first_fault(database: Database, progress: Callable[[int], None] | None = None) -> str | None:
    """A sentence that names the first fault of the history, or None. Reads every event once."""
    reading = _Reading()
    while True:
        sql = (
            "SELECT notification_id, recorded_at, originator_id, originator_version, topic, state, provider, "
            "contract_id FROM stored_events WHERE notification_id > ? ORDER BY notification_id LIMIT ?"
        )
        rows = database.query(sql, (reading.position, PAGE))
        for row in rows:
            fault = reading.fault(*row)
            if fault:
                return fault
        if progress:
            progress(len(rows))
        if len(rows) < PAGE:
            return _command_fault(database, reading.position)


@dataclass
class _Reading:
    """How far the history was read, and what it said so far."""

    position: int = 0
    recorded_at: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    providers: dict[str, str] = field(default_factory=dict)

    def fault(
        self,
        position: int,
        recorded_at: int,
        stream: str,
        version: int,
        topic: str,
        state: bytes,
        provider: str | None,
        contract_id: str | None,
    ) -> str | None:
        """What is wrong with the next row, if anything is."""
        last = self.versions.get(stream, 0)
        if position != self.position + 1:
            return f"position {self.position + 1} is missing: the next stored event is at {position}"
        if recorded_at < self.recorded_at:
            return f"position {position}: recorded before the event at position {self.position}"
        if version != last + 1:
            return f"position {position}: stream {stream} goes on with version {version} after {last}"
        try:
            fact = decode(topic, bytes(state))
        except (UnknownTopicError, UnsaidError, msgspec.DecodeError) as error:
            return f"position {position}: {topic} can't be read: {error}"
        if isinstance(fact, ContractSigned):
            self.providers[fact.contract_id] = fact.provider
        owner = self.providers.get(fact.contract_id)
        if isinstance(fact, PeriodClosed):  # of a provider, and of no contract
            owner = fact.provider
        for name, found, said in (
            ("stream", stream, fact.stream),
            ("contract", contract_id, fact.contract_id or None),
            ("provider", provider, owner),
        ):
            if found != said:
                return f"position {position}: its row names the {name} {found}, its payload {said}"
        self.position, self.recorded_at, self.versions[stream] = position, recorded_at, version
        return None


def _command_fault(database: Database, last_position: int) -> str | None:
    """Commands tile the history: each begins where the one before ended."""
    expected = 1
    after = 0
    while True:
        sql = (
            "SELECT first_position, last_position, command_id FROM commands WHERE first_position > ? "
            "ORDER BY first_position LIMIT ?"
        )
        rows = database.query(sql, (after, PAGE))
        for first, last, command_id in rows:
            if first != expected or last < first:
                return f"command {command_id}: its events begin at position {first}, where {expected} was due"
            expected, after = last + 1, first
        if len(rows) < PAGE:
            break
    if expected != last_position + 1:
        return f"position {expected}: no accepted command recorded it"
    return None
