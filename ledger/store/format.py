"""The version of what is stored, which stands in the ledger: one of an earlier version is refused at opening."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.store.schema import FORMAT
from ledger.store.unavailable import OldFormatError

SET_FORMAT = f"INSERT INTO ledger_format VALUES ({FORMAT}) ON CONFLICT DO NOTHING"


def check_format(execute: Callable[[str], Any], no_table: type[Exception], place: str) -> None:
    """Raises OldFormatError where events were stored before their present shapes (decision 16).

    `no_table` is what `execute` raises for a table that is not there.
    """
    try:
        if execute("SELECT 1 FROM stored_events LIMIT 1").fetchone() is None:
            return
    except no_table:
        return  # there is no ledger yet
    try:
        found = execute("SELECT max(version) FROM ledger_format").fetchone()
    except no_table:
        found = None
    if tuple(found or ()) != (FORMAT,):
        raise OldFormatError(
            f"{place} holds a ledger of an earlier version, whose events this one does not read. Keep that version for "
            f"it, or begin a new ledger and import its commands there."
        )
