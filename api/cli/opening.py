"""What is open for one piece of work at a console, and closed whatever happens: store, views, or a whole process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from api.state import State, open_state
from ledger.kernel.settings import Settings
from ledger.store import EventStore, open_store
from projections.reader import Reader, open_reader
from projections.runner import Projector

T = TypeVar("T")


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[EventStore, Projector]]:
    """The store, and the projector with its tables made. Raises Unavailable."""
    store = open_store(settings.database_url)
    try:
        projector = Projector(settings.database_url)
        try:
            projector.prepare()
            yield store, projector
        finally:
            projector.close()
    finally:
        store.close()


def ask_views(settings: Settings, question: Callable[[Reader], Awaitable[T]]) -> T:
    """One question to the views as they are. Raises Unavailable."""

    async def asking() -> T:
        reader = open_reader(settings.database_url)
        try:
            return await question(reader)
        finally:
            await reader.close()

    return asyncio.run(asking())


def ask(settings: Settings, question: Callable[[State], Awaitable[T]]) -> T:
    """One question to views that are brought up to date first. Raises Unavailable, CatalogueError."""
    state = open_state(settings)
    try:
        state.projector.catch_up()

        async def asking() -> T:
            try:
                return await question(state)
            finally:
                state.long_questions.close()
                await state.reader.close()

        return asyncio.run(asking())
    finally:
        state.projector.close()
        state.store.close()
