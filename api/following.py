"""Following the history: waiting for the next event, so many at once in a process, and until it ends.

All who follow share one waiter (`api.waiting`), and one look at which of their tokens still hold. What is read of the
history, and how it is told, is left to the doors.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from api.waiting import Waiters
from ledger.kernel.errors import Refusal
from ledger.store.tokens import ended_among, unauthenticated
from projections.asking import Page

LOOK_SECONDS = 1.0  # after which the tokens of those who wait are looked at again


@dataclass(slots=True)
class Listeners:
    """Those of one process, by token: `most` at once, since each holds a connection open, and of one token fewer."""

    waiters: Waiters
    most: int
    most_of_a_token: int
    present: Counter[str] = field(default_factory=Counter)
    _ended: frozenset[str] = frozenset()
    _looked_at: float = 0.0

    @contextmanager
    def place(self, token_id: str) -> Iterator[None]:
        """Raises Refusal too-many-listeners."""
        mine, all_of_them = self.present[token_id], self.present.total()
        if mine >= self.most_of_a_token:
            detail = (
                f"{mine} clients follow the history here with this token already; "
                "no more can with one token, so that there is room for others."
            )
            raise Refusal("too-many-listeners", detail, listeners=mine, most_of_a_token=self.most_of_a_token)
        if all_of_them >= self.most:
            detail = f"{all_of_them} clients follow the history here already, and more can't be served; ask again."
            raise Refusal("too-many-listeners", detail, listeners=all_of_them)
        self.present[token_id] += 1
        try:
            yield
        finally:
            self.present[token_id] -= 1
            if not self.present[token_id]:
                del self.present[token_id]

    async def next_page(
        self, ask: Callable[[int], Awaitable[Page[Any]]], behind: int, seconds: float, token_id: str
    ) -> Page[Any]:
        """What `ask` finds behind a position, once it finds something; nothing where the time ran out, or it ends.

        Raises Refusal unauthenticated soon after the token ended.
        """
        deadline = time.monotonic() + seconds
        while True:
            page = await ask(behind)
            if page.items:
                return page
            behind = page.position  # what was read up to there is not read again
            while True:
                left = deadline - time.monotonic()
                if left <= 0 or self.is_ending:
                    return page
                if await self.waiters.reached(behind + 1, min(left, LOOK_SECONDS), is_patient=True) > behind:
                    break
                await self._check_holds(token_id)

    async def _check_holds(self, token_id: str) -> None:
        """One question for all who wait, however many they are; whoever comes first asks it."""
        now = time.monotonic()
        if now >= self._looked_at + LOOK_SECONDS:
            self._looked_at = now
            reader = self.waiters.reader
            self._ended = await ended_among(reader, list(self.present), reader.clock().date())
        if token_id in self._ended:
            raise unauthenticated()

    @property
    def is_ending(self) -> bool:
        return self.waiters.is_ending

    def end(self) -> None:
        """Lets go all who wait or follow. A signal may call it."""
        self.waiters.is_ending = True
