"""What the writer's thread answered, told to the loop: it is woken once for all answers that came together."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")
Waiting = tuple["Future[Any]", "asyncio.Future[Any]"]


class WakeUps:
    """`wait_for` is `asyncio.wrap_future` for what nobody calls off."""

    def __init__(self) -> None:
        self._answered: dict[asyncio.AbstractEventLoop, list[Waiting]] = {}
        self._lock = threading.Lock()

    def wait_for(self, answer: Future[T]) -> asyncio.Future[T]:
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()

        def answered(_: Future[T]) -> None:
            """In the writer's thread; a loop that has ended waits for nothing."""
            if loop.is_closed():
                return
            with self._lock:
                together = self._answered.setdefault(loop, [])
                together.append((answer, waiting))
                is_first = len(together) == 1
            if is_first:
                loop.call_soon_threadsafe(self._tell, loop)

        answer.add_done_callback(answered)
        return waiting

    def _tell(self, loop: asyncio.AbstractEventLoop) -> None:
        """In the loop; who has left is told nothing."""
        with self._lock:
            together = self._answered.pop(loop)
        for answer, waiting in together:
            if waiting.done():
                continue
            error = answer.exception()
            if error is None:
                waiting.set_result(answer.result())
            else:
                waiting.set_exception(error)
