"""Waiting until the views have read a position: one question at a time for all who wait, however many they are.

Who reads back what it wrote is impatient; who follows the history is patient, since it may wait for hours.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from projections.reader import Reader, view_position

TICK_SECONDS = 0.005
PATIENT_TICKS = 20  # where only patient ones wait, the database is asked each so many ticks


@dataclass(slots=True)
class Waiters:
    """Of one process. Positions only grow, so what was reached once needs no question."""

    reader: Reader
    is_ending: bool = False  # nobody waits any longer
    _position: int = 0
    _waiting: dict[asyncio.Future[None], tuple[int, bool]] = field(default_factory=dict)
    _asking: asyncio.Task[None] | None = None

    async def reached(self, wanted: int, seconds: float, *, is_patient: bool = False) -> int:
        """How far the views have read: at least to `wanted`, unless the time ran out first, or the process ends.

        Raises Unavailable.
        """
        if wanted > self._position and self._asking is None:
            self._position = max(self._position, await view_position(self.reader))
        if wanted > self._position:
            waiter = asyncio.get_running_loop().create_future()
            self._waiting[waiter] = (wanted, is_patient)
            if self._asking is None:
                self._asking = asyncio.create_task(self._ask())
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):  # unlike `wait_for`, it loses no cancellation
                        await waiter
            finally:
                self._waiting.pop(waiter, None)
        return self._position

    async def _ask(self) -> None:
        ticks = 0
        try:
            while self._waiting:
                if ticks % PATIENT_TICKS == 0 or not all(is_patient for _, is_patient in self._waiting.values()):
                    self._position = max(self._position, await view_position(self.reader))
                ticks += 1
                for waiter, (wanted, _) in list(self._waiting.items()):
                    if (wanted <= self._position or self.is_ending) and not waiter.done():
                        waiter.set_result(None)
                        del self._waiting[waiter]
                await asyncio.sleep(TICK_SECONDS)
        except Exception as error:  # whoever waits learns it; the next one asks again
            for waiter in self._waiting:
                if not waiter.done():
                    waiter.set_exception(error)
        finally:
            self._asking = None
