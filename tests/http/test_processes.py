"""Several processes on one ledger: sums stay exact under any order of writers, and whatever dies in between.

Model L: 480 minutes are included, each entry of a minute is billed as 15, and beyond them 15 minutes cost 22.25.
"""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from ledger.store import EventStore, open_store
from tests.cli.run import support_ledger
from tests.http.server import Server, admin_token, command_line
from tests.senders import post_lines
from tests.words import as_lines, contract, worked

CONTRACT = contract("groupios-l", contract_id="L")


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


def figures(server: Server, position: int) -> tuple[int, int, int, str, int]:
    """Consumed and available of the pool, overage in minutes and money, and how many deductions there are."""
    balance = server.see("contracts/L/balance", min_position=position, as_of="2026-02-28")
    (account,) = balance["accounts"]
    over = balance["overage"]
    count, cursor = 0, None
    while True:
        query = {"cursor": cursor} if cursor else {}
        page = server.see("contracts/L/deductions", min_position=position, limit=500, **query)
        count, cursor = count + len(page["items"]), page["next"]
        if cursor is None:
            return account["consumed"], account["available"], over["minutes"], over["amount"], count


def test_two_servers_and_an_import_write_to_one_account_and_every_minute_counts_once(
    database_url: str, tmp_path: Path, serve: Callable[[], Server], store: EventStore
) -> None:
    """300 entries: 32 take the 480 minutes, 268 cost 22.25 each; both servers say so as soon as it is written."""
    servers = [serve(), serve()]
    prepared = post_lines(servers[0].client, CONTRACT)
    assert prepared.status_code == 200
    assert "server" not in prepared.headers
    imported = tmp_path / "more.jsonl"
    imported.write_bytes(as_lines([worked(1, entry_id=f"file-{n}") for n in range(100)]))
    begin = threading.Barrier(9)

    def write(thread: int) -> list[int]:
        server, positions = servers[thread % 2], []
        begin.wait()
        for n in range(25):
            entry = f"thread-{thread}-{n}"
            answer = server.send(worked(1, entry_id=entry))
            while answer.get("code") == "conflict":  # the ledger asks to send it again
                answer = server.send(worked(1, entry_id=entry))
            positions.append(answer["position"])
            # One's own write is seen at once, at whichever server.
            other = servers[1 - thread % 2]
            assert other.see(f"deductions/{entry}", min_position=answer["position"])["billed_minutes"] == 15
        return positions

    def read_in() -> int:
        begin.wait()
        while True:
            done = command_line(database_url, tmp_path, "import", str(imported))
            if done.returncode == 0:
                return done.returncode
            assert all(b" conflict: " in line for line in done.stderr.splitlines()), done.stderr

    with ThreadPoolExecutor(9) as pool:
        threads = [pool.submit(write, thread) for thread in range(8)]
        file = pool.submit(read_in)
        positions = [position for thread in threads for position in thread.result()]
        assert file.result() == 0
    assert len(set(positions)) == 200
    head = store.highest_position()
    for server in servers:
        assert figures(server, head) == (480, 0, 4020, "5963.00", 300)
    first, second = ([server.client.get(f"/v1/contracts/L/{door}").content for server in servers] for door in DOORS)
    assert first[0] == first[1]
    assert second[0] == second[1]
    done = support_ledger(database_url, "verify")
    assert done.status == 0, done.err


DOORS = ("statement", "charges?limit=500")


def test_a_server_that_is_killed_while_it_writes_loses_nothing_and_repeats_nothing(
    database_url: str, serve: Callable[[], Server], store: EventStore
) -> None:
    """1,200 entries in one post are three transactions; the server dies on the way, and the post is repeated."""
    server = serve()
    steps = [*CONTRACT, *(worked(1, entry_id=f"e{n}", command_id=f"k{n}") for n in range(1200))]

    def post() -> httpx.Response | None:
        try:
            answered: httpx.Response = post_lines(server.client, steps)
            return answered
        except (httpx.TransportError, RuntimeError):
            return None

    with ThreadPoolExecutor(1) as pool:
        answered = pool.submit(post)
        while store.highest_position() == 0 and not answered.done():
            pass
        server.kill()
        answered.result()
    assert store.highest_position() > 0
    server.start()
    last = post()
    assert last is not None
    answers = [json.loads(line) for line in last.text.splitlines()]
    assert [answer.get("code") for answer in answers] == [None] * 1202
    assert [answer["command_id"] for answer in answers[2:]] == [f"k{n}" for n in range(1200)]
    assert sum(answer["replayed"] for answer in answers) >= 500
    head = store.highest_position()
    assert figures(server, head) == (480, 0, 17520, "25988.00", 1200)
    again = post()
    assert again is not None
    assert all(json.loads(line)["replayed"] for line in again.text.splitlines())
    assert store.highest_position() == head

    done = support_ledger(database_url, "verify")
    assert (done.status, done.out) == (0, f"whole: {head} events, and the views equal them\n")
    seen = [server.client.get(f"/v1/contracts/L/{door}").content for door in DOORS]
    assert support_ledger(database_url, "rebuild").status == 0
    assert [server.client.get(f"/v1/contracts/L/{door}").content for door in DOORS] == seen
    assert figures(server, head) == (480, 0, 17520, "25988.00", 1200)
