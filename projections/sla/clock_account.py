"""The account of one due instant, window by window: what counted, what did not, and why (S4)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal, unknown_ticket
from ledger.kernel.values import to_micros
from ledger.kernel.words import TargetName
from ledger.plans.terms import BusinessDays, EndOfBusinessDay, Target
from ledger.sla.targets import TargetClock, TargetState
from ledger.sla.trace import Window, trace
from projections.asking import all_of, equal
from projections.reader import Snapshot, view_position
from projections.sla.calendars import Calendars
from projections.sla.contexts import Context, contexts
from projections.visible import visible


@dataclass(slots=True, frozen=True)
class ClockAccount:
    """A clock, what it promises, its state at the moment asked about, and the windows of its account."""

    position: int
    ticket_id: str
    clock: TargetClock
    promise: Target
    state: TargetState
    windows: list[Window]


async def clock_account(
    snapshot: Snapshot, actor: Actor, ticket_id: str, target: TargetName, calendars: Calendars, at: int | None = None
) -> ClockAccount:
    """The account now, or as the steps that are effective by `at` make it (microseconds).

    Raises Refusal unknown-ticket, or not-found where the terms promise no such target for the ticket.
    """
    now = at if at is not None else to_micros(snapshot.clock())
    condition, params = all_of(equal("t", ticket_id=ticket_id), visible(actor))
    sql = f"SELECT t.ticket_id FROM timelines t JOIN contracts c ON c.contract_id = t.contract_id WHERE {condition}"
    if not await snapshot.query(sql, params):
        raise unknown_ticket(ticket_id)
    context = (await contexts(snapshot, [ticket_id], calendars, now))[ticket_id]
    clock = next((one for one in context.clocks if one.target == target), None)
    if clock is None:
        raise Refusal("not-found", f"No {target} is promised for ticket {ticket_id}.", ticket_id=ticket_id)
    promise = context.promise(target, clock.priority)
    windows = _windows(context, clock, promise, now)
    return ClockAccount(await view_position(snapshot), ticket_id, clock, promise, clock.state(now), windows)


def _windows(context: Context, clock: TargetClock, promise: Target, now: int) -> list[Window]:
    """From the ticket's opening until the clock's due instant, or until where it stands still."""
    days = promise.days if isinstance(promise, BusinessDays | EndOfBusinessDay) else 0
    until = clock.due_at if clock.due_at is not None else (clock.paused_since or now)
    return trace(promise.kind, days, context.calendar, context.life.opened_at, until, context.pauses(clock.target))
