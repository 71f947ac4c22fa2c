"""Row 4: the balance by HTTP from the product's server, against a FastAPI route that has the same answers in memory.

Two servers with one worker each, and one client for both: a few connections that stay open, each asking again as
soon as it was answered. The server that is not being asked stands still.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from urllib.request import Request, urlopen

from ledger.store import open_store
from ledger.store.tokens import create_token
from tests.bench.clients import Client, answered
from tests.bench.commands import PREFIX
from tests.bench.rounds import Row
from tests.bench.server_profiles import profile_of_loop
from tests.bench.serving import server

CONNECTIONS = 8


@dataclass(frozen=True)
class Clients:
    """About how many contracts they ask, in how many rounds, for how long in each."""

    contracts: int
    rounds: int
    for_seconds: float


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
                    figures.append(answered(_asking(at, requests), clients.for_seconds).a_second)
                if not warm:
                    row.add(*figures)
    if row.short:
        what = f"the server of balances on {database}"
        row.profile = profile_of_loop(url, lambda at: _asking(at, requests), clients.for_seconds, folder, what)
    return row


def _asking(port: int, requests: Sequence[bytes]) -> list[Client]:
    """Each begins with another contract."""
    return [Client(port, cycle([*requests[number:], *requests[:number]])) for number in range(CONNECTIONS)]


def _balance(port: int, contract_id: str, token: str) -> object:
    request = Request(f"http://127.0.0.1:{port}{_path(contract_id)}", headers={"Authorization": f"Bearer {token}"})
    with urlopen(request) as answer:
        return json.load(answer)
