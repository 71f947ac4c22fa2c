"""What is open for one piece of work at a console, and closed whatever happens: store, views, or a whole process.

What cannot be opened is told in a sentence (`guarded`).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pydantic import ValidationError

from api.books.journal import FaultyBooksError
from api.cli.printing import err, say
from api.state import State, open_state
from ledger.kernel.errors import Refusal
from ledger.kernel.settings import Settings
from ledger.kernel.wording import worded_fault
from ledger.plans.loader import CatalogueError, load_catalogue
from ledger.store import EventStore, Unavailable, open_store
from projections.reader import Reader, open_reader
from projections.runner import Projector

T = TypeVar("T")


def guarded(work: Callable[[], None]) -> None:
    """Refusals and faults of the surroundings are sentences on standard error and exit status 1."""
    try:
        work()
    except Refusal as refusal:
        say(err, f"{refusal.code}: {refusal.detail}")
    except Unavailable as error:
        say(err, str(error))
    except CatalogueError as error:
        for fault in error.faults:
            say(err, str(fault))
    except FaultyBooksError as error:
        say(err, f"The books do not agree with themselves: {error}.")
    except ValidationError as error:
        say(err, "; ".join(map(worded_fault, error.errors())))
    except UnicodeDecodeError:
        say(err, "The file .env is not written in UTF-8.")
    except OSError as error:
        say(err, f"{error.filename}: {error.strerror}." if error.filename else str(error))
    else:
        return
    sys.exit(1)


def check_opens(settings: Settings) -> None:
    """Before a server starts, which would tell it in a traceback. Raises Unavailable, CatalogueError."""
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
