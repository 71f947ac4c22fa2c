"""Questions about tickets: where each stood at a moment, with its clocks, support hours and timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from ledger.events import Sealed
from ledger.kernel.access import Actor
from ledger.kernel.errors import unknown_ticket
from ledger.sla.coverage import Calendar, NoOpeningError
from ledger.sla.targets import Clock
from ledger.tickets.calls import is_call_due
from projections.contracts.questions import as_of_for
from projections.history import StoredFact, ToldFact, refold, sealed_in, stream_events, tell
from projections.reader import AsOf, Snapshot, existed, open_texts, resolve_as_of
from projections.sla.calendars import Calendars
from projections.sla.contexts import contexts
from projections.sla.states import clocks_of
from projections.tickets.view import TICKETS, TicketRow, tickets
from projections.visible import visible

_sealed = msgspec.json.Decoder(Sealed).decode


@dataclass(slots=True, frozen=True)
class TicketFilter:
    """What a list of tickets is narrowed to; state and priority are those at the moment that is asked about."""

    contract_id: str | None = None
    state: str | None = None
    priority: int | None = None


@dataclass(slots=True, frozen=True)
class SupportHours:
    """Whether support was open when a ticket came in, is open now, and (where it is not) opens next."""

    opened_inside: bool
    open_now: bool
    next_opening_at: int | None


@dataclass(slots=True, frozen=True)
class TicketDetails:
    """A ticket as it stood `as_of`; texts whose key is gone are None, and so is `hours` where the terms name none."""

    as_of: AsOf
    row: TicketRow
    title: str | None
    contact: dict[str, Any] | None
    is_call_due: bool
    clocks: list[Clock]
    hours: SupportHours | None
    history: list[ToldFact]


@dataclass(slots=True, frozen=True)
class TicketPage:
    """Tickets in the order in which they were recorded; the next page begins after position `following`."""

    position: int
    tickets: list[TicketDetails]
    following: int | None


async def ticket_page(
    snapshot: Snapshot,
    actor: Actor,
    wanted: TicketFilter,
    calendars: Calendars,
    *,
    as_of: datetime | date | None = None,
    known_at: datetime | date | None = None,
    after: int | None = None,
    limit: int,
) -> TicketPage:
    """Tickets that the actor may see; of the past, a page may hold fewer than `limit`, and yet not be the last.

    Raises Refusal unknown-contract.
    """
    asked = await as_of_for(snapshot, actor, wanted.contract_id, as_of, known_at)
    condition, params = visible(actor)
    columns: dict[str, str | int | None] = {"contract_id": wanted.contract_id}
    if asked.current:
        columns |= {"state": wanted.state, "priority": wanted.priority}
    for column, value in columns.items():
        if value is not None:
            condition += f" AND t.{column} = :{column}"
            params[column] = value
    sql = (
        f"SELECT {TICKETS.columns_of('t')} FROM tickets t JOIN contracts c ON c.contract_id = t.contract_id "
        f"WHERE {condition} AND t.position > :after AND t.position <= :position AND t.opened_at <= :at "
        "ORDER BY t.position LIMIT :limit"
    )
    params |= {"after": after or 0, "position": asked.position, "at": asked.at, "limit": limit + 1}
    rows = [TICKETS.row_of(row) for row in await snapshot.query(sql, params)]
    following = rows[limit - 1].position if len(rows) > limit else None
    found = await _details(snapshot, rows[:limit], asked, calendars)
    shown = [
        one for one in found if wanted.state in (None, one.row.state) and wanted.priority in (None, one.row.priority)
    ]
    return TicketPage(asked.position, shown, following)


async def one_ticket(
    snapshot: Snapshot,
    actor: Actor,
    ticket_id: str,
    calendars: Calendars,
    *,
    as_of: datetime | date | None = None,
    known_at: datetime | date | None = None,
) -> TicketDetails:
    """A ticket as it stood. Raises Refusal unknown-ticket, also for one that did not exist yet."""
    condition, params = visible(actor)
    sql = (
        f"SELECT c.timezone, {TICKETS.columns_of('t')} FROM tickets t JOIN contracts c "
        f"ON c.contract_id = t.contract_id WHERE t.ticket_id = :ticket_id AND {condition}"
    )
    rows = await snapshot.query(sql, params | {"ticket_id": ticket_id})
    if not rows:
        raise unknown_ticket(ticket_id)
    row = TICKETS.row_of(rows[0])
    asked = await resolve_as_of(snapshot, as_of, known_at, rows[0].timezone, row.contract_id)
    if not existed(row.opened_at, row.position, asked):
        raise unknown_ticket(ticket_id)
    (found,) = await _details(snapshot, [row], asked, calendars)
    return found


async def _details(
    snapshot: Snapshot, rows: Sequence[TicketRow], asked: AsOf, calendars: Calendars
) -> list[TicketDetails]:
    streams = {row.ticket_id: f"ticket:{row.ticket_id}" for row in rows}
    histories = await stream_events(snapshot, list(streams.values()), asked)
    if not asked.current:
        rows = [_ticket_at(histories[streams[row.ticket_id]], row.ticket_id) or row for row in rows]
    known = await contexts(snapshot, list(streams), calendars)
    clocks = await clocks_of(snapshot, {row.ticket_id: row.contract_id for row in rows}, asked, calendars)
    boxes = [_sealed(text) for row in rows for text in (row.title, row.contact) if text is not None]
    boxes += [box for events in histories.values() for stored in events for box in sealed_in(stored.fact)]
    texts = await open_texts(snapshot, boxes)
    return [
        TicketDetails(
            as_of=asked,
            row=row,
            title=texts.get(_sealed(row.title)),
            contact=texts.get(_sealed(row.contact)) if row.contact else None,
            is_call_due=is_call_due(row.state, row.responses_since_call, row.call_after_responses),
            clocks=clocks.get(row.ticket_id, []),
            hours=_support_hours(known[row.ticket_id].calendar, row.opened_at, asked.at),
            history=[tell(stored, texts) for stored in histories[streams[row.ticket_id]]],
        )
        for row in rows
    ]


def _ticket_at(events: Sequence[StoredFact], ticket_id: str) -> TicketRow | None:
    return refold(tickets, events).get(TICKETS, ticket_id)


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
