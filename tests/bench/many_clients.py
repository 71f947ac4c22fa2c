"""Rows 16 to 18: many clients who write over HTTP at the same time.

Row 16: each with two accounts of its own, against a route that commits one raw row in the same kind of group
(`row_server`). Row 17: all on one account, against one client on it. Row 18: at two servers of one database, against
one; both write to every account. Each ends with a look at the books: as many commands as were acknowledged, and what
they took from the accounts. A client that is refused, or hung up on, ends the bench.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain, count, cycle, islice
from pathlib import Path

from ledger.store import open_store
from projections.runner import Projector
from tests.bench.clients import Answered, Client, answered
from tests.bench.commands import PREFIX, account_of, new_entries
from tests.bench.doors import Served, served
from tests.bench.rounds import Row
from tests.bench.server_profiles import profile_of_loop, profile_of_threads
from tests.bench.serving import processor_seconds, server

CLIENTS, CLIENTS_ON_ONE = 32, 16
ACCOUNTS = [f"{PREFIX}account{number}" for number in range(2 * CLIENTS)]
BILLED_MINUTES = 30  # of each entry
AIM_OF_WRITING = {"SQLite": 0.3, "PostgreSQL": 0.38}
AIM_ON_ONE = 1.5
names = count(1)  # no entry is sent twice, whichever client it comes from


@dataclass(frozen=True)
class Turns:
    """How often clients write, and for how long each time; what comes before the first round warms."""

    rounds: int
    for_seconds: float

    @property
    def warm(self) -> list[bool]:
        return [True, *[False] * self.rounds]


def accounts() -> list[bytes]:
    """The lines that make them, each with ten entries."""
    return list(chain.from_iterable(account_of(contract_id, 10) for contract_id in ACCOUNTS))


def many_clients(database: str, url: str, raw_url: str, turns: Turns, folder: Path) -> list[Row]:
    """The rows of one ledger, which has the accounts."""
    with served(url) as one:
        rows = _on_own_accounts(database, one, url, raw_url, turns)
        rows.append(_on_one_account(database, one, url, turns))
        if database == "PostgreSQL":
            with served(url) as other:
                rows += _at_two_servers(database, (one, other), url, turns)
    if rows[0].short:
        asking = partial(_each_its_own, one)
        threads = profile_of_threads(url, asking, turns.for_seconds, folder)
        loop = profile_of_loop(url, asking, turns.for_seconds, folder, f"the server of those who write on {database}")
        rows[0].profile = f"{threads}\n{loop}"
    return rows


def _on_own_accounts(database: str, product: Served, url: str, raw_url: str, turns: Turns) -> list[Row]:
    what = f"{CLIENTS} HTTP clients writing, {len(ACCOUNTS)} accounts"
    row = Row(16, what, database, "commands/s", AIM_OF_WRITING[database], at_most=False)
    busy = Row(16, "  of which the server computes", database, "µs each", None, at_most=True)
    with (
        server(raw_url, "tests.bench.row_server", raw_url, "PORT") as (floor, port),
        _booked(url, product) as acknowledged,
    ):
        try:
            for warm in turns.warm:
                told, computed = [], []
                sides = ((product.process, floor.pid, product.port), (floor.pid, product.process, port))
                for process, other, at in sides:
                    os.kill(other, signal.SIGSTOP)
                    os.kill(process, signal.SIGCONT)
                    before = processor_seconds(process)
                    told.append(answered(_each_its_own(product, at), turns.for_seconds))
                    computed.append((processor_seconds(process) - before) / told[-1].whole * 1e6)
                acknowledged.append(told[0])
                if not warm:
                    row.add(*(side.a_second for side in told))
                    busy.add(*computed)
        finally:
            os.kill(product.process, signal.SIGCONT)
    return [row, busy]


def _on_one_account(database: str, product: Served, url: str, turns: Turns) -> Row:
    row = Row(17, f"{CLIENTS_ON_ONE} HTTP clients on one account, against 1", database, "commands/s", AIM_ON_ONE, False)
    with _booked(url, product) as acknowledged:
        for warm in turns.warm:
            figures = []
            for clients in (CLIENTS_ON_ONE, 1):
                told = answered([_client(product, ACCOUNTS[:1]) for _ in range(clients)], turns.for_seconds)
                acknowledged.append(told)
                figures.append(told.a_second)
            if not warm:
                row.add(*figures)
    return row


def _at_two_servers(database: str, servers: Sequence[Served], url: str, turns: Turns) -> list[Row]:
    row = Row(18, f"{CLIENTS} HTTP clients at two servers, against one", database, "commands/s", None, at_most=False)
    share = Row(18, "  the slower of the two, against the quicker", database, "commands/s", None, at_most=False)
    with _booked(url, servers[0]) as acknowledged:
        for warm in turns.warm:
            figures = []
            for asked in (servers, servers[:1]):
                clients = [_client(one, ACCOUNTS) for one in islice(cycle(asked), CLIENTS)]
                told = answered(clients, turns.for_seconds)
                acknowledged.append(told)
                figures.append(told.a_second)
                if not warm and len(asked) == 2:
                    share.add(*sorted(sum(told.counts[at::2]) / told.seconds for at in (0, 1)))
            if not warm:
                row.add(*figures)
    return [row, share]


def _each_its_own(product: Served, port: int) -> list[Client]:
    """Whoever answers at the port, the product or its floor."""
    return [_client(product, ACCOUNTS[number::CLIENTS], port) for number in range(CLIENTS)]


def _client(product: Served, contract_ids: Sequence[str], port: int | None = None) -> Client:
    return Client(port or product.port, _requests(product, contract_ids))


def _requests(product: Served, contract_ids: Sequence[str]) -> Iterator[bytes]:
    """New entries on each account in turn."""
    name = f"client{next(names)}."
    head = "POST /v1/commands/log-work HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    head += "".join(f"{header}: {value}\r\n" for header, value in product.bearer.items())
    for steps in zip(*(new_entries(contract_id, name) for contract_id in contract_ids), strict=True):
        for step in steps:
            body = json.dumps(step.fields)
            yield f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


# -- the books -----------------------------------------------------------------------------------------------------


@contextmanager
def _booked(url: str, product: Served) -> Iterator[list[Answered]]:
    """Raises AssertionError where the ledger has other commands than the acknowledged ones, or took other minutes."""
    acknowledged: list[Answered] = []
    commands, minutes = _recorded(url, product)
    yield acknowledged
    whole = sum(told.whole for told in acknowledged)
    found, due = _recorded(url, product), (commands + whole, minutes + BILLED_MINUTES * whole)
    assert found == due, f"commands and minutes booked: {found}, acknowledged: {due}"


def _recorded(url: str, product: Served) -> tuple[int, int]:
    """Commands that were accepted in all, and minutes taken from the accounts as their balances say."""
    with closing(Projector(url)) as projector:
        projector.catch_up()
    with closing(open_store(url)) as store:
        (row,) = store.database.query("SELECT count(*) AS accepted FROM commands")
    balances = [product.get(f"/v1/contracts/{contract_id}/balance") for contract_id in ACCOUNTS]
    return int(row.accepted), sum(account["consumed"] for told in balances for account in told["accounts"])
