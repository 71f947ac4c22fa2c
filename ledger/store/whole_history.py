"""The whole history for those who prove it: stored rows and accepted commands in their order, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ledger.store.database import Database

PAGE = 10_000


class StoredRow(NamedTuple):
    """An event as its table has it, nothing decoded."""

    position: int
    recorded_at: int
    stream: str
    version: int
    topic: str
    state: bytes
    provider: str | None
    contract_id: str | None


class CommandSpan(NamedTuple):
    """An accepted command, and which positions its events have."""

    first: int
    last: int
    command_id: str


def event_pages(database: Database, size: int = PAGE) -> Iterator[list[StoredRow]]:
    """Every stored event, in order; the last page may be empty."""
    sql = (
        "SELECT notification_id, recorded_at, originator_id, originator_version, topic, state, provider, contract_id "
        "FROM stored_events WHERE notification_id > :after ORDER BY notification_id LIMIT :size"
    )
    after = 0
    while True:
        page = [
            StoredRow(
                position=row.notification_id,
                recorded_at=row.recorded_at,
                stream=row.originator_id,
                version=row.originator_version,
                topic=row.topic,
                state=bytes(row.state),
                provider=row.provider,
                contract_id=row.contract_id,
            )
            for row in database.query(sql, {"after": after, "size": size})
        ]
        yield page
        if len(page) < size:
            return
        after = page[-1].position


def command_pages(database: Database, size: int = PAGE) -> Iterator[list[CommandSpan]]:
    """Every accepted command, in order; the last page may be empty."""
    sql = (
        "SELECT first_position, last_position, command_id FROM commands WHERE first_position > :after "
        "ORDER BY first_position LIMIT :size"
    )
    after = 0
    while True:
        rows = database.query(sql, {"after": after, "size": size})
        page = [CommandSpan(row.first_position, row.last_position, row.command_id) for row in rows]
        yield page
        if len(page) < size:
            return
        after = page[-1].first
