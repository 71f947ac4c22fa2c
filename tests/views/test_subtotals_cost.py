"""A balance at any place in both times, a page of a statement and of grants cost the same however many movements.

Some of them are told late or answered later, and some of the grants that they draw on have ended.
"""

from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ledger.events import CreditDrawn, CreditGranted, DeductionConfirmed, Draw, HoursDeducted, OverageCharged
from ledger.kernel.access import COMMAND_LINE
from ledger.kernel.mapper import StreamEvent
from ledger.kernel.values import to_micros
from ledger.store import Batch, open_store
from projections.asking import PageAsked
from projections.contracts.across import ContractsAsked
from projections.credit.balance_lists import list_balances
from projections.credit.balances import Balance, balance_at, balance_within
from projections.credit.deduction_questions import DeductionsAsked, list_deductions, list_deductions_across
from projections.credit.drawn_grants import drawn_grants
from projections.credit.grants import contract_grants
from projections.credit.statements import StatementAsked, statement
from projections.reader import NOW, AsOf, Snapshot, SqliteReader, Times, open_reader
from projections.runner import Projector
from tests.views.histories import SECRET, history
from tests.views.steps import steps

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=700)
FEW, MANY = 400, 10_000
PLACES = [(0.2, 1.0), (0.5, 1.0), (1.1, 1.0), (0.5, 0.5), (0.2, 0.7), (0.9, 0.3), (1.1, 0.5)]  # parts of both times
Question = Callable[[Snapshot, str], Coroutine[Any, Any, int]]


def worked(contract_id: str, entries: int) -> Iterator[StreamEvent]:
    """Entries of work on grants that hold a hundred of them: every tenth is late, some by very long."""
    yield from history(contract_id, []).events
    told: dict[str, Any] = {"contract_id": contract_id, "token_id": "t", "role": "operator", "pool": "care"}
    grant_id = ""
    for number in range(entries):
        at = BEGIN + SPAN * number / entries
        if number % 10 == 0:
            at -= SPAN * (number % 70) / 1400 if number % 50 else SPAN * number / entries / 2
        told["effective_at"] = at
        if number % 100 == 0:
            grant_id = f"{contract_id}.g{number}"
            granted = CreditGranted(grant_id, "top_up", 1600, at, at + timedelta(days=20), **told)
            yield StreamEvent(f"{granted.stream}.{grant_id}", 1, granted)
        of = {**told, "deduction_id": f"{contract_id}.d{number}"}
        draws = [Draw(grant_id, 15)]
        silent_at = at + timedelta(days=10)
        deducted = HoursDeducted("work", 900, 15, 15, SECRET, "pending", "pool", draws, deemed_at=silent_at, **of)
        yield StreamEvent(deducted.stream, 1, deducted)
        drawn = CreditDrawn(kind="work", draws=draws, **of)
        yield StreamEvent(f"{drawn.stream}.{number}", 1, drawn)
        of.pop("pool")
        if number % 2:
            confirmed = DeductionConfirmed(SECRET, **of)
            yield StreamEvent(deducted.stream, 2, confirmed)
        elif number % 4:
            charged = OverageCharged(f"{contract_id}.c{number}", "contract", 1, 0, 1, 60, 1, "EUR", **of)
            yield StreamEvent(deducted.stream, 2, charged)


async def known(snapshot: Snapshot, contract_id: str) -> int:
    times = Times(known_at=datetime(2100, 1, 1, tzinfo=UTC))
    return (await balance_within(snapshot, COMMAND_LINE, contract_id, times)).accounts[0].consumed


async def now(snapshot: Snapshot, contract_id: str) -> int:
    """Nearly all grants have ended, and half of the deductions were answered by silence."""
    return (await balance_within(snapshot, COMMAND_LINE, contract_id, NOW)).accounts[0].consumed


async def lines(snapshot: Snapshot, contract_id: str) -> int:
    asked, halfway = StatementAsked(contract_id), (to_micros(BEGIN + SPAN / 2), 0, 0)
    first = await statement(snapshot, COMMAND_LINE, asked, PageAsked(20))
    there = await statement(snapshot, COMMAND_LINE, asked, PageAsked(20, halfway))
    return len(first.items) + len(there.items)


async def grants(snapshot: Snapshot, contract_id: str) -> int:
    then, place = Times(as_of=BEGIN + SPAN), AsOf(to_micros(BEGIN + SPAN), 10**9, current=False)
    listed = (await contract_grants(snapshot, COMMAND_LINE, contract_id, then, PageAsked(3))).items
    return len(listed) + len(await drawn_grants(snapshot, [one.grant_id for one in listed], place, then))


async def disputed(snapshot: Snapshot, contract_id: str) -> int:
    """There are none."""
    wanted, page = DeductionsAsked(status="disputed"), PageAsked(20)
    of_one = await list_deductions(snapshot, COMMAND_LINE, contract_id, wanted, NOW, page)
    of_all = await list_deductions_across(snapshot, COMMAND_LINE, ContractsAsked(), wanted, NOW, page)
    return len(of_one.items) + len(of_all.items)


async def accounts(snapshot: Snapshot, contract_id: str) -> int:
    of_contract, then = ContractsAsked(contract_id=contract_id), Times(as_of=BEGIN + SPAN / 2)
    return len((await list_balances(snapshot, COMMAND_LINE, of_contract, None, then, PageAsked(20))).items)


def test_a_place_in_both_times_costs_the_same_however_long_the_history(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    store, projector = open_store(url), Projector(url)
    projector.prepare()
    reader = open_reader(url)
    assert isinstance(reader, SqliteReader)
    cost: dict[int, list[int]] = {}
    for entries in (FEW, MANY):
        before = store.highest_position()
        told = list(worked(f"C-{entries}", entries))
        store.append(told, Batch())
        projector.catch_up()
        cost[entries] = []
        for effective, known_part in PLACES:
            place = AsOf(to_micros(BEGIN + SPAN * effective), before + int(len(told) * known_part), current=False)

            async def asked(contract_id: str = f"C-{entries}", place: AsOf = place) -> Balance:
                async with reader.snapshot() as snapshot:
                    return await balance_at(snapshot, contract_id, place)

            cost[entries].append(steps(reader, asked)[1])
        answers = {known: 15 * entries, now: 15 * entries, lines: 40, grants: 6, disputed: 0, accounts: 2}
        for question, expected in answers.items():

            async def of_contract(contract_id: str = f"C-{entries}", question: Question = question) -> int:
                async with reader.snapshot() as snapshot:
                    return await question(snapshot, contract_id)

            answer, count = steps(reader, of_contract)
            assert answer == expected, question
            cost[entries].append(count)
    projector.close()
    store.close()
    reader.database.close()
    odd = [(few, many) for few, many in zip(cost[FEW], cost[MANY], strict=True) if many > 1.5 * few + 20]
    assert odd == [], cost
