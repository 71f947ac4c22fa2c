"""Row 6: while one request that asks for much runs, how long others wait for `/health/live` and for a balance.

Each kind of request (`asking_much`) is sent again and again for some seconds; two clients of another customer ask in
between, each as soon as it was answered. The figure is the time within which 99 of 100 were, the slower of the two
questions, beside 250 ms.
"""

from __future__ import annotations

import http.client
import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

from ledger.store import open_store
from ledger.store.tokens import create_token
from projections.runner import Projector
from tests.bench.asking_much import Kind, kinds
from tests.bench.commands import PLANS, PREFIX, customer_of
from tests.bench.rounds import Row
from tests.bench.serving import server

MOST_MS = 250.0
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Server:
    """Where it listens, and the tokens that it knows: of an admin, of the customer who asks for much, of another."""

    port: int
    admin: str
    customer: str
    other: str

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)


def holding(database: str, url: str, for_seconds: float, answers: int) -> list[Row]:
    """A row for each kind of request; of each question at least so many answers, however long they take."""
    projector = Projector(url)
    projector.prepare()
    projector.catch_up()  # a server that fills its views at the same time would be measured with them
    projector.close()
    admin, customer, other = _tokens(url)
    rows = []
    with server(url, "api.cli.main", "serve", "--port", "PORT") as (_, port):
        asked = Server(port, admin, customer, other)
        nothing, *_ = kinds()
        _waited(asked, nothing, 0.0, 10)  # until routes are built and statements prepared
        for kind in kinds():
            row = Row(6, f"others wait, 99 of 100: {kind.what}", database, "ms", 1.0, at_most=True)
            row.add(_waited(asked, kind, for_seconds, answers), MOST_MS)
            rows.append(row)
    return rows


def _tokens(url: str) -> list[str]:
    with closing(open_store(url)) as store:
        tokens = [create_token(store.database, "admin")[1]]
        for number in (1, 0):
            customer = customer_of(f"{PREFIX}{number}")["customer_id"]
            tokens.append(create_token(store.database, "customer", PLANS[number][0].partition("-")[0], customer)[1])
    return tokens


def _ask(asked: Server, kind: Kind) -> None:
    """Sends it once. Raises AssertionError where it is answered otherwise than it says."""
    token = asked.admin if kind.role == "admin" else asked.customer
    with closing(asked.connect()) as connection:
        connection.request(
            kind.method, kind.path, kind.body or None, {"Authorization": f"Bearer {token}", **kind.headers}
        )
        answer = connection.getresponse()
        told = answer.read()
        assert answer.status == kind.status, f"{kind.what}: {answer.status} {told[:500]!r}"
        assert b'"items":[],"next"' not in told, f"{kind.what}: the list is empty"


def _waited(asked: Server, kind: Kind, for_seconds: float, answers: int) -> float:
    """Milliseconds within which 99 of 100 answers to others came."""
    stop = threading.Event()

    def again() -> None:
        while not stop.is_set():
            _ask(asked, kind)

    def probe(path: str) -> list[float]:
        took: list[float] = []
        until = time.perf_counter() + for_seconds
        with closing(asked.connect()) as connection:
            while time.perf_counter() < until or len(took) < answers:
                began = time.perf_counter()
                connection.request("GET", path, headers={"Authorization": f"Bearer {asked.other}"})
                answer = connection.getresponse()
                answer.read()
                took.append((time.perf_counter() - began) * 1000)
                assert answer.status == 200, path
                time.sleep(0.01)  # two clients who ask now and then, not two more who ask for much
        return took

    with ThreadPoolExecutor(kind.at_once + 2) as pool:
        asking = [pool.submit(again) for _ in range(kind.at_once)]
        try:
            probes = [pool.submit(probe, path) for path in ("/health/live", f"/v1/contracts/{PREFIX}0/balance")]
            worst = max(_of_100(one.result(), 99) for one in probes)
        finally:
            stop.set()
        for one in asking:
            one.result()
    return worst


def _of_100(took: list[float], share: int) -> float:
    """Within which so many of 100 were answered."""
    return sorted(took)[math.ceil(len(took) * share / 100) - 1]
