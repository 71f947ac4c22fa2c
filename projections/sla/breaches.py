"""The promises that were missed, the latest tickets first, each with what the terms owe for it (S4)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.kernel.access import Actor
from ledger.kernel.values import to_micros
from ledger.kernel.words import TargetName
from projections.asking import Condition, Page, PageAsked, all_of
from projections.reader import Snapshot, view_position
from projections.sla.calendars import Calendars
from projections.sla.contexts import contexts
from projections.sla.opened import OfTickets
from projections.sla.states import STATE


@dataclass(slots=True, frozen=True)
class Breach:
    """A target that was missed; `ended_at` is None where it still waits. `owes`: the terms owe something for it."""

    ticket_id: str
    contract_id: str
    target: TargetName
    priority: int
    opened_on: str
    due_at: int | None
    ended_at: int | None
    owes: bool


async def list_breaches(
    snapshot: Snapshot, actor: Actor, tickets: OfTickets, calendars: Calendars, page: PageAsked
) -> Page[Breach]:
    """Missed targets of the tickets that were opened in a period, as they stand now."""
    now = to_micros(snapshot.clock())
    condition, params = all_of(tickets.condition(actor), _behind(page))
    limited, limit = page.limited
    sql = (
        "SELECT k.ticket_id, k.contract_id, k.target, k.priority, k.opened_on, k.due_at, k.ended_at FROM clocks k "
        f"JOIN contracts c ON c.contract_id = k.contract_id WHERE k.shown = 1 AND {STATE} = 'breached' AND {condition} "
        f"ORDER BY k.opened_on DESC, k.ticket_id DESC, k.target DESC{limited}"
    )
    rows = await snapshot.query(sql, params | limit | {"now": now})
    shown, next_after = page.cut(rows, lambda row: (row.opened_on, row.ticket_id, row.target))
    known = await contexts(snapshot, [row.ticket_id for row in shown], calendars, now)
    breaches = [
        Breach(
            ticket_id=row.ticket_id,
            contract_id=row.contract_id,
            target=row.target,
            priority=row.priority,
            opened_on=row.opened_on,
            due_at=row.due_at,
            ended_at=row.ended_at,
            owes=row.target in known[row.ticket_id].terms.service_credits,
        )
        for row in shown
    ]
    return Page(
        await view_position(snapshot), breaches, next_after, lambda one: (one.opened_on, one.ticket_id, one.target)
    )


def _behind(page: PageAsked) -> Condition:
    """The list runs backwards."""
    if page.after is None:
        return "", {}
    named = dict(zip(("after_day", "after_ticket", "after_target"), page.after, strict=True))
    return "(k.opened_on, k.ticket_id, k.target) < (:after_day, :after_ticket, :after_target)", named
