"""Processes that save at the same time, each on connections of its own: what row 15 compares.

Every save is what a `log-work` records: its events, command and id. The product's recorder appends them in order; the
floor inserts the same rows with one statement, at positions of its own choice; the library's own recorder appends the
events alone. A whole command is decided besides.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from typing import Any

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from ledger.door.batches import Ledger
from ledger.plans.loader import load_catalogue
from ledger.store import Batch, CommandRow, TakenId, open_store
from ledger.store.postgres_recorder import postgres_recorder
from tests.bench.commands import entries_for
from tests.bench.raw import TABLES
from tests.bench.writing import carry_out_one

SAVERS = 8
LIBRARY_TABLE = "library_events"
POSITIONS = 10**12  # of each saver of unordered rows
Save = Callable[[], object]


@dataclass(frozen=True)
class Task:
    """The database of each kind, one event after the other (topic and content) that a save has, and whose it is."""

    urls: dict[str, str]
    events: list[tuple[str, bytes]]
    provider: str
    contract_ids: list[str]  # one of each saver


class Saver:
    """One process; `of_kind` opens what saves once each time that it is called."""

    def __init__(self, number: int, task: Task) -> None:
        self.number = number
        self.task = task
        self.contract_id = task.contract_ids[number]
        self.saved = 0

    def of_kind(self, kind: str) -> Save:
        url = self.task.urls[kind]
        kinds = {
            "recorder": self._recorder,
            "unordered": self._unordered,
            "library": self._library,
            "commands": self._commands,
        }
        return kinds[kind](url)

    def _stored(self) -> list[StoredEvent]:
        """The next ones of streams of this saver's own, one for each event."""
        self.saved += 1
        return [
            StoredEvent(f"bench:{self.number}.{n}", self.saved, topic, content)
            for n, (topic, content) in enumerate(self.task.events)
        ]

    def _recorder(self, url: str) -> Save:
        recorder, position = postgres_recorder(url), 0

        def save() -> None:
            nonlocal position
            events, id_ = self._stored(), f"{self.contract_id}.{self.saved}"
            whole = (0, len(events) - 1, "bench", id_, "log-work", b"0" * 32, self.task.provider, self.contract_id)
            batch = Batch([CommandRow(*whole)], [TakenId("entry", id_, 0)], (), position)
            batch.read_streams = [str(event.originator_id) for event in events]
            position = recorder.insert_events(events, batch=batch)[-1]

        return save

    def _unordered(self, url: str) -> Save:
        connection, position = psycopg.connect(url, autocommit=True), self.number * POSITIONS
        statement = _one_statement(len(self.task.events))

        def save() -> None:
            nonlocal position
            events, id_ = self._stored(), f"{self.contract_id}.{self.saved}"
            first, values = position + 1, list[Any]()
            for event in events:
                position += 1
                content = (event.originator_id, event.originator_version, event.topic, event.state, position, 0)
                values += [*content, self.task.provider, self.contract_id]
            values += [first, position, "bench", id_, "log-work", b"0" * 32, "entry", id_, first]
            connection.execute(statement, values, prepare=True)

        return save

    def _library(self, url: str) -> Save:
        recorder = library_recorder(url)
        return lambda: recorder.insert_events(self._stored())

    def _commands(self, url: str) -> Save:
        ledger = Ledger(open_store(url), load_catalogue(None))
        requests = entries_for(self.contract_id, "saved")
        return lambda: carry_out_one(ledger, next(requests))


def _one_statement(events: int) -> str:
    """Inserts all rows of a save: one round trip, one transaction."""
    parts = []
    for table, count in (("stored_events", events), ("commands", 1), ("known_ids", 1)):
        columns, _ = TABLES[table]
        row = f"({', '.join(['%s'] * len(columns))})"
        parts.append(f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * count)}")
    first, second, last = parts
    return f"WITH events AS ({first}), command AS ({second}) {last}"


def library_recorder(url: str) -> PostgresApplicationRecorder:
    """As it comes, over the same server."""
    told = conninfo_to_dict(url)
    names = {name: str(told.get(name, "")) for name in ("dbname", "host", "port", "user", "password")}
    datastore = PostgresDatastore(**names, originator_id_type="text")
    return PostgresApplicationRecorder(datastore, events_table_name=LIBRARY_TABLE)


# -- their processes -----------------------------------------------------------------------------------------------


def _saving(number: int, task: Task, orders: Connection) -> None:
    """Until nothing more is ordered: so many saves a second of a kind, for so many seconds."""
    save_of = cache(Saver(number, task).of_kind)
    while (order := orders.recv()) is not None:
        kind, for_seconds = order
        save = save_of(kind)
        began, saves = time.perf_counter(), 0
        while saves == 0 or time.perf_counter() < began + for_seconds:
            save()
            saves += 1
        orders.send(saves / (time.perf_counter() - began))


class Savers:
    def __init__(self, orders: Sequence[Connection]) -> None:
        self._orders = orders

    def saves_a_second(self, kind: str, for_seconds: float) -> float:
        """Of all of them together. Raises EOFError where one of them failed, which has said why."""
        for one in self._orders:
            one.send((kind, for_seconds))
        return sum(one.recv() for one in self._orders)


@contextmanager
def savers(task: Task) -> Iterator[Savers]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    orders, processes = [], []
    try:
        for number in range(len(task.contract_ids)):
            ours, theirs = context.Pipe()
            process = context.Process(target=_saving, args=(number, task, theirs), daemon=True)
            process.start()
            theirs.close()
            orders.append(ours)
            processes.append(process)
        yield Savers(orders)
    finally:
        for one in orders:
            one.send(None)
        for process in processes:
            process.join(10)
