"""Questions to one reader in one loop: to a loop its pool of connections belongs, and to connect anew takes longest."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from projections.reader import Reader, Snapshot

T = TypeVar("T")


class Asking:
    """Closes the reader too."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._runner = asyncio.Runner()

    def of_reader(self, question: Callable[[Reader], Awaitable[T]]) -> T:
        async def asked() -> T:
            return await question(self.reader)

        return self._runner.run(asked())

    def of_snapshot(self, question: Callable[[Snapshot], Awaitable[T]]) -> T:
        async def asked() -> T:
            async with self.reader.snapshot() as snapshot:
                return await question(snapshot)

        return self._runner.run(asked())

    def close(self) -> None:
        self._runner.run(self.reader.close())
        self._runner.close()
