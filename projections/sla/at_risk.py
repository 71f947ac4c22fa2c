"""The promises that are about to be missed: running, with little of their time left (S6)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.kernel.access import Actor
from ledger.kernel.values import MINUTE, SHARE_PARTS, to_micros
from ledger.kernel.words import TargetName
from ledger.sla.due import AROUND_THE_CLOCK, counted_by, covered
from ledger.sla.targets import TargetClock
from projections.asking import Condition, Key, Page, PageAsked, all_of
from projections.reader import Snapshot, view_position
from projections.sla.calendars import Calendars
from projections.sla.clocks import CLOCKS, NOT_ENDED, ClockRow, clock_of
from projections.sla.contexts import Context, clocks_ahead, contexts
from projections.sla.states import STATE
from projections.visible import visible

PART = 400  # clocks that are looked at together


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
    target: TargetName
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
    ahead = await _with_steps_ahead(snapshot, actor, now, below, calendars, page)
    found: list[Risk] = []
    part = PageAsked(PART, page.after)
    while page.limit is None or len(found) <= page.limit:
        rows, next_after = part.cut(await _running(snapshot, actor, now, below, part), _key)
        known = await contexts(snapshot, [row.ticket_id for row in rows], calendars, now)
        risks = [_risk(known[row.ticket_id], row.ticket_id, row.contract_id, clock_of(row), now) for row in rows]
        found += [one for one in risks if _has_little_left(one, below)]
        if next_after is None:
            break
        part = PageAsked(PART, next_after)
    shown, next_after = page.cut(sorted([*ahead, *found], key=_key), _key)
    return Page(await view_position(snapshot), shown, next_after, _key)


def _has_little_left(risk: Risk, below: Share | Within) -> bool:
    if isinstance(below, Within):
        return risk.due_at <= risk.now + below.minutes * MINUTE
    return risk.left * SHARE_PARTS < risk.whole * below.parts


async def _with_steps_ahead(
    snapshot: Snapshot, actor: Actor, now: int, below: Share | Within, calendars: Calendars, page: PageAsked
) -> list[Risk]:
    """Of the few tickets with a step that is dated ahead: their rows have it already, so they are worked out anew."""
    risks = [
        _risk(one.context, one.ticket_id, one.contract_id, one.clock, now)
        for one in await clocks_ahead(snapshot, actor, now, calendars)
        if one.clock.state(now) == "running"
    ]
    behind = [one for one in risks if page.after is None or _key(one) > page.after]
    return [one for one in behind if _has_little_left(one, below)]


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
    now_true = f"{NOT_ENDED} AND k.shown = 1 AND k.due_at >= :now AND k.last_step_at <= :now AND {STATE} = 'running'"
    condition, params = all_of(visible(actor), (now_true, {"now": now}), soon, behind)
    limited, limit = part.limited
    sql = (
        f"SELECT {CLOCKS.columns_of('k')} FROM clocks k JOIN contracts c ON c.contract_id = k.contract_id "
        f"WHERE {condition} ORDER BY k.due_at, k.ticket_id, k.target{limited}"
    )
    return [CLOCKS.row_of(row) for row in await snapshot.query(sql, params | limit)]


def _key(one: Risk | ClockRow) -> Key:
    """The order of the list."""
    return one.due_at, one.ticket_id, one.target


def _risk(context: Context, ticket_id: str, contract_id: str, clock: TargetClock, now: int) -> Risk:
    """What is left of a running clock's time, and all of it, in the time that its coverage counts."""
    assert clock.due_at is not None, "a paused clock is not at risk"
    assert clock.started_at is not None, "nor is one that waits from the start"
    calendar = counted_by(context.promise(clock.target, clock.priority).kind, context.calendar or AROUND_THE_CLOCK)
    pauses = context.pauses(clock.target)
    return Risk(
        now=now,
        ticket_id=ticket_id,
        contract_id=contract_id,
        target=clock.target,
        priority=clock.priority,
        started_at=clock.started_at,
        due_at=clock.due_at,
        left=covered(calendar, max(now, clock.started_at), clock.due_at, pauses),
        whole=covered(calendar, clock.started_at, clock.due_at, pauses),
    )
