"""The operator's day: tickets by the urgency of their clocks, the week's sessions, credit that runs out, disputes.

Each list is one page, with a way on. What is urgent refreshes itself, and what is low is asked for by itself, since it
looks at many accounts: so both have addresses of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import Cursor, next_cursor, page_asked
from api.portal.credit.shown_deductions import shown_deduction
from api.portal.frame.addresses import EXPIRING_CREDIT, LOW_CREDIT, URGENT, with_query
from api.portal.frame.appearance import appearance_of
from api.portal.frame.pages import SHOWN_AT_ONCE, page
from api.portal.frame.row_zones import row_zones
from api.portal.frame.visitors import Visitor, VisitorDep
from api.portal.words.names_of_keys import NamesOfKeys, names_of
from api.state import State
from ledger.kernel.access import Actor
from ledger.kernel.values import first_instant, local_date, to_micros
from projections.asking import Page, PageAsked
from projections.contracts.across import ContractsAsked, providers_of, zone_across
from projections.contracts.questions import customer_names
from projections.credit.balance_lists import list_balances
from projections.credit.deduction_questions import DeductionsAsked, list_deductions_across
from projections.credit.grants import GrantFilter, ListedGrant, list_grants
from projections.reader import NOW, Snapshot
from projections.sessions.questions import SessionFilter, list_sessions
from projections.sla.calendars import Calendars
from projections.sla.urgent import count_beside_urgent, list_urgent
from projections.tickets.questions import TicketFilter, list_tickets
from projections.tickets.titles import opened_titles

SHOWN = PageAsked(10)  # of each list of the day
URGENT_AT_ONCE = 20  # on the page of the day as where they are alone: one is refreshed by the other
WEEK, AHEAD = timedelta(days=6), timedelta(days=31)  # credit that ends within thirty days, today included
LOW = 2500  # less is available than a quarter of what the grants in force came to
EVERYWHERE = ContractsAsked()

router = APIRouter()


@router.get("/urgent")
async def urgent(request: Request, state: StateDep, visitor: VisitorDep, cursor: Cursor = None) -> Response:
    """Targets that wait for their end, what was due first before all others."""
    asked = page_asked(cursor, URGENT_AT_ONCE, int, str, str)

    async def ask(snapshot: Snapshot, calendars: Calendars) -> dict[str, Any]:
        shown = await _urgent(snapshot, state, visitor.actor, calendars, asked)
        zone = await zone_across(snapshot, visitor.actor, EVERYWHERE)
        return shown | {"zones": await row_zones(snapshot, [one.contract_id for one in shown["urgent"]], zone)}

    shown = await state.long_questions.ask(ask)
    return page(request, visitor, "urgent.html", **shown, cursor=cursor)


@router.get("/credit/low")
async def low_credit(request: Request, state: StateDep, visitor: VisitorDep, cursor: Cursor = None) -> Response:
    """Accounts with less than a quarter left. A page looks at so many accounts, and may show fewer, or none."""
    asked, language = page_asked(cursor, SHOWN_AT_ONCE, str, str), appearance_of(request).language

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        found = await list_balances(snapshot, visitor.actor, EVERYWHERE, LOW, NOW, asked)
        names = names_of(state, {one.contract_id: one.provider for one in found.items}, language)
        customers = await customer_names(snapshot, visitor.actor, [one.contract_id for one in found.items])
        accounts = {"accounts": found.items, "names": names, "customers": customers}
        return accounts | {"next_low": _address(LOW_CREDIT, found)}

    return page(request, visitor, "low_credit.html", **await state.long_questions.ask(ask), cursor=cursor)


@router.get("/credit/expiring")
async def expiring_credit(request: Request, state: StateDep, visitor: VisitorDep, cursor: Cursor = None) -> Response:
    """Grants that end within thirty days with something left, those that end first before all others."""
    asked, language = page_asked(cursor, SHOWN_AT_ONCE, int, int), appearance_of(request).language

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        zone = await zone_across(snapshot, visitor.actor, EVERYWHERE)
        found = await _expiring(snapshot, visitor.actor, zone, asked)
        zones = await row_zones(snapshot, [one.contract_id for one in found.items], zone)
        names = await _names(snapshot, state, found.items, language)
        return {
            "zones": zones,
            "names": names,
            "customers": await customer_names(snapshot, visitor.actor, [one.contract_id for one in found.items]),
            "expiring": found.items,
            "next_expiring": _address(EXPIRING_CREDIT, found),
        }

    return page(request, visitor, "expiring_credit.html", **await state.long_questions.ask(ask), cursor=cursor)


async def operator_home(request: Request, state: State, visitor: Visitor) -> Response:
    """The page of the day. Who may not write gets the same."""
    actor, language = visitor.actor, appearance_of(request).language

    async def ask(snapshot: Snapshot, calendars: Calendars) -> dict[str, Any]:
        zone = await zone_across(snapshot, actor, EVERYWHERE)
        today = local_date(snapshot.clock(), zone)
        week = SessionFilter(starts_from=today, starts_to=today + WEEK)
        expiring = await _expiring(snapshot, actor, zone, SHOWN)
        unanswered = await list_tickets(snapshot, actor, TicketFilter(state="open"), calendars, NOW, SHOWN)
        sessions = await list_sessions(snapshot, actor, week, NOW, SHOWN)
        disputed = await list_deductions_across(snapshot, actor, EVERYWHERE, DeductionsAsked("disputed"), NOW, SHOWN)
        urgent = await _urgent(snapshot, state, actor, calendars, PageAsked(URGENT_AT_ONCE))
        contract_ids = {one.row.contract_id for one in unanswered.items} | {one.contract_id for one in expiring.items}
        contract_ids |= {one.row.contract_id for one in sessions.items} | {one.contract_id for one in urgent["urgent"]}
        contract_ids |= {one.row.contract_id for one in disputed.items}
        return urgent | {
            "zones": await row_zones(snapshot, contract_ids, zone),
            "customers": await customer_names(snapshot, actor, [*contract_ids]),
            "today": today,
            "until": today + WEEK,
            "unanswered": unanswered.items,
            "has_more_unanswered": unanswered.next_after is not None,
            "sessions": sessions.items,
            "has_more_sessions": sessions.next_after is not None,
            "expiring": expiring.items,
            "names": await _names(snapshot, state, expiring.items, language),
            "next_expiring": EXPIRING_CREDIT if expiring.next_after else None,
            "disputed": [shown_deduction(one) for one in disputed.items],
            "has_more_disputed": disputed.next_after is not None,
        }

    shown = await state.long_questions.ask(ask)
    return page(request, visitor, "today.html", **shown, low_credit=LOW_CREDIT, refreshed=URGENT)


async def _urgent(
    snapshot: Snapshot, state: State, actor: Actor, calendars: Calendars, asked: PageAsked
) -> dict[str, Any]:
    found, most = await list_urgent(snapshot, actor, calendars, asked), state.limits.beside_urgent
    return {
        "urgent": found.items,
        "titles": await opened_titles(snapshot, [one.ticket_id for one in found.items]),
        "customers": await customer_names(snapshot, actor, [one.contract_id for one in found.items]),
        "now": to_micros(snapshot.clock()),
        "next_urgent": _address(URGENT, found),
        "beside": await count_beside_urgent(snapshot, actor, calendars, most) if found.next_after is None else None,
    }


async def _expiring(snapshot: Snapshot, actor: Actor, zone: str, asked: PageAsked) -> Page[ListedGrant]:
    ends = first_instant(local_date(snapshot.clock(), zone) + AHEAD, zone)
    return await list_grants(snapshot, actor, GrantFilter(expiring_before=ends), asked)


async def _names(snapshot: Snapshot, state: State, grants: Sequence[ListedGrant], language: str) -> NamesOfKeys:
    """What the pools of some grants are called."""
    return names_of(state, await providers_of(snapshot, [one.contract_id for one in grants]), language)


def _address(list_address: str, found: Page[Any]) -> str | None:
    """Where the next page of a list is."""
    cursor = next_cursor(found)
    return with_query(list_address, cursor=cursor) if cursor else None
