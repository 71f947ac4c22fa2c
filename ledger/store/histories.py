"""What is stored of streams: their events, or the latest snapshot of a long one and what came after it.

Snapshots are kept beside the events and say nothing that these do not; all of them may be deleted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ledger.kernel.long_lived import StreamSnapshot
from ledger.kernel.mapper import StreamEvent, decode
from ledger.store.database import Database, among

_KEEP = (
    "INSERT INTO snapshots (stream, version, shape, content) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (stream) DO UPDATE SET version = excluded.version, shape = excluded.shape, content = excluded.content "
    "WHERE excluded.version > snapshots.version OR excluded.shape <> snapshots.shape"
)
_AFTER = (
    "SELECT e.originator_id, e.originator_version, e.topic, e.state FROM stored_events e "
    "WHERE e.originator_id = wanted.stream AND e.originator_version > wanted.version"
)


class History(NamedTuple):
    """A stream's events, in order: those after the snapshot, if there is one."""

    snapshot: StreamSnapshot | None
    events: list[StreamEvent]


def read_histories(database: Database, streams: Iterable[str], *, whole: bool = False) -> dict[str, History]:
    """Each of some streams, read once, however many they are; `whole` without snapshots."""
    wanted = dict.fromkeys(streams, 0)
    if not wanted:
        return {}
    snapshots = {} if whole else _snapshots(database, list(wanted))
    found = {stream: History(snapshots.get(stream), []) for stream in wanted}
    sql, params = _after(database.dialect, wanted | {one.stream: one.version for one in snapshots.values()})
    for row in database.query(sql, params):
        event = StreamEvent(row.originator_id, row.originator_version, decode(row.topic, bytes(row.state)))
        found[row.originator_id].events.append(event)
    return found


def keep_snapshots(database: Database, snapshots: Sequence[StreamSnapshot]) -> None:
    """Each replaces an older one of its stream."""
    with database.transaction() as transaction:
        transaction.execute_many(_KEEP, snapshots)


def _snapshots(database: Database, streams: Sequence[str]) -> dict[str, StreamSnapshot]:
    condition, params = among(database.dialect, "streams", streams)
    rows = database.query(f"SELECT stream, version, shape, content FROM snapshots WHERE stream {condition}", params)
    return {row.stream: StreamSnapshot(row.stream, row.version, row.shape, bytes(row.content)) for row in rows}


def _after(dialect: str, versions: Mapping[str, int]) -> tuple[str, dict[str, Any]]:
    """The events of streams behind a version of each, every stream looked up by itself in the index."""
    if dialect == "postgresql":
        wanted = "unnest(CAST(:streams AS TEXT[]), CAST(:versions AS BIGINT[])) AS wanted (stream, version)"
        sql = f"SELECT e.* FROM {wanted} CROSS JOIN LATERAL ({_AFTER} OFFSET 0) AS e ORDER BY 1, 2"
        return sql, {"streams": list(versions), "versions": list(versions.values())}
    wanted = "(SELECT key AS stream, value AS version FROM json_each(:wanted)) AS wanted"
    sql = _AFTER.replace("FROM stored_events e WHERE", f"FROM {wanted} CROSS JOIN stored_events e ON")
    return f"{sql} ORDER BY 1, 2", {"wanted": json.dumps(versions)}
