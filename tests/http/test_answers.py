"""Headers of every answer, HEAD, and how late a wrong token is told."""

import asyncio
import re
from datetime import timedelta

import pytest

from api.application import create_app
from api.long_questions import LongQuestions, Question, T
from api.wrong_tokens import WrongTokens
from ledger.kernel.settings import Settings
from tests.clock import Clock
from tests.http.door import Door, problem
from tests.http.world import MINE, OF, OPENED, TEN
from tests.words import hold, log_work, open_ticket, sign

ALWAYS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


@pytest.fixture
def ready(door: Door) -> Door:
    door.all_ok([sign(**OF[MINE]), open_ticket("t", at=OPENED), log_work(30, TEN, entry_id="e", ticket_id="t")])
    return door


def test_every_answer_says_what_browsers_and_caches_may_do(ready: Door) -> None:
    asked = {
        "a command": ready.send(hold("2026-02-04T10:00:00Z", "t")),
        "a refusal": ready.send(hold(ticket_id="none")),
        "lines": ready.send_lines([log_work(30, TEN, entry_id="e2", ticket_id="t")]),
        "unknown": ready.get("contracts/none"),
        "no token": ready.get("contracts", ""),
        "no route": ready.get("nothing"),
        "another method": ready.client.request("DELETE", "/v1/contracts"),
        "metrics": ready.client.get("/metrics", headers=ready.headers(None)),
        "health": ready.client.get("/health/live"),
    }
    for name, response in asked.items():
        assert ALWAYS.items() <= response.headers.items(), name
        assert response.headers["cache-control"] == "no-store", name
        assert "server" not in response.headers, name
    read = ready.get("contracts")
    assert ALWAYS.items() <= read.headers.items()
    assert read.headers["cache-control"] == "private, no-cache"


def test_what_nobody_expected_has_the_same_headers(ready: Door) -> None:
    class Broken(LongQuestions):
        async def ask(self, question: Question[T]) -> T:
            raise RuntimeError("broken")

    state = ready.client.app.state.ledger
    whole, state.long_questions = state.long_questions, Broken(state.reader)
    response = ready.get("contracts")
    assert response.status_code == 500
    assert (ALWAYS | {"cache-control": "no-store"}).items() <= response.headers.items()
    state.long_questions = whole


def test_head_is_get_without_its_body(ready: Door) -> None:
    paths = [path for path, methods in create_app(Settings()).openapi()["paths"].items() if "get" in methods]
    ids = {"contract_id": "C", "ticket_id": "t", "deduction_id": "e", "plan": "groupios-l", "position": "1"}
    for path in (*paths, "/openapi.json", "/nothing"):
        url = re.sub(r"\{([^}]*)\}", lambda found: ids.get(found[1], "reaction"), path)
        named = ready.headers(None) | {"X-Request-ID": "the-same"}
        get, head = (ready.client.request(method, url, headers=named) for method in ("GET", "HEAD"))
        assert head.content == b""
        if path == "/metrics":  # which has counted the request before
            head.headers["content-length"] = get.headers["content-length"]
        assert (head.status_code, head.headers) == (get.status_code, get.headers), url
    assert ready.client.request("HEAD", "/v1/commands/log-work", headers=ready.headers(None)).status_code == 405
    refused = ready.client.request("PUT", "/v1/contracts", headers=ready.headers(None))
    assert refused.headers["allow"] == "GET, HEAD"


def test_the_answer_to_a_wrong_token_comes_later_each_time_and_good_tokens_wait_for_nothing(ready: Door) -> None:
    for number in range(70):
        found = problem(ready.get("contracts", f"wrong-{number}"))
        assert (found["status"], found["code"]) == (401, "unauthenticated")
        assert ready.get("contracts").status_code == 200
    assert ready.slept[:3] == [0.02, 0.04, 0.06]
    assert ready.slept == sorted(ready.slept)
    assert (max(ready.slept), len(ready.slept)) == (1.0, 70)
    assert problem(ready.get("contracts", ""))["code"] == "unauthenticated"
    assert len(ready.slept) == 70, "no token is no guess"


def waits(clock: Clock, *addresses: str) -> list[float]:
    told: list[float] = []

    async def sleep(seconds: float) -> None:
        told.append(seconds)

    async def send(tokens: WrongTokens) -> None:
        for address in addresses:
            await tokens.wait(address)

    asyncio.run(send(WrongTokens(clock, sleep)))
    return told


def test_each_address_waits_for_its_own_and_a_network_of_ipv6_is_one() -> None:
    clock = Clock("2026-02-02T10:00:00Z")
    assert waits(clock, "10.0.0.1", "10.0.0.2", "10.0.0.1", "") == [0.02, 0.02, 0.04, 0.02]
    assert waits(clock, "2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1") == [0.02, 0.04, 0.02]


def test_wrong_tokens_are_forgotten_in_time_and_beyond_a_number_of_addresses() -> None:
    clock = Clock("2026-02-02T10:00:00Z")
    told: list[float] = []

    async def sleep(seconds: float) -> None:
        told.append(seconds)
        clock.now += timedelta(minutes=15) if len(told) == 2 else timedelta()

    async def send(tokens: WrongTokens, *addresses: str) -> None:
        for address in addresses:
            await tokens.wait(address)

    asyncio.run(send(WrongTokens(clock, sleep), "a", "a", "a"))
    assert told == [0.02, 0.04, 0.02]
    kept = WrongTokens(clock, sleep, most_addresses=3)
    asyncio.run(send(kept, *"abcdefg", "g", "a"))
    assert told[-2:] == [0.04, 0.02]
    assert len(kept._sent) == 3
