"""What a view is: its tables, and for each event what it writes. The runner folds; this file knows no view.

A handler gets the rows in reach, the event and where it stands. It assigns figures that the event carries and
adds them up; no pricing, no rounding, no catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from ledger.events import Fact
from ledger.store.database import Transaction
from projections.sla.calendars import Calendars
from projections.tables import Table

R = TypeVar("R", bound=msgspec.Struct)


@dataclass(slots=True, frozen=True)
class EventMeta:
    """Where an event stands: its position, and the two times in microseconds."""

    position: int
    effective_at: int
    recorded_at: int


Handler = Callable[["Rows", Any, EventMeta], None]


class View:
    """Tables and handlers of one view. `keys` says which rows of a table an event may change."""

    def __init__(self, name: str, *tables: Table[Any]) -> None:
        self.name = name
        self.tables = tables
        self.handlers: dict[type[Fact], list[Handler]] = {}

    def on(self, *facts: type[Fact]) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            for fact in facts:
                self.handlers.setdefault(fact, []).append(handler)
            return handler

        return register


@dataclass(slots=True)
class Rows:
    """The rows of one batch: read when first needed, changed in memory, written once at the end."""

    transaction: Transaction
    dialect: str
    suffix: str = ""
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: dict[str, tuple[Table[Any], dict[Any, Any]]] = field(default_factory=dict)
    calendars: Calendars = field(default_factory=Calendars)

    def prefetch(self, table: Table[Any], keys: set[str]) -> None:
        rows = table.load(self.transaction, self.dialect, table.name + self.suffix, list(keys))
        key = table.key[0]
        known = self.known.setdefault(table.name, {})
        known.update(dict.fromkeys(keys))
        known.update({getattr(row, key): row for row in rows})

    def get(self, table: Table[R], key: str) -> R | None:
        known = self.known.setdefault(table.name, {})
        if key not in known:
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
        key = getattr(row, table.key[0])
        self.known.setdefault(table.name, {})[key] = row
        self._mark(table, key, row)

    def add(self, table: Table[R], row: R) -> None:
        """A row that nothing will change again."""
        self._mark(table, tuple(getattr(row, part) for part in table.key), row)

    def _mark(self, table: Table[Any], key: Any, row: Any) -> None:
        marked = self.changed.get(table.name)
        if marked is None:
            marked = self.changed[table.name] = (table, {})
        marked[1][key] = row

    def flush(self) -> None:
        for table, rows in self.changed.values():
            table.write(self.transaction, self.dialect, table.name + self.suffix, rows.values())
        self.changed = {}


class Memory(Rows):
    """Rows that no table stands behind: what some events of one stream come to, for a moment in the past."""

    def __init__(self, calendars: Calendars | None = None) -> None:
        super().__init__(transaction=None, dialect="", calendars=calendars or Calendars())  # type: ignore[arg-type]

    def prefetch(self, table: Table[Any], keys: set[str]) -> None:
        self.known.setdefault(table.name, {}).update(dict.fromkeys(keys))
