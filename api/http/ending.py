"""How a serving process ends when a signal tells it to: within five seconds, whatever runs, and nobody goes without an
answer that can have one.

From the signal on nobody waits for news, and no connection is taken. What was accepted is answered. What takes longer
is given up after a while: commands in parts or steps, files, and whatever computes are told to be asked again. What
then still runs, in threads that can't be ended, ends with the process: as after a crash nothing that was answered is
lost.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import problem
from api.made_files import end_presses
from api.state import State
from ledger.kernel.errors import Refusal

# Seconds after the signal.
GIVEN_UP_AFTER = 2.0  # files, and commands in parts or steps
LAST_ANSWERS_AFTER = 3  # whatever else is being answered
ENDED_AFTER = 4.6


def begin_to_end(state: State) -> None:
    """A signal may call it: it takes no time."""
    state.listeners.end()
    _later(GIVEN_UP_AFTER, lambda: _give_up(state))
    _later(ENDED_AFTER, _end)


def _give_up(state: State) -> None:
    end_presses()
    state.writer.end()


def _end() -> None:
    """Threads that compute hear of no end, and the interpreter would wait for them."""
    end_presses()
    os._exit(0)


def _later(seconds: float, what: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, what)
    timer.daemon = True
    timer.start()


class LastAnswers:
    """ASGI middleware, the outermost: what the server gives up when it ends is answered so, if nothing was sent yet."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_begun = False

        async def begin(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, receive, begin)
        except asyncio.CancelledError:
            if has_begun:
                raise
            await problem(Refusal("unavailable", "The server is stopping; ask again."))(scope, receive, send)
