"""Reports cost what they show: days, months and groups, however much was charged, worked and lost in them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.kernel.access import COMMAND_LINE
from ledger.store import Batch, open_store
from projections.asking import PageAsked
from projections.provider.report_sources import BREAKAGE, DEDUCTED_TIME, REVENUE, ReportSource, TimeGroup
from projections.provider.reports import ReportAsked, report
from projections.reader import SqliteReader, open_reader
from projections.runner import Projector
from tests.views.steps import steps
from tests.views.test_subtotals_cost import worked

ASKED: list[tuple[date | None, date, tuple[TimeGroup, ...]]] = [
    (None, date(2026, 3, 10), ()),
    (None, date(2026, 3, 10), ("month", "plan")),
    (None, date(2026, 3, 10), ("customer", "kind")),
    (date(2024, 3, 10), date(2024, 11, 20), ("month",)),
]


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> list[SqliteReader]:
    """Of two ledgers that tell of the same two years, the one by 2,000 entries of work, the other by 20,000."""
    found = []
    for entries in (2_000, 20_000):
        path: Path = tmp_path_factory.mktemp("reports") / "ledger.db"
        store, projector = open_store(f"sqlite:///{path}"), Projector(f"sqlite:///{path}")
        projector.prepare()
        store.append(list(worked("C", entries)), Batch())
        projector.catch_up()
        projector.close()
        store.close()
        reader = open_reader(f"sqlite:///{path}")
        assert isinstance(reader, SqliteReader)
        found.append(reader)
    return found


@pytest.mark.parametrize("source", [REVENUE, BREAKAGE, DEDUCTED_TIME], ids=lambda source: source.report)
def test_ten_times_as_much_costs_the_same(readers: list[SqliteReader], source: ReportSource[Any, Any]) -> None:
    for first, last, groups in ASKED:
        cost = []
        what = ReportAsked("acme", first, last, groups)
        for reader in readers:

            async def asked(reader: SqliteReader = reader, what: ReportAsked = what) -> int:
                async with reader.snapshot() as snapshot:
                    return len((await report(snapshot, COMMAND_LINE, source, what, PageAsked(20))).items)

            rows, count = steps(reader, asked)
            assert rows
            cost.append(count)
        assert cost[1] <= 1.3 * cost[0] + 10, (groups, cost)
