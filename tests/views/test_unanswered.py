"""What waits for an answer, counted by status and age, and the urgent list: both by the index of what waits."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.kernel.access import Actor
from ledger.kernel.values import to_micros
from ledger.store.database import NO_PARAMS, Params, Row
from projections.asking import PageAsked
from projections.contracts.across import ContractsAsked
from projections.credit.deduction_questions import A_DAY
from projections.credit.unanswered import Unanswered, count_unanswered
from projections.reader import Snapshot
from projections.sla.calendars import Calendars
from projections.sla.urgent import count_beside_urgent, list_urgent
from tests.views.rows import Written, contract, deduction, written

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

    steps = asyncio.run(ask())
    on_clocks = [one for one in steps if one.split()[1] == "k"]
    ahead, waiting = "SEARCH k USING INDEX clocks_i4 (last_step_at>?)", "SEARCH k USING INDEX clocks_i5 (due_at>?)"
    assert on_clocks == [ahead, waiting], steps
    assert not {"SCAN t", "USE TEMP B-TREE FOR ORDER BY"} & {*steps}, steps


@pytest.mark.parametrize("actor", [EVERYBODY, Actor("t", "operator", "acme")])
def test_what_is_in_work_beside_it_is_counted_by_the_state_of_tickets(views: Written, actor: Actor) -> None:
    async def ask() -> list[str]:
        async with views.reader.snapshot() as snapshot:
            noted = Noted(snapshot)
            await count_beside_urgent(noted, actor, Calendars(), 1000)
            return noted.steps

    steps = asyncio.run(ask())
    assert not {"SCAN t", "SCAN k"} & {*steps}, steps
