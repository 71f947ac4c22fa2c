"""The promises that are about to be missed: running, with little of their time left (S6)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.kernel.access import Actor
from ledger.kernel.values import to_micros
from ledger.plans.terms import Elapsed
from ledger.sla.targets import AROUND_THE_CLOCK, MINUTE, covered
from projections.asking import Condition, Key, Page, PageAsked, all_of
from projections.reader import Snapshot, view_position
from projections.sla.calendars import Calendars
from projections.sla.clocks import CLOCKS, ClockRow
from projections.sla.contexts import Context, contexts
from projections.sla.states import STATE
from projections.visible import visible

PART = 400  # clocks that are looked at together
WHOLE = 10_000  # parts of a share


@dataclass(slots=True, frozen=True)
class Share:
    """Less than so much of a target's time is left, in parts of ten thousand: 2500 are a quarter."""

    parts: int


@dataclass(slots=True, frozen=True)
class Within:
    """The target falls due within so many minutes by the clock on the wall."""

    minutes: int


@dataclass(slots=True, frozen=True)
class Risk:
    """A running target at `now`; `left` and `whole` are its time as its coverage counts it, in microseconds."""

    now: int
    ticket_id: str
    contract_id: str
    target: str
    priority: int
    started_at: int
    due_at: int
    left: int
    whole: int


async def list_at_risk(
    snapshot: Snapshot, actor: Actor, below: Share | Within, calendars: Calendars, page: PageAsked
) -> Page[Risk]:
    """Running targets that have little left, nearest due first."""
    now = to_micros(snapshot.clock())
    found: list[Risk] = []
    part = PageAsked(PART, page.after)
    while page.limit is None or len(found) <= page.limit:
        rows, next_after = part.cut(await _running(snapshot, actor, now, below, part), _key)
        known = await contexts(snapshot, [row.ticket_id for row in rows], calendars)
        risks = [_risk(known[row.ticket_id], row, now) for row in rows]
        found += [one for one in risks if isinstance(below, Within) or one.left * WHOLE < one.whole * below.parts]
        if next_after is None:
            break
        part = PageAsked(PART, next_after)
    shown, next_after = page.cut(found, _key)
    return Page(await view_position(snapshot), shown, next_after)


async def _running(
    snapshot: Snapshot, actor: Actor, now: int, below: Share | Within, part: PageAsked
) -> list[ClockRow]:
    behind: Condition = ("", {})
    if part.after is not None:
        named = dict(zip(("due_at", "ticket_id", "target"), part.after, strict=True))
        behind = ("(k.due_at, k.ticket_id, k.target) > (:due_at, :ticket_id, :target)", named)
    soon: Condition = ("", {})
    if isinstance(below, Within):
        soon = ("k.due_at <= :until", {"until": now + below.minutes * MINUTE})
    running = (f"k.shown = 1 AND k.due_at >= :now AND {STATE} = 'running'", {"now": now})
    condition, params = all_of(visible(actor), running, soon, behind)
    limited, limit = part.limited
    sql = (
        f"SELECT {CLOCKS.columns_of('k')} FROM clocks k JOIN contracts c ON c.contract_id = k.contract_id "
        f"WHERE {condition} ORDER BY k.due_at, k.ticket_id, k.target{limited}"
    )
    return [CLOCKS.row_of(row) for row in await snapshot.query(sql, params | limit)]


def _key(one: Risk | ClockRow) -> Key:
    """The order of the list."""
    return one.due_at, one.ticket_id, one.target


def _risk(context: Context, row: ClockRow, now: int) -> Risk:
    """What is left of a running clock's time, and all of it, in the time that its coverage counts."""
    assert row.due_at is not None, "a paused clock is not at risk"
    by_the_wall = isinstance(context.promise(row), Elapsed) or context.calendar is None
    calendar = AROUND_THE_CLOCK if by_the_wall else context.calendar
    assert calendar is not None
    pauses = context.pauses(row.target)
    return Risk(
        now=now,
        ticket_id=row.ticket_id,
        contract_id=row.contract_id,
        target=row.target,
        priority=row.priority,
        started_at=row.started_at,
        due_at=row.due_at,
        left=covered(calendar, max(now, row.started_at), row.due_at, pauses),
        whole=covered(calendar, row.started_at, row.due_at, pauses),
    )
