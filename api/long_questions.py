"""Long questions: lists of hundreds of things with their histories, and sums over everything.

What a list is made of is computed between questions to the database. So that none holds up the loop, where all others
are answered, these are asked in a loop and thread of their own, with a reader of their own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from projections.reader import Reader, Snapshot
from projections.sla.calendars import Calendars

T = TypeVar("T")
Question = Callable[[Snapshot, Calendars], Coroutine[Any, Any, T]]


class LongQuestions:
    """`reader` is used here alone. The calendars too: they grow while they are used."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._calendars = Calendars()
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None

    async def ask(self, question: Question[T]) -> T:
        """The answer as of one position; what `question` makes of it is made there too."""

        async def asking() -> T:
            async with self._reader.snapshot() as snapshot:
                return await question(snapshot, self._calendars)

        if self._thread is None:
            self._thread = threading.Thread(target=self._loop.run_forever, name="questions", daemon=True)
            self._thread.start()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asking(), self._loop))

    async def close(self) -> None:
        if self._thread is None:
            await self._reader.close()
        else:
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._reader.close(), self._loop))
            self._loop.call_soon_threadsafe(self._loop.stop)
            await asyncio.to_thread(self._thread.join, 30)
        self._loop.close()
