"""Opening, loading and saving: the only package that writes to a database engine.

Streams are read from `stored_events`, several at once; a command's events, its id and the ids it took are
appended in one transaction. Whoever saves against an outdated stream gets `ConflictError` and decides again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from eventsourcing.application import Application
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    InterfaceError,
    OperationalError,
    PersistenceError,
)

from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.fact import Fact
from ledger.kernel.long_lived import StreamSnapshot
from ledger.kernel.mapper import LedgerMapper, StreamEvent, decode
from ledger.store.batch import Batch, CommandRow, TakenId
from ledger.store.database import (
    Database,
    Row,
    has_table,
    listed,
    looked_up,
    open_database,
)
from ledger.store.histories import History, keep_snapshots, read_histories
from ledger.store.ledger_files import check_is_ledger, sqlite_path
from ledger.store.schema import MOST_MISSED
from ledger.store.sqlite_recorder import SqliteRecorder, sqlite_recorder
from ledger.store.unavailable import Unavailable, unavailable_file

__all__ = [
    "Batch",
    "CommandRow",
    "ConflictError",
    "EventStore",
    "Prior",
    "TakenId",
    "Unavailable",
    "holds_ledger",
    "open_store",
]


class Prior(NamedTuple):
    """An accepted command: its first and last position, its name, the digest of its content, and its id."""

    first: int
    last: int
    name: str
    content_digest: bytes
    command_id: str


_PRIOR = "c.first_position, c.last_position, c.name, c.content_digest, c.command_id"


def _prior(row: Row) -> Prior:
    return Prior(row.first_position, row.last_position, row.name, bytes(row.content_digest), row.command_id)


class ConflictError(Exception):
    """Somebody else appended to the same stream, or took the same id, in the meantime."""


class LedgerApplication(Application[str]):
    """The library's application over our mapper and recorder."""

    name = "ledger"

    def __init__(self, recorder: ApplicationRecorder, close_recorder: Callable[[], None]) -> None:
        self.ledger_recorder = recorder
        self._close_recorder = close_recorder
        super().__init__(env={"PERSISTENCE_MODULE": "eventsourcing.popo"})

    def construct_mapper(self) -> LedgerMapper:
        return LedgerMapper()

    def construct_recorder(self) -> ApplicationRecorder:
        return self.ledger_recorder

    def close(self) -> None:
        super().close()
        self._close_recorder()


class EventStore:
    """Reads and appends events. `database` answers questions beside them, on connections of its own."""

    def __init__(self, application: LedgerApplication, database: Database) -> None:
        self.application = application
        self.database = database
        self._recorder = application.ledger_recorder
        self._mapper = application.mapper

    def append(self, events: Sequence[StreamEvent], batch: Batch) -> Sequence[int]:
        """Saves events and what belongs to them; returns their positions. Raises ConflictError, Unavailable."""
        stored = [self._mapper.to_stored_event(event) for event in events]
        try:
            return self._recorder.insert_events(stored, batch=batch) or []
        except IntegrityError as error:
            raise ConflictError(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            raise self.database.away(error) from error

    def histories(self, streams: Iterable[str]) -> dict[str, History]:
        """What is stored of several streams: the latest snapshot of each, if there is one, and the events after it."""
        return read_histories(self.database, streams)

    def whole_stream(self, stream: str) -> list[StreamEvent]:
        """All events of a stream, in order."""
        return read_histories(self.database, [stream], whole=True)[stream].events

    def keep(self, snapshots: Sequence[StreamSnapshot]) -> None:
        """Beside the events, and never instead of them: what was lost is kept anew some events later."""
        with suppress(Unavailable):
            keep_snapshots(self.database, snapshots)

    def streams_changed_after(self, position: int) -> tuple[set[str] | None, int]:
        """Which streams somebody appended to after a position (None: so many that any may be), and the highest position
        now.
        """
        sql = (
            "SELECT originator_id, notification_id FROM stored_events WHERE notification_id > :position "
            "ORDER BY notification_id LIMIT :most"
        )
        rows = self.database.query(sql, {"position": position, "most": MOST_MISSED + 1})
        if len(rows) > MOST_MISSED:
            return None, self.highest_position()
        return {row.originator_id for row in rows}, max((row.notification_id for row in rows), default=position)

    def highest_position(self) -> int:
        rows = self.database.query("SELECT coalesce(max(notification_id), 0) AS position FROM stored_events")
        return int(rows[0].position)

    def commands_by_id(self, sender: str, command_ids: Sequence[str]) -> dict[str, Prior]:
        """Accepted commands among these ids of a sender's scope."""
        sql = f"SELECT c.command_id AS id, {_PRIOR} FROM commands c WHERE c.sender = :sender AND c.command_id {{among}}"
        return {row.id: _prior(row) for row in self._looked_up(sql, command_ids, sender=sender)}

    def commands_that_took(self, namespace: str, ids: Sequence[str]) -> dict[str, Prior]:
        """The accepted commands that took these ids of a namespace."""
        sql = (
            f"SELECT k.id, {_PRIOR} FROM known_ids k JOIN commands c ON c.first_position = k.position "
            "WHERE k.namespace = :namespace AND k.id {among}"
        )
        return {row.id: _prior(row) for row in self._looked_up(sql, ids, namespace=namespace)}

    def commands_under(self, namespace: str) -> dict[str, Prior]:
        """The accepted commands that took ids of a namespace, by id."""
        sql = (
            f"SELECT k.id, {_PRIOR} FROM known_ids k JOIN commands c ON c.first_position = k.position "
            "WHERE k.namespace = :namespace"
        )
        return {row.id: _prior(row) for row in self.database.query(sql, {"namespace": namespace})}

    def begun_under(self, namespace: str, provider: str, after: str, size: int) -> list[tuple[str, Fact]]:
        """Ids of a namespace that a provider's commands took, behind one of them, in order; each with the fact that its
        command recorded first."""
        sql = (
            "SELECT k.id, e.topic, e.state FROM known_ids k JOIN stored_events e ON e.notification_id = k.position "
            "WHERE k.namespace = :namespace AND k.id > :after AND e.provider = :provider ORDER BY k.id LIMIT :size"
        )
        params = {"namespace": namespace, "after": after, "provider": provider, "size": size}
        return [(row.id, decode(row.topic, bytes(row.state))) for row in self.database.query(sql, params)]

    def _looked_up(self, sql: str, ids: Sequence[str], **params: str) -> list[Row]:
        """Rows for ids: `{among}` stands for these in the statement."""
        if not ids:
            return []
        statement, named = looked_up(self.database.dialect, sql, "ids", ids)
        return self.database.query(statement, named | params)

    def first_position(self, stream: str) -> int:
        sql = "SELECT notification_id FROM stored_events WHERE originator_id = :stream AND originator_version = 1"
        return int(self.database.query(sql, {"stream": stream})[0].notification_id)

    def facts_of(self, contract_id: str, topics: Sequence[str]) -> list[tuple[int, Fact]]:
        """Position and fact of a contract's events under some topics, in order."""
        return self._facts("contract_id = :contract_id", {"contract_id": contract_id}, topics)

    def facts_after(
        self, contract_id: str, topics: Sequence[str], position: int, size: int
    ) -> Iterator[list[tuple[int, Fact]]]:
        """The same behind a position, in pages, each read when it is asked for."""
        return self._pages("contract_id = :contract_id", {"contract_id": contract_id}, topics, position, size)

    def facts_of_provider(
        self, provider: str, topics: Sequence[str], position: int, size: int
    ) -> Iterator[list[tuple[int, Fact]]]:
        """The same of all contracts of a provider."""
        return self._pages("provider = :provider", {"provider": provider}, topics, position, size)

    def _pages(
        self, condition: str, params: dict[str, Any], topics: Sequence[str], position: int, size: int
    ) -> Iterator[list[tuple[int, Fact]]]:
        while True:
            behind = params | {"position": position, "size": size}
            page = self._facts(f"{condition} AND notification_id > :position", behind, topics, " LIMIT :size")
            yield page
            if len(page) < size:
                return
            position = page[-1][0]

    def is_appended_to(self, contract_id: str, position: int) -> bool:
        """Whether a contract has events behind a position."""
        sql = "SELECT 1 FROM stored_events WHERE contract_id = :contract_id AND notification_id > :position LIMIT 1"
        return bool(self.database.query(sql, {"contract_id": contract_id, "position": position}))

    def _facts(
        self, condition: str, params: dict[str, Any], topics: Sequence[str], limited: str = ""
    ) -> list[tuple[int, Fact]]:
        of_topics, named = listed("topic", topics)
        sql = (
            f"SELECT notification_id, topic, state FROM stored_events WHERE {condition} AND topic IN ({of_topics}) "
            f"ORDER BY notification_id{limited}"
        )
        rows = self.database.query(sql, params | named)
        return [(row.notification_id, decode(row.topic, bytes(row.state))) for row in rows]

    def facts_between(self, first: int, last: int) -> list[tuple[int, Fact]]:
        """Position and fact of stored events, both ends included."""
        sql = (
            "SELECT notification_id, topic, state FROM stored_events "
            "WHERE notification_id BETWEEN :first AND :last ORDER BY notification_id"
        )
        rows = self.database.query(sql, {"first": first, "last": last})
        return [(row.notification_id, decode(row.topic, bytes(row.state))) for row in rows]

    def version_at(self, stream: str, position: int) -> int:
        """Which event of a stream stands at a position; 0 where it is none of it."""
        sql = (
            "SELECT originator_version FROM stored_events WHERE notification_id = :position AND originator_id = :stream"
        )
        rows = self.database.query(sql, {"position": position, "stream": stream})
        return int(rows[0].originator_version) if rows else 0

    def close(self) -> None:
        self.application.close()
        self.database.close()


def open_store(url: str, clock: Clock = system_clock) -> EventStore:
    """Opens the ledger behind a URL and makes its tables where they are missing. Raises Unavailable."""
    if url.startswith("sqlite:///"):
        recorder = _sqlite(sqlite_path(url), clock)
        return EventStore(LedgerApplication(recorder, recorder.close), recorder.database)

    from ledger.store.postgres_recorder import postgres_recorder  # with its driver, which takes long to load

    of_server = postgres_recorder(url)
    return EventStore(LedgerApplication(of_server, of_server.datastore.close), open_database(url))


def _sqlite(path: Path, clock: Clock) -> SqliteRecorder:
    try:
        return sqlite_recorder(path, clock)
    except OSError as error:
        raise unavailable_file(path, error) from error
    except (sqlite3.Error, PersistenceError) as error:
        found = error if isinstance(error, sqlite3.Error) else error.__cause__
        if isinstance(found, sqlite3.Error):
            raise unavailable_file(path, found) from error
        raise


def holds_ledger(url: str) -> bool:
    """Whether there is a ledger, which this version reads. Makes nothing. Raises Unavailable."""
    if url.startswith("sqlite:///"):
        path = sqlite_path(url)
        check_is_ledger(path)
        if not path.is_file() or path.stat().st_size == 0:
            return False
    database = open_database(url)
    try:
        if not has_table(database, "stored_events"):
            return False
        database.check_format()
        return True
    finally:
        database.close()
