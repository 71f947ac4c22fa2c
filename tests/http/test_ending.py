"""SIGTERM: a server takes nothing new, answers what it has accepted, and ends, whatever runs."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ledger.store import open_store
from tests.http.server import ROOT, Server, admin_token, environment
from tests.senders import post_lines
from tests.words import as_lines, contract, issue, log_work

HANG_SECONDS = 25  # far beyond the five that it takes: a busy machine fails no test
LINES = 2_500
CUSTOMER = {
    "customer_id": "moewe",
    "name": "Möwe Logistik GmbH",
    "country": "DE",
    "address": {"line1": "Hafenstraße 4", "postcode": "20457", "city": "Hamburg"},
}
JSON_LINES = {"Content-Type": "application/x-ndjson"}
# A server with two routes that nobody can end: a thread that sleeps, and the loop of long questions, asleep too.
STUCK = """
import asyncio, sys, time
from api.application import create_app
from api.http.serving import listening, serve_app

app = create_app()

@app.get("/asleep")
async def asleep():
    await asyncio.to_thread(time.sleep, 600)

@app.get("/stuck")
async def stuck():
    async def sleep(snapshot, calendars):
        time.sleep(600)
    await app.state.ledger.long_questions.ask(sleep)

with listening("127.0.0.1", int(sys.argv[1])) as sockets:
    serve_app(app, sockets)
"""


class Clients:
    """Connections that are open already, each with a request whose answer is not read yet."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}"}

    def connected(self) -> http.client.HTTPConnection:
        """The server has taken it: it was asked something before."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=HANG_SECONDS)
        connection.request("GET", "/health/live")
        assert connection.getresponse().read()
        return connection

    def asking(self, method: str, path: str, body: bytes | None = None, **headers: str) -> http.client.HTTPConnection:
        connection = self.connected()
        connection.request(
            method, path, body, self._headers | {name.replace("_", "-"): headers[name] for name in headers}
        )
        return connection


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_ready(clients: Clients) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            clients.connected().close()
            return
        except OSError:
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.05)


def answered(connection: http.client.HTTPConnection) -> tuple[int, bytes]:
    """The whole answer; one that breaks off raises."""
    with closing(connection):
        response = connection.getresponse()
        return response.status, response.read()


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    open_store(database_url).close()
    started = Server(database_url, tmp_path, admin_token(database_url))
    yield started
    started.stop()


def test_a_server_that_is_told_to_end_answers_what_it_accepted_and_ends(server: Server) -> None:
    """Model S charges each entry, so that the invoice has as many lines, and a PDF of it takes long."""
    steps = [*contract("groupios-s", customer=CUSTOMER), *(log_work(20, entry_id=f"E{n}") for n in range(LINES))]
    assert post_lines(server.client, steps).status_code == 200
    issued = server.send(issue("C", "2026-12-31"))
    number, head = issued["number"], issued["position"]
    assert server.see("events", after=head - 1, min_position=head)["items"]
    clients = Clients(server.client.base_url.port or 0, server.token)

    idle = clients.connected()
    waiting = clients.asking("GET", f"/v1/events?after={head}&wait=30")
    following = clients.asking("GET", f"/v1/events?after={head}", Accept="text/event-stream")
    untaken = clients.asking("GET", "/v1/events", Accept="text/csv")
    more = [log_work(20, entry_id=f"F{n}", command_id=f"F{n}") for n in range(6_000)]
    importing = clients.asking("POST", "/v1/commands", as_lines(more), **JSON_LINES)
    imported = importing.getresponse()  # its first lines are carried out
    printing = clients.asking("GET", f"/v1/invoices/{number}.pdf")
    clients.connected().close()  # what was sent before has been read
    server.process.send_signal(signal.SIGTERM)

    assert answered(waiting)[0] == 200
    assert b"retry: 1000" in answered(following)[1]
    status, told = answered(printing)
    assert (status, json.loads(told)["code"]) == (503, "unavailable")
    lines = [json.loads(line) for line in imported.read().splitlines()]
    accepted = sum("position" in line for line in lines)
    assert accepted >= 500
    assert {line.get("code") for line in lines[accepted:]} <= {"unavailable"}
    server.process.wait(HANG_SECONDS)
    with pytest.raises(OSError, match="refused"):
        clients.connected()
    assert idle.sock.recv(1) == b""
    for left in (idle, importing, untaken):
        left.close()

    server.start()
    again = [json.loads(line) for line in post_lines(server.client, more).text.splitlines()]
    assert [one["replayed"] for one in again] == [True] * accepted + [False] * (len(more) - accepted)


@pytest.mark.parametrize("path", ["/asleep", "/stuck"])
def test_what_can_not_be_ended_is_told_to_be_asked_again_and_ends_with_the_process(tmp_path: Path, path: str) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    open_store(url).close()
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", STUCK, str(port)], env=environment(url), cwd=ROOT)
    try:
        clients = Clients(port, admin_token(url))
        until_ready(clients)
        asked = clients.asking("GET", path)
        clients.connected().close()
        process.terminate()
        status, told = answered(asked)
        assert (status, json.loads(told)["detail"]) == (503, "The server is stopping; ask again.")
        assert process.wait(HANG_SECONDS) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        process.wait()
