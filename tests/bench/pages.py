"""Row 7: pages of the portal, beside the API's own answers to what they ask.

The customer has one contract with a long history of entries; the operator acts for all providers. A page is asked by
whoever is signed in, the answers by a token of the same scope, in turns over one connection each.
"""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlencode

from ledger.store import open_store
from ledger.store.tokens import create_token
from projections.runner import Projector
from tests.bench.commands import POOL, PREFIX, PREPAID, TODAY, customer_of
from tests.bench.rounds import Row
from tests.bench.serving import server

MOST = 3.0
MANY = f"{PREFIX}many"  # the contract of row 5, with its long history
WEEK = {"from": TODAY.date().isoformat(), "limit": "10"}


@dataclass(frozen=True)
class MeasuredPage:
    """A page, who asks for it, and the answers of the API that say the same."""

    what: str
    role: str
    path: str
    answers: tuple[str, ...]


def pages() -> list[MeasuredPage]:
    contract = f"/v1/contracts/{MANY}"
    return [
        MeasuredPage(
            "Home",
            "customer",
            "/portal/",
            (
                "/v1/contracts?limit=20",
                f"{contract}/balance",
                f"{contract}/burn-down?pool={POOL}",
                "/v1/deductions?status=pending&limit=50",
                f"/v1/tickets?contract_id={MANY}&state=open&limit=50",
            ),
        ),
        MeasuredPage("Time", "customer", "/portal/time", ("/v1/deductions?limit=50",)),
        MeasuredPage(
            "Today",
            "operator",
            "/portal/",
            (
                "/v1/sla/at-risk?within_minutes=5256000&limit=20",
                "/v1/tickets?state=open&limit=10",
                f"/v1/sessions?{urlencode(WEEK)}",
                "/v1/grants?expiring_before=" + TODAY.date().isoformat(),
                "/v1/deductions?status=disputed&limit=10",
            ),
        ),
    ]


def measured_pages(database: str, url: str, rounds: int, times: int) -> list[Row]:
    """A row for each page: milliseconds until it is there, beside those until all its answers are."""
    with closing(Projector(url)) as projector:
        projector.prepare()
        projector.catch_up()
    tokens = _tokens(url)
    rows = []
    with server(url, "api.cli.main", "serve", "--port", "PORT") as (_, port):
        for page in pages():
            row = Row(7, f"page {page.what}, against the API's answers", database, "ms", MOST, at_most=True)
            token = tokens[page.role]
            with closing(_connected(port)) as reader, closing(_connected(port)) as program:
                cookie = {"Cookie": signed_in(reader, token), "Accept": "text/html"}
                bearer = {"Authorization": f"Bearer {token}"}
                for warm in (True, *[False] * rounds):
                    shown = [took(reader, cookie, (page.path,)) for _ in range(times)]
                    told = [took(program, bearer, page.answers) for _ in range(times)]
                    if not warm:
                        row.add(statistics.median(shown), statistics.median(told))
            rows.append(row)
    return rows


def _tokens(url: str) -> dict[str, str]:
    provider, customer = PREPAID.partition("-")[0], customer_of(MANY)["customer_id"]
    with closing(open_store(url)) as store:
        return {
            "customer": create_token(store.database, "customer", provider, customer)[1],
            "operator": create_token(store.database, "operator")[1],
        }


def _connected(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=120)


def signed_in(connection: http.client.HTTPConnection, token: str) -> str:
    """The cookie of a browser in which the token's holder has signed in."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/portal/sign-in", urlencode({"token": token}), headers)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 303, "nobody was signed in"
    return str(answer.headers["set-cookie"]).partition(";")[0]


def took(connection: http.client.HTTPConnection, headers: Mapping[str, str], paths: tuple[str, ...]) -> float:
    """Milliseconds until each was answered, one after the other."""
    began = time.perf_counter()
    for path in paths:
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        told = answer.read()
        assert answer.status == 200, f"{path}: {answer.status} {told[:300]!r}"
    return (time.perf_counter() - began) * 1000
