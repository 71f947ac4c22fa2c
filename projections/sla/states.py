"""The clocks of tickets at a moment; and the state of a clock (S4) in SQL, for questions that count or choose by it."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.events import TicketFact
from ledger.sla.targets import TargetClock
from ledger.store.database import listed
from projections.history import refold_into, stream_events
from projections.reader import AsOf, Snapshot
from projections.sla.calendars import Calendars
from projections.sla.clocks import CLOCKS, TERMS, ZONES, ClockRow, clock_of, sla_clocks
from projections.views import Memory

# `TargetClock.state` in SQL, of a row `k` of the clocks at an instant; a property test holds the two together.
_STATE = """CASE WHEN k.breached_at {by} THEN 'breached'
    WHEN k.void_at IS NOT NULL THEN 'void'
    WHEN k.ended_at IS NOT NULL THEN 'met'
    WHEN k.paused_since IS NOT NULL THEN 'paused' ELSE 'running' END"""
STATE = _STATE.format(by="<= :now")
IN_THE_END = _STATE.format(by="IS NOT NULL")  # the same at `ledger.kernel.values.FAR_FUTURE`


async def clocks_of(
    snapshot: Snapshot, contracts: Mapping[str, str], as_of: AsOf, calendars: Calendars
) -> dict[str, list[TargetClock]]:
    """The clocks of tickets by ticket, reaction first; `contracts` says of each ticket which contract it belongs to."""
    if not contracts:
        return {}
    if as_of.current:
        among, params = listed("ticket_id", contracts)
        sql = (
            f"SELECT {CLOCKS.columns_of('k')} FROM clocks k WHERE k.shown = 1 AND k.ticket_id IN ({among}) "
            "ORDER BY k.target"
        )
        rows = [CLOCKS.row_of(row) for row in await snapshot.query(sql, params)]
    else:
        rows = await clocks_at(snapshot, contracts, as_of, calendars)
    found: dict[str, list[TargetClock]] = {}
    for row in rows:
        found.setdefault(row.ticket_id, []).append(clock_of(row))
    return found


async def clocks_at(
    snapshot: Snapshot, contracts: Mapping[str, str], as_of: AsOf, calendars: Calendars
) -> list[ClockRow]:
    """The clocks of tickets as their events up to a place in both times make them: worked out anew."""
    if not contracts:
        return []
    among, params = listed("contract_id", sorted(set(contracts.values())))
    rows = Memory({Calendars: calendars})
    sql = f"SELECT {ZONES.columns_of('z')} FROM clock_zones z WHERE z.contract_id IN ({among})"
    rows.known[ZONES.name] = {row.contract_id: ZONES.row_of(row) for row in await snapshot.query(sql, params)}
    sql = (
        f"SELECT DISTINCT {TERMS.columns_of('m')} FROM clock_terms m JOIN timelines t ON t.term_id = m.term_id "
        f"WHERE t.contract_id IN ({among})"
    )
    rows.known[TERMS.name] = {row.term_id: TERMS.row_of(row) for row in await snapshot.query(sql, params)}
    streams = [TicketFact.stream_of(ticket_id) for ticket_id in contracts]
    histories = await stream_events(snapshot, sla_clocks, streams, as_of)
    for events in histories.values():
        refold_into(rows, sla_clocks, events)
    changed = rows.changed.get(CLOCKS.name)
    return [row for row in changed[1].values() if row.shown] if changed else []
