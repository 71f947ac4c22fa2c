"""Rows and tables of the views: a row is a small struct, a table its name, key and indexes, for both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from ledger.store.database import Row, WriteTransaction, among

R = TypeVar("R", bound=msgspec.Struct)
CHUNK = 5_000  # rows or keys in one statement


class Table(Generic[R]):
    """A table whose columns are the fields of its row: `str` is TEXT, `int` is BIGINT, `| None` may be null.

    A `Literal` is TEXT too: of what the events say its columns hold the same words, so that who reads a row may rely on
    it.

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

    def ddl(self, name: str, mark: str = "") -> list[str]:
        """Statements that make the table under a name, and its indexes, whose names end with a mark."""
        columns = ", ".join(f"{column} {kind}" for column, kind in self.columns.items())
        statements = [f"CREATE TABLE {name} ({columns}, PRIMARY KEY ({', '.join(self.key)}))"]
        for number, index in enumerate(self.indexes, 1):
            statements.append(f"CREATE INDEX {self.name}_i{number}{mark} ON {name} {index}")
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
        rows = list(rows)
        if not rows:
            return
        before = {column: f"{name}.{column} + " for column in self.adds}
        updates = ", ".join(
            f"{column} = {before.get(column, '')}excluded.{column}" for column in self.columns if column not in self.key
        )
        instead = f"DO UPDATE SET {updates}" if updates else "DO NOTHING"
        conflict = f"ON CONFLICT ({', '.join(self.key)}) {instead}"
        if dialect == "postgresql":
            sql = f"INSERT INTO {name} SELECT {', '.join(self.columns)} FROM {self._given()} {conflict}"
            _write_as_json(transaction, sql, rows)
        else:
            places = ",".join("?" * len(self.columns))
            values = map(msgspec.structs.astuple, rows)
            transaction.execute_many(f"INSERT INTO {name} VALUES ({places}) {conflict}", values)

    def change(self, transaction: WriteTransaction, dialect: str, name: str, rows: Sequence[R]) -> None:
        """Writes the changing columns of rows that are there."""
        if dialect == "postgresql":
            assigned = ", ".join(f"{column} = given.{column}" for column in self.changing)
            same = " AND ".join(f"{name}.{column} = given.{column}" for column in self.key)
            _write_as_json(transaction, f"UPDATE {name} SET {assigned} FROM {self._given()} WHERE {same}", rows)
        else:
            assigned = ", ".join(f"{column} = ?" for column in self.changing)
            same = " AND ".join(f"{column} = ?" for column in self.key)
            sql = f"UPDATE {name} SET {assigned} WHERE {same}"
            transaction.execute_many(sql, map(attrgetter(*self.changing, *self.key), rows))

    def _given(self) -> str:
        columns = ", ".join(f"{column} {kind.partition(' ')[0]}" for column, kind in self.columns.items())
        return f"json_to_recordset(:rows) AS given ({columns})"


def _write_as_json(transaction: WriteTransaction, sql: str, rows: Sequence[Any]) -> None:
    """One JSON text costs a tenth of what a list of each column costs to send."""
    for start in range(0, len(rows), CHUNK):
        transaction.execute(sql, {"rows": to_json(rows[start : start + CHUNK])})


def _column(hint: Any) -> str:
    kinds = [kind for kind in get_args(hint) or (hint,) if kind is not type(None)] if _may_be_null(hint) else [hint]
    (kind,) = kinds
    column = {str: "TEXT", int: "BIGINT"}[str if get_origin(kind) is Literal else kind]
    return column if _may_be_null(hint) else f"{column} NOT NULL"


def _may_be_null(hint: Any) -> bool:
    return get_origin(hint) is not Literal and type(None) in get_args(hint)


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
