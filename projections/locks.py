"""Who may write views: one follower at a time, and one builder, however many processes run.

On PostgreSQL advisory locks, beside an SQLite file locks on files of their own; each ends with its process.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import NamedTuple

from ledger.store.database import Database, SqliteDatabase, WriteTransaction
from ledger.store.ledger_files import private_opener
from ledger.store.unavailable import unavailable_file

FOLLOW_LOCK = 0x5C1E_D6E3
BUILD_LOCK = 0x5C1E_D6E4


class Busy(Exception):
    """Another process is writing the views just now."""


@contextmanager
def following(database: Database, *, wait: bool) -> Iterator[WriteTransaction]:
    """A transaction that only one process has at a time. Raises Busy where another has it and `wait` is off."""
    if isinstance(database, SqliteDatabase):
        with _file_lock(database, "follower", wait=wait), database.transaction() as transaction:
            yield transaction
        return
    with database.transaction() as transaction:
        if wait:
            transaction.query("SELECT pg_advisory_xact_lock(:lock)", {"lock": FOLLOW_LOCK})
        else:
            sql = "SELECT pg_try_advisory_xact_lock(:lock) AS is_ours"
            if not transaction.query(sql, {"lock": FOLLOW_LOCK})[0].is_ours:
                raise Busy
        yield transaction


class Turn(NamedTuple):
    """A follower's turn: what it reads with, and the transactions that it writes in. PostgreSQL has one for all.

    On SQLite nobody else can write during a transaction, so it reads and reckons before it begins one.
    """

    reading: WriteTransaction
    writing: Callable[[], AbstractContextManager[WriteTransaction]]


@contextmanager
def follower_turn(database: Database) -> Iterator[Turn]:
    """One process has it at a time. Raises Busy where another has it."""
    if isinstance(database, SqliteDatabase):
        with _file_lock(database, "follower", wait=False), database.reading() as reading:
            yield Turn(reading, database.transaction)
        return
    with following(database, wait=False) as transaction:
        yield Turn(transaction, lambda: nullcontext(transaction))


@contextmanager
def building(database: Database) -> Iterator[None]:
    """Only one process builds at a time, from its first table to its swap: builds share the names of theirs."""
    if isinstance(database, SqliteDatabase):
        with _file_lock(database, "builder", wait=True):
            yield
        return
    database.query("SELECT pg_advisory_lock(:lock)", {"lock": BUILD_LOCK})  # it ends with the connection at the latest
    try:
        yield
    finally:
        database.query("SELECT pg_advisory_unlock(:lock)", {"lock": BUILD_LOCK})


@contextmanager
def _file_lock(database: SqliteDatabase, name: str, *, wait: bool) -> Iterator[None]:
    try:
        handle = open(f"{database.path}.{name}", "w", opener=private_opener)  # noqa: SIM115
    except OSError as error:
        raise unavailable_file(database.path, error) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy from error
        yield  # closing the file gives the lock back
