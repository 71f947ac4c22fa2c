"""The conformance tests that the library ships for recorders, run on ours, made by our own opening functions."""

import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from ledger.store.postgres_recorder import PostgresRecorder, postgres_recorder
from ledger.store.sqlite_recorder import SqliteRecorder, sqlite_recorder
from tests.servers import drop_database, fresh_database

# The module of the bases also imports the library's cipher, which needs a package that we have no other use for.
cipher = ModuleType("eventsourcing.cipher")
cipher.__dict__["AESCipher"] = None
with patch.dict(sys.modules, {"eventsourcing.cipher": cipher}):
    from eventsourcing.tests import persistence as shipped


def wait_for_readers() -> None:
    """The bases tell their reading threads to stop and do not wait; a connection may not be closed under them."""
    for thread in threading.enumerate():
        if "read_continuously" in thread.name:
            thread.join()


class OnSqlite:
    """Originator ids are texts here. What only prints how fast it was is left out."""

    test_performance = None
    test_concurrent_throughput = None
    recorder: SqliteRecorder

    @pytest.fixture(autouse=True)
    def _opened(self, tmp_path: Path) -> Iterator[None]:
        self.recorder = sqlite_recorder(tmp_path / "ledger.db")
        yield
        wait_for_readers()
        self.recorder.close()

    def create_recorder(self) -> SqliteRecorder:
        return self.recorder

    def new_originator_id(self) -> str:
        return f"ticket:{uuid4()}"


class OnPostgres:
    test_performance = None
    test_concurrent_throughput = None
    recorder: PostgresRecorder

    @pytest.fixture(autouse=True)
    def _opened(self, postgresql_server: str) -> Iterator[None]:
        url = fresh_database(postgresql_server)
        self.recorder = postgres_recorder(url)
        yield
        wait_for_readers()
        self.recorder.datastore.close()
        drop_database(url)

    def create_recorder(self) -> PostgresRecorder:
        return self.recorder

    def new_originator_id(self) -> str:
        return f"ticket:{uuid4()}"


class WithoutPositions:
    """The base of recorders that know no positions expects none; ours tells them, and is asked as one of those."""

    def __init__(self, recorder: SqliteRecorder | PostgresRecorder) -> None:
        self._recorder = recorder

    def insert_events(self, stored_events: Sequence[StoredEvent]) -> None:
        self._recorder.insert_events(stored_events)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._recorder, name)


class TestSqliteAggregates(OnSqlite, shipped.AggregateRecorderTestCase):
    def create_recorder(self) -> Any:
        return WithoutPositions(self.recorder)


class TestPostgresAggregates(OnPostgres, shipped.AggregateRecorderTestCase):
    def create_recorder(self) -> Any:
        return WithoutPositions(self.recorder)


class TestSqliteApplication(OnSqlite, shipped.ApplicationRecorderTestCase[SqliteRecorder]):
    pass


class TestPostgresApplication(OnPostgres, shipped.ApplicationRecorderTestCase[PostgresRecorder]):
    pass


class TestSqliteNotInterleaving(OnSqlite, shipped.NonInterleavingNotificationIDsBaseCase):
    pass


class TestPostgresNotInterleaving(OnPostgres, shipped.NonInterleavingNotificationIDsBaseCase):
    pass
