"""Rows 8 to 10: what a read costs with a million events behind it.

Row 8 asks the same small contract, the same page of each list and the portal's pages in a large ledger and in a small
one; row 9 an enormous contract beside one with a hundredth of its history; row 10 a page far behind in a list beside
its first page. One connection, in turns, the median of some answers.
"""

from __future__ import annotations

import http.client
import json
import statistics
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from ledger.store import open_store
from ledger.store.tokens import create_token
from tests.bench.commands import FIRST_DAY, POOL, TODAY, customer_of
from tests.bench.large_ledger import BILLED, BILLED_PLAN, LONG, SMALL
from tests.bench.pages import signed_in, took
from tests.bench.rounds import Row
from tests.bench.serving import server

MOST = 1.3
PAST = (FIRST_DAY.date() + (TODAY - FIRST_DAY) / 2).isoformat()
MONTH = f"{FIRST_DAY:%Y-%m}"
DEEP_PAGES, PAGE = 100, 100

OF_A_CONTRACT = (
    "contracts/{contract}/balance",
    f"contracts/{{contract}}/balance?as_of={PAST}",
    f"contracts/{{contract}}/balance?known_at={TODAY.date().isoformat()}",
    "contracts/{contract}/statement?limit=50",
    f"contracts/{{contract}}/statement?as_of={PAST}&limit=50",
    "contracts/{contract}/deductions?limit=50",
    "contracts/{contract}/charges?limit=50",
    "contracts/{contract}/grants?limit=50",
    "contracts/{contract}/burn-down?pool={pool}",
    "contracts/{contract}/invoice-draft",
    "contracts/{contract}/sessions?limit=50",
    "tickets?contract_id={contract}&limit=50",
    "sla/compliance?contract_id={contract}",
)
LISTS = (
    "contracts?limit=20",
    "customers?limit=20",
    "balances?limit=20",
    f"balances?as_of={PAST}&limit=20",
    "tickets?limit=20",
    f"tickets?as_of={PAST}&limit=20",
    "deductions?limit=20",
    "charges?limit=20",
    "charges?invoiced=false&limit=20",
    "grants?limit=20",
    "sessions?limit=20",
    "invoices?limit=20",
    "periods?limit=20",
    "invoice-drafts?limit=5",
    "sla/at-risk?within_minutes=60&limit=20",
    "sla/compliance?limit=20",
    "reports/revenue?limit=20",
    "reports/breakage?limit=20",
    "reports/time?limit=20",
    "events?limit=20",
)
DEEP = ("deductions", "charges", "tickets", "events", f"contracts/{LONG}/deductions", f"contracts/{LONG}/statement")
PAGES = {"customer": ("", "time", "tickets", "sessions", "documents"), "operator": ("", "tickets", "contracts")}


@dataclass
class Served:
    """A ledger that is being served: a connection, an admin's bearer token, and cookies of who is signed in."""

    port: int
    process: int
    connection: http.client.HTTPConnection
    bearer: dict[str, str]
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def get(self, path: str) -> Any:
        """What an admin is answered. Raises AssertionError where that is a refusal."""
        self.connection.close()  # a server hangs up on who was silent for some seconds; the next request connects
        self.connection.request("GET", path, headers=self.bearer)
        answer = self.connection.getresponse()
        told = answer.read()
        assert answer.status == 200, f"{path}: {answer.status} {told[:300]!r}"
        return json.loads(told)

    def median_ms(self, headers: Mapping[str, str], path: str, times: int) -> float:
        self.connection.close()
        return statistics.median(took(self.connection, headers, (path,)) for _ in range(times))


@contextmanager
def served(url: str) -> Iterator[Served]:
    with closing(open_store(url)) as store:
        admin = create_token(store.database, "admin")[1]
        tokens = {
            "customer": create_token(
                store.database, "customer", BILLED_PLAN.partition("-")[0], customer_of(SMALL)["customer_id"]
            )[1],
            "operator": create_token(store.database, "operator")[1],
        }
    with (
        server(url, "api.cli.main", "serve", "--port", "PORT") as (process, port),
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=600)) as connection,
    ):
        found = Served(port, process.pid, connection, {"Authorization": f"Bearer {admin}"})
        for role, token in tokens.items():
            found.cookies[role] = {"Cookie": signed_in(connection, token), "Accept": "text/html"}
        yield found


def reads(database: str, large: Served, small: Served, rounds: int, times: int) -> Iterator[Row]:
    """The rows 8 to 10; milliseconds an answer."""
    both = (large, small)
    for path in (*(what.format(contract=SMALL, pool="included") for what in OF_A_CONTRACT), *LISTS):
        row = Row(8, path, database, "ms", MOST, at_most=True)
        yield _in_turns(row, [(one, one.bearer, f"/v1/{path}") for one in both], rounds, times)
    for role, pages in PAGES.items():
        for page in pages:
            row = Row(8, f"portal of {role}: /{page}", database, "ms", MOST, at_most=True)
            yield _in_turns(row, [(one, one.cookies[role], f"/portal/{page}") for one in both], rounds, times)
    for contract, pool in ((LONG, POOL), (BILLED, "included")):
        for what in OF_A_CONTRACT:
            path = what.format(contract=contract, pool=pool)
            row = Row(9, path, database, "ms", MOST, at_most=True)
            yield _in_turns(row, [(one, one.bearer, f"/v1/{path}") for one in both], rounds, times)
    for path in DEEP:
        row = Row(10, f"page {DEEP_PAGES} of {path}", database, "ms", MOST, at_most=True)
        first = f"/v1/{path}?limit={PAGE}"
        places = [(large, large.bearer, place) for place in (_far_behind(large, first), first)]
        yield _in_turns(row, places, rounds, times)


def _in_turns(row: Row, asked: list[tuple[Served, dict[str, str], str]], rounds: int, times: int) -> Row:
    for warm in (True, *[False] * rounds):
        figures = [one.median_ms(headers, path, times) for one, headers, path in asked]
        if not warm:
            row.add(*figures)
    return row


def _far_behind(of: Served, first: str) -> str:
    """The address of a page far behind, or of the last one."""
    path = first
    for _ in range(DEEP_PAGES - 1):
        cursor = of.get(path)["next"]
        if cursor is None:
            break
        path = f"{first}&cursor={cursor}"
    return path
