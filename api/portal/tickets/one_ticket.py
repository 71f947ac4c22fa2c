"""One ticket: its life, the work on it, its clocks with the account of each due instant, and the forms of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import Cursor, TicketIdParam, next_cursor, page_asked
from api.portal.credit.shown_costs import shown_cost
from api.portal.credit.shown_deductions import shown_deduction
from api.portal.frame.addresses import TICKETS_PAGE
from api.portal.frame.appearance import appearance_of
from api.portal.frame.form_ids import form_in_address
from api.portal.frame.forms import PostedDep, PostedForm
from api.portal.frame.local_times import instant_of
from api.portal.frame.pages import page, told
from api.portal.frame.recorded import kept, recorded
from api.portal.frame.sending import rehearse, send
from api.portal.frame.then import DayAsked, day_asked
from api.portal.frame.visitors import Visitor, VisitorDep
from api.portal.frame.whose import whose
from api.portal.tickets.shown_tickets import OFFERED, PRIORITIES, TICKET_STEPS, offered_steps
from api.portal.words.choices import CHANNELS, GRADES, SCOPES, TICKET_KINDS
from api.portal.words.names_of_keys import names_of
from api.portal.words.terms_in_words import TARGET_WORDS
from api.portal.words.window_words import WINDOW_REASONS
from api.state import State
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.faults import FieldFault
from projections.contracts.terms_in_force import terms_in_force
from projections.credit.deduction_questions import deductions_named
from projections.reader import Times
from projections.sla.clock_account import clock_account
from projections.tickets.open_to import open_to
from projections.tickets.questions import find_ticket, ticket_history

EVENTS_AT_ONCE = 100  # of its history
INSTANTS = ("at", "started_at", "ended_at")
GIVEN = ("word", "command_id", *dict.fromkeys(name for step in OFFERED.values() for name in step.fields))

router = APIRouter(dependencies=[Depends(form_in_address)])


@router.get("/tickets/{ticket_id}")
async def ticket_page(
    request: Request,
    state: StateDep,
    visitor: VisitorDep,
    ticket_id: TicketIdParam,
    as_of: DayAsked = None,
    cursor: Cursor = None,
) -> Response:
    """Now, or at the end of a day of the contract's zone. Raises Refusal unknown-ticket."""
    shown = await _ticket(request, state, visitor, ticket_id, day_asked(as_of), cursor)
    return page(request, visitor, "ticket.html", **shown)


@router.post("/tickets/{ticket_id}")
async def step(request: Request, state: StateDep, posted: PostedDep, ticket_id: TicketIdParam) -> Response:
    """Carries a step out, or says what logging the work would cost."""
    visitor, form = posted.visitor, posted.form
    offered = OFFERED.get(form.one("word"))
    if offered is None:
        raise malformed("word", FieldFault("one_of", {"members": tuple(OFFERED)}))
    shown = await _ticket(request, state, visitor, ticket_id)
    shown["given"] = {name: form.one(name) for name in GIVEN}
    try:
        fields = _fields(form, offered.fields, ticket_id, shown["zone"])
        if form.one("only_cost"):
            rehearsed = await rehearse(state, visitor, offered.command, _by_somebody(fields))
            cost = shown_cost(rehearsed, shown["names"], shown["row"].contract_id)
            return page(request, visitor, "ticket.html", **shown | {"cost": cost})
        answer = await send(state, visitor, offered.command, fields)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        shown["given"] = dict.fromkeys(GIVEN, "") | kept(form, GIVEN, refusal)
        reasons = told(request, refusal, shown["zone"], offered.command)
        return page(request, visitor, "ticket.html", refusal.status, **shown, reasons=reasons)
    return recorded(request, visitor, answer, f"{TICKETS_PAGE}/{ticket_id}")


@router.post("/tickets/{ticket_id}/cost")
async def cost_of_work(request: Request, state: StateDep, posted: PostedDep, ticket_id: TicketIdParam) -> Response:
    """What the work in the form would cost, as a part of the ticket's page; nothing is stored."""
    visitor, form = posted.visitor, posted.form
    async with state.reader.snapshot() as snapshot:
        ticket = await find_ticket(snapshot, visitor.actor, ticket_id, state.calendars)
        contract = (await terms_in_force(snapshot, visitor.actor, ticket.row.contract_id)).contract
    zone, contract_id = contract.timezone, contract.contract_id
    try:
        fields = _by_somebody(_fields(form, OFFERED["work"].fields, ticket_id, zone))
        names = names_of(state, {contract_id: contract.provider}, appearance_of(request).language)
        cost = shown_cost(await rehearse(state, visitor, "log-work", fields), names, contract_id)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return page(request, visitor, "work_cost.html", cost=None, reasons=told(request, refusal, zone, "log-work"))
    return page(request, visitor, "work_cost.html", cost=cost)


def _fields(form: PostedForm, names: Sequence[str], ticket_id: str, zone: str) -> dict[str, str]:
    fields = form.texts((*names, "command_id")) | {"ticket_id": ticket_id}
    return fields | {name: instant_of(form.one(name), zone, name) for name in INSTANTS if name in names}


def _by_somebody(fields: dict[str, str]) -> dict[str, str]:
    """What work costs does not depend on whose name is still to be filled in."""
    return fields | {"engineer": fields.get("engineer", "").strip() or "–"}


async def _ticket(
    request: Request, state: State, visitor: Visitor, ticket_id: str, day: date | None = None, cursor: str | None = None
) -> dict[str, Any]:
    actor, times = visitor.actor, Times(as_of=day)
    async with state.reader.snapshot() as snapshot:
        ticket = await find_ticket(snapshot, actor, ticket_id, state.calendars, times)
        row = ticket.row
        history = await ticket_history(snapshot, actor, ticket_id, times, page_asked(cursor, EVENTS_AT_ONCE, int))
        worked = [one.data["deduction_id"] for one in history.items if one.stored.type == "WorkLogged"]
        deductions = await deductions_named(snapshot, actor, row.contract_id, worked, times)
        accounts = [
            await clock_account(snapshot, actor, ticket_id, one.target, state.calendars, ticket.at)
            for one in ticket.clocks
        ]
        found = await terms_in_force(snapshot, actor, row.contract_id)
        customer = await whose(snapshot, actor, row.contract_id)
    steps = open_to(row, found.contract.partner_id is not None)
    on = next_cursor(history)
    kept = f"as_of={day}&" if day else ""
    return {
        "ticket": ticket,
        "row": row,
        "customer": customer,
        "accounts": accounts,
        "history": history.items,
        "work": [shown_deduction(one) for one in deductions],
        "terms": found.terms,
        "partner": found.contract.partner_id,
        "zone": found.contract.timezone,
        "names": names_of(state, {row.contract_id: found.contract.provider}, appearance_of(request).language),
        "day": day,
        "cursor": cursor,
        "next": f"{TICKETS_PAGE}/{ticket_id}?{kept}cursor={on}" if on else None,
        "offers": offered_steps(visitor, steps) if day is None else set(),
        "retractable": steps.retractable,
        "cost": None,
        "given": dict.fromkeys(GIVEN, ""),
        "kinds": TICKET_KINDS,
        "channels": CHANNELS,
        "scopes": SCOPES,
        "grades": GRADES,
        "priorities": PRIORITIES,
        "targets": TARGET_WORDS,
        "window_reasons": WINDOW_REASONS,
        "happened": TICKET_STEPS,
    }
