"""Questions to the clocks: compliance by any mix of groups, what is at risk, and one clock's account (S4–S6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ledger.kernel.values import half_up
from ledger.plans.terms import Terms, parse_terms
from ledger.sla.coverage import Calendar
from ledger.sla.targets import AROUND_THE_CLOCK, Clock, covered, pauses_of
from ledger.sla.trace import Window, trace
from ledger.tickets.timeline import Timeline
from projections.history import refold_into, stream_events
from projections.reader import AsOf, Snapshot
from projections.sla.calendars import Calendars
from projections.sla.clocks import (
    CLOCKS,
    TERMS,
    ZONES,
    ClockRow,
    TermsRow,
    TimelineRow,
    ZoneRow,
    read_timeline,
    sla_clocks,
)
from projections.views import Memory

STATES = ("met", "breached", "running", "paused", "void")
GROUPS = {
    "contract": "k.contract_id",
    "plan": "k.plan",
    "priority": "k.priority",
    "target": "k.target",
    "month": "substr(k.opened_on, 1, 7)",
}
CLOCK_COLUMNS = ", ".join(f"k.{column}" for column in ClockRow.__struct_fields__)
PAGE = 400

# S4 in SQL, with the instant that is asked about as the parameter.
_STATE = """CASE WHEN k.void_at IS NOT NULL THEN 'void'
    WHEN k.ended_at IS NOT NULL AND k.ended_at <= k.due_at THEN 'met'
    WHEN k.ended_at IS NOT NULL THEN 'breached'
    WHEN k.paused_since IS NOT NULL THEN 'paused'
    WHEN k.due_at < ? THEN 'breached' ELSE 'running' END"""


def clock_of(row: ClockRow) -> Clock:
    return Clock(
        row.target,  # type: ignore[arg-type]
        row.priority,
        row.started_at,
        row.due_at,
        row.ended_at,
        row.paused,
        row.paused_since,
        row.void_at,
    )


def ratio(met: int, breached: int) -> str | None:
    """met / (met + breached) with four decimals, half-up; None where nothing was judged (S5): 2 of 3 are 0.6667."""
    if met + breached == 0:
        return None
    parts = half_up(met * 10_000, met + breached)
    return f"{parts // 10_000}.{parts % 10_000:04d}"


async def compliance(
    snapshot: Snapshot, condition: str, params: Sequence[Any], groups: Sequence[str], as_of: AsOf, calendars: Calendars
) -> list[dict[str, Any]]:
    """Counts of each state by group. `condition` is about clocks `k` and contracts `c`."""
    if as_of.current:
        counted = await _count_now(snapshot, condition, params, groups, as_of.at)
    else:
        counted = await _count_then(snapshot, condition, params, groups, as_of, calendars)
    rows = []
    for key in sorted(counted):
        states = counted[key]
        row: dict[str, Any] = dict(zip(groups, key, strict=True))
        row |= {state: states.get(state, 0) for state in STATES}
        row["ratio"] = ratio(row["met"], row["breached"])
        rows.append(row)
    return rows


async def _count_now(
    snapshot: Snapshot, condition: str, params: Sequence[Any], groups: Sequence[str], now: int
) -> dict[tuple[Any, ...], dict[str, int]]:
    columns = ", ".join([*(GROUPS[group] for group in groups), "state"])
    inner = (
        f"SELECT k.contract_id, k.plan, k.priority, k.target, k.opened_on, {_STATE} AS state "
        f"FROM clocks k JOIN contracts c ON c.contract_id = k.contract_id WHERE k.shown = 1 AND {condition}"
    )
    grouping = ", ".join(str(n + 1) for n in range(len(groups) + 1))
    sql = f"SELECT {columns}, count(*) FROM ({inner}) k GROUP BY {grouping}"
    counted: dict[tuple[Any, ...], dict[str, int]] = {}
    for row in await snapshot.query(sql, (now, *params)):
        counted.setdefault(tuple(row[:-2]), {})[row[-2]] = int(row[-1])
    return counted


async def _count_then(
    snapshot: Snapshot, condition: str, params: Sequence[Any], groups: Sequence[str], as_of: AsOf, calendars: Calendars
) -> dict[tuple[Any, ...], dict[str, int]]:
    """The past: each ticket's clocks are worked out anew from its events up to the as_of."""
    sql = (
        "SELECT DISTINCT k.ticket_id, k.contract_id FROM clocks k JOIN contracts c ON c.contract_id = k.contract_id "
        f"WHERE {condition} AND k.opened_at <= ? ORDER BY k.ticket_id"
    )
    tickets = await snapshot.query(sql, (*params, as_of.at))
    counted: dict[tuple[Any, ...], dict[str, int]] = {}
    for start in range(0, len(tickets), PAGE):
        part = tickets[start : start + PAGE]
        for row in await clocks_at(snapshot, [(t[0], t[1]) for t in part], as_of, calendars):
            values = {
                "contract": row.contract_id,
                "plan": row.plan,
                "priority": row.priority,
                "target": row.target,
                "month": row.opened_on[:7],
            }
            states = counted.setdefault(tuple(values[group] for group in groups), {})
            state = clock_of(row).state(as_of.at)
            states[state] = states.get(state, 0) + 1
    return counted


async def clocks_at(
    snapshot: Snapshot, tickets: Sequence[tuple[str, str]], as_of: AsOf, calendars: Calendars
) -> list[ClockRow]:
    """The clocks of tickets (with their contracts) as their events up to the cut make them."""
    contract_ids = sorted({contract_id for _, contract_id in tickets})
    if not contract_ids:
        return []
    rows = Memory({Calendars: calendars})
    places = ",".join("?" * len(contract_ids))
    sql = f"SELECT contract_id, timezone FROM clock_zones WHERE contract_id IN ({places})"
    rows.known[ZONES.name] = {row[0]: ZoneRow(*row) for row in await snapshot.query(sql, contract_ids)}
    sql = (
        "SELECT DISTINCT m.term_id, m.plan, m.terms, m.holidays FROM clock_terms m JOIN timelines t "
        f"ON t.term_id = m.term_id WHERE t.contract_id IN ({places})"
    )
    rows.known[TERMS.name] = {row[0]: TermsRow(*row) for row in await snapshot.query(sql, contract_ids)}
    histories = await stream_events(snapshot, [f"ticket:{ticket_id}" for ticket_id, _ in tickets], as_of)
    for events in histories.values():
        refold_into(rows, sla_clocks, events)
    changed = rows.changed.get(CLOCKS.name)
    return [row for row in changed[1].values() if row.shown] if changed else []


@dataclass(slots=True, frozen=True)
class Context:
    """What a ticket's clocks are worked out from."""

    terms: Terms
    calendar: Calendar | None
    timeline: Timeline


async def contexts(snapshot: Snapshot, ticket_ids: Sequence[str], calendars: Calendars) -> dict[str, Context]:
    """Terms, calendar and timeline of each ticket."""
    if not ticket_ids:
        return {}
    columns = ", ".join(f"t.{column}" for column in TimelineRow.__struct_fields__)
    sql = (
        f"SELECT {columns}, m.terms, m.holidays FROM timelines t JOIN clock_terms m ON m.term_id = t.term_id "
        f"WHERE t.ticket_id IN ({','.join('?' * len(ticket_ids))})"
    )
    found = {}
    width = len(TimelineRow.__struct_fields__)
    for row in await snapshot.query(sql, list(ticket_ids)):
        timeline = TimelineRow(*row[:width])
        terms = parse_terms(row[width].encode())
        calendar = calendars.of(terms, row[width + 1], timeline.channel, timeline.scope)
        found[timeline.ticket_id] = Context(terms, calendar, read_timeline(timeline.timeline))
    return found


def _pauses(context: Context, target: str) -> list[tuple[int, int]]:
    """The ended waits and closures that hold a target's clock."""
    return [(start, end) for start, end in pauses_of(context.terms, context.timeline, target) if end is not None]


def time_left(context: Context, row: ClockRow, now: int) -> tuple[int, int]:
    """What is left of a running clock's time, and all of it, in the time that its coverage counts (S6)."""
    assert row.due_at is not None, "a paused clock is not at risk"
    promised = getattr(context.terms.sla, row.target)[str(row.priority)]
    calendar = AROUND_THE_CLOCK if promised.kind == "elapsed" or context.calendar is None else context.calendar
    pauses = _pauses(context, row.target)
    whole = covered(calendar, row.started_at, row.due_at, pauses)
    return covered(calendar, max(now, row.started_at), row.due_at, pauses), whole


def account(context: Context, row: ClockRow, now: int) -> list[Window]:
    """A clock's account from the ticket's opening until it is due, or stands still."""
    promised = getattr(context.terms.sla, row.target)[str(row.priority)]
    until = row.due_at if row.due_at is not None else (row.paused_since or now)
    days = getattr(promised, "days", 0)
    return trace(promised.kind, days, context.calendar, row.opened_at, until, _pauses(context, row.target))
