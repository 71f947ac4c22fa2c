"""What was recorded stays: SQLite's triggers refuse every change, PostgreSQL's writer lacks the right to make one."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer

import psycopg
import pytest

from ledger.door.batches import Ledger
from ledger.store import open_store
from ledger.store.database import open_database
from ledger.store.schema import APPEND_ONLY, WRITER_ROLE
from tests.scenario import catalogue
from tests.senders import WriteDoor
from tests.servers import drop_database, fresh_database
from tests.words import contract, log_work

TABLES = list(APPEND_ONLY)
COLUMN = {"stored_events": "state", "commands": "content_digest", "known_ids": "position"}
ROWS = {
    "stored_events": "SELECT * FROM stored_events ORDER BY notification_id",
    "commands": "SELECT * FROM commands ORDER BY first_position",
    "known_ids": "SELECT * FROM known_ids ORDER BY namespace, id",
}


def filled(url: str) -> None:
    """A ledger with a contract, a ticket and an entry."""
    store = open_store(url)
    worked = log_work(50, "2024-02-05T12:00:00Z", entry_id="W", command_id="first")
    WriteDoor(Ledger(store, catalogue())).ok(contract("groupios-l", "2024-01-01"), worked)
    store.close()


# -- SQLite -----------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of a stranger, with no setting of ours."""
    filled(f"sqlite:///{tmp_path / 'ledger.db'}")
    connection = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None, check_same_thread=False)
    yield connection
    connection.close()


def refused_by_sqlite(connection: sqlite3.Connection, statement: str) -> None:
    before = [connection.execute(rows).fetchall() for rows in ROWS.values()]
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    assert [connection.execute(rows).fetchall() for rows in ROWS.values()] == before
    assert all(before)


def test_missing_guards_are_put_back_when_a_writer_is_done(file: sqlite3.Connection, tmp_path: Path) -> None:
    """Whoever opens waits its turn, and is not told that the file is locked."""
    file.execute("DROP TRIGGER stored_events_update")
    file.execute("BEGIN IMMEDIATE")
    done = Timer(0.3, lambda: file.execute("COMMIT"))
    done.start()
    open_store(f"sqlite:///{tmp_path / 'ledger.db'}").close()
    done.join()
    refused_by_sqlite(file, "UPDATE stored_events SET state = state")


@pytest.mark.parametrize("table", TABLES)
def test_sqlite_refuses_to_update(file: sqlite3.Connection, table: str) -> None:
    refused_by_sqlite(file, f"UPDATE {table} SET {COLUMN[table]} = {COLUMN[table]}")
    refused_by_sqlite(file, f"UPDATE OR REPLACE {table} SET {COLUMN[table]} = 0")


@pytest.mark.parametrize("table", TABLES)
def test_sqlite_refuses_to_delete(file: sqlite3.Connection, table: str) -> None:
    refused_by_sqlite(file, f"DELETE FROM {table}")


# Each replaces a row by one of the keys that the row could be found by.
REPLACEMENTS = {
    "an event by its position": "INSERT OR REPLACE INTO stored_events VALUES ('x', 1, 'x', x'', 1, 0, '', '')",
    "an event by its place in its stream": (
        "INSERT OR REPLACE INTO stored_events "
        "SELECT originator_id, originator_version, 'x', x'', 999, 0, '', '' FROM stored_events LIMIT 1"
    ),
    "a command by its position": (
        "INSERT OR REPLACE INTO commands SELECT first_position, 1, '', '', '', x'' FROM commands"
    ),
    "a command by its id": "INSERT OR REPLACE INTO commands VALUES (999, 999, '', 'first', 'x', x'')",
    "an id that is taken": "INSERT OR REPLACE INTO known_ids VALUES ('entry', 'W', 999)",
    "an event through an upsert": (
        "INSERT INTO stored_events VALUES ('x', 1, 'x', x'', 1, 0, '', '') "
        "ON CONFLICT (notification_id) DO UPDATE SET topic = 'x'"
    ),
}


@pytest.mark.parametrize("statement", REPLACEMENTS.values(), ids=REPLACEMENTS)
def test_sqlite_refuses_to_replace(file: sqlite3.Connection, statement: str) -> None:
    refused_by_sqlite(file, statement)


def test_sqlite_still_appends_after_all_that(file: sqlite3.Connection) -> None:
    file.execute("INSERT INTO known_ids VALUES ('entry', 'another', 999)")
    assert file.execute("SELECT count(*) FROM known_ids WHERE id = 'another'").fetchone() == (1,)


# -- PostgreSQL -------------------------------------------------------------------------------------------------

Ask = Callable[[str], None]


@pytest.fixture
def database(postgresql_server: str) -> Iterator[str]:
    url = fresh_database(postgresql_server)
    filled(url)
    yield url
    drop_database(url)


def changes(table: str) -> list[str]:
    return [
        f"UPDATE {table} SET {COLUMN[table]} = {COLUMN[table]}",
        f"DELETE FROM {table}",
        f"TRUNCATE {table} CASCADE",
        f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT DO NOTHING; DELETE FROM {table}",
    ]


@pytest.mark.parametrize("table", TABLES)
def test_postgresql_gives_the_writer_no_right_to_change_anything(database: str, table: str) -> None:
    ours = open_database(database)
    assert ours.query("SELECT current_user") == [(WRITER_ROLE,)]
    for right in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"):
        assert ours.query("SELECT has_table_privilege(?, ?, ?)", (WRITER_ROLE, f"public.{table}", right)) == [(False,)]
    for right in ("SELECT", "INSERT"):
        assert ours.query("SELECT has_table_privilege(?, ?, ?)", (WRITER_ROLE, f"public.{table}", right)) == [(True,)]
    ours.close()
    refused_by_postgresql(database, table, [*changes(table), f"DROP TABLE {table}"], role=WRITER_ROLE)


@pytest.mark.parametrize("table", TABLES)
def test_postgresql_refuses_even_its_superuser(database: str, table: str) -> None:
    refused_by_postgresql(database, table, changes(table))


def refused_by_postgresql(url: str, table: str, statements: list[str], role: str | None = None) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        before = connection.execute(ROWS[table].encode()).fetchall()
        if role:
            connection.execute(f"SET ROLE {role}".encode())
        for statement in statements:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
        assert connection.execute(ROWS[table].encode()).fetchall() == before
        assert before


def test_postgresql_refuses_to_turn_an_insert_into_an_update(database: str) -> None:
    statement = "INSERT INTO known_ids SELECT * FROM known_ids ON CONFLICT (namespace, id) DO UPDATE SET position = 0"
    refused_by_postgresql(database, "known_ids", [statement])
    refused_by_postgresql(database, "known_ids", [statement], role=WRITER_ROLE)


def test_a_store_that_is_opened_again_keeps_what_it_holds(database_url: str) -> None:
    filled(database_url)
    before = open_database(database_url)
    rows = [before.query(question) for question in ROWS.values()]
    open_store(database_url).close()
    assert [before.query(question) for question in ROWS.values()] == rows
    before.close()
