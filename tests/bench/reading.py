"""Row 4: the balance by HTTP from the product's server, against a FastAPI route that has the same answers in memory.

Two servers with one worker each, and one client for both: a few connections that stay open, each asking again as
soon as it was answered. The server that is not being asked stands still.
"""

from __future__ import annotations

import asyncio
import json
import os
import pstats
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

from ledger.store import open_store
from ledger.store.tokens import create_token
from tests.bench.commands import PREFIX
from tests.bench.rounds import ROOT, Row, told

CONNECTIONS = 8
START_SECONDS = 30


@dataclass(frozen=True)
class Clients:
    """About how many contracts they ask, in how many rounds, for how long in each."""

    contracts: int
    rounds: int
    for_seconds: float


class Asking(asyncio.Protocol):
    """One connection: the next request goes out when the answer before is complete."""

    def __init__(self, requests: Sequence[bytes], until: float, done: asyncio.Future[int]) -> None:
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
        self.transport.write(self.requests[self.answered % len(self.requests)])

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


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0])


async def answers_a_second(port: int, requests: Sequence[bytes], for_seconds: float) -> float:
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    done: list[asyncio.Future[int]] = [loop.create_future() for _ in range(CONNECTIONS)]
    for number, future in enumerate(done):
        ours = [*requests[number:], *requests[:number]]

        def connection(ours: list[bytes] = ours, future: asyncio.Future[int] = future) -> Asking:
            return Asking(ours, began + for_seconds, future)

        await loop.create_connection(connection, "127.0.0.1", port)
    answered = sum(await asyncio.gather(*done))
    return answered / (time.perf_counter() - began)


@contextmanager
def server(url: str, *command: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server in a process of its own; `PORT` in the command becomes a free one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    arguments = [str(port) if word == "PORT" else word for word in command]
    environment = os.environ | {"LEDGER_DATABASE_URL": url}
    with subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, env=environment) as process:
        try:
            _wait(process, port)
            yield process, port
        finally:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"the server did not start: {process.args!r}")


def _path(contract_id: str) -> str:
    return f"/v1/contracts/{contract_id}/balance"


def balances(database: str, url: str, aim: float, clients: Clients, folder: Path) -> Row:
    """Answers a second of both servers over the same contracts."""
    row = Row(4, f"balance by HTTP, {CONNECTIONS} connections", database, "answers/s", aim, at_most=False)
    store = open_store(url)
    token = create_token(store.database, "admin")[1]
    store.close()
    contract_ids = [f"{PREFIX}{number}" for number in range(clients.contracts)]
    headers = f"Host: 127.0.0.1\r\nAccept: application/json\r\nAuthorization: Bearer {token}\r\n\r\n"
    requests = [f"GET {_path(contract_id)} HTTP/1.1\r\n{headers}".encode() for contract_id in contract_ids]
    with server(url, "api.cli.main", "serve", "--port", "PORT") as (product, port):
        known = folder / "balances.json"
        known.write_text(json.dumps({one: _balance(port, one, token) for one in contract_ids}))
        with server(url, "tests.bench.memory_server", str(known), "PORT") as (floor, floor_port):
            for warm in (True, *[False] * clients.rounds):
                figures = []
                for process, other, at in ((product, floor, port), (floor, product, floor_port)):
                    other.send_signal(signal.SIGSTOP)
                    process.send_signal(signal.SIGCONT)
                    figures.append(asyncio.run(answers_a_second(at, requests, clients.for_seconds)))
                if not warm:
                    row.add(*figures)
    if row.short:
        row.profile = _profile(database, url, requests, clients.for_seconds, folder)
    return row


def _balance(port: int, contract_id: str, token: str) -> object:
    request = Request(f"http://127.0.0.1:{port}{_path(contract_id)}", headers={"Authorization": f"Bearer {token}"})
    with urlopen(request) as answer:
        return json.load(answer)


def _profile(database: str, url: str, requests: Sequence[bytes], for_seconds: float, folder: Path) -> str:
    file = folder / "server.profile"
    with server(url, "tests.bench.profiled_server", "PORT", str(file)) as (_, port):
        asyncio.run(answers_a_second(port, requests, for_seconds * 2))
    if not file.exists():
        return "The server was asked too little for a profile."
    return told(pstats.Stats(str(file)), f"the server of balances on {database}")
