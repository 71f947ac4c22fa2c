"""Builds the views: reads a page of stored events, decodes, folds, writes rows and the position in one transaction.

One follower writes at a time, however many processes run (`locks`). A crash at any point leaves rows and
position together. `rebuild` builds tables beside the live ones, then swaps them in the same lock, at the same
position.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from ledger.events import Fact
from ledger.kernel.mapper import decode
from ledger.kernel.values import to_micros
from ledger.store.database import Database, Transaction, Unavailable, open_database
from projections.all_views import VIEWS
from projections.contracts.view import CONTRACTS
from projections.credit.deductions import DEDUCTIONS, PENDING
from projections.credit.movements import ACCOUNTS, GRANTS, OVERAGES
from projections.locks import Busy, building, following
from projections.sla.calendars import Calendars
from projections.sla.clocks import TIMELINES, ZONES
from projections.tables import Table
from projections.tickets.view import TICKETS
from projections.views import EventMeta, Rows, View

logger = logging.getLogger("ledger.follower")
PAGE = 5_000
POLL_SECONDS = 0.01
NEW = "__new"

Event = tuple[int, int, str, bytes]  # position, recorded at, topic, state


def _digest(views: Sequence[View]) -> str:
    """What the tables look like; a product that wants other tables makes them anew."""
    shape = "\n".join(statement for view in views for table in view.tables for statement in table.ddl(table.name))
    return hashlib.sha256(shape.encode()).hexdigest()[:32]


# For rows that an event may change: the table, and how its key is read from an event.
_KEYS: list[tuple[Table[Any], str, Callable[[Any], list[str]]]] = [
    (CONTRACTS, "contract_id", lambda f: [f.contract_id]),
    (OVERAGES, "contract_id", lambda f: [f.contract_id]),
    (ACCOUNTS, "pool", lambda f: [f"{f.contract_id}:{f.pool}"]),
    (PENDING, "pool", lambda f: [f"{f.contract_id}:{f.pool}"]),
    (GRANTS, "grant_id", lambda f: [f.grant_id]),
    (GRANTS, "draws", lambda f: [d.grant_id for d in f.draws if d.grant_id]),
    (GRANTS, "returns", lambda f: [d.grant_id for d in f.returns if d.grant_id]),
    (DEDUCTIONS, "deduction_id", lambda f: [f.deduction_id]),
    (TICKETS, "ticket_id", lambda f: [f.ticket_id]),
    (TIMELINES, "ticket_id", lambda f: [f.ticket_id]),
    (ZONES, "contract_id", lambda f: [f.contract_id]),
]


class Projector:
    """Keeps the views of one ledger. `database` holds events and views."""

    def __init__(self, url: str) -> None:
        self.database: Database = open_database(url, durable=False)
        self._views = list(VIEWS.values())
        self._calendars = Calendars()

    # -- following -------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Makes the tables where they are missing or of another shape; then they fill from the beginning."""
        with following(self.database, wait=True) as transaction:
            self._table_exists_or_make(transaction)
            found = transaction.query("SELECT digest FROM view_position")
            if found and found[0][0] == _digest(self._views):
                return
            for view in self._views:
                for table in view.tables:
                    transaction.execute(f"DROP TABLE IF EXISTS {table.name}")
                    for statement in table.ddl(table.name):
                        transaction.execute(statement)
            transaction.execute("DELETE FROM view_position")
            transaction.execute("INSERT INTO view_position VALUES (1, 0, ?)", (_digest(self._views),))

    @staticmethod
    def _table_exists_or_make(transaction: Transaction) -> None:
        transaction.execute(
            "CREATE TABLE IF NOT EXISTS view_position "
            "(one BIGINT PRIMARY KEY, position BIGINT NOT NULL, digest TEXT NOT NULL)"
        )

    def position(self) -> int:
        """How far the views have read."""
        rows = self.database.query("SELECT position FROM view_position")
        return int(rows[0][0]) if rows else 0

    def step(self, limit: int = PAGE) -> int:
        """Folds the next page of events into the views; returns how many there were. Raises Busy, Unavailable."""
        with following(self.database, wait=False) as transaction:
            position = int(transaction.query("SELECT position FROM view_position")[0][0])
            events = self._page(transaction, position, limit)
            if events:
                fold(events, self._views, self._rows(transaction))
                transaction.execute("UPDATE view_position SET position = ?", (events[-1][0],))
            return len(events)

    def catch_up(self, progress: Callable[[int], None] | None = None) -> int:
        """Folds until nothing is left; returns the position reached."""
        while True:
            try:
                count = self.step()
            except Busy:
                threading.Event().wait(POLL_SECONDS)
                continue
            if progress:
                progress(count)
            if count == 0:
                return self.position()

    def follow(self, stop: threading.Event) -> None:
        """Keeps the views up to date until told to stop; a database that is away is asked again."""
        while not stop.is_set():
            try:
                if self.step() == PAGE:
                    continue
                pause = POLL_SECONDS
            except Busy:
                pause = POLL_SECONDS * 5
            except Unavailable:
                pause = 0.5
            except Exception:  # the views stand still where they are, and `ready` says so; the events are safe
                logger.exception("an event can't be folded into the views")
                pause = 5.0
            stop.wait(pause)

    @staticmethod
    def _page(transaction: Transaction, after: int, limit: int) -> list[Event]:
        sql = (
            "SELECT notification_id, recorded_at, topic, state FROM stored_events "
            "WHERE notification_id > ? ORDER BY notification_id LIMIT ?"
        )
        return [(row[0], row[1], row[2], bytes(row[3])) for row in transaction.query(sql, (after, limit))]

    # -- rebuilding ------------------------------------------------------------------------------------------

    def rebuild(self, names: Sequence[str] = (), progress: Callable[[int], None] | None = None) -> int:
        """Builds views from the events beside the live ones, then swaps them in. Returns the position reached."""
        with building(self.database):
            return self._rebuild([VIEWS[name] for name in names] if names else self._views, progress)

    def _rebuild(self, views: Sequence[View], progress: Callable[[int], None] | None) -> int:
        position = self._build(views, progress)
        with following(self.database, wait=True) as transaction:
            live = int(transaction.query("SELECT position FROM view_position")[0][0])
            while position < live:
                events = self._page(transaction, position, min(PAGE, live - position))
                fold(events, views, self._rows(transaction, NEW))
                position = events[-1][0]
            if position > live:
                missing = self._page(transaction, live, position - live)
                others = [view for view in self._views if view not in views]
                fold(missing, others, self._rows(transaction))
            for table in _tables(views):
                transaction.execute(f"DROP TABLE {table.name}")
                transaction.execute(f"ALTER TABLE {table.name}{NEW} RENAME TO {table.name}")
                _rename_indexes(transaction, self.database.dialect, table)
            transaction.execute("UPDATE view_position SET position = ?", (position,))
        return position

    def _build(self, views: Sequence[View], progress: Callable[[int], None] | None) -> int:
        with self.database.transaction() as transaction:
            for table in _tables(views):
                transaction.execute(f"DROP TABLE IF EXISTS {table.name}{NEW}")
                for statement in table.ddl(table.name + NEW):
                    transaction.execute(statement)
        position = 0
        while True:
            with self.database.transaction() as transaction:
                events = self._page(transaction, position, PAGE)
                fold(events, views, self._rows(transaction, NEW))
            if events:
                position = events[-1][0]
            if progress:
                progress(len(events))
            if len(events) < PAGE:
                return position

    def differences(self) -> list[str]:
        """Compares the live tables with ones built anew from the events; names each table that differs (none: [])."""
        with building(self.database):
            return self._differences()

    def _differences(self) -> list[str]:
        position = self._build(self._views, None)
        found = []
        with following(self.database, wait=True) as transaction:
            live = int(transaction.query("SELECT position FROM view_position")[0][0])
            if live < position:
                fold(
                    self._page(transaction, live, position - live),
                    self._views,
                    self._rows(transaction),
                )
                transaction.execute("UPDATE view_position SET position = ?", (position,))
            if live > position:
                fold(
                    self._page(transaction, position, live - position),
                    self._views,
                    self._rows(transaction, NEW),
                )
            for table in _tables(self._views):
                columns = ", ".join(table.columns)
                pair = (f"SELECT {columns} FROM {table.name}", f"SELECT {columns} FROM {table.name}{NEW}")
                for one, other in (pair, pair[::-1]):
                    odd = transaction.query(f"SELECT count(*) FROM ({one} EXCEPT {other}) AS odd")[0][0]
                    if odd:
                        where = "live but not in the events" if one == pair[0] else "in the events but not live"
                        found.append(f"{table.name}: {odd} rows {where}")
                transaction.execute(f"DROP TABLE {table.name}{NEW}")
        return found

    def _rows(self, transaction: Transaction, suffix: str = "") -> Rows:
        return Rows(transaction, self.database.dialect, suffix, calendars=self._calendars)

    def close(self) -> None:
        self.database.close()


def _tables(views: Sequence[View]) -> list[Table[Any]]:
    return [table for view in views for table in view.tables]


def _rename_indexes(transaction: Transaction, dialect: str, table: Table[Any]) -> None:
    """Index names follow their table, so that the next rebuild finds its own names free."""
    for number, columns in enumerate(table.indexes, 1):
        new, old = f"{table.name}{NEW}_i{number}", f"{table.name}_i{number}"
        if dialect == "postgresql":
            transaction.execute(f"ALTER INDEX {new} RENAME TO {old}")
        else:
            transaction.execute(f"DROP INDEX {new}")
            transaction.execute(f"CREATE INDEX {old} ON {table.name} {columns}")
    if dialect == "postgresql":
        transaction.execute(f"ALTER INDEX {table.name}{NEW}_pkey RENAME TO {table.name}_pkey")


def fold(events: Sequence[Event], views: Sequence[View], rows: Rows) -> None:
    """Applies stored events to the rows of views, in order, and writes what changed."""
    decoded = [(position, recorded_at, decode(topic, state)) for position, recorded_at, topic, state in events]
    _prefetch([fact for _, _, fact in decoded], {table.name for view in views for table in view.tables}, rows)
    handlers = [view.handlers for view in views]
    for position, recorded_at, fact in decoded:
        meta = EventMeta(position, to_micros(fact.effective_at), recorded_at)
        kind = type(fact)
        for registered in handlers:
            for handler in registered.get(kind, ()):
                handler(rows, fact, meta)
    rows.flush()


def _prefetch(facts: Sequence[Fact], wanted: set[str], rows: Rows) -> None:
    """Reads the rows that a page of events may change, one question a table."""
    keys: dict[str, tuple[Table[Any], set[str]]] = {}
    for table, attribute, read in _KEYS:
        if table.name in wanted:
            found = keys.setdefault(table.name, (table, set()))[1]
            for fact in facts:
                if getattr(fact, attribute, None):
                    found.update(read(fact))
    for table, found in keys.values():
        if found:
            rows.prefetch(table, found)
