"""Row 6: while one request that asks for much runs, how long others wait for `/health/live` and for a balance.

Each kind of request is sent again and again for some seconds; two clients of their own ask in between, each as soon as
it was answered. The figure is the time within which 99 of 100 were, beside 250 ms.
"""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from ledger.store import open_store
from ledger.store.tokens import create_token
from tests.bench.commands import FIRST_DAY, PREFIX
from tests.bench.reading import server
from tests.bench.rounds import Row

MOST_MS = 250.0
TIMEOUT_SECONDS = 120
WAITERS = 200
Ask = Callable[[], object]


def holding(database: str, url: str, for_seconds: float) -> list[Row]:
    """A row for each kind of request."""
    store = open_store(url)
    token = create_token(store.database, "admin")[1]
    store.close()
    rows = []
    with server(url, "api.cli.main", "serve", "--port", "PORT") as (_, port):
        for what, ask, at_once in _kinds(port, token):
            row = Row(6, f"others wait, 99 of 100: {what}", database, "ms", 1.0, at_most=True)
            row.add(_waited(port, token, ask, at_once, for_seconds), MOST_MS)
            rows.append(row)
    return rows


def _kinds(port: int, token: str) -> list[tuple[str, Ask, int]]:
    """Name, request, and how many of it run at the same time."""
    lines = {"Content-Type": "application/x-ndjson"}
    wide = json.dumps({f"f{n}": n for n in range(70_000)}).encode()
    deep = json.dumps({"agreed": {"x": [{}] * 240_000}}).encode()
    statement = f"/v1/contracts/{PREFIX}0/statement"
    half = f"as_of={(FIRST_DAY + timedelta(days=200)).date()}"
    calculation = {
        "coverage": {"timezone": "Europe/Berlin", "hours": {"mon": [["09:00", "09:01"]]}},
        "start": "1990-01-01T00:00:00Z",
        "end": "2009-01-01T00:00:00Z",
    }
    told: list[tuple[str, str, str, bytes, dict[str, str], int]] = [
        ("nothing", "GET", "/health/live", b"", {}, 1),
        ("300,000 lines of {}", "POST", "/v1/commands", b"{}\n" * 300_000, lines, 1),
        ("32 MB of newlines", "POST", "/v1/commands", b"\n" * 32_000_000, lines, 1),
        ("8 lines of 70,000 fields", "POST", "/v1/commands", (wide + b"\n") * 8, lines, 1),
        ("a command of 70,000 fields", "POST", "/v1/commands/log-work", wide, {}, 1),
        ("a command of 240,000 objects", "POST", "/v1/commands/sign-contract", deep, {}, 1),
        ("Accept of 60,000 commas", "GET", statement, b"", {"Accept": "," * 60_000}, 1),
        ("200 wait for a position", "GET", f"/v1/contracts?min_position={10**18}", b"", {}, WAITERS),
        ("500 tickets", "GET", "/v1/tickets?limit=500", b"", {}, 1),
        ("500 tickets of some time ago", "GET", f"/v1/tickets?limit=500&{half}", b"", {}, 1),
        ("500 contracts", "GET", "/v1/contracts?limit=500", b"", {}, 1),
        ("500 events", "GET", "/v1/events?limit=500", b"", {}, 1),
        ("compliance of everything", "GET", "/v1/sla/compliance?group_by=contract&group_by=month", b"", {}, 1),
        ("what is at risk", "GET", "/v1/sla/at-risk?share=1&limit=500", b"", {}, 1),
        ("a calculation", "POST", "/v1/sla/calculate", json.dumps(calculation).encode(), {}, 1),
    ]

    def asking(method: str, path: str, body: bytes, headers: dict[str, str]) -> Ask:
        return lambda: _ask(port, token, method, path, body, headers)

    return [(what, asking(method, path, body, headers), at_once) for what, method, path, body, headers, at_once in told]


def _ask(port: int, token: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, path, body or None, {"Authorization": f"Bearer {token}", **headers})
        connection.getresponse().read()
    finally:
        connection.close()


def _waited(port: int, token: str, ask: Ask, at_once: int, for_seconds: float) -> float:
    """Milliseconds within which 99 of 100 answers to others came."""
    stop = threading.Event()

    def again() -> None:
        while not stop.is_set():
            ask()

    def probe(path: str) -> list[float]:
        took, connection = [], http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        until = time.perf_counter() + for_seconds
        while time.perf_counter() < until or len(took) < 100:
            began = time.perf_counter()
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            answer.read()
            took.append((time.perf_counter() - began) * 1000)
            assert answer.status == 200, path
            time.sleep(0.01)  # two clients who ask now and then, not two more who ask for much
        connection.close()
        return took

    with ThreadPoolExecutor(at_once + 2) as pool:
        hostile = [pool.submit(again) for _ in range(at_once)]
        probes = [pool.submit(probe, path) for path in ("/health/live", f"/v1/contracts/{PREFIX}0/balance")]
        worst = max(statistics.quantiles(one.result(), n=100)[98] for one in probes)
        stop.set()
        for one in hostile:
            one.result()
    return worst
