"""No one request holds up the others: what it may ask for is bounded, and the loop is free in between."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.datastructures import Headers

from api.http.lists import CSV, JSON, media_type
from api.limits import Limits
from api.long_questions import LongQuestions, Question, T
from api.waiting import Waiters
from api.writer import Writer
from ledger.door.batches import Answer, Ledger
from ledger.door.requests import Request
from ledger.kernel.errors import Refusal
from ledger.store import Unavailable
from projections.reader import Snapshot
from projections.sla.calendars import Calendars
from tests.http.door import Door, opened, problem
from tests.http.world import MINE, OF, OPENED, TEN
from tests.senders import request_of
from tests.words import log_work, open_ticket, sign

LINE = b'{"command": "log-work"}\n'


@pytest.fixture
def ready(door: Door) -> Door:
    door.all_ok([sign(**OF[MINE]), open_ticket("t", at=OPENED), log_work(30, TEN, entry_id="e", ticket_id="t")])
    return door


def answers(door: Door, content: bytes | Iterator[bytes]) -> list[dict[str, Any]]:
    headers = {"Content-Type": "application/x-ndjson"} | door.headers(None)
    response = door.client.post("/v1/commands", content=content, headers=headers)
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


def test_the_line_beyond_is_refused_and_reading_ends(ready: Door) -> None:
    for ends in (b"", LINE, b"\n" * 1_000_000, LINE * 290_000):
        told = answers(ready, LINE * 10_000 + ends)
        assert [one["line"] for one in told[:10_000]] == list(range(1, 10_001))
        assert {one["code"] for one in told[:10_000]} == {"malformed"}
        beyond = [(one["line"], one["status"], one["code"], one["limit"]) for one in told[10_000:]]
        assert beyond == ([(10_001, 413, "too-many-lines", 10_000)] if ends else [])


def test_lines_without_anything_count_too(ready: Door) -> None:
    (told,) = answers(ready, b"\n" * 32_000_000)
    assert (told["line"], told["code"]) == (10_001, "too-many-lines")


def test_what_crosses_eight_million_bytes_is_refused_and_what_came_before_is_carried_out(ready: Door) -> None:
    before = ready.count()
    first = json.dumps(open_ticket("t2", at=OPENED).line()).encode()
    told = answers(ready, first + b"\n" + (b" " * 900_000 + b"{}\n") * 20)
    assert (told[0]["line"], told[0]["replayed"]) == (1, False)
    assert [one["code"] for one in told[1:-1]] == ["malformed"] * 8
    assert (told[-1]["line"], told[-1]["code"]) == (10, "too-many-lines")
    assert ready.count() == before + 1
    exactly = first.ljust(7_999_999) + b"\n"
    assert [one["code"] for one in answers(ready, exactly)] == ["too-large"]


def test_a_body_without_an_end_is_cut_off(database_url: str) -> None:
    taken = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield b"\n" * 1_000_000

    with opened(database_url, limits=Limits(discarded_bytes=20_000_000)) as door:
        assert [one["code"] for one in answers(door, endless())] == ["too-many-lines"]
    assert len(taken) < 30


def test_others_are_answered_between_the_batches_of_many_lines(ready: Door) -> None:
    """In this process, by the turns of its loop: while lines are answered others get theirs."""
    finished: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        many = pool.submit(lambda: (answers(ready, LINE * 10_000), finished.append("many")))
        count = 0
        while not many.done():
            assert ready.client.get("/health/live").status_code == 200
            count += 1
        many.result()
    assert count > 20


class GoingAway(Ledger):
    """Answers one batch, and is away from then on."""

    has_answered = False

    def submit(self, requests: Sequence[Request]) -> list[Answer | Refusal]:
        if self.has_answered:
            raise Unavailable("away")
        self.has_answered = True
        return super().submit(requests)


def test_a_ledger_that_goes_away_while_lines_are_answered_is_said_at_the_lines(ready: Door) -> None:
    state = ready.client.app.state.ledger
    state.writer.stop()
    state.writer = Writer(GoingAway(state.store, state.catalogue, state.clock))
    state.writer.start()
    lines = [open_ticket(f"n{n}", at=OPENED) for n in range(1700)]
    response = ready.send_lines(lines)
    told = [json.loads(line) for line in response.text.splitlines()]
    assert [one.get("code") for one in told] == [None] * 500 + ["unavailable"] * 500
    assert {one["status"] for one in told[500:]} == {503}
    assert problem(ready.send_lines(lines))["code"] == "unavailable"


def test_who_stops_waiting_for_answers_takes_them_from_nobody_else(ready: Door) -> None:
    """As a process does that ends: it lets go of answers that take too long, and what was accepted is carried out."""
    state = ready.client.app.state.ledger
    writer = Writer(Ledger(state.store, state.catalogue, state.clock))
    left, stayed = (writer.submit([request_of(open_ticket(name, at=OPENED))]) for name in ("left", "stayed"))

    async def leave() -> None:
        waiting = asyncio.wrap_future(left)
        waiting.cancel()
        await asyncio.sleep(0)

    ready.client.run(leave())
    writer.start()
    for answer in (left, stayed):
        (told,) = answer.result(20)
        assert isinstance(told, Answer)
    writer.stop()


def test_a_header_of_many_members_is_not_read_to_its_end() -> None:
    long = "," * 60_000 + "text/csv"
    assert media_type(Headers({"accept": long}), JSON, CSV) == "application/json"
    assert media_type(Headers({"accept": "text/csv" + "," * 60_000}), JSON, CSV) == "text/csv"


# ---- waiting


class Views:
    """Counts the questions that are put to it."""

    def __init__(self) -> None:
        self.position = 5
        self.asked = 0
        self.clock = None

    async def query(self, sql: str, params: Any = None) -> list[Any]:
        self.asked += 1
        await asyncio.sleep(0)
        return [type("Row", (), {"position": self.position})]


def test_two_hundred_who_wait_put_one_question_at_a_time() -> None:
    async def wait() -> tuple[list[int], int]:
        views = Views()
        waiters = Waiters(views)  # type: ignore[arg-type]
        waiting = [asyncio.create_task(waiters.reached(10**18, 0.3)) for _ in range(200)]
        near = asyncio.create_task(waiters.reached(7, 5))
        await asyncio.sleep(0.05)
        views.position = 7
        assert await near == 7
        found = await asyncio.gather(*waiting)
        asked = views.asked
        await asyncio.sleep(0.05)
        assert views.asked <= asked + 1, "nobody waits any more"
        assert await waiters.reached(6, 1) == 7
        return found, asked

    found, asked = asyncio.run(wait())
    assert found == [7] * 200
    assert asked < 300, "200 first looks, and a question each tick"


def test_who_waits_learns_that_the_views_are_away() -> None:
    class Away(Views):
        async def query(self, sql: str, params: Any = None) -> list[Any]:
            self.asked += 1
            if self.asked > 3:
                raise Unavailable("away")
            return [type("Row", (), {"position": 1})]

    async def wait() -> None:
        waiters = Waiters(Away())  # type: ignore[arg-type]
        with pytest.raises(Unavailable):
            await waiters.reached(9, 5)

    asyncio.run(wait())


def test_waiting_does_not_hold_up_the_other_reads(database_url: str) -> None:
    with opened(database_url, limits=Limits(patience_seconds=1.0)) as ready, ThreadPoolExecutor(200) as pool:
        waiting = [pool.submit(ready.get, "contracts", min_position=10**18) for _ in range(200)]
        time.sleep(0.2)
        assert ready.get("contracts").status_code == 200
        assert {one.result().status_code for one in waiting} == {503}


@dataclass
class Noted:
    """Long questions, and the names of the threads that they were asked in."""

    others: LongQuestions
    names: list[str]

    async def ask(self, question: Question[T]) -> T:
        async def noted(snapshot: Snapshot, calendars: Calendars) -> T:
            self.names.append(threading.current_thread().name)
            return await question(snapshot, calendars)

        return await self.others.ask(noted)

    async def close(self) -> None:
        await self.others.close()


def test_a_list_is_asked_for_in_a_thread_of_its_own(ready: Door) -> None:
    names: list[str] = []
    state = ready.client.app.state.ledger
    state.long_questions = Noted(state.long_questions, names)
    assert ready.see("contracts")["items"]
    assert names == ["questions"]


def test_an_agreement_that_says_too_much_is_refused_before_anything_walks_through_it(ready: Door) -> None:
    wide = sign(contract_id="D", **OF[MINE]).but(agreed={"x": [{}] * 6_000})
    assert ready.refused("malformed", wide)["field"] == "agreed"
