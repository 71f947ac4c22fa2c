"""A page of charges costs its page, whatever the days and the invoices that are asked for leave out.

On either side of 300 and of 3,000 charges: what is asked for is the same of both.
"""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ledger.kernel.access import COMMAND_LINE
from projections.asking import PageAsked
from projections.billing.charge_questions import ListedCharge, list_charges, list_charges_across
from projections.contracts.across import ContractsAsked, DaysAsked
from projections.reader import NOW, Snapshot, SqliteReader
from tests.views.rows import TABLES, blank, contract, written
from tests.views.steps import steps

FEW, MANY = 300, 3_000
BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
TWO_DAYS = DaysAsked(date(2026, 3, 10), date(2026, 3, 11))
Question = Callable[[Snapshot, PageAsked], Coroutine[Any, Any, list[str]]]
ALL_DAYS = DaysAsked(date(2025, 1, 1), date(2030, 1, 1))


def charge(number: int, at: datetime, contract_id: str = "C", *, is_open: bool = False) -> msgspec.Struct:
    told = {"charge_id": f"{contract_id}-{number}", "contract_id": contract_id, "position": number}
    told |= {"kind": "fee", "family": "fee", "is_open": int(is_open), "currency": "EUR"}
    row: msgspec.Struct = blank(TABLES["charges"], effective_at=round(at.timestamp() * 1_000_000), **told)
    return row


def charged(others: int) -> Iterator[msgspec.Struct]:
    """Of C, half of the others come before ten charges of March, every second of which is open, and half after them."""
    yield from (contract("C", timezone="UTC"), contract("D", timezone="UTC"))
    before, march = timedelta(days=30) / others, BEGIN + timedelta(days=68)
    yield from (charge(number, BEGIN + number * before) for number in range(1, others // 2))
    for number in range(10):
        yield charge(others // 2 + number, march + timedelta(hours=number), is_open=number % 2 == 0)
    yield from (
        charge(others // 2 + 10 + number, march + timedelta(days=9) + number * before) for number in range(others)
    )
    yield charge(1, march, "D", is_open=True)


async def open_of_one(snapshot: Snapshot, page: PageAsked) -> list[str]:
    return ids((await list_charges(snapshot, COMMAND_LINE, "C", NOW, False, page)).items)


async def invoiced_of_one(snapshot: Snapshot, page: PageAsked) -> list[str]:
    return ids((await list_charges(snapshot, COMMAND_LINE, "C", NOW, True, page)).items)


async def of_two_days(snapshot: Snapshot, page: PageAsked) -> list[str]:
    asked = ContractsAsked()
    found = await list_charges_across(snapshot, COMMAND_LINE, asked, TWO_DAYS, NOW, None, page)
    return ids(found.items)


async def open_of_all(snapshot: Snapshot, page: PageAsked) -> list[str]:
    found = await list_charges_across(snapshot, COMMAND_LINE, ContractsAsked(), DaysAsked(), NOW, False, page)
    return ids(found.items)


async def of_all_days(snapshot: Snapshot, page: PageAsked) -> list[str]:
    found = await list_charges_across(snapshot, COMMAND_LINE, ContractsAsked(), ALL_DAYS, NOW, None, page)
    return ids(found.items)


def ids(items: Sequence[ListedCharge]) -> list[str]:
    return [one.row.charge_id for one in items]


@pytest.mark.parametrize("question", [open_of_one, invoiced_of_one, of_two_days, open_of_all, of_all_days])
def test_ten_times_as_many_others_cost_the_same(tmp_path: Path, question: Question) -> None:
    cost, seen = [], []
    for others in (FEW, MANY):
        with written(f"sqlite:///{tmp_path / f'{others}.db'}") as views:
            views.write(list(charged(others)), position=10**9)
            assert isinstance(views.reader, SqliteReader)
            reader = views.reader

            async def asked(reader: SqliteReader = reader) -> list[str]:
                async with reader.snapshot() as snapshot:
                    return await question(snapshot, PageAsked(4))

            found, count = steps(reader, asked)
            seen.append(len(found))
            cost.append(count)
    assert seen == [4, 4]
    assert cost[1] <= 1.3 * cost[0] + 20, cost
