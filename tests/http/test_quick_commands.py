"""A command that is answered before a route is looked for: as its route answers it; what is unusual, by the route."""

import asyncio
import json
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from api.holders import Holders
from api.wake_ups import WakeUps
from ledger.store.tokens import create_token, revoke_token
from ledger.store.unavailable import Unavailable
from tests.clock import Clock
from tests.http.asgi import Response
from tests.http.door import NOW, Door, opened
from tests.senders import post
from tests.test_senders import END, PLANS, STORY
from tests.words import Step, log_work, open_ticket, sign

PLAIN = {"contract_id": "C", "plan": "north-prepaid"}
SIGNED = sign("north-prepaid", "2026-11-01")


class Counted(WakeUps):
    """How many commands were carried out without a route."""

    def __init__(self) -> None:
        super().__init__()
        self.quick = 0

    def wait_for(self, answer: Future[Any]) -> asyncio.Future[Any]:
        self.quick += 1
        return super().wait_for(answer)


def counted(door: Door) -> Counted:
    door.client.app.state.ledger.wake_ups = found = Counted()
    return found


def both(door: Door, command: str, body: Any, token: str | None = None, **headers: str) -> Response:
    """The answer, which is the same to the byte where a query that says nothing makes it an unusual request."""
    named = door.headers(token) | {"X-Request-ID": "the-same"} | headers
    answers = [post(door.client, f"{command}{query}", body, named) for query in ("", "?dry_run=false")]
    assert answers[0] == answers[1]
    found: Response = answers[0]
    return found


def test_every_command_is_answered_as_by_its_route(tmp_path: Path) -> None:
    """Told again, so that both have the same to say: an accepted one is known then, a refused one refused again."""
    with opened(f"sqlite:///{tmp_path / 'l.db'}", Clock(END), catalogue=PLANS) as door:
        quick, statuses = counted(door), set()
        for number, told in enumerate(STORY):
            step = told.but(command_id=f"c{number}").named(door.numbers)
            first = door.send(step)
            again = both(door, step.command, step.fields, door.token_of(step.actor))
            if first.status_code == 200:
                assert again.json() == first.json() | {"replayed": True}
            statuses.add(again.status_code)
        assert statuses >= {200, 403, 409}
        assert quick.quick > len(STORY)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 422),
        (b'{"contract_id": "C", "contract_id": "D"}', 422),
        (json.dumps(PLAIN | {"unknown": 1}).encode(), 422),
        (json.dumps(PLAIN).encode("utf-16"), 400),
        (json.dumps(PLAIN | {"plan": "x" * 70_000}).encode(), 422),
        (b" " * 1_000_001, 413),
    ],
)
def test_what_is_no_command_is_refused_by_the_route(door: Door, body: bytes, status: int) -> None:
    quick = counted(door)
    assert both(door, "sign-contract", body).status_code == status
    assert post(door.client, "no-such-command", body, door.headers(None)).status_code == 404
    assert quick.quick == 0
    assert door.count() == 0


def test_a_mark_before_the_body_and_a_command_id_in_the_header_mean_the_same(door: Door) -> None:
    quick = counted(door)
    step = SIGNED.but(command_id="c1")
    door.ok(step)
    assert both(door, step.command, b"\xef\xbb\xbf" + json.dumps(step.fields).encode()).json()["replayed"]
    assert quick.quick == 2
    assert both(door, step.command, step.but(command_id=None).fields, **{"Idempotency-Key": "c1"}).json()["replayed"]
    assert quick.quick == 2


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic x", "Bearer wrong"])
def test_who_has_no_token_is_refused_by_the_route(door: Door, header: str) -> None:
    quick = counted(door)
    for body in (SIGNED.fields, b"{"):
        assert both(door, "sign-contract", body, Authorization=header).status_code == 401
    assert (quick.quick, door.count()) == (0, 0)


def test_a_revoked_token_is_known_at_once(door: Door) -> None:
    token_id, held = create_token(door.store.database, "admin")
    quick, step = counted(door), SIGNED.but(command_id="c1")
    door.ok(step, held)
    assert both(door, step.command, step.fields, held).status_code == 200
    revoke_token(door.store.database, token_id)
    assert both(door, step.command, step.fields, held).status_code == 401
    assert quick.quick == 2


def test_a_token_ends_on_its_day(database_url: str) -> None:
    clock = Clock(NOW)
    with opened(database_url, clock) as door:
        day, step = clock().date(), SIGNED.but(command_id="c1")
        held = create_token(door.store.database, "admin", expires_on=day.replace(day=day.day + 1))[1]
        door.ok(step, held)
        clock.put(clock().replace(day=day.day + 1).isoformat())
        assert both(door, step.command, step.fields, held).status_code == 401


class Failing:
    """A writer whose every answer is an error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def submit(self, _: Any) -> Future[Any]:
        answer: Future[Any] = Future()
        answer.set_exception(self.error)
        return answer


@pytest.mark.parametrize(("error", "status"), [(Unavailable("away"), 503), (ValueError("nobody expects it"), 500)])
def test_a_writer_that_fails_is_told_as_by_the_route(door: Door, error: Exception, status: int) -> None:
    state = door.client.app.state.ledger
    writer, state.writer = state.writer, Failing(error)
    try:
        assert both(door, "sign-contract", SIGNED.fields).status_code == status
    finally:
        state.writer = writer


def test_many_who_send_at_once_are_told_each_its_own(door: Door) -> None:
    door.all_ok([SIGNED, open_ticket(at=NOW)])
    quick = counted(door)

    def sent(steps: list[Step], into: list[Any]) -> None:
        into.extend((step.fields["command_id"], door.ok(step)) for step in steps)

    told: list[Any] = []
    threads = []
    for who in range(8):
        steps = [log_work(1, NOW, entry_id=f"e{who}.{n}").but(command_id=f"c{who}.{n}") for n in range(10)]
        threads.append(threading.Thread(target=sent, args=(steps, told)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == quick.quick == 80
    assert all(answer["command_id"] == command_id for command_id, answer in told)
    assert len({answer["position"] for _, answer in told}) == 80


# -- who waits together --------------------------------------------------------------------------------------------


def test_a_loop_is_woken_once_for_all_answers_that_came_together() -> None:
    woken: list[Any] = []

    async def asked() -> list[Any]:
        wake_ups, answers = WakeUps(), [Future[int]() for _ in range(4)]
        loop = asyncio.get_running_loop()
        call_soon = loop.call_soon_threadsafe
        loop.call_soon_threadsafe = lambda *told: (woken.append(told), call_soon(*told))[1]  # type: ignore[method-assign, assignment]
        waiting = [wake_ups.wait_for(answer) for answer in answers]
        waiting[3].cancel()  # who leaves is told nothing, and the others are all the same
        for number, answer in enumerate(answers):
            answer.set_result(number) if number != 1 else answer.set_exception(ValueError("one"))
        return await asyncio.gather(*waiting, return_exceptions=True)

    first, second, third, left = asyncio.run(asked())
    assert (first, str(second), third, type(left)) == (0, "one", 2, asyncio.CancelledError)
    assert len(woken) == 1


def test_what_a_loop_left_behind_keeps_nobody_waiting_in_the_next_one() -> None:
    wake_ups, answer = WakeUps(), Future[int]()

    async def left() -> None:
        wake_ups.wait_for(answer)

    async def asked() -> int:
        known = Future[int]()
        known.set_result(2)
        return await asyncio.wait_for(wake_ups.wait_for(known), 10)

    asyncio.run(left())
    answer.set_result(1)
    assert asyncio.run(asked()) == 2


def test_those_who_come_at_once_are_asked_for_in_one_question(door: Door) -> None:
    tokens = [create_token(door.store.database, "admin") for _ in range(3)]
    reader = door.client.app.state.ledger.reader
    holders, questions = Holders(reader), list[str]()

    class Asked:
        clock = reader.clock

        async def query(self, sql: str, params: Any) -> Any:
            questions.append(sql)
            return await reader.query(sql, params)

    holders._reader = Asked()  # type: ignore[assignment]

    async def all_of_them() -> list[bool]:
        found = await asyncio.gather(*(holders.holding(token) for _, token in [*tokens, ("", "wrong")]))
        return [one is not None for one in found]

    assert door.client.run(all_of_them()) == [True, True, True, False]
    questions.clear()
    revoke_token(door.store.database, tokens[1][0])
    known = [token for _, token in tokens]

    async def again() -> list[bool]:
        return [one is not None for one in await asyncio.gather(*map(holders.holding, known))]

    assert door.client.run(again()) == [True, False, True]
    assert len(questions) == 1
