"""The bench runs, tiny: each row of its table is there with its aim, and its floors hold the rows of the product.

How long anything takes is asserted nowhere. That a floor follows the product is checked by the bench itself.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from projections.runner import Projector
from tests.bench.all_rows import Sizes, all_rows
from tests.bench.batch_projector import BatchProjector
from tests.bench.commands import year_of_work
from tests.bench.floor_table import connect
from tests.bench.raw import TABLES, open_raw
from tests.bench.rounds import table
from tests.bench.writing import Desk, import_year
from tests.bench_sla import sla_bench
from tests.servers import drop_database, fresh_database

TINY = Sizes(
    import_commands=300,
    import_rounds=1,
    more_commands=100,
    single_rounds=1,
    single_times=2,
    long_entries=20,
    history_events=1_000,
    rebuild_rounds=1,
    page=300,  # so that an event finds rows that an earlier page wrote
    reading_rounds=1,
    reading_seconds=0.05,
    reading_contracts=2,
    promised_tickets=4,
    page_times=2,
    waiting_answers=3,
    many_rounds=1,
    many_seconds=0.05,
)
AIM_OF_READING = {"SQLite": "≥ 0.9", "PostgreSQL": "≥ 0.8"}
AIM_OF_ENTRY = {"SQLite": "≤ 1.7", "PostgreSQL": "≤ 1.2"}
AIM_OF_WRITING = {"SQLite": "≥ 0.3", "PostgreSQL": "≥ 0.38"}
ROWS = [
    (1, "one log-work, Ledger.submit", ""),
    (1, "  of which this thread computes", ""),
    (1, "one log-work, over the Writer", ""),
    (2, "import of 300 commands", "≥ 0.35"),
    (3, "rebuild of 1,000 events, 6 views", "≥ 0.6"),
    (4, "balance by HTTP, 8 connections", ""),
    (5, "log-work after 20 entries, against 10", "≤ 1.3"),
    (5, "  the first one after a restart", ""),
    *((7, f"page {what}, against the API's answers", "≤ 3") for what in ("Home", "Time", "Today")),
    *(
        (6, f"others wait, 99 of 100: {what}", "≤ 1")
        for what in (
            "nothing",
            "300,000 lines of {}",
            "32 MB of newlines",
            "8 lines of 60,000 fields",
            "a command of 60,000 fields",
            "a command of 240,000 objects",
            "Accept of 60,000 commas",
            "200 wait for a position",
            "500 tickets",
            "500 tickets of some time ago",
            "all tickets as CSV",
            "500 contracts",
            "500 balances of some time ago",
            "500 events",
            "compliance of everything",
            "what is at risk",
            "a calculation",
            "a dry run of all invoices",
        )
    ),
    (16, "32 HTTP clients writing, 64 accounts", ""),
    (16, "  of which the server computes", ""),
    (17, "16 HTTP clients on one account, against 1", "≥ 1.5"),
]
ROWS_OF_POSTGRES = [
    (15, "8 writers, the recorder alone", "≥ 0.6"),
    (15, "8 writers, the recorder alone, against the library's", "≥ 4"),
    (15, "  whole commands", ""),
    (18, "32 HTTP clients at two servers, against one", ""),
    (18, "  the slower of the two, against the quicker", ""),
]


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def fresh(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes an empty database of a name."""
    if database == "SQLite":
        return lambda name: f"sqlite:///{tmp_path / name}.db"
    server = request.getfixturevalue("postgresql_server")

    def made(_: str) -> str:
        url = fresh_database(server)
        request.addfinalizer(lambda: drop_database(url))
        return url

    return made


def test_every_row_is_measured_with_its_aim(database: str, fresh: Callable[[str], str], tmp_path: Path) -> None:
    said: list[str] = []
    rows = all_rows(database, fresh, TINY, tmp_path, said.append)
    wanted = ROWS + ROWS_OF_POSTGRES * (database == "PostgreSQL")
    by_database = {
        "one log-work, Ledger.submit": AIM_OF_ENTRY[database],
        "one log-work, over the Writer": AIM_OF_ENTRY[database],
        "balance by HTTP, 8 connections": AIM_OF_READING[database],
        "32 HTTP clients writing, 64 accounts": AIM_OF_WRITING[database],
    }
    assert sorted((row.number, row.what, row.aim_text) for row in rows) == sorted(
        (number, what, by_database.get(what, aim)) for number, what, aim in wanted
    )
    assert all(min(row.figures) > 0 for row in rows)
    printed = table(rows).splitlines()
    assert len(printed) == 1 + len(wanted)
    assert [line.split()[0] for line in printed[1:]] == [str(number) for number in sorted(one[0] for one in wanted)]
    assert len(said) == 7


def test_raw_rows_are_the_rows_of_the_product(database: str, fresh: Callable[[str], str]) -> None:
    ledger, copy = fresh("ledger"), fresh("copy")
    desk = Desk(database, ledger, copy)
    import_year(desk, year_of_work(200), 2)
    desk.close()
    with closing(open_raw(ledger)) as product, closing(open_raw(copy)) as floor:
        for name in TABLES:
            rows = [sorted(map(repr, raw.query(f"SELECT * FROM {name}"))) for raw in (product, floor)]
            assert rows[0] == rows[1], name
            assert rows[0], name


def test_a_floor_that_does_not_follow_the_product_is_noticed(database: str, fresh: Callable[[str], str]) -> None:
    url = fresh("ledger")
    desk = Desk(database, url, fresh("copy"))
    desk.carry_out(year_of_work(200))
    desk.close()
    with closing(Projector(url)) as projector, closing(connect(url)) as connection:
        projector.prepare()
        projector.catch_up()
        floor = BatchProjector(connection, 50)
        floor.build()
        assert floor.differences() == []
        connection.execute("UPDATE floor_deductions SET increment_minutes = 1 WHERE deduction_id = 'x00-0.w2'")
        connection.execute("DELETE FROM floor_customers WHERE contract_id = 'x00-0'")
        connection.execute("DELETE FROM floor_tallies WHERE contract_id = 'x00-0'")
        connection.execute("UPDATE floor_counted_terms SET terms = '[]' WHERE contract_id = 'x00-0'")
        assert floor.differences() == [
            "1 of 2 rows of customers are not among the floor's 1",
            "1 of 178 rows of deductions are not among the floor's 178",
            "1 of 2 rows of counted_terms are not among the floor's 2",
            "1 of 2 rows of tallies are not among the floor's 1",
        ]


def test_due_instants_are_measured_too() -> None:
    found = sla_bench(20)
    assert [name for name in found if name.startswith("ledger.")] == [
        "ledger.coverage, covered time from a start",
        "ledger.coverage, covered time until an end",
        "ledger.coverage, between two instants",
        "ledger.sla, covered",
        "ledger.sla, business_days",
        "ledger.sla, end_of_business_day",
        "ledger.coverage, ten minutes ahead",
        "ledger.coverage, ten years ahead",
    ]
    assert all(a_second > 0 for a_second in found.values())
