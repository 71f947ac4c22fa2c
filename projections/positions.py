"""How far everything is: the newest stored event, and how far the views have read."""

from __future__ import annotations

from dataclasses import dataclass

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
