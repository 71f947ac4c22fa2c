"""What a batch asks of earlier commands costs its own size, however many commands its sender has sent before."""

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from ledger.events import TicketHeld
from ledger.kernel.mapper import StreamEvent
from ledger.store import Batch, EventStore, open_store
from ledger.store.database import NO_PARAMS, Database, Params, Row
from tests.servers import fresh_database

SENDER, NAMESPACE = "tenant", "entry"
BEFORE = 3_000  # without ANALYZE, as they are right after an import
ASKED = [f"c{number}" for number in range(BEFORE - 3, BEFORE + 497)]  # a whole batch; four are known
OTHERS = ("e-mail", "ledger")


class Explained:
    """A database that is asked for the plan of each question before it answers it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.dialect = database.dialect
        self.plans: list[str] = []

    def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        how = "EXPLAIN ANALYZE" if self.dialect == "postgresql" else "EXPLAIN QUERY PLAN"
        steps = self._database.query(f"{how} {sql}", params)
        self.plans.append("\n".join(str(step[-1]) for step in steps))
        return self._database.query(sql, params)


@pytest.fixture
def store(database_url: str) -> Iterator[EventStore]:
    with closing(open_store(database_url)) as store:
        commands: list[tuple[Any, ...]] = [
            (number + BEFORE * place, number, sender, f"c{number}", "log-work", b"digest")
            for place, sender in enumerate((SENDER, *OTHERS))
            for number in range(1, BEFORE + 1)
        ]
        taken = [(NAMESPACE if row[2] == SENDER else row[2], row[3], row[0]) for row in commands]
        with store.database.transaction() as transaction:
            transaction.execute_many("INSERT INTO commands VALUES (?, ?, ?, ?, ?, ?)", commands)
            transaction.execute_many("INSERT INTO known_ids VALUES (?, ?, ?)", taken)
        yield store


@pytest.mark.parametrize("question", ["commands_by_id", "commands_that_took"])
def test_no_row_is_read_that_was_not_asked_for(store: EventStore, question: str) -> None:
    explained = Explained(store.database)
    asking = EventStore(store.application, explained)  # type: ignore[arg-type]
    ask = asking.commands_by_id if question == "commands_by_id" else asking.commands_that_took
    found = ask(SENDER if question == "commands_by_id" else NAMESPACE, ASKED)
    assert sorted(found) == ["c2997", "c2998", "c2999", "c3000"]
    (plan,) = explained.plans
    if store.database.dialect == "postgresql":
        assert "Index Cond" in plan
        assert "Rows Removed by Filter" not in plan
        assert "Seq Scan" not in plan
    else:
        assert "SEARCH" in plan
        assert not [step for step in plan.splitlines() if step.startswith("SCAN") and "json_each" not in step]
        assert "=? AND " in plan, "both columns of the index are looked up"


def test_an_append_looks_only_at_what_others_appended_since(postgresql_server: str) -> None:
    """While the lock is held. A plan for any position would read the whole table once somebody wrote in between."""
    url = fresh_database(postgresql_server)
    with closing(open_store(url)) as store:
        for batch in range(10):
            store.append([held(f"{batch}.{number}") for number in range(500)], Batch())
    first = whole_reads(url)
    with closing(open_store(url)) as store:
        store.highest_position()
    opening = whole_reads(url) - first
    with closing(open_store(url)) as store:
        for number in range(8):  # the first five are planned for their own values
            seen = store.highest_position() - 1
            store.append([held(f"late.{number}")], Batch(seen_position=seen, read_streams=["ticket:other"]))
    assert whole_reads(url) == first + 2 * opening


def held(ticket_id: str) -> StreamEvent:
    fact = TicketHeld(ticket_id=ticket_id, contract_id="C", token_id="t", role="operator")
    return StreamEvent(fact.stream, 1, fact)


def whole_reads(url: str) -> int:
    """How often the events were read from end to end, by the sessions that have ended."""
    with psycopg.connect(url) as connection:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        while connection.execute(others).fetchone() != (0,):
            time.sleep(0.01)
            connection.commit()
        row = connection.execute("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'stored_events'").fetchone()
        assert row is not None
        return int(row[0])
