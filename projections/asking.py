"""How questions are put: conditions with parameters by name, and lists in pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Condition = tuple[str, dict[str, Any]]  # a piece of SQL, and its parameters
Key = tuple[Any, ...]  # by which a list is in order


def all_of(*conditions: Condition) -> Condition:
    """What holds where each holds; one without SQL asks for nothing."""
    told = [sql for sql, _ in conditions if sql]
    return " AND ".join(told) or "1 = 1", {name: value for _, params in conditions for name, value in params.items()}


def equal(alias: str, **values: Any) -> Condition:
    """Columns that have these values, those that are None left out: `c.provider = :provider`."""
    named = {column: value for column, value in values.items() if value is not None}
    return " AND ".join(f"{alias}.{column} = :{column}" for column in named), named


@dataclass(slots=True, frozen=True)
class PageAsked:
    """At most `limit` items, those behind the item with the key `after`; without a limit all of them.

    `from_the_end` walks the same list the other way round: what came last comes first.
    """

    limit: int | None = None
    after: Key | None = None
    from_the_end: bool = False

    @property
    def follows(self) -> str:
        """How the key of what comes next compares with the one before."""
        return "<" if self.from_the_end else ">"

    def past(self, column: str) -> Condition:
        """The condition of a list in the order of one column."""
        return (f"{column} {self.follows} :after", {"after": self.after[0]}) if self.after is not None else ("", {})

    def in_order(self, *columns: str) -> str:
        """The columns of a list's key, as it is walked."""
        return ", ".join(f"{column} DESC" if self.from_the_end else column for column in columns)

    @property
    def limited(self) -> Condition:
        """One item more than is shown says whether there is a next page."""
        return (" LIMIT :limit", {"limit": self.limit + 1}) if self.limit is not None else ("", {})

    def cut(self, items: Sequence[T], key: Callable[[T], Key]) -> tuple[list[T], Key | None]:
        """What is shown of the items, one more than `limit` perhaps, and the key behind which the next page begins."""
        if self.limit is None or len(items) <= self.limit:
            return list(items), None
        return list(items[: self.limit]), key(items[self.limit - 1])


EVERYTHING = PageAsked()


@dataclass(slots=True, frozen=True)
class Page(Generic[T]):
    """Some items of a list as of a position, in its order, each with a key.

    Where more follow, `next_after` is the key behind which they do. `everything` are all items of the list, where they
    had to be worked out for one page of them.
    """

    position: int
    items: list[T]
    next_after: Key | None
    key: Callable[[T], Key]
    everything: Sequence[T] | None = None
