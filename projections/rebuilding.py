"""Builds views anew from the events, in tables beside the live ones; then swaps them in, or compares the two.

The swap is done in the follower's own lock and at the follower's position, so that nobody sees one table of a view
before another. Who may build is `locks`; builds of several processes share the names of their tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from ledger.store.database import Database, WriteTransaction
from projections.folding import fold, page_of_events
from projections.locks import following
from projections.tables import Table, analyse
from projections.views import Rows, View

NEW = "__new"


def live_position(transaction: WriteTransaction) -> int:
    """How far the live views have read."""
    return int(transaction.query("SELECT position FROM view_position")[0].position)


def move_live_position(transaction: WriteTransaction, position: int) -> None:
    transaction.execute("UPDATE view_position SET position = :position", {"position": position})


@dataclass(slots=True)
class Build:
    """One build of some of all views; `rows_of` gives the rows of a transaction, of the tables with a suffix."""

    database: Database
    views: Sequence[View]
    all_views: Sequence[View]
    rows_of: Callable[[WriteTransaction, str], Rows]
    page: int
    position: int = 0
    # Indexes keep their names when their table is renamed, and no two have the same.
    mark: str = field(default_factory=lambda: f"_{uuid4().hex[:8]}")

    def swap_in(self, progress: Callable[[int], None] | None = None) -> int:
        """Puts the new tables in the place of the live ones; where they read further, the other views follow."""
        self._fill(progress)
        with following(self.database, wait=True) as transaction:
            live = live_position(transaction)
            self._read_up_to(transaction, live)
            if self.position > live:
                others = [view for view in self.all_views if view not in self.views]
                self._take_along(transaction, live, others)
            for table in self._tables():
                transaction.execute(f"DROP TABLE {table.name}")
                transaction.execute(f"ALTER TABLE {table.name}{NEW} RENAME TO {table.name}")
            move_live_position(transaction, self.position)
            analyse(transaction, self.database.dialect, self._tables())
        return self.position

    def compare(self) -> list[str]:
        """A sentence for each table whose live rows are not those of the events; the new tables go again."""
        self._fill(None)
        found = []
        with following(self.database, wait=True) as transaction:
            live = live_position(transaction)
            self._read_up_to(transaction, live)
            if self.position > live:
                self._take_along(transaction, live, self.all_views)
                move_live_position(transaction, self.position)
            for table in self._tables():
                found.extend(_differences(transaction, table))
                transaction.execute(f"DROP TABLE {table.name}{NEW}")
        return found

    def _fill(self, progress: Callable[[int], None] | None) -> None:
        """Makes the new tables and reads all that is stored, page by page, each in a transaction of its own."""
        with self.database.transaction() as transaction:
            for table in self._tables():
                transaction.execute(f"DROP TABLE IF EXISTS {table.name}{NEW}")
                for statement in table.ddl(table.name + NEW, self.mark):
                    transaction.execute(statement)
        while True:
            with self.database.transaction() as transaction:
                count = self._read_page(transaction, self.page)
            if progress:
                progress(count)
            if count == 0:
                return

    def _read_up_to(self, transaction: WriteTransaction, position: int) -> None:
        while self.position < position:
            self._read_page(transaction, min(self.page, position - self.position))

    def _read_page(self, transaction: WriteTransaction, limit: int) -> int:
        events = page_of_events(transaction, self.position, limit)
        fold(events, self.views, self.rows_of(transaction, NEW))
        if events:
            self.position = events[-1].position
        return len(events)

    def _take_along(self, transaction: WriteTransaction, live: int, views: Sequence[View]) -> None:
        """Brings live tables to where the new ones are."""
        while live < self.position:
            missing = page_of_events(transaction, live, min(self.page, self.position - live))
            fold(missing, views, self.rows_of(transaction, ""))
            live = missing[-1].position

    def _tables(self) -> list[Table[Any]]:
        return [table for view in self.views for table in view.tables]


def _differences(transaction: WriteTransaction, table: Table[Any]) -> list[str]:
    columns = ", ".join(table.columns)
    live = f"SELECT {columns} FROM {table.name}"
    new = f"SELECT {columns} FROM {table.name}{NEW}"
    found = []
    for one, other, where in ((live, new, "live but not in the events"), (new, live, "in the events but not live")):
        odd = transaction.query(f"SELECT count(*) AS odd_rows FROM ({one} EXCEPT {other}) AS odd")[0].odd_rows
        if odd:
            found.append(f"{table.name}: {odd} rows {where}")
    return found
