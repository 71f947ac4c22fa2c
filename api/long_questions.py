"""Long questions: lists of hundreds of things with their histories, and sums over everything.

On SQLite a question is answered in the thread that asks it. So that no list holds up the loop, where all others are
answered, these are asked in a thread of their own, one after the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from projections.reader import PostgresReader, Snapshot, SqliteReader
from projections.sla.calendars import Calendars

T = TypeVar("T")
Question = Callable[[Snapshot, Calendars], Coroutine[Any, Any, T]]


class LongQuestions:
    """The thread has calendars of its own: they grow while they are used."""

    def __init__(self, reader: SqliteReader | PostgresReader) -> None:
        self._reader = reader
        self._calendars = Calendars()
        self._thread = ThreadPoolExecutor(1, "questions")

    async def ask(self, question: Question[T]) -> T:
        """The answer as of one position; what `question` makes of it is made there too."""

        async def asking() -> T:
            async with self._reader.snapshot() as snapshot:
                return await question(snapshot, self._calendars)

        if isinstance(self._reader, PostgresReader):
            return await asking()
        return await asyncio.get_running_loop().run_in_executor(self._thread, _carry_out, asking())

    def close(self) -> None:
        self._thread.shutdown()


def _carry_out(asking: Coroutine[Any, Any, T]) -> T:
    """Runs what never suspends to its end."""
    try:
        asking.send(None)
    except StopIteration as ended:
        answer: T = ended.value
        return answer
    raise RuntimeError("a question to SQLite waits for something")
