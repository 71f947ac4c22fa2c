"""What a running process holds: the writer, the reader, the follower of the views, and the catalogue."""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field

from fastapi import Request

from api.following import Listeners
from api.limits import LIMITS, Limits
from api.long_questions import LongQuestions
from api.made_files import MadeFiles
from api.waiting import Waiters
from api.writer import Writer
from api.wrong_tokens import WrongTokens
from ledger.door.batches import Ledger
from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.settings import Settings
from ledger.plans.loader import Catalogue, load_catalogue
from ledger.store import EventStore, open_store
from projections.credit.quick_balances import QuickBalances, quick_balances
from projections.reader import Reader, open_reader
from projections.runner import Projector
from projections.sla.calendars import Calendars


@dataclass
class State:
    """Opened by `open_state`. One loop reads, another what is long; one thread writes, one follows."""

    store: EventStore
    catalogue: Catalogue
    writer: Writer
    projector: Projector
    reader: Reader
    quick_balances: QuickBalances
    clock: Clock
    wrong_tokens: WrongTokens
    waiters: Waiters
    listeners: Listeners
    long_questions: LongQuestions
    files: MadeFiles
    database_url: str
    limits: Limits = LIMITS
    calendars: Calendars = field(default_factory=Calendars)
    stop: threading.Event = field(default_factory=threading.Event)
    follower: threading.Thread | None = None

    def start(self) -> None:
        self.writer.start()
        self.follower = threading.Thread(target=self.projector.follow, args=(self.stop,), name="follower", daemon=True)
        self.follower.start()

    async def close(self) -> None:
        self.listeners.end()
        self.stop.set()
        await asyncio.to_thread(self.writer.stop)
        if self.follower is not None:
            await asyncio.to_thread(self.follower.join, 30)
        self.projector.close()
        await self.long_questions.close()
        await self.reader.close()
        self.store.close()


def open_state(
    settings: Settings,
    clock: Clock = system_clock,
    catalogue: Catalogue | None = None,
    limits: Limits = LIMITS,
) -> State:
    """Opens the ledger that the settings name; a catalogue that was read already is taken as it is.

    Raises Unavailable, CatalogueError.
    """
    catalogue = catalogue or load_catalogue(settings.catalogue)
    with ExitStack() as opened:  # what was opened is closed again where the rest can't be
        store = open_store(settings.database_url, clock)
        opened.callback(store.close)
        projector = Projector(settings.database_url)
        opened.callback(projector.close)
        projector.prepare()
        writer = Writer(Ledger(store, catalogue, clock))
        reader = open_reader(settings.database_url, clock)
        long_questions = LongQuestions(open_reader(settings.database_url, clock))
        opened.pop_all()
    waiters, wrong_tokens = Waiters(reader), WrongTokens(clock)
    listeners = Listeners(waiters, limits.listeners, limits.listeners_of_a_token)
    files = MadeFiles(reader, long_questions, limits)
    return State(
        store,
        catalogue,
        writer,
        projector,
        reader,
        quick_balances(reader),
        clock,
        wrong_tokens,
        waiters,
        listeners,
        long_questions,
        files,
        settings.database_url,
        limits,
    )


async def state_of(request: Request) -> State:
    state: State = request.app.state.ledger
    return state
