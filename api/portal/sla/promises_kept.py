"""Promises kept: by priority and month as a map and a table, what was missed, and what is about to be.

A missed promise leads to its ticket; what the terms owe for it is given here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.http.authentication import StateDep
from api.http.paging import Cursor, day_of, next_cursor, page_asked
from api.languages import labels_in
from api.portal.billing.month_drafts import providers_known
from api.portal.contracts.contract_list import IdAsked
from api.portal.frame.addresses import PROMISES, with_query
from api.portal.frame.appearance import appearance_of
from api.portal.frame.forms import PostedDep
from api.portal.frame.notices import NoticeAsked, notice_in, with_notice
from api.portal.frame.pages import page, told
from api.portal.frame.row_zones import row_zones
from api.portal.frame.sending import send
from api.portal.frame.visitors import Visitor, VisitorDep
from api.portal.sla.shown_compliance import COMPLIANCE_GROUPS, map_of, sums_of
from api.state import State
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import add_months, local_date
from projections.asking import PageAsked
from projections.contracts.across import ContractsAsked, zone_across
from projections.contracts.questions import ContractFilter, list_contracts
from projections.reader import Snapshot, check_right_way_round
from projections.sla.at_risk import Share, list_at_risk
from projections.sla.breaches import list_breaches
from projections.sla.calendars import Calendars
from projections.sla.compliance import compliance
from projections.sla.opened import OfTickets
from projections.tickets.titles import opened_titles

MONTHS = 12  # up to today, where no days are asked for
AT_RISK, LITTLE = PageAsked(20), Share(2500)
BREACHES_AT_ONCE = 20
FEW_CONTRACTS = PageAsked(25)  # contracts to choose from; where there are more, one is named
SERVICE_CREDIT = "grant-service-credit"
GIVEN = "given"  # what its page tells then

router = APIRouter()
PeriodEdge = Annotated[str | None, Query(max_length=60)]


@dataclass(slots=True, frozen=True)
class PromisesAsked:
    """What is shown: of a contract or a provider, of tickets opened on these days; None where nothing was asked."""

    contract_id: str
    provider: str
    first: date | None
    last: date | None
    cursor: str | None

    def address(self, cursor: str | None = None) -> str:
        """The page with the same filters."""
        days = {name: day.isoformat() for name, day in (("from", self.first), ("to", self.last)) if day is not None}
        return with_query(PROMISES, contract_id=self.contract_id, provider=self.provider, **days, cursor=cursor)


def asked(
    contract_id: IdAsked = None,
    provider: IdAsked = None,
    from_: Annotated[PeriodEdge, Query(alias="from")] = None,
    to: PeriodEdge = None,
    cursor: Cursor = None,
) -> PromisesAsked:
    """Raises Refusal malformed for what is no day, and for days that are the wrong way round."""
    first, last = day_of("from", from_ or None), day_of("to", to or None)
    check_right_way_round(first, last)
    return PromisesAsked(contract_id or "", provider or "", first, last, cursor)


PromisesAskedDep = Annotated[PromisesAsked, Depends(asked)]


@router.get("/sla")
async def promises_page(
    request: Request,
    state: StateDep,
    visitor: VisitorDep,
    asked: PromisesAskedDep,
    done: NoticeAsked = "",
) -> Response:
    """Of the last twelve months, where no days are asked for. Raises Refusal malformed, naming an unknown provider."""
    if asked.provider and asked.provider not in (known := providers_known(state, visitor.actor)):
        raise malformed("provider", FieldFault("one_of", {"members": tuple(known)}))
    try:
        shown = await _shown(request, state, visitor, asked)
    except Refusal as refusal:
        if refusal.code != "unknown-contract":
            raise
        shown = await _shown(request, state, visitor, replace(asked, contract_id="", cursor=None))
        reasons, shown["named"] = told(request, refusal, shown["zone"]), asked.contract_id
        return page(request, visitor, "sla.html", refusal.status, **shown, is_done=False, reasons=reasons)
    return page(request, visitor, "sla.html", **shown, is_done=notice_in(request, visitor, done) == GIVEN)


@router.post("/sla")
async def credit_breach(request: Request, state: StateDep, posted: PostedDep, asked: PromisesAskedDep) -> Response:
    """Gives what the terms owe for a missed promise; once, whatever is sent again."""
    visitor, form = posted.visitor, posted.form
    try:
        await send(state, visitor, SERVICE_CREDIT, form.texts(("ticket_id", "target", "command_id")))
    except Refusal as refusal:
        shown = await _shown(request, state, visitor, asked)
        reasons = told(request, refusal, shown["zone"], SERVICE_CREDIT)
        return page(request, visitor, "sla.html", refusal.status, **shown, is_done=False, reasons=reasons)
    return RedirectResponse(with_notice(visitor, asked.address(asked.cursor), GIVEN), 303)


async def _shown(request: Request, state: State, visitor: Visitor, asked: PromisesAsked) -> dict[str, Any]:
    actor, labels = visitor.actor, labels_in("api.portal", appearance_of(request).language)
    wanted = page_asked(asked.cursor, BREACHES_AT_ONCE, str, str, str)

    async def ask(snapshot: Snapshot, calendars: Calendars) -> dict[str, Any]:
        zone = await zone_across(snapshot, actor, ContractsAsked(asked.provider or None))
        this_month = local_date(snapshot.clock(), zone).replace(day=1)
        first = asked.first
        if first is None and asked.last is None:
            first = add_months(this_month, 1 - MONTHS)
        tickets = OfTickets(asked.contract_id or None, None, asked.provider or None, first, asked.last)
        found = await compliance(snapshot, actor, tickets, COMPLIANCE_GROUPS, calendars)
        breaches = await list_breaches(snapshot, actor, tickets, calendars, wanted)
        risks = await list_at_risk(snapshot, actor, LITTLE, calendars, AT_RISK)
        contract_ids = {one.contract_id for one in breaches.items} | {one.contract_id for one in risks.items}
        contracts = await list_contracts(snapshot, actor, ContractFilter(), FEW_CONTRACTS)
        ticket_ids = [*(one.ticket_id for one in breaches.items), *(one.ticket_id for one in risks.items)]
        return {
            "zone": zone,
            "contracts": contracts.items if contracts.next_after is None else None,
            "zones": await row_zones(snapshot, contract_ids, zone),
            "first": first,
            "map": map_of(found.items, labels),
            "sums": sums_of(found.items),
            "breaches": breaches.items,
            "next": next_cursor(breaches),
            "risks": risks.items,
            "titles": await opened_titles(snapshot, ticket_ids),
            "has_more_risks": risks.next_after is not None,
        }

    shown = await state.long_questions.ask(ask)
    on = asked.address(shown["next"]) if shown["next"] else None
    providers = providers_known(state, actor)
    return shown | {"next": on, "asked": asked, "named": asked.contract_id, "providers": providers}
