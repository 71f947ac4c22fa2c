"""Following the history: waiting for the next event, so many at once in a process, and until it ends.

All who follow share one waiter (`api.waiting`). What is read of the history, and how it is told, is left to the doors.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from api.waiting import Waiters
from ledger.kernel.errors import Refusal
from projections.asking import Page


@dataclass(slots=True)
class Listeners:
    """Those of one process; `most` at once, since each holds a connection open."""

    waiters: Waiters
    most: int
    present: int = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Raises Refusal too-many-listeners."""
        if self.present >= self.most:
            detail = f"{self.present} clients follow the history here already, and more can't be served; ask again."
            raise Refusal("too-many-listeners", detail, listeners=self.present)
        self.present += 1
        try:
            yield
        finally:
            self.present -= 1

    async def next_page(self, ask: Callable[[int], Awaitable[Page[Any]]], behind: int, seconds: float) -> Page[Any]:
        """What `ask` finds behind a position, once it finds something; nothing where the time ran out, or it ends."""
        deadline = time.monotonic() + seconds
        while True:
            page = await ask(behind)
            left = deadline - time.monotonic()
            if page.items or left <= 0 or self.is_ending:
                return page
            behind = page.position  # what was read up to there is not read again
            await self.waiters.reached(behind + 1, left, is_patient=True)

    @property
    def is_ending(self) -> bool:
        return self.waiters.is_ending

    def end(self) -> None:
        """Lets go all who wait or follow. A signal may call it."""
        self.waiters.is_ending = True
