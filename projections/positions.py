"""How far everything is: the newest stored event, and how far the views have read."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.store.database import has_table, open_database
from projections.reader import Snapshot


@dataclass(slots=True, frozen=True)
class Positions:
    """Of the newest stored event, and of the last one that the views have read; 0 before the first."""

    events: int
    views: int

    @property
    def lag(self) -> int:
        return self.events - self.views


async def positions(reader: Snapshot) -> Positions:
    sql = (
        "SELECT coalesce((SELECT max(notification_id) FROM stored_events), 0) AS events, "
        "coalesce((SELECT position FROM view_position), 0) AS views"
    )
    row = (await reader.query(sql))[0]
    return Positions(int(row.events), int(row.views))


def positions_at(url: str) -> Positions:
    """Those of a ledger that nobody needs to have opened, and whose views need not have been made. Makes nothing."""
    database = open_database(url, durable=False)
    try:
        (head,) = database.query("SELECT coalesce(max(notification_id), 0) AS position FROM stored_events")
        read = database.query("SELECT position FROM view_position") if has_table(database, "view_position") else []
        return Positions(int(head.position), int(read[0].position) if read else 0)
    finally:
        database.close()
