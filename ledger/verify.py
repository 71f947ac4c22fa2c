"""Proves that the stored history is whole: nothing missing, nothing out of order, nothing that can't be read.

Positions run from 1 without gaps, recorded time never decreases, each stream's versions follow on one another,
every payload decodes, and every event belongs to exactly one accepted command.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ledger.mapper import UnknownTopicError, decode
from ledger.store.database import Database

PAGE = 10_000


def first_fault(database: Database, progress: Callable[[int], None] | None = None) -> str | None:
    """A sentence that names the first fault of the history, or None. Reads every event once."""
    position, recorded_at = 0, 0
    versions: dict[str, int] = {}
    while True:
        sql = (
            "SELECT notification_id, recorded_at, originator_id, originator_version, topic, state FROM stored_events "
            "WHERE notification_id > ? ORDER BY notification_id LIMIT ?"
        )
        rows = database.query(sql, (position, PAGE))
        for found, recorded, stream, version, topic, state in rows:
            if found != position + 1:
                return f"position {position + 1} is missing: the next stored event is at {found}"
            if recorded < recorded_at:
                return f"position {found}: recorded before the event at position {position}"
            if version != versions.get(stream, 0) + 1:
                return (
                    f"position {found}: stream {stream} goes on with version {version} after {versions.get(stream, 0)}"
                )
            try:
                decode(topic, bytes(state))
            except (UnknownTopicError, msgspec.DecodeError) as error:
                return f"position {found}: {topic} can't be read: {error}"
            position, recorded_at, versions[stream] = found, recorded, version
        if progress:
            progress(len(rows))
        if len(rows) < PAGE:
            return _command_fault(database, position)


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
