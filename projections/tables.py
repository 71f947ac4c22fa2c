"""Rows and tables of the views: a row is a small struct, a table its name, key and indexes, for both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Generic, TypeVar, get_type_hints

import msgspec

from ledger.store.database import Row, WriteTransaction, among

R = TypeVar("R", bound=msgspec.Struct)
CHUNK = 5_000  # rows or keys in one statement


class Table(Generic[R]):
    """A table whose columns are the fields of its row: `str` is TEXT, `int` is BIGINT, `| None` may be null.

    Instants are microseconds since 1970 (UTC), money minor units, lists and records JSON texts. Where it
    `is_seen_by_position`, nothing changes a row again, and no question sees one beyond the position of the views.
    Where it says which columns are `changing`, no others of a row that is there already are written again. What is
    written of the columns that `adds` names is added to the row that is there.
    """

    def __init__(
        self,
        name: str,
        row: type[R],
        key: str | tuple[str, ...],
        indexes: Sequence[str] = (),
        *,
        changing: Sequence[str] = (),
        is_seen_by_position: bool = False,
        adds: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.row = row
        self.key = (key,) if isinstance(key, str) else key
        self.indexes = tuple(indexes)
        self.is_seen_by_position = is_seen_by_position
        self.adds = frozenset(adds)
        hints = get_type_hints(row)
        self.columns = {field: _column(hints[field]) for field in row.__struct_fields__}
        self.changing = tuple(changing)
        self._fields = attrgetter(*self.columns)
        self.key_of: Callable[[R], Any] = attrgetter(*self.key)  # of a row: its key, or both parts of it

    def ddl(self, name: str) -> list[str]:
        """Statements that make the table and its indexes under a name of their own."""
        columns = ", ".join(f"{column} {kind}" for column, kind in self.columns.items())
        statements = [f"CREATE TABLE {name} ({columns}, PRIMARY KEY ({', '.join(self.key)}))"]
        for number, index in enumerate(self.indexes, 1):
            statements.append(f"CREATE INDEX {name}_i{number} ON {name} {index}")
        return statements

    def columns_of(self, alias: str) -> str:
        """What a question selects that reads whole rows of the table: `d.deduction_id, d.contract_id, …`."""
        return ", ".join(f"{alias}.{column}" for column in self.columns)

    def row_of(self, found: Row) -> R:
        """The row that such a question found, by the names of its columns, whatever else was selected with it."""
        return self.row(*self._fields(found))

    def added(self, row: R, more: R) -> R:
        """A row with what another of the same key adds to it."""
        values = zip(self.columns, msgspec.structs.astuple(row), msgspec.structs.astuple(more), strict=True)
        return self.row(*(one + other if column in self.adds else one for column, one, other in values))

    def load(self, transaction: WriteTransaction, dialect: str, name: str, keys: Sequence[str]) -> list[R]:
        """The rows with these keys (tables with a single key); one statement, however many keys there are."""
        found: list[R] = []
        for start in range(0, len(keys), CHUNK):
            condition, params = among(dialect, "keys", keys[start : start + CHUNK])
            sql = f"SELECT {', '.join(self.columns)} FROM {name} WHERE {self.key[0]} {condition}"
            found.extend(self.row(*row) for row in transaction.tuples(sql, params))
        return found

    def write(self, transaction: WriteTransaction, dialect: str, name: str, rows: Iterable[R]) -> None:
        """Inserts rows, replacing those with the same key, or adding to them."""
        values = [msgspec.structs.astuple(row) for row in rows]
        if not values:
            return
        before = {column: f"{name}.{column} + " for column in self.adds}
        updates = ", ".join(
            f"{column} = {before.get(column, '')}excluded.{column}" for column in self.columns if column not in self.key
        )
        instead = f"DO UPDATE SET {updates}" if updates else "DO NOTHING"
        conflict = f"ON CONFLICT ({', '.join(self.key)}) {instead}"
        if dialect == "postgresql":
            arrays = ", ".join(f":{column}::{kind.partition(' ')[0]}[]" for column, kind in self.columns.items())
            sql = f"INSERT INTO {name} SELECT * FROM unnest({arrays}) {conflict}"
            for start in range(0, len(values), CHUNK):
                columns = zip(*values[start : start + CHUNK], strict=True)
                transaction.execute(sql, dict(zip(self.columns, map(list, columns), strict=True)))
        else:
            places = ",".join("?" * len(self.columns))
            transaction.execute_many(f"INSERT INTO {name} VALUES ({places}) {conflict}", values)

    def change(self, transaction: WriteTransaction, dialect: str, name: str, rows: Sequence[R]) -> None:
        """Writes the changing columns of rows that are there."""
        columns = (*self.changing, *self.key)
        values = list(map(attrgetter(*columns), rows))
        if dialect == "postgresql":
            assigned = ", ".join(f"{column} = new.{column}" for column in self.changing)
            same = " AND ".join(f"{name}.{column} = new.{column}" for column in self.key)
            arrays = ", ".join(f":{column}::{self.columns[column].partition(' ')[0]}[]" for column in columns)
            sql = f"UPDATE {name} SET {assigned} FROM unnest({arrays}) AS new ({', '.join(columns)}) WHERE {same}"
            for start in range(0, len(values), CHUNK):
                given = zip(*values[start : start + CHUNK], strict=True)
                transaction.execute(sql, dict(zip(columns, map(list, given), strict=True)))
        else:
            assigned = ", ".join(f"{column} = ?" for column in self.changing)
            same = " AND ".join(f"{column} = ?" for column in self.key)
            sql = f"UPDATE {name} SET {assigned} WHERE {same}"
            transaction.execute_many(sql, values)


def _column(hint: Any) -> str:
    kinds = {str: "TEXT NOT NULL", int: "BIGINT NOT NULL", str | None: "TEXT", int | None: "BIGINT"}
    return kinds[hint]


def to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def seal_json(sealed: Any) -> str | None:
    """A sealed text as a column keeps it: still ciphertext."""
    return None if sealed is None else to_json(sealed)


def analyse(transaction: WriteTransaction, dialect: str, tables: Iterable[Table[Any]]) -> None:
    """Tells PostgreSQL what many new rows are like: until it knows, it may plan to read a table through for one row.

    SQLite is not told: its statements name the order that they want, whatever it believes of the tables.
    """
    if dialect == "postgresql":
        transaction.execute(f"ANALYZE {', '.join(table.name for table in tables)}")
