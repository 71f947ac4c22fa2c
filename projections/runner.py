"""Keeps the views of a ledger up to date: pages of stored events into rows, rows and position in one transaction.

One follower writes at a time, however many processes run (`locks`). A crash at any point leaves rows and
position together. Building views anew is left to `rebuilding`, what an event does to rows to `folding`.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from ledger.store.database import Database, WriteTransaction, open_database
from ledger.store.unavailable import Unavailable
from projections.all_views import VIEWS, built_together
from projections.folding import page_of_events, take_in, write_down
from projections.locks import Busy, Turn, building, follower_turn, following
from projections.rebuilding import Build, live_position, move_live_position
from projections.tables import analyse
from projections.views import Rows, View

logger = logging.getLogger("ledger.follower")
PAGE = 5_000
AHEAD_AT_ONCE = 1_000  # rows: some ten milliseconds, for which writers of an SQLite file wait
POLL_SECONDS = 0.01
BETWEEN_STEPS = 4  # times as long as a step took: under load it takes more events at once, and less of the processor
LONGEST_BETWEEN_SECONDS = 0.05
MANY = 20_000  # events: their rows may change what the database has to know of the tables


def _digest(views: Sequence[View]) -> str:
    """What the tables look like; a product that wants other tables makes them anew."""
    shape = "\n".join(statement for view in views for table in view.tables for statement in table.ddl(table.name))
    return hashlib.sha256(shape.encode()).hexdigest()[:32]


class Projector:
    """Keeps the views of one ledger. `database` holds events and views; a page is what is folded at once.

    `tools` are those that views find made already (`Rows.tool`), `ahead` how many rows are written at a time before
    the position moves.
    """

    def __init__(
        self, url: str, page: int = PAGE, tools: Sequence[Any] = (), many: int = MANY, ahead: int = AHEAD_AT_ONCE
    ) -> None:
        self.database: Database = open_database(url, durable=False)
        self._views = list(VIEWS.values())
        self._page = page
        self._many = many
        self._ahead = ahead
        self._not_analysed = 0
        self._tools: dict[type, Any] = {type(tool): tool for tool in tools}

    def prepare(self) -> None:
        """Makes the tables where they are missing or of another shape; then they fill from the beginning."""
        with following(self.database, wait=True) as transaction:
            transaction.execute(
                "CREATE TABLE IF NOT EXISTS view_position "
                "(one BIGINT PRIMARY KEY, position BIGINT NOT NULL, digest TEXT NOT NULL)"
            )
            wanted = _digest(self._views)
            if [row.digest for row in transaction.query("SELECT digest FROM view_position")] == [wanted]:
                return
            for view in self._views:
                for table in view.tables:
                    transaction.execute(f"DROP TABLE IF EXISTS {table.name}")
                    for statement in table.ddl(table.name):
                        transaction.execute(statement)
            transaction.execute("DELETE FROM view_position")
            transaction.execute("INSERT INTO view_position VALUES (1, 0, :digest)", {"digest": wanted})

    def position(self) -> int:
        """How far the views have read."""
        rows = self.database.query("SELECT position FROM view_position")
        return int(rows[0].position) if rows else 0

    def step(self, limit: int | None = None) -> int:
        """Folds the next page of events into the views; returns how many there were. Raises Busy, Unavailable."""
        with follower_turn(self.database) as turn:
            events = page_of_events(turn.reading, live_position(turn.reading), limit or self._page)
            if events:
                rows = self._rows(turn.reading)
                take_in(events, self._views, rows)
                self._write_ahead(turn, rows)
                with turn.writing() as transaction:
                    rows.transaction = transaction
                    write_down(events, self._views, rows)
                    move_live_position(transaction, events[-1].position)
            if self.database.dialect == "postgresql":
                with turn.writing() as transaction:
                    self._analyse_when_many_are_new(transaction, len(events))
            return len(events)

    def _write_ahead(self, turn: Turn, rows: Rows) -> None:
        """Others wait for an SQLite file by asking for it again and again, so it is theirs for as long in between."""
        for write in rows.ahead(self._ahead):
            began = time.monotonic()
            with turn.writing() as transaction:
                write(transaction)
            if transaction is not turn.reading:
                time.sleep(time.monotonic() - began)

    def _analyse_when_many_are_new(self, transaction: WriteTransaction, folded: int) -> None:
        """After an import, say, which the database's own housekeeping notices only a minute later."""
        self._not_analysed += folded
        if folded < self._page and self._not_analysed >= self._many:
            analyse(transaction, self.database.dialect, [table for view in self._views for table in view.tables])
            self._not_analysed = 0

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
            began = time.monotonic()
            try:
                if self.step() == self._page:
                    continue
                took = time.monotonic() - began
                pause = max(POLL_SECONDS, min(BETWEEN_STEPS * took, LONGEST_BETWEEN_SECONDS))
            except Busy:
                pause = POLL_SECONDS * 5
            except Unavailable:
                pause = 0.5
            except Exception:  # the views stand still where they are, and `ready` says so; the events are safe
                logger.exception("an event can't be folded into the views")
                pause = 5.0
            stop.wait(pause)

    def rebuild(self, names: Sequence[str] = (), progress: Callable[[int], None] | None = None) -> int:
        """Builds views from the events beside the live ones, then swaps them in. Returns the position reached.

        Those that add up others' rows are built with them.
        """
        with building(self.database):
            return self._build(built_together(names) if names else self._views).swap_in(progress)

    def differences(self) -> list[str]:
        """Compares the live tables with ones built anew from the events; names each table that differs (none: [])."""
        with building(self.database):
            return self._build(self._views).compare()

    def _build(self, views: Sequence[View]) -> Build:
        return Build(self.database, views, self._views, self._rows, self._page)

    def _rows(self, transaction: WriteTransaction, suffix: str = "") -> Rows:
        return Rows(transaction, self.database.dialect, suffix, tools=self._tools)

    def close(self) -> None:
        self.database.close()
