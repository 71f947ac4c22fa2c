"""The history as Server-Sent Events (WHATWG HTML, 9.2), each event as a list has it, once the views have read it.

An event's id is its position, so that `Last-Event-ID` goes on behind it. The next page is read when the client has
taken the one before: a slow reader holds one page, and is let go after a while. A stream also ends with its token, and
with the process.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.following import Listeners
from api.http.models.history import show_event
from api.http.responses import IS_HEAD
from api.limits import Limits
from ledger.kernel.errors import Refusal
from ledger.store.unavailable import Unavailable
from projections.asking import Page
from projections.history import AuditedFact

logger = logging.getLogger("ledger.api")
EVENT_STREAM = "text/event-stream"
AT_ONCE = 100  # events in one piece
RECONNECT = b"retry: 1000\n\n"  # milliseconds after which a browser comes again
Ask = Callable[[int], Awaitable[Page[AuditedFact]]]


class EventStream(StreamingResponse):
    """`ask` finds the events behind a position, as long as whoever asks may see them."""

    def __init__(self, listeners: Listeners, limits: Limits, ask: Ask, behind: int, token_id: str) -> None:
        super().__init__((), media_type=EVENT_STREAM, headers={"X-Accel-Buffering": "no"})
        self.listeners = listeners
        self.limits = limits
        self.ask = ask
        self.behind = behind
        self.token_id = token_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises Refusal before anything is sent: too-many-listeners, and what asking raises."""
        with self.listeners.place(self.token_id):
            first = await self.ask(self.behind)
            if IS_HEAD in scope:
                await self._begin(send)
                await self._give(send, b"", more=False)
                return
            told = asyncio.create_task(self._tell(first, send))
            tasks = {told, asyncio.create_task(_gone(receive))}
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            if not told.cancelled():
                told.result()

    async def _tell(self, page: Page[AuditedFact], send: Send) -> None:
        try:
            await self._begin(send)
            await self._give(send, RECONNECT)
            while not self.listeners.is_ending:
                await self._give(send, _as_events(page))
                behind = page.next_after[0] if page.next_after is not None else page.position
                page = await self.listeners.next_page(self.ask, behind, self.limits.heartbeat_seconds, self.token_id)
        except TimeoutError:
            logger.info("a listener of the events takes nothing more and is let go")
            return
        except (Refusal, Unavailable) as error:  # its token ended, or the database went away: it may come again
            logger.info("a listener of the events is let go: %s", error)
        await self._give(send, b"", more=False)

    async def _begin(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})

    async def _give(self, send: Send, body: bytes, *, more: bool = True) -> None:
        """Raises TimeoutError where the client takes nothing for too long."""
        message = {"type": "http.response.body", "body": body, "more_body": more}
        async with asyncio.timeout(self.limits.slow_reader_seconds):  # unlike `wait_for`, it loses no cancellation
            await send(message)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _as_events(page: Page[AuditedFact]) -> bytes:
    """A page without events is a comment, which keeps the connection, and says how far was read."""
    if not page.items:
        return b": nothing new\nid: %d\n\n" % page.position
    return b"".join(
        b"id: %d\ndata: %s\n\n" % (one.told.stored.position, show_event(one).model_dump_json().encode())
        for one in page.items
    )
