"""The floor of rebuilding: one loop, written by hand, that makes the same rows of the same tables from the same events.

As the product does, it reads a page, decodes it whole, reads what of earlier rows the page changes, folds, writes, and
commits. What an event writes is in `floor_rows`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ledger.events import FACTS
from projections.all_views import VIEWS, built_together
from tests.bench.floor_rows import FloorRows, Wanted
from tests.bench.floor_table import FloorTable, is_postgres
from tests.bench.floor_values import At, micros

PAGE = 5_000
MADE = ("contracts", "movements", "overages", "deductions", "charges", "tickets")
SEEN = {kind for view in MADE for kind in VIEWS[view].handlers}
DECODERS = {f"{cls.TOPIC}@{cls.VERSION}": msgspec.json.Decoder(cls).decode for cls in FACTS.values()}
StoredRow = tuple[Any, ...]  # position, recorded_at, topic, state


class BatchProjector:
    """Makes the tables `floor_…` of six views, on a connection that commits by itself (`floor_table.connect`)."""

    def __init__(self, connection: Any, page: int = PAGE) -> None:
        self.connection = connection
        self.page = page
        self.rows = FloorRows()

    @property
    def tables(self) -> list[FloorTable[Any]]:
        rows = self.rows
        return [*rows.tables, *rows.reports.tables, *rows.subtotals.tables, *rows.pool_days.tables]

    def build(self) -> int:
        """Makes the tables anew from all events. Returns how many events."""
        self.rows = FloorRows()
        for table in self.tables:
            table.create(self.connection)
        position = count = 0
        while True:
            self.connection.execute("BEGIN")
            page = self._page(position)
            if page:
                self._fold(page)
                position = page[-1][0]
                count += len(page)
            self.connection.execute("COMMIT")
            if len(page) < self.page:
                return count

    def _page(self, after: int) -> list[StoredRow]:
        sql = "SELECT notification_id, recorded_at, topic, state FROM stored_events WHERE notification_id > "
        page: list[StoredRow]
        if is_postgres(self.connection):
            sql += "%s ORDER BY notification_id LIMIT %s"
            with self.connection.cursor(binary=True) as cursor:
                page = cursor.execute(sql, (after, self.page), prepare=True).fetchall()
        else:
            page = self.connection.execute(sql + "? ORDER BY notification_id LIMIT ?", (after, self.page)).fetchall()
        return page

    def _fold(self, page: list[StoredRow]) -> None:
        facts: list[Any] = [DECODERS[topic](state) for _, _, topic, state in page]
        wanted: Wanted = {table: set() for table in self.tables}
        for fact in facts:
            self.rows.want(fact, wanted)
        for table, keys in wanted.items():
            table.find(self.connection, keys)
        folds = self.rows.folds
        for (position, recorded_at, _, _), fact in zip(page, facts, strict=True):
            fold = folds.get(type(fact))
            if fold is not None:
                fold(fact, At(position, micros(fact.effective_at), recorded_at))
            elif type(fact) in SEEN:
                raise LookupError(f"the floor of rebuilding knows no {type(fact).__name__}")
        for table in self.rows.tables:
            table.write(self.connection)
        reports = self.rows.reports
        moves, moved = self.rows.movements.made, reports.moved.values()
        self.rows.pool_days.finish(self.connection, reports.contracts, moves, moved)
        reports.finish(self.connection)
        self.rows.subtotals.finish(self.connection)
        for table in (*self.rows.reports.tables, *self.rows.subtotals.tables):
            table.write(self.connection)

    def differences(self) -> list[str]:
        """Tables of the product that the floor does not have with the same rows."""
        made = {table.table.name for table in self.tables}
        wanted = {table.name for view in built_together(MADE) for table in view.tables}
        missing = [f"the floor has no table {name}" for name in sorted(wanted - made)]
        return missing + [odd for table in self.tables if (odd := table.difference(self.connection))]

    def drop(self) -> None:
        for table in self.tables:
            self.connection.execute(f"DROP TABLE {table.name}")
