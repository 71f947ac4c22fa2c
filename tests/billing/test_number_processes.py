"""Thirty-two issuers at the same moment, over HTTP, while a server is killed and started again: no gap, no repeat."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledger.store import EventStore, open_store
from tests.http.asgi import Headers
from tests.http.server import PATIENCE_SECONDS, Server, admin_token
from tests.senders import post
from tests.words import Step, credit_note, issue, sign

ISSUERS = 32
TRIES = 400


@pytest.fixture
def store(database_url: str) -> Iterator[EventStore]:
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def serve(database_url: str, tmp_path: Path, store: EventStore) -> Iterator[Callable[[], Server]]:
    """Starts a server; all that were started are stopped in the end."""
    started: list[Server] = []
    token = admin_token(database_url)

    def start() -> Server:
        started.append(Server(database_url, tmp_path, token))
        return started[-1]

    yield start
    for server in started:
        server.stop()


class Issuer:
    """Sends a command, with an id of its own, until a server that lives answers it."""

    def __init__(self, servers: list[Server]) -> None:
        self.servers = servers
        # One for all threads, and not a server's own, which is closed when that server is killed.
        self.client = httpx.Client(timeout=10, limits=httpx.Limits(max_connections=ISSUERS))

    def send(self, turn: int, step: Step) -> dict[str, Any]:
        for attempt in range(TRIES):
            server = self.servers[(turn + attempt) % len(self.servers)]
            headers: Headers = {"Authorization": f"Bearer {server.token}"}
            try:
                base = f"{server.client.base_url}".rstrip("/")
                answer = post(self.client, step.command, step.fields, headers, base).json()
            except (httpx.TransportError, ValueError):  # it was killed, and may not be there again yet
                time.sleep(0.05)
                continue
            if answer.get("code") not in ("conflict", "unavailable"):
                return dict(answer)
        raise AssertionError(f"{step.command} was not answered in {TRIES} tries")


@pytest.mark.parametrize("servers", [1, 2])
def test_thirty_two_issuers_get_a_row_of_numbers_though_a_server_is_killed(
    serve: Callable[[], Server], store: EventStore, servers: int
) -> None:
    """48 invoices of 899.00, of which 16 are credited at once: 48 numbers of one series and 16 of the other."""
    running = [serve() for _ in range(servers)]
    contracts = [f"C{n}" for n in range(48)]
    for contract in contracts:
        customer = {"customer_id": f"k-{contract}", "name": contract, "country": "DE"}
        assert "position" in running[0].send(sign("groupios-l", contract_id=contract, customer=customer))
    signed = store.highest_position()
    begin = threading.Barrier(ISSUERS)
    issuer = Issuer(running)

    def send_some(thread: int) -> list[tuple[str, str]]:
        begin.wait(PATIENCE_SECONDS)
        numbers = []
        for contract in contracts[thread::ISSUERS]:
            answer = issuer.send(thread, issue(contract, "2026-01-31", command_id=f"issue-{contract}"))
            numbers.append(("invoice", answer["number"]))
        if thread < 16:
            credited = issuer.send(thread, credit_note(numbers[0][1], command_id=f"credit-{thread}"))
            numbers.append(("credit-note", credited["number"]))
        return numbers

    with ThreadPoolExecutor(ISSUERS) as pool:
        answers = [pool.submit(send_some, thread) for thread in range(ISSUERS)]
        while store.highest_position() < signed + 20 and not all(answer.done() for answer in answers):
            time.sleep(0.001)
        running[0].kill()
        running[0].start()
        given = [one for answer in answers for one in answer.result(PATIENCE_SECONDS)]

    year = next(number for kind, number in given if kind == "invoice").split("-")[1]
    invoices = sorted(number for kind, number in given if kind == "invoice")
    notes = sorted(number for kind, number in given if kind == "credit-note")
    assert invoices == [f"GR-{year}-{n:05}" for n in range(1, 49)]
    assert notes == [f"GR-CN-{year}-{n:05}" for n in range(1, 17)]

    head = store.highest_position()
    for server in running:
        listed = server.see("invoices", limit=500, min_position=head)["items"]
        assert [one["number"] for one in listed if one["kind"] == "invoice"] == invoices, "in the order of issue"
        assert {one["net"] for one in listed} == {"899.00"}
        assert len({one["contract_id"] for one in listed if one["kind"] == "invoice"}) == 48
        assert sum(one["credited_by"] is not None for one in listed) == 16
    assert issuer.send(0, issue("C7", "2026-01-31", command_id="issue-C7"))["replayed"] is True
    assert store.highest_position() == head
