"""Connections whose client takes nothing: they are cut off after a while, whatever they were sent.

A stream that ends, or an answer that is whole, does not end its connection while something of it is unsent: the server
waits until the client takes it, for ever if need be. So it is the connection that is watched. As long as a client takes
something, however slowly, it stays.
"""

from __future__ import annotations

import asyncio

from api.http.long_heads import BoundedProtocol

# What the system keeps for a client besides. More, and whoever reads slowly is seen to take nothing for minutes.
SEND_BUFFER_BYTES = 256 * 1024


def patient_protocol(seconds: float) -> type[BoundedProtocol]:
    """The server's protocol, with a bound of so many seconds in which a client takes something of what waits for it."""

    class PatientProtocol(BoundedProtocol):
        _unsent = 0  # bytes, when it was looked at last
        _look: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            transport.set_write_buffer_limits(high=0)  # told as soon as anything waits, and when nothing does
            super().connection_made(transport)

        def pause_writing(self) -> None:
            super().pause_writing()
            self._unsent = self.transport.get_write_buffer_size()
            self._look = self.loop.call_later(seconds, self._look_again)

        def resume_writing(self) -> None:
            super().resume_writing()
            self._look_no_more()

        def connection_lost(self, exc: Exception | None) -> None:
            self._look_no_more()
            super().connection_lost(exc)

        def _look_again(self) -> None:
            unsent = self.transport.get_write_buffer_size()
            if unsent >= self._unsent:
                self.transport.abort()
                return
            self._unsent = unsent
            self._look = self.loop.call_later(seconds, self._look_again)

        def _look_no_more(self) -> None:
            if self._look is not None:
                self._look.cancel()
                self._look = None

    return PatientProtocol
