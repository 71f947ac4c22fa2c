"""Following the history: waiting for the next event, and Server-Sent Events, for whoever sees events."""

import asyncio
import json
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from api.following import Listeners
from api.limits import Limits
from api.waiting import Waiters
from ledger.store.tokens import list_tokens, revoke_token
from projections.asking import Page
from projections.reader import Reader
from tests.http.asgi import Response, scope_of
from tests.http.door import Door, Json, opened, problem
from tests.http.server import Server, admin_token
from tests.http.world import ABROAD, MINE, OF, OPENED
from tests.words import CUSTOMER, PREPAID, open_ticket, sign

STREAM: dict[str, str | bytes] = {"Accept": "text/event-stream"}
SIGNED = sign(contract_id="mine", **OF[MINE])
FOREIGN = sign(contract_id="abroad", **OF[ABROAD])
QUICK = Limits(heartbeat_seconds=0.1, slow_reader_seconds=0.2, listeners=2)


def told(text: str) -> list[tuple[int, Json]]:
    """The events of a stream, each with its id."""
    found = []
    for part in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in part.splitlines() if not line.startswith(":"))
        if "data" in fields:
            found.append((int(fields["id"]), json.loads(fields["data"])))
    return found


@contextmanager
def following(door: Door, **query: Any) -> Iterator[tuple[Future[Response], list[bytes]]]:
    """A client that follows until the block ends, and the pieces that it has so far."""
    pieces: list[bytes] = []
    with ThreadPoolExecutor(1) as pool:
        query = {"headers": STREAM, "heard": pieces.append} | query
        answer = pool.submit(door.get, "events", **query)
        until(lambda: bool(pieces) or answer.done())
        yield answer, pieces
        door.client.app.state.ledger.listeners.end()


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with opened(database_url, limits=QUICK) as door:
        yield door


# -- Server-Sent Events ---------------------------------------------------------------------------------------------


def test_a_listener_gets_what_there_is_and_what_comes(door: Door) -> None:
    door.all_ok([SIGNED])
    with following(door) as (answer, pieces):
        until(lambda: len(told(b"".join(pieces).decode())) == door.position)
        door.ok(open_ticket("t", contract_id="mine", at=OPENED))
        until(lambda: len(told(b"".join(pieces).decode())) == door.position)
    response = answer.result()
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers
    assert response.text.startswith("retry: 1000\n\n")
    assert [one for _, one in told(response.text)] == door.events()
    assert [id_ for id_, _ in told(response.text)] == list(range(1, door.position + 1))


def test_who_comes_again_goes_on_behind_the_last_event_that_it_had(door: Door) -> None:
    door.all_ok([SIGNED])
    with following(door, after=1, headers=STREAM | {"Last-Event-ID": str(door.position - 1)}) as (answer, _):
        pass
    assert [id_ for id_, _ in told(answer.result().text)] == [door.position]
    odd = door.get("events", headers=STREAM | {"Last-Event-ID": "x"})
    assert problem(odd)["code"] == "malformed"


def test_while_nothing_comes_a_comment_says_how_far_was_read(door: Door) -> None:
    door.all_ok([FOREIGN])
    mine = door.token("auditor", provider="north")
    with following(door, token=mine) as (answer, pieces):
        until(lambda: b"".join(pieces).count(b": nothing new\n") >= 3)
    assert told(answer.result().text) == []
    assert f": nothing new\nid: {door.position}\n\n" in answer.result().text


def test_a_provider_follows_its_own_events_only(door: Door) -> None:
    mine = door.token("auditor", provider="north")
    with following(door, token=mine) as (answer, pieces):
        door.all_ok([FOREIGN, SIGNED])
        until(lambda: b"mine" in b"".join(pieces))
    found = told(answer.result().text)
    assert {one["contract_id"] for _, one in found} == {"mine"}
    assert [one for _, one in found] == door.walk("events", mine)


def test_who_sees_no_events_follows_none(door: Door) -> None:
    for role, who in (("customer", {"customer": "kunde"}), ("partner", {"partner": "haus"})):
        token = door.token(role, provider="north", **who)
        for query in ({"headers": STREAM}, {"wait": 30}):
            assert problem(door.get("events", token, **query))["code"] == "forbidden"
    assert door.get("events", "", headers=STREAM).status_code == 401


def test_more_listeners_than_there_is_room_for_are_refused_for_now(door: Door) -> None:
    with following(door), following(door):
        for query in ({"headers": STREAM}, {"wait": 1}):
            refused = door.get("events", **query)
            assert (refused.status_code, problem(refused)["code"]) == (503, "too-many-listeners")
            assert int(refused.headers["retry-after"]) >= 1
        assert door.get("events").status_code == 200
    assert door.client.app.state.ledger.listeners.present.total() == 0


def test_one_token_leaves_places_to_others(database_url: str) -> None:
    with opened(database_url, limits=Limits(listeners=3, listeners_of_a_token=1)) as door:
        other = door.token("auditor")
        with following(door):
            for query in ({"headers": STREAM}, {"wait": 1}):
                refused = door.get("events", **query)
                found = problem(refused)
                assert (refused.status_code, found["code"], found["most_of_a_token"]) == (503, "too-many-listeners", 1)
                assert found["detail"].startswith("1 clients follow the history here with this token already")
            with following(door, token=other):
                assert door.client.app.state.ledger.listeners.present.total() == 2


def test_an_idle_stream_ends_soon_after_its_token(database_url: str) -> None:
    """Long before the next comment would be due."""
    with opened(database_url, limits=Limits(heartbeat_seconds=300)) as door:
        token = door.token("auditor")
        (info,) = [one for one in list_tokens(door.store.database) if one.role == "auditor"]
        with following(door) as (stays, _), following(door, token=token) as (answer, _):
            revoke_token(door.store.database, info.token_id)
            until(answer.done)
            assert not stays.done()
            refused = door.get("events", token, wait=30)
            assert refused.status_code == 401
        assert answer.result().text.endswith(": nothing new\nid: 0\n\n"), "it ends as a stream ends"


def test_all_who_wait_share_one_look_at_their_tokens() -> None:
    """Thirty that wait for two and a half seconds ask two or three times of what token holds."""
    reader = CountingReader()
    listeners = Listeners(Waiters(cast(Reader, reader)), 100, 100)

    async def wait(token_id: str) -> None:
        async def nothing(position: int) -> Page[Any]:
            return Page(position, [], None, lambda one: ())

        with listeners.place(token_id):
            await listeners.next_page(nothing, 0, 2.5, token_id)

    async def all_of_them() -> None:
        await asyncio.gather(*(wait(f"tok-{n}") for n in range(30)))

    asyncio.run(all_of_them())
    assert 1 <= sum("access_tokens" in sql for sql in reader.asked) <= 3


class CountingReader:
    """A ledger in which nothing happens."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def clock(self) -> datetime:
        return datetime(2026, 11, 2, tzinfo=UTC)

    async def query(self, sql: str, params: Any = None) -> list[Any]:
        self.asked.append(sql)
        return [] if "access_tokens" in sql else [SimpleNamespace(position=0)]


def test_a_stream_ends_with_its_token(door: Door) -> None:
    token = door.token("auditor")
    (info,) = [one for one in list_tokens(door.store.database) if one.role == "auditor"]
    with following(door, token=token) as (answer, _):
        revoke_token(door.store.database, info.token_id)
        until(answer.done)
        assert door.client.app.state.ledger.listeners.present.total() == 0


@pytest.mark.parametrize("leaves", [True, False])
def test_who_leaves_or_takes_nothing_is_let_go(door: Door, leaves: bool) -> None:
    door.all_ok([SIGNED])
    headers = {**door.headers(None), **STREAM}
    is_sent = asyncio.Event()
    heard: Iterator[dict[str, Any]] = iter([{"type": "http.request"}])

    async def receive() -> dict[str, Any]:
        for message in heard:
            return message
        await (is_sent if leaves else asyncio.Event()).wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            is_sent.set()
            if not leaves:
                await asyncio.Event().wait()  # it takes nothing

    scope = scope_of("GET", "/v1/events", {}, headers)
    door.client.run(asyncio.wait_for(door.client.app(scope, receive, send), 10))
    assert door.client.app.state.ledger.listeners.present.total() == 0


def test_the_head_of_a_stream_ends(door: Door) -> None:
    response = door.client.request("HEAD", "/v1/events", headers={**door.headers(None), **STREAM})
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"].startswith("text/event-stream")


# -- waiting for a page ---------------------------------------------------------------------------------------------


def test_a_page_is_waited_for_until_there_is_an_event_of_ones_own(door: Door) -> None:
    mine = door.token("auditor", provider="north")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(door.get, "events", mine, wait=30)
        until(lambda: door.client.app.state.ledger.listeners.present.total() == 1)
        door.all_ok([FOREIGN])
        time.sleep(0.3)
        assert not waiting.done(), "what is another provider's is not waited for"
        door.all_ok([SIGNED])
        found = waiting.result(20).json()
    assert found["items"] == door.see("events", mine)["items"][: len(found["items"])]
    assert found["items"][0]["contract_id"] == "mine"
    begun = time.monotonic()
    assert door.see("events", wait=30)["items"] == door.events()
    assert time.monotonic() - begun < 10, "what is there is answered at once"


def test_where_nothing_comes_in_time_the_page_is_empty(door: Door) -> None:
    door.all_ok([SIGNED])
    found = door.see("events", after=door.position, wait=1)
    assert (found["items"], found["next"], found["position"]) == ([], None, door.position)
    for wait in ("31", "-1", "x", "1.5"):
        assert door.unseen("events", wait=wait)["field"] == "wait"


# -- a process ------------------------------------------------------------------------------------------------------


def test_listeners_of_two_servers_get_what_either_writes_and_hold_up_no_end(database_url: str, tmp_path: Path) -> None:
    token = admin_token(database_url)
    servers = [Server(database_url, tmp_path, token) for _ in range(2)]
    try:
        with (
            servers[0].client.stream("GET", "/v1/events", headers=STREAM) as first,
            servers[1].client.stream("GET", "/v1/events", headers=STREAM) as second,
        ):
            lines = [first.iter_lines(), second.iter_lines()]
            assert [next(one) for one in lines] == ["retry: 1000"] * 2
            position = servers[0].send(sign(PREPAID, customer=CUSTOMER))["position"]
            for one in lines:
                ids = [line for line in one_by_one(one, f"id: {position}") if line.startswith("id: ")]
                assert ids[-position:] == [f"id: {n}" for n in range(1, position + 1)]
            begun = time.monotonic()
            for server in servers:
                server.process.send_signal(signal.SIGTERM)
            for one in lines:
                assert all(not line.startswith("id: ") or line == f"id: {position}" for line in one)
            for server in servers:
                server.process.wait(20)
            assert time.monotonic() - begun < 10
    finally:
        for server in servers:
            server.stop()


def one_by_one(lines: Iterator[str], last: str) -> list[str]:
    """Up to and with a line that is told."""
    found = []
    for line in lines:
        found.append(line)
        if line == last:
            return found
    raise AssertionError(f"the stream ended without {last}")
