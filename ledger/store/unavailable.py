"""Why a database can't be used, in a sentence that names it; and what SQLite means by its errors."""

from __future__ import annotations

import sqlite3
from pathlib import Path


class Unavailable(Exception):
    """The database can't be reached or can't write; nothing is known to be stored."""


class OldFormatError(Unavailable):
    """The ledger holds events of shapes that this version does not read."""


_MEANING = {
    sqlite3.SQLITE_READONLY: "is read-only for this user; the ledger can't be written",
    sqlite3.SQLITE_BUSY: "is locked by another program",
    sqlite3.SQLITE_FULL: "can't grow: the disk is full",
    sqlite3.SQLITE_NOTADB: "is no ledger: it is no SQLite database",
    sqlite3.SQLITE_CORRUPT: "is damaged, or no SQLite database",
    sqlite3.SQLITE_IOERR: "can't be read or written: the system refused it, or the disk is at fault",
    sqlite3.SQLITE_PERM: "can't be used: this user has no right to it",
    sqlite3.SQLITE_LOCKED: "is locked by another program",
    sqlite3.SQLITE_PROTOCOL: "is locked by another program",
    sqlite3.SQLITE_NOLFS: "can't grow: the system takes no larger file",
    sqlite3.SQLITE_NOMEM: "can't be used: the memory is full",
}
# A connection that met one of these may meet it for ever, though the file is whole and writable again by now.
_FOR_EVER = {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CORRUPT,
}


def _primary_code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # SQLite's own errors have one, those of its Python side none


def is_of_surroundings(error: sqlite3.Error) -> bool:
    """Whether the file is at fault, not the statement."""
    return type(error) in (sqlite3.OperationalError, sqlite3.DatabaseError)


def spoils_connection(error: sqlite3.Error) -> bool:
    return _primary_code(error) in _FOR_EVER


def unavailable_file(path: Path, error: sqlite3.Error | OSError) -> Unavailable:
    """What an error of SQLite or of the system says about the ledger's file."""
    if isinstance(error, OSError):
        return Unavailable(f"{error.filename or path} can't be used: {error.strerror or error}.")
    code = _primary_code(error)
    if code == sqlite3.SQLITE_CANTOPEN:
        return not_opened(path)
    # Its sentences are about statements; what it calls the error is for whoever looks that up.
    meaning = _MEANING.get(code) or f"can't be used: {getattr(error, 'sqlite_errorname', 'SQLITE_ERROR')}"
    return Unavailable(f"{path} {meaning}.")


def not_opened(path: Path) -> Unavailable:
    return Unavailable(f"{path} can't be opened: {_why_not_opened(path)}.")


def _why_not_opened(path: Path) -> str:
    if path.is_dir():
        return "it is a folder"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    return "this user may not read or write it, or its folder"
