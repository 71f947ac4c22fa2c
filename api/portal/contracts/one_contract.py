"""One contract: its terms in words, its parties, what is left of its credit, its open tickets; and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import ContractIdParam, Cursor, encode_cursor, next_cursor, page_asked
from api.languages import labels_in
from api.portal.contracts.contract_forms import ACTIONS
from api.portal.frame.addresses import CONTRACTS_PAGE
from api.portal.frame.appearance import appearance_of
from api.portal.frame.notices import NoticeAsked, notice_in
from api.portal.frame.pages import page
from api.portal.frame.row_zones import RowZones
from api.portal.frame.visitors import VisitorDep
from api.portal.words.credit_words import MOVED
from api.portal.words.names_of_keys import names_of
from api.portal.words.terms_in_words import terms_in_words
from ledger.kernel.access import Actor
from ledger.kernel.values import to_micros
from ledger.plans.terms import parse_terms
from ledger.tickets.life import LIVE
from projections.asking import PageAsked
from projections.contracts.questions import opened_contract, term_in_force
from projections.credit.balances import AccountBalance, balance_within
from projections.credit.grants import contract_grants
from projections.reader import NOW, Snapshot
from projections.sla.calendars import Calendars
from projections.tickets.questions import OpenedTicket, TicketFilter, list_tickets

GRANTS_AT_ONCE = 20
FIRST_TICKETS = PageAsked(10)  # of each state that is worked on

router = APIRouter()


@dataclass(slots=True, frozen=True)
class PoolCard:
    """What a card shows of a pool; `currency` is None where it is counted in minutes."""

    name: str
    currency: str | None
    granted: int
    consumed: int
    reserved: int
    expired: int
    available: int


@router.get("/contracts/{contract_id}")
async def contract_page(
    request: Request,
    state: StateDep,
    visitor: VisitorDep,
    contract_id: ContractIdParam,
    cursor: Cursor = None,
    done: NoticeAsked = "",
) -> Response:
    """`cursor` leads on in its credit, which begins with what has not ended. Raises Refusal unknown-contract."""
    actor = visitor.actor
    earlier = encode_cursor(0, 0)

    async def ask(snapshot: Snapshot, calendars: Calendars) -> dict[str, Any]:
        found = await opened_contract(snapshot, actor, contract_id)
        now = to_micros(snapshot.clock())
        asked = PageAsked(GRANTS_AT_ONCE, (now, 0)) if cursor is None else page_asked(cursor, GRANTS_AT_ONCE, int, int)
        grants = await contract_grants(snapshot, actor, contract_id, NOW, asked)
        accounts = (await balance_within(snapshot, actor, contract_id, NOW)).accounts
        return {
            "contract": found,
            "term": await term_in_force(snapshot, actor, found.row, now),
            "pools": [pool_card(one) for one in accounts],
            "grants": grants.items,
            "next_grants": next_cursor(grants),
            "tickets": await _open_tickets(snapshot, actor, contract_id, calendars),
        }

    shown = await state.long_questions.ask(ask)
    contract, term, following = shown["contract"], shown["term"], shown["next_grants"]
    address = f"{CONTRACTS_PAGE}/{contract_id}"
    names = names_of(state, {contract_id: contract.row.provider}, appearance_of(request).language)
    labels = labels_in("api.portal", appearance_of(request).language)
    terms = parse_terms(bytes(term.terms)) if term is not None else None
    return page(
        request,
        visitor,
        "contract.html",
        **shown | {"next_grants": f"{address}?cursor={following}" if following else None},
        names=names,
        clauses=terms_in_words(terms, labels, names.of(contract_id)) if terms is not None else [],
        starts_on=date.fromisoformat(contract.row.starts_on),
        ends_on=date.fromisoformat(contract.row.ends_on) if contract.row.ends_on else None,
        zone=contract.row.timezone,
        zones=RowZones({contract_id: contract.row.timezone}, contract.row.timezone),
        sources=MOVED,
        earlier=None if cursor == earlier else f"{address}?cursor={earlier}",
        cursor=cursor,
        done=ACTIONS[said].done if (said := notice_in(request, visitor, done)) in ACTIONS else "",
    )


def pool_card(one: AccountBalance) -> PoolCard:
    return PoolCard(one.pool, one.currency, one.granted, one.consumed, one.reserved, one.expired, one.available)


async def _open_tickets(snapshot: Snapshot, actor: Actor, contract_id: str, calendars: Calendars) -> list[OpenedTicket]:
    """State by state, each in an index: what is closed is not walked through."""
    found: list[OpenedTicket] = []
    for state in LIVE:
        wanted = TicketFilter(contract_id, state)
        found += (await list_tickets(snapshot, actor, wanted, calendars, NOW, FIRST_TICKETS)).items
    return found
