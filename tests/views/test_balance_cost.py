"""A balance now costs the same however much was worked, and however much of it nobody ever answered."""

import asyncio
from pathlib import Path

from ledger.kernel.access import COMMAND_LINE
from projections.credit.balances import balance
from projections.reader import SqliteReader, open_reader
from tests.clock import Clock
from tests.http.door import opened
from tests.http.world import MINE, OF, OPENED, TEN
from tests.words import log_work, open_ticket, sign

LONG_AFTER = Clock("2027-01-15T00:00:00Z")  # all of it is past


def steps(url: str, contract: str) -> int:
    """Instructions of SQLite's machine, in hundreds, that the balance now takes."""
    reader = open_reader(url, LONG_AFTER)
    assert isinstance(reader, SqliteReader)
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    reader.database.connection().set_progress_handler(tick, 100)
    found = asyncio.run(balance(reader, COMMAND_LINE, contract))
    reader.database.close()
    assert found.accounts
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
