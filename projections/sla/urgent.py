"""Promises that wait for their end, by the urgency of their clocks: those missed already, and those that run.

What is in work beside them is counted, so that nothing is out of sight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.kernel.access import Actor
from ledger.kernel.values import to_micros
from ledger.kernel.words import TargetName
from ledger.tickets.life import LIVE
from projections.asking import Condition, Key, Page, PageAsked, all_of
from projections.contracts.across import behind
from projections.reader import Snapshot, view_position
from projections.sla.calendars import Calendars
from projections.sla.clocks import NOT_ENDED
from projections.sla.contexts import ClockAhead, clocks_ahead
from projections.sla.states import STATE
from projections.visible import visible

ANSWERED = tuple(state for state in LIVE if state != "open")


@dataclass(slots=True, frozen=True)
class BesideUrgent:
    """How many tickets are in work, answered already, and have no clock that waits; or more, of very many."""

    tickets: int
    or_more: bool


@dataclass(slots=True, frozen=True)
class UrgentClock:
    """A target without an end; `is_breached` where its due instant has passed."""

    ticket_id: str
    contract_id: str
    target: TargetName
    priority: int
    due_at: int
    is_breached: bool


async def list_urgent(snapshot: Snapshot, actor: Actor, calendars: Calendars, page: PageAsked) -> Page[UrgentClock]:
    """Targets that nobody has met yet, what was due first before all others; those on hold do not run."""
    now = to_micros(snapshot.clock())
    ahead = _urgent_among(await clocks_ahead(snapshot, actor, now, calendars), now)
    found = [*(one for one in ahead if page.after is None or _key(one) > page.after)]
    found += await _waiting(snapshot, actor, now, page)
    shown, next_after = page.cut(sorted(found, key=_key), _key)
    return Page(await view_position(snapshot), shown, next_after, _key)


async def count_beside_urgent(snapshot: Snapshot, actor: Actor, calendars: Calendars, most: int) -> BesideUrgent:
    """Those on hold among them, and those whom nothing was promised; of `most` that are in work."""
    now = to_micros(snapshot.clock())
    condition, params = all_of(visible(actor), (f"t.state IN {ANSWERED} AND t.opened_at <= :now", {"now": now}))
    sql = (
        "SELECT count(*) AS looked_at, coalesce(sum(CASE WHEN EXISTS (SELECT 1 FROM clocks k "
        f"WHERE k.ticket_id = a.ticket_id AND ({NOT_ENDED} AND k.shown = 1 OR k.last_step_at > :now)) "
        "THEN 0 ELSE 1 END), 0) AS beside "
        "FROM (SELECT t.ticket_id FROM tickets t JOIN contracts c ON c.contract_id = t.contract_id "
        f"WHERE {condition} LIMIT :most) a"
    )
    (row,) = await snapshot.query(sql, params | {"most": most})
    ahead = await clocks_ahead(snapshot, actor, now, calendars)
    urgent = {one.ticket_id for one in _urgent_among(ahead, now)}
    others = {one.ticket_id for one in ahead if one.context.life.state in ANSWERED and one.ticket_id not in urgent}
    return BesideUrgent(int(row.beside) + len(others), int(row.looked_at) == most)


async def _waiting(snapshot: Snapshot, actor: Actor, now: int, page: PageAsked) -> list[UrgentClock]:
    open_now: Condition = (
        f"{NOT_ENDED} AND k.shown = 1 AND k.opened_at <= :now AND k.last_step_at <= :now AND t.state IN {LIVE}",
        {"now": now},
    )
    condition, params = all_of(visible(actor), open_now, behind(page, "k.due_at", "k.ticket_id", "k.target"))
    limited, limit = page.limited
    sql = (
        f"SELECT k.due_at, k.ticket_id, k.target, k.contract_id, k.priority, {STATE} AS state "
        "FROM clocks k CROSS JOIN tickets t CROSS JOIN contracts c "  # in this order: by the index of what has no end
        f"WHERE t.ticket_id = k.ticket_id AND c.contract_id = k.contract_id AND {condition} "
        f"ORDER BY k.due_at, k.ticket_id, k.target{limited}"
    )
    return [
        UrgentClock(
            ticket_id=row.ticket_id,
            contract_id=row.contract_id,
            target=row.target,
            priority=row.priority,
            due_at=row.due_at,
            is_breached=row.state == "breached",
        )
        for row in await snapshot.query(sql, params | limit)
    ]


def _urgent_among(ahead: Sequence[ClockAhead], now: int) -> list[UrgentClock]:
    """Of the tickets with a step that is dated ahead."""
    return [
        UrgentClock(one.ticket_id, one.contract_id, clock.target, clock.priority, clock.due_at, state == "breached")
        for one in ahead
        if (clock := one.clock).due_at is not None
        and clock.ended_at is None
        and one.context.life.rejected_at is None
        and (state := clock.state(now)) in ("breached", "running")
    ]


def _key(one: UrgentClock) -> Key:
    """The order of the list."""
    return one.due_at, one.ticket_id, one.target
