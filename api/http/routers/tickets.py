"""Tickets: where each stands, and its timeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query

from api.http.authentication import ActorDep, CaughtUp, StateDep, find_contract, visible
from api.http.models import ClockOut, CoverageOut, TicketAnswer, TicketList, TicketOut
from api.http.paging import AsOfParam, Cursor, KnownAtParam, Limit, TicketId, decode_cursor, moment_of, page
from api.http.problems import PROBLEMS
from ledger.events import Sealed
from ledger.kernel.errors import Refusal
from ledger.kernel.ids import ID_PATTERN
from ledger.kernel.values import from_micros, show_instant
from ledger.sla.coverage import Calendar, NoOpeningError
from ledger.sla.targets import MINUTE
from projections.history import sealed_in, show, stream_events, ticket_at
from projections.reader import AsOf, Snapshot, existed, open_texts, resolve_as_of
from projections.sla.calendars import Calendars
from projections.sla.clocks import ClockRow
from projections.sla.compliance import CLOCK_COLUMNS, clock_of, clocks_at, contexts
from projections.tickets.view import TicketRow

router = APIRouter(prefix="/v1/tickets", tags=["tickets"], responses=PROBLEMS, dependencies=[CaughtUp])
TicketState = Literal["open", "in_progress", "waiting", "resolved", "closed", "rejected"]
_COLUMNS = ", ".join(f"t.{column}" for column in TicketRow.__struct_fields__)
_sealed = msgspec.json.Decoder(Sealed).decode
OVER = ("resolved", "closed", "rejected")


def call_due(row: TicketRow) -> bool:
    """So many responses without a solution that the terms want a call (T5)."""
    limit = row.call_after_responses
    return limit is not None and row.state not in OVER and row.responses_since_call >= limit


def _instant(micros: int | None) -> str | None:
    return None if micros is None else show_instant(from_micros(micros))


async def _show(snapshot: Snapshot, rows: Sequence[TicketRow], asked: AsOf, calendars: Calendars) -> list[TicketOut]:
    histories = await stream_events(snapshot, [f"ticket:{row.ticket_id}" for row in rows], asked)
    if not asked.current:
        rows = [ticket_at(histories[f"ticket:{row.ticket_id}"], row.ticket_id) or row for row in rows]
    known = await contexts(snapshot, [row.ticket_id for row in rows], calendars)
    clocks = await _clocks(snapshot, rows, asked, calendars)
    boxes = [_sealed(text) for row in rows for text in (row.title, row.contact) if text is not None]
    boxes += [box for events in histories.values() for stored in events for box in sealed_in(stored.fact)]
    texts = await open_texts(snapshot, boxes)
    return [
        TicketOut(
            ticket_id=row.ticket_id,
            contract_id=row.contract_id,
            title=texts.get(_sealed(row.title)),
            kind=row.kind,
            channel=row.channel,
            scope=row.scope,
            impact=row.impact,
            urgency=row.urgency,
            contact=texts.get(_sealed(row.contact)) if row.contact else None,
            priority=row.priority,
            level=row.level,
            state=row.state,
            opened_at=show_instant(from_micros(row.opened_at)),
            first_response_at=_instant(row.first_response_at),
            resolved_at=_instant(row.resolved_at),
            closed_at=_instant(row.closed_at),
            waiting_since=_instant(row.waiting_since),
            responses=row.responses,
            call_due=call_due(row),
            worked_minutes=row.worked_minutes,
            defect=_defect(row),
            sla=[show_clock(clock, asked.at) for clock in clocks.get(row.ticket_id, [])],
            coverage=_coverage(known[row.ticket_id].calendar, row.opened_at, asked.at),
            history=[show(stored, texts) for stored in histories[f"ticket:{row.ticket_id}"]],
        )
        for row in rows
    ]


async def _clocks(
    snapshot: Snapshot, rows: Sequence[TicketRow], asked: AsOf, calendars: Calendars
) -> dict[str, list[ClockRow]]:
    found: dict[str, list[ClockRow]] = {}
    if not rows:
        return found
    if asked.current:
        places = ",".join("?" * len(rows))
        sql = f"SELECT {CLOCK_COLUMNS} FROM clocks k WHERE k.shown = 1 AND k.ticket_id IN ({places}) ORDER BY k.target"
        clocks = [ClockRow(*row) for row in await snapshot.query(sql, [row.ticket_id for row in rows])]
    else:
        clocks = await clocks_at(snapshot, [(row.ticket_id, row.contract_id) for row in rows], asked, calendars)
    for clock in clocks:
        found.setdefault(clock.ticket_id, []).append(clock)
    return found


def show_clock(row: ClockRow, at: int) -> ClockOut:
    clock = clock_of(row)
    paused = clock.paused + (at - clock.paused_since if clock.paused_since is not None else 0)
    return ClockOut(
        target=clock.target,
        priority=clock.priority,
        started_at=show_instant(from_micros(clock.started_at)),
        due_at=_instant(clock.due_at),
        state=clock.state(at),  # type: ignore[arg-type]
        ended_at=_instant(clock.ended_at),
        paused_minutes=max(paused, 0) // MINUTE,
    )


def _coverage(calendar: Calendar | None, opened_at: int, now: int) -> CoverageOut | None:
    """Whether support was open when the ticket came in, is open now, and opens next."""
    if calendar is None:
        return None
    is_open = calendar.opening_at(now) is not None
    following = None
    if not is_open:
        try:
            following = _instant(calendar.next_opening(now).start)
        except NoOpeningError:
            following = None
    inside = calendar.opening_at(opened_at) is not None
    return CoverageOut(opened_inside=inside, open_now=is_open, next_opening_at=following)


def _defect(row: TicketRow) -> dict[str, Any] | None:
    """The steps of a defect that the customer can see (T6)."""
    if row.defect is None:
        return None
    return {"step": row.defect, "release": row.fix_release, "expected_on": row.fix_expected_on}


@router.get("", summary="Tickets")
async def tickets(
    state_: StateDep,
    actor: ActorDep,
    contract_id: Annotated[str | None, Query(max_length=64, pattern=ID_PATTERN)] = None,
    state: Annotated[TicketState | None, Query()] = None,
    priority: Annotated[int | None, Query(ge=1, le=4)] = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> TicketList:
    """Tickets that the token may see, in the order in which they were recorded.

    State and priority are asked of the cut; a page of the past may hold fewer items than `limit`.
    """
    async with state_.reader.snapshot() as snapshot:
        zone = "UTC"
        if contract_id is not None:
            (zone,) = await find_contract(snapshot, actor, contract_id, "timezone")
        asked = await resolve_as_of(
            snapshot, moment_of("as_of", as_of), moment_of("known_at", known_at), zone, contract_id
        )
        condition, params = visible(actor)
        condition += " AND t.position <= ? AND t.opened_at <= ?"
        params += [asked.position, asked.at]
        columns = [("contract_id", contract_id)]
        if asked.current:
            columns += [("state", state), ("priority", priority)]  # type: ignore[list-item]
        for column, value in columns:
            if value is not None:
                condition += f" AND t.{column} = ?"
                params.append(value)
        after = decode_cursor(cursor, int)
        if after:
            condition += " AND t.position > ?"
            params.extend(after)
        sql = (
            f"SELECT {_COLUMNS} FROM tickets t JOIN contracts c ON c.contract_id = t.contract_id WHERE {condition} "
            "ORDER BY t.position LIMIT ?"
        )
        found = [TicketRow(*row) for row in await snapshot.query(sql, (*params, limit + 1))]
        rows, following = page(found, limit, lambda row: (row.position,))
        items = await _show(snapshot, rows, asked, state_.calendars)
        items = [one for one in items if state in (None, one.state) and priority in (None, one.priority)]
        return TicketList(position=asked.position, items=items, next=following)


@router.get("/{ticket_id}", summary="A ticket")
async def ticket(
    ticket_id: TicketId, state: StateDep, actor: ActorDep, as_of: AsOfParam = None, known_at: KnownAtParam = None
) -> TicketAnswer:
    """A ticket with its timeline."""
    async with state.reader.snapshot() as snapshot:
        condition, params = visible(actor)
        sql = (
            f"SELECT c.timezone, {_COLUMNS} FROM tickets t JOIN contracts c ON c.contract_id = t.contract_id "
            f"WHERE t.ticket_id = ? AND {condition}"
        )
        rows = await snapshot.query(sql, (ticket_id, *params))
        unknown = Refusal("unknown-ticket", f"There is no ticket {ticket_id}.", ticket_id=ticket_id)
        if not rows:
            raise unknown
        row = TicketRow(*rows[0][1:])
        asked = await resolve_as_of(
            snapshot, moment_of("as_of", as_of), moment_of("known_at", known_at), rows[0][0], row.contract_id
        )
        if not existed(row.opened_at, row.position, asked):
            raise unknown
        (found,) = await _show(snapshot, [row], asked, state.calendars)
        return TicketAnswer(position=asked.position, **found.model_dump())
