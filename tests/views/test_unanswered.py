"""What waits for an answer, counted by status and age, and the urgent list: both by the index of what waits."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ledger.kernel.access import Actor
from ledger.kernel.values import to_micros
from ledger.store import Batch, open_store
from ledger.store.database import NO_PARAMS, Params, Row
from projections.asking import PageAsked
from projections.contracts.across import ContractsAsked
from projections.credit.deduction_questions import A_DAY
from projections.credit.unanswered import Unanswered, count_unanswered
from projections.credit.waiting_deductions import count_waiting
from projections.reader import Snapshot, SqliteReader, Times, open_reader
from projections.runner import Projector
from projections.sla.calendars import Calendars
from projections.sla.urgent import count_beside_urgent, list_urgent
from tests.views.rows import Written, contract, deduction, written
from tests.views.steps import steps
from tests.views.test_subtotals_cost import BEGIN, FEW, MANY, SPAN, worked

EVERYBODY = Actor("t", "auditor")


@pytest.fixture
def views(tmp_path: Path) -> Iterator[Written]:
    with written(f"sqlite:///{tmp_path / 'views.db'}") as views:
        yield views


def counted(views: Written, actor: Actor, asked: ContractsAsked, before: int | None = None) -> list[Unanswered]:
    async def ask() -> list[Unanswered]:
        async with views.reader.snapshot() as snapshot:
            return await count_unanswered(snapshot, actor, asked, (30, 0), before)

    return asyncio.run(ask())


def shown(found: list[Unanswered]) -> list[tuple[str, int, int]]:
    return [(one.status, one.older_than_days, one.count) for one in found]


def test_what_waits_is_counted_by_status_and_age_and_for_whom_it_is_seen(views: Written) -> None:
    now = to_micros(views.clock())
    old, new = now - 30 * A_DAY - 1, now - 30 * A_DAY
    views.write(
        [
            contract(),
            contract("other", provider="umbrella"),
            deduction(1, status="pending", effective_at=old),
            deduction(2, status="pending", effective_at=new),
            deduction(3, status="pending", effective_at=now - A_DAY),
            deduction(4, status="pending", effective_at=old, deemed_at=now - 1),  # silence has confirmed it
            deduction(5, status="pending", effective_at=old, deemed_at=now + 1),
            deduction(6, status="disputed", effective_at=old),
            deduction(7, status="confirmed", effective_at=old),
            deduction(8, status="disputed", effective_at=new, contract_id="other"),
        ]
    )
    everywhere = [("disputed", 30, 1), ("disputed", 0, 1), ("pending", 30, 2), ("pending", 0, 2)]
    assert shown(counted(views, EVERYBODY, ContractsAsked())) == everywhere
    assert shown(counted(views, EVERYBODY, ContractsAsked(), now - A_DAY)) == [
        *everywhere[:3],
        ("pending", 0, 1),
    ], "not what became effective from then on"
    of_one = [("disputed", 30, 0), ("disputed", 0, 1), ("pending", 30, 0), ("pending", 0, 0)]
    assert shown(counted(views, EVERYBODY, ContractsAsked("umbrella"))) == of_one
    assert shown(counted(views, Actor("t", "operator", "umbrella"), ContractsAsked())) == of_one


def test_what_silence_has_answered_is_not_read(views: Written) -> None:
    now, cost = to_micros(views.clock()), []
    for answered in (30, 1_500):
        told = {"status": "pending", "effective_at": now - 31 * A_DAY}
        silent = [deduction(number, deemed_at=now - number, **told) for number in range(1, answered)]
        waiting = [deduction(answered + number, deemed_at=now + 1 + number, **told) for number in range(5)]
        views.write([contract(), *silent, *waiting])
        reader = views.reader
        assert isinstance(reader, SqliteReader)

        async def asked(reader: SqliteReader = reader) -> list[Unanswered]:
            async with reader.snapshot() as snapshot:
                return await count_unanswered(snapshot, EVERYBODY, ContractsAsked(), (30, 0))

        found, count = steps(reader, asked)
        assert sum(one.count for one in found) == 5
        cost.append(count)
    assert cost[1] <= 1.3 * cost[0] + 5, cost


def test_what_waited_at_a_moment_is_added_up(tmp_path: Path) -> None:
    cost, then = [], Times(as_of=BEGIN + SPAN / 2)
    for entries in (FEW, MANY):
        url = f"sqlite:///{tmp_path / f'{entries}.db'}"
        with closing(open_store(url)) as store, closing(Projector(url)) as projector:
            projector.prepare()
            store.append(list(worked("C", entries)), Batch())
            projector.catch_up()
        reader = open_reader(url)
        assert isinstance(reader, SqliteReader)

        async def asked(reader: SqliteReader = reader) -> int:
            async with reader.snapshot() as snapshot:
                return await count_waiting(snapshot, EVERYBODY, ContractsAsked(), then, 100_000)

        waiting, count = steps(reader, asked)
        assert waiting > 0
        cost.append(count)
        reader.database.close()
    assert cost[1] <= 1.5 * cost[0] + 20, cost


class Noted:
    """A snapshot that keeps how SQLite goes about each question, in its own words."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.clock = snapshot.clock
        self.steps: list[str] = []
        self._snapshot = snapshot

    async def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        self.steps += [row.detail for row in await self._snapshot.query(f"EXPLAIN QUERY PLAN {sql}", params)]
        return await self._snapshot.query(sql, params)


@pytest.mark.parametrize("actor", [EVERYBODY, Actor("t", "operator", "acme"), Actor("t", "customer", "acme", "K")])
def test_the_urgent_list_goes_by_the_index_of_what_has_no_end(views: Written, actor: Actor) -> None:
    async def ask() -> list[str]:
        async with views.reader.snapshot() as snapshot:
            noted = Noted(snapshot)
            await list_urgent(noted, actor, Calendars(), PageAsked(50))
            return noted.steps

    taken = asyncio.run(ask())
    on_clocks = [one for one in taken if one.split()[1] == "k"]
    ahead, waiting = "SEARCH k USING INDEX clocks_i3 (last_step_at>?)", "SEARCH k USING INDEX clocks_i6 (due_at>?)"
    assert on_clocks == [ahead, waiting], taken
    assert not {"SCAN t", "USE TEMP B-TREE FOR ORDER BY"} & {*taken}, taken


@pytest.mark.parametrize("actor", [EVERYBODY, Actor("t", "operator", "acme")])
def test_what_is_in_work_beside_it_is_counted_by_the_state_of_tickets(views: Written, actor: Actor) -> None:
    async def ask() -> list[str]:
        async with views.reader.snapshot() as snapshot:
            noted = Noted(snapshot)
            await count_beside_urgent(noted, actor, Calendars(), 1000)
            return noted.steps

    taken = asyncio.run(ask())
    assert not {"SCAN t", "SCAN k"} & {*taken}, taken
