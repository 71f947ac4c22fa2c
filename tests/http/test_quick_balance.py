"""The balance that is answered before a route is looked for: the same as the route's, for whoever may see it."""

import asyncio
from typing import Any

import pytest

from ledger.kernel.access import Actor
from ledger.store.database import Params, Row
from ledger.store.tokens import create_token, holder_of, list_tokens, revoke_token
from ledger.store.unavailable import Unavailable
from projections.credit.balances import Balance
from projections.credit.quick_balances import AskedTogether, QuickBalances
from tests.clock import Clock
from tests.http.asgi import Response
from tests.http.door import NOW, Door, opened
from tests.http.histories import CONTRACTS, tell
from tests.http.test_roles import ROLES
from tests.http.world import MINE, OF, OPENED, SIDES, TEN, token
from tests.words import grant, log_work, open_ticket, sign

NAMED = {"X-Request-ID": "the-same"}


class Counted:
    """How many questions were answered, and how many were left to the route."""

    def __init__(self, inner: QuickBalances) -> None:
        self.inner = inner
        self.told = 0
        self.left = 0

    async def ask(self, actor: Actor, contract_id: str) -> Balance | None:
        found = await self.inner.ask(actor, contract_id)
        self.told, self.left = self.told + (found is not None), self.left + (found is None)
        return found


@pytest.fixture
def sides(door: Door) -> Door:
    """A contract with an hour's work on each side; the views have read it."""
    for side in SIDES:
        door.all_ok(
            [
                sign(contract_id=side, **OF[side]),
                open_ticket(f"{side}-t", contract_id=side, at=OPENED),
                log_work(60, TEN, entry_id=f"{side}-e", ticket_id=f"{side}-t"),
            ]
        )
    door.see("contracts", limit=1)
    return door


@pytest.fixture
def counted(sides: Door) -> Counted:
    state = sides.client.app.state.ledger
    state.quick_balances = counted = Counted(state.quick_balances)
    return counted


def quickly(door: Door, contract_id: str, token: str | None = None, **headers: str | bytes) -> Response:
    return door.client.get(f"/v1/contracts/{contract_id}/balance", headers=door.headers(token) | NAMED | headers)


def by_route(door: Door, contract_id: str, token: str | None = None, **headers: str | bytes) -> Response:
    """A query that says nothing makes it an unusual one."""
    path = f"/v1/contracts/{contract_id}/balance"
    return door.client.get(path, params={"min_position": 0}, headers=door.headers(token) | NAMED | headers)


def same(door: Door, contract_id: str, token: str | None = None, **headers: str | bytes) -> Response:
    found = quickly(door, contract_id, token, **headers)
    assert found == by_route(door, contract_id, token, **headers)
    return found


def test_who_sees_a_contract_is_told_quickly_and_who_does_not_by_the_route(sides: Door, counted: Counted) -> None:
    for role in ROLES:
        held = token(sides, role)
        for side in SIDES:
            told = counted.told
            found = same(sides, side, held)
            assert found.status_code in (200, 404)
            assert counted.told - told == (found.status_code == 200), (role, side)
    assert counted.told >= len(ROLES)  # each sees its own at least
    assert counted.left


def test_an_answer_that_the_client_has_is_not_sent_again(sides: Door, counted: Counted) -> None:
    etag = same(sides, MINE).headers["etag"]
    again = same(sides, MINE, **{"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert counted.told == 2
    sides.all_ok([grant(60, TEN, grant_id="g", contract_id=MINE, pool="care")])
    sides.see("contracts", limit=1)
    assert same(sides, MINE, **{"If-None-Match": etag}).status_code == 200


def test_head_has_the_headers_and_no_body(sides: Door, counted: Counted) -> None:
    path, whole = f"/v1/contracts/{MINE}/balance", quickly(sides, MINE)
    head = sides.client.request("HEAD", path, headers=sides.headers(None) | NAMED)
    assert (head.status_code, head.headers, head.content) == (200, whole.headers, b"")
    assert counted.told == 2


def test_a_revoked_token_is_known_at_once(sides: Door, counted: Counted) -> None:
    token_id, held = create_token(sides.store.database, "auditor")
    assert same(sides, MINE, held).status_code == 200
    revoke_token(sides.store.database, token_id)
    assert same(sides, MINE, held).status_code == 401
    assert (counted.told, counted.left) == (1, 1)
    assert token_id in {one.token_id for one in list_tokens(sides.store.database) if one.revoked_at}


def test_a_token_ends_on_its_day(database_url: str) -> None:
    clock = Clock(NOW)
    with opened(database_url, clock) as door:
        door.all_ok([sign(contract_id=MINE, **OF[MINE])])
        door.see("contracts", limit=1)
        day = clock().date()
        held = create_token(door.store.database, "auditor", expires_on=day.replace(day=day.day + 1))[1]
        assert same(door, MINE, held).status_code == 200
        clock.put(clock().replace(day=day.day + 1).isoformat())
        assert same(door, MINE, held).status_code == 401


@pytest.mark.parametrize("path", ["none", "a%2Fb", "x" * 65, "%C3%A4", "..", "a%0A"])
def test_what_is_no_contract_is_refused_by_the_route(sides: Door, counted: Counted, path: str) -> None:
    assert same(sides, path).status_code in (404, 422)
    assert counted.told == 0


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic x", "Bearer wrong", "bearer\twrong"])
def test_who_has_no_token_is_refused_by_the_route(sides: Door, counted: Counted, header: str) -> None:
    assert same(sides, MINE, Authorization=header).status_code == 401
    assert (counted.told, counted.left) == (0, 0)


def test_what_is_dated_ahead_is_left_to_the_route(database_url: str) -> None:
    """On a far day, since PostgreSQL records by a clock of its own."""
    with opened(database_url, Clock("2100-01-04T08:00:00Z")) as door:
        state = door.client.app.state.ledger
        state.quick_balances = counted = Counted(state.quick_balances)
        door.all_ok([sign("north-prepaid", "2100-01-01"), open_ticket(at="2100-01-02T10:00:00Z")])
        door.see("contracts", limit=1)
        before = same(door, "C").json()["accounts"]
        door.all_ok([log_work(60, "2100-01-04T20:00:00Z", entry_id="later")])
        door.see("contracts", limit=1)
        assert same(door, "C").json()["accounts"] == before
    assert (counted.told, counted.left) == (1, 1)


@pytest.mark.parametrize("seed", [3, 4])
def test_histories_by_chance_have_one_balance(door: Door, seed: int) -> None:
    tell(door, seed)
    door.see("contracts", limit=1)
    assert [same(door, contract).status_code for contract in CONTRACTS] == [200] * len(CONTRACTS)


def test_many_who_ask_at_once_are_told_each_its_own(sides: Door, counted: Counted) -> None:
    held = {role: token(sides, role) for role in ROLES}
    asked = [(side, role) for role in ROLES for side in (*SIDES, "none")] * 10

    async def ask_all() -> list[Balance | None]:
        actors = {role: await _holder(sides, held[role]) for role in ROLES}
        return await asyncio.gather(*(counted.ask(actors[role], side) for side, role in asked))

    found = sides.client.run(ask_all())
    for (side, role), balance in zip(asked, found, strict=True):
        seen = by_route(sides, side, held[role])
        assert (balance is not None) == (seen.status_code == 200), (side, role)


async def _holder(door: Door, held: str) -> Actor:
    return await holder_of(door.client.app.state.ledger.reader, held, door.clock().date())


class Failing:
    """A database that answers nothing at first, and then fails in a way that nobody expects; later it has no row."""

    def __init__(self, errors: list[Exception]) -> None:
        self.clock = Clock(NOW)
        self.errors = errors

    async def query_often(self, sql: str, params: Params) -> list[Row]:
        for _ in range(5):  # others ask meanwhile
            await asyncio.sleep(0)
        if self.errors:
            raise self.errors.pop(0)
        return []


def test_nobody_waits_for_ever_when_a_question_fails() -> None:
    """What goes wrong is told to those who were asked for together; those behind them are asked for all the same."""

    async def asked() -> list[Any]:
        reader: Any = Failing([ValueError("first"), Unavailable("then")])
        together, actor = AskedTogether(reader), Actor("t", "admin")
        first = asyncio.create_task(together.ask(actor, "A"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        behind = [together.ask(actor, "B"), together.ask(actor, "C")]
        answers = await asyncio.gather(first, *behind, return_exceptions=True)
        return [*answers, await together.ask(actor, "D")]

    first, *others = asyncio.run(asyncio.wait_for(asked(), 10))
    assert str(first) == "first"
    assert others == [None, None, None]
