"""The promises that are about to be missed: running, with little of their time left (S6)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.kernel.access import Actor
from ledger.kernel.values import to_micros
from ledger.plans.terms import Elapsed
from ledger.sla.targets import AROUND_THE_CLOCK, MINUTE, covered
from projections.reader import Snapshot, view_position
from projections.sla.calendars import Calendars
from projections.sla.clocks import CLOCKS, ClockRow
from projections.sla.contexts import Context, contexts
from projections.sla.states import STATE
from projections.visible import visible

PART = 400  # clocks that are looked at together
WHOLE = 10_000  # parts of a share
Key = tuple[int, str, str]  # due at, ticket, target: the order of the list


@dataclass(slots=True, frozen=True)
class Risk:
    """A running target; `left` and `whole` are its time as its coverage counts it, in microseconds."""

    ticket_id: str
    contract_id: str
    target: str
    priority: int
    started_at: int
    due_at: int
    left: int
    whole: int

    @property
    def key(self) -> Key:
        return self.due_at, self.ticket_id, self.target


@dataclass(slots=True, frozen=True)
class RiskPage:
    """Nearest due first, at the instant `now`; `following` is the key after which the next page begins."""

    position: int
    now: int
    risks: list[Risk]
    following: Key | None


async def at_risk(
    snapshot: Snapshot,
    actor: Actor,
    calendars: Calendars,
    *,
    share: int = 0,
    within_minutes: int | None = None,
    after: Key | None = None,
    limit: int,
) -> RiskPage:
    """Targets due within some minutes; or, where none are given, with less than a share of their time left.

    The share is in parts of ten thousand: 2500 is a quarter.
    """
    now = to_micros(snapshot.clock())
    risks: list[Risk] = []
    while len(risks) <= limit:
        rows = await _running(snapshot, actor, now, within_minutes, after)
        known = await contexts(snapshot, [row.ticket_id for row in rows], calendars)
        for row in rows:
            one = _risk(known[row.ticket_id], row, now)
            if within_minutes is not None or one.left * WHOLE < one.whole * share:
                risks.append(one)
            after = one.key
        if len(rows) < PART:
            break
    following = risks[limit - 1].key if len(risks) > limit else None
    return RiskPage(await view_position(snapshot), now, risks[:limit], following)


async def _running(
    snapshot: Snapshot, actor: Actor, now: int, within_minutes: int | None, after: Key | None
) -> list[ClockRow]:
    condition, params = visible(actor)
    params["now"] = now
    if within_minutes is not None:
        condition += " AND k.due_at <= :until"
        params["until"] = now + within_minutes * MINUTE
    if after is not None:
        condition += " AND (k.due_at, k.ticket_id, k.target) > (:due_at, :ticket_id, :target)"
        params |= dict(zip(("due_at", "ticket_id", "target"), after, strict=True))
    sql = (
        f"SELECT {CLOCKS.columns_of('k')} FROM clocks k JOIN contracts c ON c.contract_id = k.contract_id "
        f"WHERE {condition} AND k.shown = 1 AND k.due_at >= :now AND {STATE} = 'running' "
        f"ORDER BY k.due_at, k.ticket_id, k.target LIMIT {PART}"
    )
    return [CLOCKS.row_of(row) for row in await snapshot.query(sql, params)]


def _risk(context: Context, row: ClockRow, now: int) -> Risk:
    """What is left of a running clock's time, and all of it, in the time that its coverage counts."""
    assert row.due_at is not None, "a paused clock is not at risk"
    by_the_wall = isinstance(context.promise(row), Elapsed) or context.calendar is None
    calendar = AROUND_THE_CLOCK if by_the_wall else context.calendar
    assert calendar is not None
    pauses = context.pauses(row.target)
    return Risk(
        ticket_id=row.ticket_id,
        contract_id=row.contract_id,
        target=row.target,
        priority=row.priority,
        started_at=row.started_at,
        due_at=row.due_at,
        left=covered(calendar, max(now, row.started_at), row.due_at, pauses),
        whole=covered(calendar, row.started_at, row.due_at, pauses),
    )
