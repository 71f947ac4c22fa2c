"""Waiting until the views have read a position: one question at a time for all who wait, however many they are."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from projections.reader import Reader, view_position

TICK_SECONDS = 0.005


@dataclass(slots=True)
class Waiters:
    """Of one process. Positions only grow, so what was reached once needs no question."""

    reader: Reader
    _position: int = 0
    _waiting: dict[asyncio.Future[None], int] = field(default_factory=dict)
    _asking: asyncio.Task[None] | None = None

    async def reached(self, wanted: int, seconds: float) -> int:
        """How far the views have read: at least to `wanted`, unless the time ran out first. Raises Unavailable."""
        if wanted > self._position and self._asking is None:
            self._position = max(self._position, await view_position(self.reader))
        if wanted > self._position:
            waiter = asyncio.get_running_loop().create_future()
            self._waiting[waiter] = wanted
            if self._asking is None:
                self._asking = asyncio.create_task(self._ask())
            try:
                with suppress(TimeoutError):
                    await asyncio.wait_for(waiter, seconds)
            finally:
                self._waiting.pop(waiter, None)
        return self._position

    async def _ask(self) -> None:
        try:
            while self._waiting:
                self._position = max(self._position, await view_position(self.reader))
                for waiter, wanted in list(self._waiting.items()):
                    if wanted <= self._position and not waiter.done():
                        waiter.set_result(None)
                        del self._waiting[waiter]
                await asyncio.sleep(TICK_SECONDS)
        except Exception as error:  # whoever waits learns it; the next one asks again
            for waiter in self._waiting:
                if not waiter.done():
                    waiter.set_exception(error)
        finally:
            self._asking = None
