"""Store and views for one piece of work at a console, closed whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ledger.kernel.settings import Settings
from ledger.store import EventStore, open_store
from projections.runner import Projector


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
