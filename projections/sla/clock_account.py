"""The account of one due instant, window by window: what counted, what did not, and why (S4)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal, unknown_ticket
from ledger.kernel.values import to_micros
from ledger.plans.terms import BusinessDays, EndOfBusinessDay
from ledger.sla.targets import Clock
from ledger.sla.trace import Window, trace
from projections.asking import all_of, equal
from projections.reader import Snapshot, view_position
from projections.sla.calendars import Calendars
from projections.sla.clocks import CLOCKS, ClockRow
from projections.sla.contexts import Context, contexts
from projections.sla.states import clock_of
from projections.visible import visible


@dataclass(slots=True, frozen=True)
class ClockAccount:
    """A clock, its state now, and the windows of its account."""

    position: int
    ticket_id: str
    clock: Clock
    state: str
    windows: list[Window]


async def clock_account(
    snapshot: Snapshot, actor: Actor, ticket_id: str, target: str, calendars: Calendars
) -> ClockAccount:
    """Raises Refusal unknown-ticket, or not-found where the terms promise no such target for the ticket."""
    now = to_micros(snapshot.clock())
    condition, params = all_of(equal("k", ticket_id=ticket_id, target=target), visible(actor))
    sql = (
        f"SELECT {CLOCKS.columns_of('k')} FROM clocks k JOIN contracts c ON c.contract_id = k.contract_id "
        f"WHERE {condition}"
    )
    rows = await snapshot.query(sql, params)
    if not rows:
        raise unknown_ticket(ticket_id)
    row = CLOCKS.row_of(rows[0])
    if not row.shown:
        raise Refusal("not-found", f"No {target} is promised for ticket {ticket_id}.", ticket_id=ticket_id)
    context = (await contexts(snapshot, [ticket_id], calendars))[ticket_id]
    clock = clock_of(row)
    return ClockAccount(await view_position(snapshot), ticket_id, clock, clock.state(now), _windows(context, row, now))


def _windows(context: Context, row: ClockRow, now: int) -> list[Window]:
    """From the ticket's opening until the clock's due instant, or until where it stands still."""
    promise = context.promise(row)
    days = promise.days if isinstance(promise, BusinessDays | EndOfBusinessDay) else 0
    until = row.due_at if row.due_at is not None else (row.paused_since or now)
    return trace(promise.kind, days, context.calendar, row.opened_at, until, context.pauses(row.target))
