"""A client that takes nothing is cut off, whatever it asked for; one that takes little is not."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response, StreamingResponse

from api.http.serving import listening, server_of
from api.limits import LIMITS, Limits

WHOLE = b"x" * 2_000_000
app = FastAPI()


@app.get("/whole")
async def whole() -> Response:
    return Response(WHOLE)


@app.get("/stream")
async def stream() -> StreamingResponse:
    async def lines() -> AsyncIterator[bytes]:
        while True:
            yield WHOLE[:100_000]
            await asyncio.sleep(0)

    return StreamingResponse(lines())


@contextmanager
def serving(app: FastAPI, limits: Limits = LIMITS) -> Iterator[tuple[uvicorn.Server, tuple[str, int]]]:
    """A server of these routes, and where it listens."""
    server = server_of(app, limits)
    with listening("127.0.0.1", 0) as (here,):
        thread = threading.Thread(target=server.run, args=([here],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield server, here.getsockname()
        finally:
            server.should_exit = server.force_exit = True
            thread.join(20)


@contextmanager
def served(slow_reader_seconds: float) -> Iterator[tuple[uvicorn.Server, Callable[[str], socket.socket]]]:
    """A server, and what connects to it and asks for a path."""
    with serving(app, Limits(slow_reader_seconds=slow_reader_seconds)) as (server, place):

        def asking(path: str) -> socket.socket:
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
            client.settimeout(20)
            client.connect(place)
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            return client

        yield server, asking


@pytest.mark.parametrize("path", ["/whole", "/stream"])
def test_a_client_that_takes_nothing_loses_its_connection(path: str) -> None:
    with served(0.3) as (server, asking), asking(path) as client:
        client.recv(100)
        assert len(server.server_state.connections) == 1
        deadline = time.monotonic() + 15
        while server.server_state.connections and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not server.server_state.connections


def test_a_client_that_takes_little_gets_all_of_it() -> None:
    with served(0.5) as (_, asking), asking("/whole") as client:
        taken = 0
        began = time.monotonic()
        while taken < len(WHOLE):
            taken += len(client.recv(16_384))
            time.sleep(0.01)
        assert time.monotonic() - began > 1  # longer than the bound
