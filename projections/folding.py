"""Folds a page of stored events into the rows of views: decode, read what may change, hand each event to its views."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from ledger.events import Fact
from ledger.kernel.mapper import decode
from ledger.kernel.values import to_micros
from ledger.store.database import WriteTransaction
from projections.views import EventMeta, Rows, View, Written

PAGE_BYTES = 8_000_000  # of events that are folded at once: an invoice alone may have megabytes


class EventRow(msgspec.Struct, frozen=True, gc=False):
    """A stored event. It holds nothing that could hold it, so that the collector need not look at thousands of them."""

    position: int
    recorded_at: int
    topic: str
    state: bytes


def page_of_events(
    transaction: WriteTransaction, after: int, limit: int, most_bytes: int = PAGE_BYTES
) -> list[EventRow]:
    """The next stored events after a position, in order: as many as are wanted, or as have room; one always has."""
    last = _last_of_page(transaction, after, limit, most_bytes)
    if last == after:
        return []
    sql = (
        "SELECT notification_id, recorded_at, topic, state FROM stored_events "
        "WHERE notification_id > :after AND notification_id <= :last ORDER BY notification_id"
    )
    return [EventRow(*row) for row in transaction.tuples(sql, {"after": after, "last": last})]


def _last_of_page(transaction: WriteTransaction, after: int, limit: int, most_bytes: int) -> int:
    """Where the page ends. Only of one that is too large each event is looked at."""
    sizes = (
        "SELECT notification_id AS position, length(state) AS bytes FROM stored_events "
        "WHERE notification_id > :after ORDER BY notification_id LIMIT :limit"
    )
    page = {"after": after, "limit": limit}
    sql = f"SELECT coalesce(max(position), :after) AS last, coalesce(sum(bytes), 0) AS bytes FROM ({sizes}) AS page"
    (whole,) = transaction.query(sql, page)
    if whole.bytes <= most_bytes:
        return int(whole.last)
    last, room = after, most_bytes
    for row in transaction.query(sizes, page):
        room -= row.bytes
        if room < 0 and last > after:
            break
        last = row.position
    return last


def fold(events: Sequence[EventRow], views: Sequence[View], rows: Rows) -> None:
    """Applies stored events to the rows of views, in order, writes what changed, and adds it up."""
    take_in(events, views, rows)
    write_down(events, views, rows)


def take_in(events: Sequence[EventRow], views: Sequence[View], rows: Rows) -> None:
    """Applies stored events to rows in memory."""
    facts = [decode(event.topic, bytes(event.state)) for event in events]
    by_kind: dict[type[Fact], list[Fact]] = defaultdict(list)
    for fact in facts:
        by_kind[type(fact)].append(fact)
    for view in views:
        view.prefetch(by_kind, rows)
    handlers = {kind: [handler for view in views for handler in view.handlers.get(kind, ())] for kind in by_kind}
    for event, fact in zip(events, facts, strict=True):
        meta = EventMeta(event.position, to_micros(fact.effective_at), event.recorded_at)
        for handler in handlers[type(fact)]:
            handler(rows, fact, meta)


def write_down(events: Sequence[EventRow], views: Sequence[View], rows: Rows) -> None:
    """Writes the rows that have changed, and adds them up."""
    written = Written(events[0].position if events else 0, rows.flush())
    for view in views:
        for totalling in view.totalling:
            totalling(rows, written)
