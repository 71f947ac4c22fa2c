"""What is open for one piece of work at a console, and closed whatever happens: store or views."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ledger.kernel.errors import malformed
from ledger.kernel.settings import Settings
from ledger.store import EventStore, open_store
from projections.reader import Reader, open_reader
from projections.runner import Projector

T = TypeVar("T")


def settings_of_database() -> Settings:
    """For what works on a database itself. Raises Refusal where a server is named, so that nobody takes it for that."""
    settings = Settings()
    if settings.server is not None:
        raise malformed("server", f"LEDGER_SERVER names {settings.server}; this command works on a database itself")
    return settings


def check_opens(settings: Settings) -> None:
    """Before a server starts, which would tell it in a traceback. Raises Unavailable, CatalogueError."""
    from ledger.plans.loader import load_catalogue

    load_catalogue(settings.catalogue)
    with opened(settings):
        pass


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
