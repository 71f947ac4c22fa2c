"""Clients over HTTP: connections that stay open, each asking again as soon as it was answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Client:
    """One connection: the port that it asks at, and its requests, without end."""

    port: int
    requests: Iterator[bytes]


@dataclass(frozen=True)
class Answered:
    """How many answers each client had, and how long all of it took."""

    counts: list[int]
    seconds: float

    @property
    def whole(self) -> int:
        return sum(self.counts)

    @property
    def a_second(self) -> float:
        return self.whole / self.seconds


class Asking(asyncio.Protocol):
    """A client's connection: the next request goes out when the answer before is complete."""

    def __init__(self, requests: Iterator[bytes], until: float, done: asyncio.Future[int]) -> None:
        self.requests = requests
        self.until = until
        self.done = done
        self.answered = 0
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._ask()

    def _ask(self) -> None:
        self.transport.write(next(self.requests))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator or len(body) < _length(head):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(AssertionError((head + separator + body).decode()))
            self.transport.close()
            return
        self.buffer = b""
        self.answered += 1
        if time.perf_counter() < self.until:
            self._ask()
        else:
            self.transport.close()
            self.done.set_result(self.answered)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(AssertionError(f"the server hung up: {exc}"))


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0])


def answered(clients: Sequence[Client], for_seconds: float) -> Answered:
    """All clients at once. Raises AssertionError where one of them is not answered 200."""
    return asyncio.run(_answered(clients, for_seconds))


async def _answered(clients: Sequence[Client], for_seconds: float) -> Answered:
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    done: list[asyncio.Future[int]] = [loop.create_future() for _ in clients]
    for client, future in zip(clients, done, strict=True):

        def connection(client: Client = client, future: asyncio.Future[int] = future) -> Asking:
            return Asking(client.requests, began + for_seconds, future)

        await loop.create_connection(connection, "127.0.0.1", client.port)
    counts = await asyncio.gather(*done)
    return Answered(counts, time.perf_counter() - began)
