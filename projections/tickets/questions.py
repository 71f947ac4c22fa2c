"""Questions about tickets: where each stood at a moment, with its clocks, support hours and timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ledger.events import Sealed, TicketFact
from ledger.kernel.access import Actor
from ledger.kernel.errors import unknown_ticket
from ledger.plans.coverage import Calendar, NoOpeningError
from ledger.sla.targets import TargetClock
from ledger.tickets.life import LIVE, TicketStatus
from ledger.tickets.steps import is_call_due
from projections.asking import Condition, Page, PageAsked, all_of, equal
from projections.contracts.questions import as_of_for
from projections.history import ToldFact, refold, stream_events, stream_history
from projections.reader import NOW, AsOf, Snapshot, Times, existed, open_texts, resolve_as_of
from projections.sla.calendars import Calendars
from projections.sla.contexts import contexts
from projections.sla.states import clocks_of
from projections.tickets.view import TICKETS, TicketRow, tickets
from projections.visible import visible

_read_sealed = msgspec.json.Decoder(Sealed).decode


@dataclass(slots=True, frozen=True)
class TicketFilter:
    """What a list of tickets is narrowed to; state and priority are those at the moment that is asked about.

    `is_live` leaves those that something is still to be done on.
    """

    contract_id: str | None = None
    state: TicketStatus | None = None
    priority: int | None = None
    is_live: bool = False

    @property
    def stands(self) -> Condition:
        """The condition of rows `t` as they are."""
        live: Condition = (f"t.state IN {LIVE}", {}) if self.is_live else ("", {})
        return all_of(equal("t", state=self.state, priority=self.priority), live)

    def holds(self, row: TicketRow) -> bool:
        """The same of a row as it was."""
        is_meant = not self.is_live or row.state in LIVE
        return is_meant and self.state in (None, row.state) and self.priority in (None, row.priority)


@dataclass(slots=True, frozen=True)
class SupportHours:
    """Whether support was open when a ticket came in, is open now, and (where it is not) opens next."""

    opened_inside: bool
    open_now: bool
    next_opening_at: int | None


@dataclass(slots=True, frozen=True)
class OpenedTicket:
    """A ticket as it stood, at the instant `at`, with its texts opened; None where their key is gone.

    `hours` are None where the terms name none.
    """

    position: int
    at: int
    row: TicketRow
    title: str | None
    contact: dict[str, Any] | None
    is_call_due: bool
    clocks: list[TargetClock]
    hours: SupportHours | None


async def list_tickets(
    snapshot: Snapshot, actor: Actor, wanted: TicketFilter, calendars: Calendars, times: Times, page: PageAsked
) -> Page[OpenedTicket]:
    """Tickets that the actor may see, in the order in which they were recorded. Raises Refusal unknown-contract.

    A page may hold fewer items than its limit where a state or priority is asked of the past.
    """
    as_of = await as_of_for(snapshot, actor, wanted.contract_id, times)
    now_in = wanted.stands if as_of.current else ("", {})
    condition, params = all_of(
        visible(actor),
        equal("t", contract_id=wanted.contract_id),
        ("t.opened_at <= :at AND t.position <= :position", as_of.params),
        now_in,
        page.past("t.position"),
    )
    limited, limit = page.limited
    sql = (
        f"SELECT {TICKETS.columns_of('t')} FROM tickets t JOIN contracts c ON c.contract_id = t.contract_id "
        f"WHERE {condition} ORDER BY {page.in_order('t.position')}{limited}"
    )
    rows = [TICKETS.row_of(row) for row in await snapshot.query(sql, params | limit)]
    shown, next_after = page.cut(rows, lambda row: (row.position,))
    opened = [one for one in await _open(snapshot, shown, as_of, calendars) if wanted.holds(one.row)]
    return Page(as_of.position, opened, next_after, lambda one: (one.row.position,))


async def find_ticket(
    snapshot: Snapshot, actor: Actor, ticket_id: str, calendars: Calendars, times: Times = NOW
) -> OpenedTicket:
    """One ticket as it stood. Raises Refusal unknown-ticket, also for one that was opened later."""
    row, as_of = await _find(snapshot, actor, ticket_id, times)
    (opened,) = await _open(snapshot, [row], as_of, calendars)
    return opened


async def ticket_with_history(
    snapshot: Snapshot, actor: Actor, ticket_id: str, calendars: Calendars, times: Times, page: PageAsked
) -> tuple[OpenedTicket, Page[ToldFact]]:
    """One ticket as it stood, and a page of its events until then.

    Raises Refusal unknown-ticket, also for one that was opened later.
    """
    row, as_of = await _find(snapshot, actor, ticket_id, times)
    (opened,) = await _open(snapshot, [row], as_of, calendars)
    return opened, await stream_history(snapshot, TicketFact.stream_of(ticket_id), as_of, page)


async def ticket_history(
    snapshot: Snapshot, actor: Actor, ticket_id: str, times: Times, page: PageAsked
) -> Page[ToldFact]:
    """The events of a ticket in order. Raises Refusal unknown-ticket, also for one that was opened later."""
    _, as_of = await _find(snapshot, actor, ticket_id, times)
    return await stream_history(snapshot, TicketFact.stream_of(ticket_id), as_of, page)


async def _find(snapshot: Snapshot, actor: Actor, ticket_id: str, times: Times) -> tuple[TicketRow, AsOf]:
    condition, params = all_of(equal("t", ticket_id=ticket_id), visible(actor))
    sql = (
        f"SELECT c.timezone, {TICKETS.columns_of('t')} FROM tickets t JOIN contracts c "
        f"ON c.contract_id = t.contract_id WHERE {condition}"
    )
    for found in await snapshot.query(sql, params):
        row = TICKETS.row_of(found)
        as_of = await resolve_as_of(snapshot, times.as_of, times.known_at, found.timezone, row.contract_id)
        if existed(row.opened_at, row.position, as_of):
            return row, as_of
    raise unknown_ticket(ticket_id)


async def _open(snapshot: Snapshot, rows: Sequence[TicketRow], as_of: AsOf, calendars: Calendars) -> list[OpenedTicket]:
    if not as_of.current:
        rows = await _as_they_were(snapshot, rows, as_of)
    known = await contexts(snapshot, [row.ticket_id for row in rows], calendars, as_of.at)
    clocks = await clocks_of(snapshot, {row.ticket_id: row.contract_id for row in rows}, as_of, calendars)
    boxes = [_read_sealed(text) for row in rows for text in (row.title, row.contact) if text is not None]
    texts = await open_texts(snapshot, boxes)
    return [
        OpenedTicket(
            position=as_of.position,
            at=as_of.at,
            row=row,
            title=texts.get(_read_sealed(row.title)),
            contact=texts.get(_read_sealed(row.contact)) if row.contact else None,
            is_call_due=is_call_due(row.state, row.responses_since_call, row.call_after_responses),
            clocks=clocks.get(row.ticket_id, []),
            hours=_support_hours(known[row.ticket_id].calendar, row.opened_at, as_of.at),
        )
        for row in rows
    ]


async def _as_they_were(snapshot: Snapshot, rows: Sequence[TicketRow], as_of: AsOf) -> list[TicketRow]:
    streams = {row.ticket_id: TicketFact.stream_of(row.ticket_id) for row in rows}
    histories = await stream_events(snapshot, tickets, list(streams.values()), as_of)
    return [refold(tickets, histories[streams[row.ticket_id]]).get(TICKETS, row.ticket_id) or row for row in rows]


def _support_hours(calendar: Calendar | None, opened_at: int, now: int) -> SupportHours | None:
    if calendar is None:
        return None
    is_open = calendar.is_open(now)
    following = None
    if not is_open:
        try:
            following = calendar.next_opening(now).start
        except NoOpeningError:
            following = None  # it never opens again
    return SupportHours(calendar.is_open(opened_at), is_open, following)
