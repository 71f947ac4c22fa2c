"""The question of a calendar: the sessions around now, as they were last recorded, each state among them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ledger.kernel.access import Actor
from ledger.kernel.values import to_micros
from projections.asking import Condition, all_of
from projections.reader import Snapshot
from projections.sessions.view import SESSIONS, SessionRow
from projections.visible import visible

KEPT = timedelta(days=90)  # how long a session stays in a calendar after its start
MOST_BEHIND, MOST_AHEAD = 100, 400  # the nearest to now


async def sessions_around(snapshot: Snapshot, actor: Actor) -> list[SessionRow]:
    """Sessions that the actor may see, from 90 days ago on, in the order of their starts; the nearest 100 and 400.

    A word that is dated ahead is in it already: who plans wants to know what is known.
    """
    now = to_micros(snapshot.clock())
    since = {"now": now, "since": to_micros(snapshot.clock() - KEPT)}
    behind = ("s.starts_at < :now AND s.starts_at >= :since", since)
    past = await _nearest(snapshot, actor, behind, "s.starts_at DESC, s.position DESC", MOST_BEHIND)
    ahead = ("s.starts_at >= :now", {"now": now})
    return [*reversed(past), *await _nearest(snapshot, actor, ahead, "s.starts_at, s.position", MOST_AHEAD)]


async def _nearest(snapshot: Snapshot, actor: Actor, which: Condition, order: str, limit: int) -> Sequence[SessionRow]:
    condition, params = all_of(visible(actor, "s"), which)
    sql = f"SELECT {SESSIONS.columns_of('s')} FROM sessions s WHERE {condition} ORDER BY {order} LIMIT :limit"
    return [SESSIONS.row_of(row) for row in await snapshot.query(sql, params | {"limit": limit})]
