"""The large bench runs, tiny: each door is asked in both ledgers, and a kept ledger comes back as it was.

How long anything takes is asserted nowhere.
"""

import os
from pathlib import Path

import pytest

from tests.bench.doors import DEEP, LISTS, OF_A_CONTRACT, PAGES
from tests.bench.large import Repeats, all_rows
from tests.bench.large_ledger import Extent, count_events, postgres_copy, program_at, sqlite_copy
from tests.servers import REQUIRE_VARIABLE, drop_database, fresh_database

TINY = (Extent("large", 300, long=60, billed=80), Extent("small", 100, long=20, billed=20))
ONCE = Repeats(rounds=1, times=1, entries=1)


def test_every_row_is_measured_and_the_ledger_is_kept(tmp_path: Path) -> None:
    kept, folder = tmp_path / "kept", tmp_path / "run"
    kept.mkdir()
    folder.mkdir()
    said: list[str] = []
    rows = all_rows("SQLite", TINY, lambda one: sqlite_copy(one, kept, folder, said.append), ONCE)
    counts = {number: sum(row.number == number for row in rows) for number in range(8, 15)}
    pages = sum(map(len, PAGES.values()))
    assert counts == {
        8: len(OF_A_CONTRACT) + len(LISTS) + pages,
        9: 2 * len(OF_A_CONTRACT),
        10: len(DEEP),
        11: 1,
        12: 4,
        13: 2,
        14: 4,
    }
    assert all(min(row.figures) > 0 for row in rows)
    large, small = (count_events(f"sqlite:///{folder / extent.name}.db") for extent in TINY)
    assert large > 2 * small > 0
    before = len(said)
    again = sqlite_copy(TINY[0], kept, tmp_path, said.append)
    assert count_events(again) > 0
    assert len(said) == before, "what is kept is not made again"


def test_a_kept_dump_comes_back_as_it_was(postgresql_server: str, tmp_path: Path) -> None:
    if not program_at(postgresql_server, "pg_dump").exists():
        reason = "PostgreSQL is missing its pg_dump"
        pytest.fail(reason) if os.environ.get(REQUIRE_VARIABLE) else pytest.skip(reason)
    made: list[str] = []

    def fresh() -> str:
        made.append(fresh_database(postgresql_server))
        return made[-1]

    try:
        counts = [count_events(postgres_copy(TINY[1], tmp_path, fresh, lambda _: None)) for _ in range(2)]
        assert counts[0] == counts[1] > 0
    finally:
        for url in made:
            drop_database(url)
