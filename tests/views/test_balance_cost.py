"""A balance now costs the same however much was worked, and however much of it nobody ever answered.

So do its grants, and the last point of a burn-down with its forecast.
"""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from ledger.kernel.access import COMMAND_LINE
from projections.asking import PageAsked
from projections.credit.balances import balance
from projections.credit.burn_down import BurnDownAsked, burn_down
from projections.credit.grants import contract_grants
from projections.reader import NOW, Snapshot, SqliteReader, open_reader
from tests.clock import Clock
from tests.http.door import opened
from tests.http.world import MINE, OF, OPENED, TEN
from tests.words import log_work, open_ticket, sign

LONG_AFTER = Clock("2027-01-15T00:00:00Z")  # all of it is past


Question = Callable[[Snapshot, str], Coroutine[Any, Any, Any]]


async def grants_now(snapshot: Snapshot, contract: str) -> int:
    return len((await contract_grants(snapshot, COMMAND_LINE, contract, NOW, PageAsked(10))).items)


async def last_point(snapshot: Snapshot, contract: str) -> int:
    asked = BurnDownAsked(contract, None, LONG_AFTER.now.date())
    return len((await burn_down(snapshot, COMMAND_LINE, asked)).points)


def steps(url: str, contract: str, question: Question | None = None) -> int:
    """Instructions of SQLite's machine, in hundreds, that the balance now takes, or another question."""
    reader = open_reader(url, LONG_AFTER)
    assert isinstance(reader, SqliteReader)
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    async def asked() -> Any:
        if question is None:
            return (await balance(reader, COMMAND_LINE, contract)).accounts
        async with reader.snapshot() as snapshot:
            return await question(snapshot, contract)

    reader.database.connection().set_progress_handler(tick, 100)
    found = asyncio.run(asked())
    reader.database.close()
    assert found
    return count


def test_entries_that_await_the_customers_word_are_not_read_one_by_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with opened(url) as door:
        for contract, entries in (("few", 3), ("many", 400)):
            door.all_ok(
                [sign(contract_id=contract, **OF[MINE]), open_ticket(f"{contract}-t", contract_id=contract, at=OPENED)]
            )
            door.all_ok(
                [log_work(1, TEN, entry_id=f"{contract}-{n}", ticket_id=f"{contract}-t") for n in range(entries)]
            )
        pending = {c: len(door.walk(f"contracts/{c}/deductions", status="pending")) for c in ("few", "many")}
        assert pending == {"few": 3, "many": 400}
        assert steps(url, "many") <= steps(url, "few") + 3
        for question in (grants_now, last_point):
            assert steps(url, "many", question) <= steps(url, "few", question) + 3
