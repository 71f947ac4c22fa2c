"""What a view is: its tables, for each event what it writes, and which rows it may change. This file knows no view.

A handler gets the rows in reach, the event and where it stands. It assigns figures that the event carries and
adds them up; no pricing, no rounding, no catalogue.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import msgspec

from ledger.events import Fact
from ledger.store.database import WriteTransaction
from projections.tables import Table

R = TypeVar("R", bound=msgspec.Struct)
T = TypeVar("T")


class EventMeta(msgspec.Struct, frozen=True):
    """Where an event stands: its position, and the two times in microseconds."""

    position: int
    effective_at: int
    recorded_at: int


Handler = Callable[["Rows", Any, EventMeta], None]
Keys = Callable[["Rows", Any], Iterable[str]]  # of an event, and of the rows of tables that the view names before
Changes = Sequence[tuple[Table[Any], Keys]]
Totalling = Callable[["Rows", "Written"], None]


class View:
    """Tables and handlers of one view, and the keys of the rows that an event may change, by table.

    One that `rests_on` others adds up their rows, whenever a page of events has been written, and is built with them.
    """

    def __init__(self, name: str, *tables: Table[Any], rests_on: Sequence[View] = ()) -> None:
        self.name = name
        self.tables = tables
        self.rests_on = rests_on
        self.handlers: dict[type[Fact], list[Handler]] = {}
        self.changes: dict[str, dict[type[Fact], list[Keys]]] = {table.name: {} for table in tables}
        self.totalling: list[Totalling] = []

    def on(self, *facts: type[Fact], changes: Changes = ()) -> Callable[[Handler], Handler]:
        """Registers what some kinds of event write. `changes` names the rows of earlier events that they need.

        So the rows for a whole page of events are read at once; one that is not named is read when it is asked for.
        """

        def register(handler: Handler) -> Handler:
            for fact in facts:
                self.handlers.setdefault(fact, []).append(handler)
                for table, keys in changes:
                    self.changes[table.name].setdefault(fact, []).append(keys)
            return handler

        return register

    def after_each_page(self, totalling: Totalling) -> Totalling:
        """Registers what is done once the rows of a page are in their tables, in the same transaction."""
        self.totalling.append(totalling)
        return totalling

    def prefetch(self, facts: Mapping[type[Fact], Sequence[Fact]], rows: Rows) -> None:
        """Reads the rows that a page of events may change, one question a table, in the order of the tables.

        `facts` are the events by their kind.
        """
        for table in self.tables:
            changes, keys = self.changes[table.name], set[str]()
            for kind, some in facts.items():
                for of in changes.get(kind, ()):
                    keys.update(key for fact in some for key in of(rows, fact))
            if keys:
                rows.prefetch(table, keys)


@dataclass(slots=True, frozen=True)
class Written:
    """What a page of events, from a position on, has written, by table."""

    since: int
    rows: Mapping[str, Sequence[Any]]

    def made(self, table: Table[R]) -> list[R]:
        """The rows that events of this very page made, of a table whose rows say their position."""
        return [row for row in self.rows.get(table.name, ()) if row.position >= self.since]


@dataclass(slots=True)
class Rows:
    """The rows of one batch: read at its beginning, changed in memory, written once at its end."""

    transaction: WriteTransaction
    dialect: str
    suffix: str = ""
    tools: dict[type, Any] = field(default_factory=dict)
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: dict[str, tuple[Table[Any], dict[Any, Any]]] = field(default_factory=dict)
    made: dict[str, set[Any]] = field(default_factory=dict)  # keys of new rows, of tables of which some columns change
    read_singly: Counter[str] = field(default_factory=Counter)  # by table, what no view had named

    def prefetch(self, table: Table[Any], keys: set[str]) -> None:
        rows = table.load(self.transaction, self.dialect, table.name + self.suffix, list(keys))
        known = self.known.setdefault(table.name, {})
        known.update(dict.fromkeys(keys))
        known.update({table.key_of(row): row for row in rows})

    def peek(self, table: Table[R], key: Any) -> R | None:
        """A row that has been read or made already."""
        row: R | None = self.known.get(table.name, {}).get(key)
        return row

    def found(self, table: Table[R], keys: Iterable[str]) -> dict[str, R]:
        """The rows that there are, those that no event of the page needed read by one question."""
        wanted = sorted(set(keys))
        missing = {key for key in wanted if self.peek(table, key) is None}
        if missing:
            self.prefetch(table, missing)
        return {key: row for key in wanted if (row := self.peek(table, key)) is not None}

    def get(self, table: Table[R], key: str) -> R | None:
        known = self.known.setdefault(table.name, {})
        if key not in known:
            self.read_singly[table.name] += 1
            self.prefetch(table, {key})
        row: R | None = known[key]
        return row

    def require(self, table: Table[R], key: str) -> R:
        """A row that earlier events must have made; it is about to change."""
        row = self.get(table, key)
        if row is None:
            raise LookupError(f"{table.name} has no row {key}: the history does not begin with it")
        self._mark(table, key, row)
        return row

    def put(self, table: Table[R], row: R) -> None:
        """A new row of a table with a single key."""
        key = table.key_of(row)
        self.known.setdefault(table.name, {})[key] = row
        self._mark(table, key, row)
        if table.changing:
            self.made.setdefault(table.name, set()).add(key)

    def add(self, table: Table[R], row: R) -> None:
        """A row that nothing will change again."""
        self._mark(table, table.key_of(row), row)

    def increase(self, table: Table[R], row: R) -> None:
        """Adds to a row of a table that `adds`, whether it is there or not."""
        _, marked = self.changed.get(table.name, (table, {}))
        earlier = marked.get(table.key_of(row))
        self.add(table, row if earlier is None else table.added(earlier, row))

    def tool(self, kind: type[T]) -> T:
        """What handlers of a view keep from one batch to the next beside their rows, made when first asked for."""
        tool: T | None = self.tools.get(kind)
        if tool is None:
            tool = self.tools[kind] = kind()
        return tool

    def _mark(self, table: Table[Any], key: Any, row: Any) -> None:
        marked = self.changed.get(table.name)
        if marked is None:
            marked = self.changed[table.name] = (table, {})
        marked[1][key] = row

    def ahead(self, size: int) -> Iterator[Callable[[WriteTransaction], None]]:
        """Writes many rows of tables of which questions see none beyond the views' position, some at a time, before
        what makes them seen. Written again, after a crash, they are the same."""
        for table, rows in self.changed.values():
            if table.is_seen_by_position and len(rows) > size:
                made = list(rows.values())
                rows.clear()
                for start in range(0, len(made), size):
                    yield partial(
                        table.write,
                        dialect=self.dialect,
                        name=table.name + self.suffix,
                        rows=made[start : start + size],
                    )

    def flush(self) -> Mapping[str, Sequence[Any]]:
        """Writes what changed; returns it, by table."""
        written = {name: list(rows.values()) for name, (_, rows) in self.changed.items()}
        for table, marked in self.changed.values():
            made, rows = self.made.get(table.name, set()), written[table.name]
            if table.changing:
                there = [row for key, row in marked.items() if key not in made]
                table.change(self.transaction, self.dialect, table.name + self.suffix, there)
                rows = [row for key, row in marked.items() if key in made]
            table.write(self.transaction, self.dialect, table.name + self.suffix, rows)
        self.changed, self.made = {}, {}
        return written


class Memory(Rows):
    """Rows that no table stands behind: what some events of one stream come to, for a moment in the past."""

    def __init__(self, tools: dict[type, Any] | None = None) -> None:
        super().__init__(transaction=None, dialect="", tools=tools or {})  # type: ignore[arg-type]

    def prefetch(self, table: Table[Any], keys: set[str]) -> None:
        self.known.setdefault(table.name, {}).update(dict.fromkeys(keys))
