"""Lists in pages: which part of a list is asked for, and what is answered. Keys of a page's end are the list's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from projections.conditions import Condition

T = TypeVar("T")
Key = tuple[Any, ...]


@dataclass(slots=True, frozen=True)
class PageAsked:
    """At most `limit` items, those behind the item with the key `after`; without a limit all of them."""

    limit: int | None = None
    after: Key | None = None

    def behind(self, column: str) -> Condition:
        """The condition of a list in the order of one column."""
        return (f"{column} > :after", {"after": self.after[0]}) if self.after is not None else ("", {})

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
    """Some items of a list as of a position, in its order; `next_after` is the last one's key where more follow."""

    position: int
    items: list[T]
    next_after: Key | None
