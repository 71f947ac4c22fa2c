"""The files of a ledger on SQLite. They hold keys and personal data, so nobody reads them but who owns them.

SQLite gives `-wal` and `-shm` the rights of the database file. What an earlier version left readable for everybody is
shut; rights that somebody has narrowed otherwise, such as a group's, stay as they are.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from ledger.kernel.settings import DEFAULT_DATABASE_URL
from ledger.store.unavailable import Unavailable, is_of_surroundings, not_opened, unavailable_file

PRIVATE = 0o600
BESIDE = ("-wal", "-shm")


def sqlite_path(url: str) -> Path:
    """The file behind `sqlite:///relative` or `sqlite:////absolute`."""
    return Path(url.removeprefix("sqlite:///"))


DEFAULT_FOLDER = sqlite_path(DEFAULT_DATABASE_URL).parent


def make_private(path: Path) -> None:
    """The file, made where it is missing, and so the default folder; for its owner alone. Raises Unavailable."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shut(path)
        if not path.exists():
            os.close(private_opener(str(path), os.O_CREAT | os.O_RDWR))
    except OSError as error:
        raise unavailable_file(path, error) from error


def shut(path: Path) -> None:
    """Takes from a file that everybody may read or write the rights of all but its owner, who gets none by that."""
    with suppress(FileNotFoundError, PermissionError):  # whose file it is decides; others can't
        rights = stat.S_IMODE(path.stat().st_mode)
        if path.is_file() and rights & 0o007:
            path.chmod(rights & PRIVATE)


def align_rights(path: Path) -> None:
    """Gives what lies beside the file the file's own rights.

    SQLite does so when it makes `-wal` and `-shm` and never again: made while the file was read-only, they stay so.
    """
    with suppress(FileNotFoundError, PermissionError):
        rights = stat.S_IMODE(path.stat().st_mode)
        for name in BESIDE:
            beside = path.with_name(path.name + name)
            if beside.exists() and stat.S_IMODE(beside.stat().st_mode) != rights:
                beside.chmod(rights)


def private_opener(path: str, flags: int) -> int:
    """For `open(…, opener=private_opener)`: what is made is made for its owner alone."""
    return os.open(path, flags, PRIVATE)


def check_is_ledger(path: Path) -> None:
    """Raises Unavailable for a file that is there and none of ours; it is read only, and stays as it is.

    So for one whose folder is missing: a slip in a path is no ledger somewhere else. The default folder alone is made.
    """
    try:
        if not path.exists() and not path.parent.is_dir() and path.parent != DEFAULT_FOLDER:
            raise not_opened(path)
        if path.is_dir():
            raise not_opened(path)
        if not path.exists() or (path.is_file() and path.stat().st_size == 0):
            return
        address = f"file:{quote(str(path.absolute()))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=15.0)) as connection:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            names = [name for (name,) in found]
            columns = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info('stored_events')")]
    except OSError as error:
        raise unavailable_file(path, error) from error
    except sqlite3.DatabaseError as error:
        if is_of_surroundings(error):
            raise unavailable_file(path, error) from error
        raise
    if names and "recorded_at" not in columns:
        raise Unavailable(f"{path} is no ledger: it is another program's SQLite database. Nothing was changed in it.")
