"""A partner's first page: tickets at its own level and those escalated, and the contracts that it serves."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from api.portal.frame.pages import page
from api.portal.frame.row_zones import row_zones
from api.portal.frame.visitors import Visitor
from api.state import State
from ledger.tickets.life import LIVE
from projections.asking import PageAsked
from projections.contracts.across import ContractsAsked, zone_across
from projections.contracts.questions import ContractFilter, customer_names, list_contracts
from projections.reader import NOW, Snapshot
from projections.sla.calendars import Calendars
from projections.tickets.questions import OpenedTicket, TicketFilter, list_tickets

SHOWN = PageAsked(20)  # of each state, and of the contracts
OWN_LEVEL = "L1"


async def partner_home(request: Request, state: State, visitor: Visitor) -> Response:
    """What is in a state that somebody works on, by the order of recording; at most so many of each."""
    actor = visitor.actor

    async def ask(snapshot: Snapshot, calendars: Calendars) -> dict[str, Any]:
        tickets: list[OpenedTicket] = []
        has_more = False
        for name in LIVE:
            found = await list_tickets(snapshot, actor, TicketFilter(state=name), calendars, NOW, SHOWN)
            tickets += found.items
            has_more = has_more or found.next_after is not None
        contracts = await list_contracts(snapshot, actor, ContractFilter(state="active"), SHOWN)
        zone = await zone_across(snapshot, actor, ContractsAsked())
        return {
            "zones": await row_zones(snapshot, {one.row.contract_id for one in tickets}, zone),
            "customers": await customer_names(snapshot, actor, [one.row.contract_id for one in tickets]),
            "own": [one for one in tickets if one.row.level == OWN_LEVEL],
            "escalated": [one for one in tickets if one.row.level != OWN_LEVEL],
            "has_more_tickets": has_more,
            "contracts": contracts.items,
            "has_more_contracts": contracts.next_after is not None,
        }

    return page(request, visitor, "served.html", **await state.long_questions.ask(ask))
