"""What is asked and told every day, on PostgreSQL with 100,000 events behind it: no large table is read through.

PostgreSQL counts such reads by table. One of some thousand rows it may read whole, where many are wanted. Each door is
asked more often than the five times after which a prepared statement may be planned once for all values.
"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
import pytest

from ledger.door.batches import Ledger
from ledger.kernel.clock import system_clock
from ledger.plans.loader import load_catalogue
from ledger.store import open_store
from projections.runner import Projector
from tests.bench.commands import POOL, PREFIX, TODAY, year_of_work
from tests.bench.raw import Tail
from tests.bench.rebuilding import long_history
from tests.http.door import Door, opened
from tests.senders import imported
from tests.servers import drop_database, fresh_database
from tests.words import confirm, log_work, top_up

EVENTS, COMMANDS, LARGE, TIMES = 100_000, 2_000, 12_000, 6
CONTRACT, TICKET = f"{PREFIX}1", f"{PREFIX}1.t0"
PAST, MONTH = (TODAY - timedelta(days=100)).date().isoformat(), (TODAY - timedelta(days=30)).date().isoformat()
DOORS: list[tuple[str, dict[str, str]]] = [
    ("contracts", {}),
    ("customers", {"limit": "10"}),
    ("balances", {"limit": "10"}),
    ("tickets", {}),
    ("tickets", {"state": "open"}),
    ("deductions", {}),
    ("deductions", {"status": "pending"}),
    ("charges", {}),
    ("charges", {"invoiced": "false"}),
    ("grants", {}),
    ("grants", {"expiring_before": "2199-01-01"}),
    ("sessions", {}),
    ("invoices", {}),
    ("invoice-drafts", {"limit": "5"}),
    ("events", {}),
    ("periods", {}),
    ("reports/revenue", {"from_": MONTH}),
    ("reports/time", {"from_": MONTH}),
    ("reports/breakage", {"from_": MONTH}),
    ("sla/at-risk", {}),
    (f"contracts/{CONTRACT}", {}),
    (f"contracts/{CONTRACT}/balance", {}),
    (f"contracts/{CONTRACT}/balance", {"as_of": PAST}),
    (f"contracts/{CONTRACT}/balance", {"known_at": PAST}),
    (f"contracts/{CONTRACT}/burn-down", {}),
    (f"contracts/{CONTRACT}/charges", {}),
    (f"contracts/{CONTRACT}/deductions", {}),
    (f"contracts/{CONTRACT}/grants", {}),
    (f"contracts/{CONTRACT}/invoice-draft", {}),
    (f"contracts/{CONTRACT}/sessions", {}),
    (f"contracts/{CONTRACT}/statement", {"from_": MONTH, "to": MONTH}),
    (f"tickets/{TICKET}", {}),
    (f"tickets/{TICKET}/history", {}),
]


@pytest.fixture(scope="module")
def url(postgresql_server: str) -> Iterator[str]:
    url, begun = fresh_database(postgresql_server), fresh_database(postgresql_server)
    store = open_store(begun)
    assert not imported(Ledger(store, load_catalogue()), b"".join(year_of_work(COMMANDS)))
    store.close()
    tail = Tail(begun)
    events = [row for rowset in tail.transactions(COMMANDS) for row in rowset.rows["stored_events"]]
    tail.close()
    long_history(url, events, EVENTS)
    projector = Projector(url)
    projector.prepare()
    projector.catch_up()
    projector.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")  # as PostgreSQL does by itself after a minute
    yield url
    drop_database(begun)
    drop_database(url)


def whole_reads(url: str) -> dict[str, int]:
    """How often each large table was read from end to end, by sessions that have ended."""
    with psycopg.connect(url, autocommit=True) as connection:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        while connection.execute(others).fetchone() != (0,):
            time.sleep(0.01)
        tables = "pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid"
        sql = f"SELECT s.relname, s.seq_scan FROM {tables} WHERE c.reltuples > %s"
        return dict(connection.execute(sql, (LARGE,)).fetchall())


def since(url: str, before: dict[str, int]) -> dict[str, int]:
    return {table: count - before[table] for table, count in whole_reads(url).items() if count > before[table]}


@pytest.fixture
def opening(url: str) -> dict[str, int]:
    """What a server reads when it begins, and ends."""
    before = whole_reads(url)
    with opened(url, system_clock, catalogue=None) as door:
        door.see("contracts", limit=1)
    return since(url, before)


def ask(door: Door) -> None:
    for path, query in DOORS:
        for _ in range(TIMES):
            door.see(path, **query)


def tell(door: Door) -> None:
    for number in range(TIMES):
        entry = f"late.{number}"
        door.ok(log_work(15, entry_id=entry, ticket_id=TICKET, at=f"{TODAY:%Y-%m-%dT00:00:00Z}"))
        door.ok(confirm(entry))
        bought = {"contract_id": CONTRACT, "pool": POOL, "price": "96.00", "top_up_id": f"late.up{number}"}
        door.ok(top_up(480, f"{TODAY:%Y-%m-%dT00:00:00Z}", **bought))


@pytest.mark.parametrize("work", [ask, tell])
def test_no_large_table_is_read_through(url: str, opening: dict[str, int], work: Callable[[Door], None]) -> None:
    assert {"stored_events", "movements", "deductions"} <= whole_reads(url).keys()
    before = whole_reads(url)
    with opened(url, system_clock, catalogue=None) as door:
        door.see("contracts", limit=1)
        work(door)
    assert since(url, before) == opening


def test_no_question_is_compiled(url: str) -> None:
    """To compile one takes longer than all of ours; PostgreSQL does it for what it overrates."""
    with opened(url, system_clock, catalogue=None) as door:
        state = door.client.app.state.ledger
        readers = [state.reader, state.long_questions._reader]
        asked = [door.client.run(reader.query("SHOW jit")) for reader in readers]
        asked.append(door.client.run(state.reader.query_often("SHOW jit")))
        asked += [database.query("SHOW jit") for database in (state.store.database, state.projector.database)]
    assert [rows[0].jit for rows in asked] == ["off"] * 5
