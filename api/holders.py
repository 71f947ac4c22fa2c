"""Who holds a token, for doors that are asked very often.

What a token may see and do never changes, so it is remembered; whether it still holds is asked each time, in one
question for all who came at once.
"""

from __future__ import annotations

import asyncio

from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal
from ledger.store.tokens import hash_of, holder_of, holding_among
from ledger.store.unavailable import Unavailable
from projections.reader import Reader

MOST_HOLDERS = 10_000  # of whom it is remembered who they are; about 300 bytes each


class Holders:
    """None for all that is unusual: whoever asked then asks as everybody does, and is told why."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[bytes, Actor] = {}
        self._wanted: set[str] = set()
        self._next: asyncio.Task[frozenset[str]] | None = None  # the question that has not begun yet

    async def known(self, token: str) -> Actor | None:
        """Who holds a token, or held it: it may have ended since."""
        key = hash_of(token)
        known = self._known.get(key)
        if known is None:
            try:
                known = await holder_of(self._reader, token, self._reader.clock().date())
            except (Refusal, Unavailable):
                return None
            if len(self._known) >= MOST_HOLDERS:
                self._known.clear()
            self._known[key] = known
        return known

    async def holding(self, token: str) -> Actor | None:
        """Who holds a token now."""
        holder = await self.known(token)
        return holder if holder is not None and await self._holds(holder.token_id) else None

    async def _holds(self, token_id: str) -> bool:
        """The question begins after all that the loop has at hand, and whoever comes behind that asks another one."""
        self._wanted.add(token_id)
        if self._next is None or self._next.done():  # an end may have come before its beginning
            self._next = asyncio.create_task(self._ask())
        return token_id in await asyncio.shield(self._next)  # who leaves takes the answer from nobody else

    async def _ask(self) -> frozenset[str]:
        wanted, self._wanted, self._next = self._wanted, set(), None
        try:
            return await holding_among(self._reader, list(wanted), self._reader.clock().date())
        except Unavailable:
            return frozenset()
