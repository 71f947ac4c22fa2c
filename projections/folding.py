"""Folds a page of stored events into the rows of views: decode, read what may change, hand each event to its views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ledger.kernel.mapper import decode
from ledger.kernel.values import to_micros
from ledger.store.database import WriteTransaction
from projections.views import EventMeta, Rows, View, Written


class EventRow(NamedTuple):
    position: int
    recorded_at: int
    topic: str
    state: bytes


def page_of_events(transaction: WriteTransaction, after: int, limit: int) -> list[EventRow]:
    """The next stored events after a position, in order."""
    sql = (
        "SELECT notification_id, recorded_at, topic, state FROM stored_events "
        "WHERE notification_id > :after ORDER BY notification_id LIMIT :limit"
    )
    return [EventRow(*row) for row in transaction.tuples(sql, {"after": after, "limit": limit})]


def fold(events: Sequence[EventRow], views: Sequence[View], rows: Rows) -> None:
    """Applies stored events to the rows of views, in order, writes what changed, and adds it up."""
    facts = [decode(event.topic, bytes(event.state)) for event in events]
    for view in views:
        view.prefetch(facts, rows)
    handlers = [view.handlers for view in views]
    for event, fact in zip(events, facts, strict=True):
        meta = EventMeta(event.position, to_micros(fact.effective_at), event.recorded_at)
        kind = type(fact)
        for registered in handlers:
            for handler in registered.get(kind, ()):
                handler(rows, fact, meta)
    written = Written(events[0].position if events else 0, rows.flush())
    for view in views:
        for totalling in view.totalling:
            totalling(rows, written)
