"""The servers and databases of the tests themselves: empty, apart from each other, and gone afterwards."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.servers import (
    URL_VARIABLE,
    drop_database,
    embedded_programs,
    fresh_database,
    postgres_server,
    throw_away_server,
)

TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
OWNER_THAT_HANGS = """
import signal
from tests.servers import postgres_server
with postgres_server() as base_url:
    print(base_url, flush=True)
    signal.pause()
"""


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, connect_timeout=10) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def names_of_databases(base_url: str) -> set[str]:
    with psycopg.connect(base_url) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


@pytest.fixture(scope="module")
def embedded_server() -> Iterator[str]:
    """Started even where the machine has a PostgreSQL of its own, since elsewhere it is the only one."""
    with throw_away_server(embedded_programs(), durable=True) as base_url:
        yield base_url


def test_a_fresh_database_is_empty_and_apart_from_the_next(postgresql_server: str) -> None:
    first, second = fresh_database(postgresql_server), fresh_database(postgresql_server)
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE entries (id int)")
    assert (ask(first, TABLES), ask(second, TABLES)) == (1, 0)
    drop_database(first)
    drop_database(second)


def test_dropping_removes_the_database_though_somebody_is_connected(postgresql_server: str) -> None:
    url = fresh_database(postgresql_server)
    name = ask(url, "SELECT current_database()")
    assert name in names_of_databases(postgresql_server)
    with psycopg.connect(url) as connection:
        drop_database(url)
        assert name not in names_of_databases(postgresql_server)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_a_database_that_is_not_ours_is_never_dropped(postgresql_server: str) -> None:
    with pytest.raises(ValueError, match="Only a database that fresh_database made"):
        drop_database(postgresql_server)


def test_the_name_replaces_only_the_database_in_a_url_with_options(embedded_server: str) -> None:
    url = fresh_database(f"{embedded_server}?application_name=a/b")
    assert url.startswith(embedded_server.removesuffix("postgres"))
    assert url.endswith("?application_name=a/b")
    assert ask(url, "SELECT current_setting('application_name')") == "a/b"
    assert ask(url, "SELECT current_database()") == url.partition("?")[0].rpartition("/")[2]
    drop_database(url)


def test_the_embedded_server_starts_and_listens_on_this_machine_only(embedded_server: str) -> None:
    assert str(ask(embedded_server, "SHOW server_version")).startswith("18.")
    assert ask(embedded_server, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(embedded_server, "SHOW max_connections") == "200"


def test_only_a_durable_server_syncs(embedded_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    assert ask(embedded_server, "SHOW fsync") == "on"
    with postgres_server() as quick:
        assert ask(quick, "SHOW fsync") == "off"
        folder = Path(str(ask(quick, "SHOW data_directory"))).parent
        assert folder.is_dir()
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(quick)


def test_a_named_server_is_left_running_and_keeps_what_is_not_ours(
    embedded_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(embedded_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE of_somebody_else")
    before = names_of_databases(embedded_server)
    monkeypatch.setenv(URL_VARIABLE, embedded_server)
    with postgres_server() as base_url:
        assert base_url == embedded_server
        fresh_database(base_url)
        assert names_of_databases(embedded_server) > before
    assert names_of_databases(embedded_server) == before


def test_a_named_server_that_does_not_answer_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, "postgresql://nobody@127.0.0.1:1/postgres")
    with pytest.raises(psycopg.OperationalError), postgres_server():
        pass


def test_the_server_goes_when_its_owner_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    command = [sys.executable, "-c", OWNER_THAT_HANGS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as owner:
        assert owner.stdout is not None
        base_url = owner.stdout.readline().strip()
        folder = Path(str(ask(base_url, "SHOW data_directory"))).parent
        owner.kill()
    patience = time.monotonic() + 60
    while folder.exists() and time.monotonic() < patience:
        time.sleep(0.05)
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(base_url)


def test_each_test_gets_an_empty_database_at_an_address_that_is_absolute(
    empty_database_url: str, tmp_path: Path
) -> None:
    if empty_database_url.startswith("sqlite"):
        assert empty_database_url == f"sqlite:////{str(tmp_path).removeprefix('/')}/ledger.db"
        assert not (tmp_path / "ledger.db").exists()
    else:
        assert ask(empty_database_url, TABLES) == 0
