"""What a question costs: the instructions of SQLite's machine that it takes, however busy ours is."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from projections.reader import SqliteReader

T = TypeVar("T")


def steps(reader: SqliteReader, question: Callable[[], Coroutine[Any, Any, T]]) -> tuple[T, int]:
    """The answer, and what it takes, in tens."""
    found = 0

    def tick() -> int:
        nonlocal found
        found += 1
        return 0

    reader.database.connection().set_progress_handler(tick, 10)
    answer = asyncio.run(question())
    reader.database.connection().set_progress_handler(None, 0)
    return answer, found
