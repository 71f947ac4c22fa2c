"""One question to a whole process that is opened for it, and closed whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from api.state import State, open_state
from ledger.kernel.settings import Settings

T = TypeVar("T")


def ask(settings: Settings, question: Callable[[State], Awaitable[T]]) -> T:
    """One question to views that are brought up to date first. Raises Unavailable, CatalogueError."""
    state = open_state(settings)
    try:
        state.projector.catch_up()

        async def asking() -> T:
            try:
                return await question(state)
            finally:
                await state.long_questions.close()
                await state.reader.close()

        return asyncio.run(asking())
    finally:
        state.projector.close()
        state.store.close()
