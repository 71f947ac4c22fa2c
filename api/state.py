"""What a running process holds: the writer, the reader, the follower of the views, and the catalogue.

Who only asks has a writer too, and a catalogue; but they are made when they are asked for, since most questions of the
command line need neither, and reading a catalogue takes longer than such a question. A server has both from the start.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property

from starlette.requests import Request  # fastapi itself takes longer to load than an export to make

from api.following import Listeners
from api.holders import Holders
from api.limits import LIMITS, Limits
from api.long_questions import LongQuestions
from api.made_files import MadeFiles
from api.waiting import Waiters
from api.wake_ups import WakeUps
from api.writer import Writer
from api.wrong_tokens import WrongTokens
from ledger.door.batches import Ledger
from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.settings import Settings
from ledger.plans.catalogue import Catalogue
from ledger.store import EventStore, open_store
from projections.credit.quick_balances import QuickBalances, quick_balances
from projections.reader import Reader, open_reader
from projections.runner import Projector
from projections.sla.calendars import Calendars


@dataclass
class State:
    """Opened by `open_state`. One loop reads, another what is long; one thread writes, one follows."""

    settings: Settings
    store: EventStore
    projector: Projector
    reader: Reader
    quick_balances: QuickBalances
    clock: Clock
    wrong_tokens: WrongTokens
    waiters: Waiters
    listeners: Listeners
    long_questions: LongQuestions
    files: MadeFiles
    limits: Limits = LIMITS
    calendars: Calendars = field(default_factory=Calendars)
    wake_ups: WakeUps = field(default_factory=WakeUps)
    stop: threading.Event = field(default_factory=threading.Event)
    follower: threading.Thread | None = None
    is_writing: bool = False

    @cached_property
    def catalogue(self) -> Catalogue:
        """Raises CatalogueError."""
        from ledger.plans.loader import load_catalogue

        return load_catalogue(self.settings.catalogue)

    @cached_property
    def writer(self) -> Writer:
        """Raises CatalogueError."""
        return Writer(Ledger(self.store, self.catalogue, self.clock))

    @cached_property
    def holders(self) -> Holders:
        return Holders(self.reader)

    def start_writing(self) -> None:
        """Raises CatalogueError."""
        self.writer.start()
        self.is_writing = True

    def start(self) -> None:
        """Writes and follows from then on. Raises CatalogueError."""
        self.start_writing()
        self.follower = threading.Thread(target=self.projector.follow, args=(self.stop,), name="follower", daemon=True)
        self.follower.start()

    async def close(self) -> None:
        self.listeners.end()
        self.stop.set()
        if self.is_writing:
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
    """Opens the ledger that the settings name; a catalogue that was read already is taken so. Raises Unavailable."""
    with ExitStack() as opened:  # what was opened is closed again where the rest can't be
        store = open_store(settings.database_url, clock)
        opened.callback(store.close)
        projector = Projector(settings.database_url)
        opened.callback(projector.close)
        projector.prepare()
        reader = open_reader(settings.database_url, clock)
        long_questions = LongQuestions(open_reader(settings.database_url, clock))
        opened.pop_all()
    waiters, wrong_tokens = Waiters(reader), WrongTokens(clock)
    listeners = Listeners(waiters, limits.listeners, limits.listeners_of_a_token)
    files = MadeFiles(reader, long_questions, limits)
    state = State(
        settings,
        store,
        projector,
        reader,
        quick_balances(reader),
        clock,
        wrong_tokens,
        waiters,
        listeners,
        long_questions,
        files,
        limits,
    )
    if catalogue is not None:
        state.catalogue = catalogue
    return state


async def state_of(request: Request) -> State:
    state: State = request.app.state.ledger
    return state
