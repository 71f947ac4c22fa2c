"""A balance now costs the same however much was worked, and however much of it nobody ever answered."""

from pathlib import Path

from projections.credit.balances import _NOW
from tests.http.door import Door, opened
from tests.http.world import opening, signing, working


def steps(door: Door, contract: str) -> int:
    """Instructions of SQLite's machine, in hundreds, that the one question takes."""
    connection = door.store.database.connection()  # type: ignore[union-attr]
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    now = 1_800_000_000_000_000  # 15 January 2027: all of it is past
    params = (now, contract, now, contract, now, now, contract, now, contract, now, contract)
    connection.set_progress_handler(tick, 100)
    rows = connection.execute(f"{_NOW} 1 = 1 ORDER BY a.pool", params).fetchall()
    connection.set_progress_handler(None, 0)
    assert rows
    return count


def test_entries_that_await_the_customers_word_are_not_read_one_by_one(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'ledger.db'}") as door:
        for contract, entries in (("few", 3), ("many", 400)):
            door.all_ok([signing(contract, "mine"), opening(f"{contract}-t", contract)])
            door.all_ok([working(f"{contract}-{n}", f"{contract}-t", 1) for n in range(entries)])
        pending = {c: len(door.walk(f"contracts/{c}/deductions", status="pending")) for c in ("few", "many")}
        assert pending == {"few": 3, "many": 400}
        assert steps(door, "many") <= steps(door, "few") + 3
