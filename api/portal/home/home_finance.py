"""The month of finance: what is due, who waits for an answer and how long, which months are to be closed."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import Cursor, next_cursor, page_asked
from api.portal.billing.month_drafts import ProviderAsked
from api.portal.billing.shown_drafts import drafts_shown, today_across
from api.portal.credit.shown_deductions import shown_deduction
from api.portal.frame.addresses import UNANSWERED, with_query
from api.portal.frame.appearance import appearance_of
from api.portal.frame.pages import SHOWN_AT_ONCE, page
from api.portal.frame.row_zones import RowZones
from api.portal.frame.visitors import VisitorDep
from api.portal.words.names_of_keys import names_of
from ledger.credit.confirmation import UnansweredStatus
from ledger.kernel.access import check_is_inside
from ledger.kernel.values import from_micros
from projections.asking import PageAsked
from projections.billing.period_questions import months_to_close
from projections.contracts.across import ContractsAsked, providers_of, zone_across
from projections.contracts.questions import customer_names
from projections.credit.deduction_questions import DeductionsAsked, list_deductions_across
from projections.credit.unanswered import MOST_COUNTED, count_unanswered
from projections.reader import NOW, Snapshot
from projections.sla.calendars import Calendars

AGES = (90, 30, 7, 0)  # days that something waits at least
FIRST_DRAFTS = 10

router = APIRouter()


@router.get("/month")
async def month_page(request: Request, state: StateDep, visitor: VisitorDep) -> Response:
    """Raises Refusal forbidden to customers and partners."""
    actor = visitor.actor
    check_is_inside(actor, "the month of a provider")

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        due = await months_to_close(snapshot, actor)
        return {
            "drafts": await drafts_shown(snapshot, actor, state.catalogue, None, None, PageAsked(FIRST_DRAFTS)),
            "unanswered": await count_unanswered(snapshot, actor, ContractsAsked(), AGES),
            "due": [(provider, list(months)) for provider, months in groupby(due, lambda one: one.provider)],
            "today": await today_across(snapshot, actor),
        }

    shown = await state.long_questions.ask(ask)
    return page(request, visitor, "month.html", **shown, ages=AGES, most=MOST_COUNTED)


@router.get("/unanswered")
async def unanswered_page(
    request: Request,
    state: StateDep,
    visitor: VisitorDep,
    status: UnansweredStatus = "disputed",
    older_than_days: int = Query(0, ge=0, le=100_000),
    provider: ProviderAsked = "",
    cursor: Cursor = None,
) -> Response:
    """What waits for an answer at least so long, contract by contract; of one provider, or all."""
    actor, asked = visitor.actor, page_asked(cursor, SHOWN_AT_ONCE, str, int)
    check_is_inside(actor, "what waits for an answer")
    whose = ContractsAsked(provider or None)

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        wanted = DeductionsAsked(status, older_than_days or None)
        found = await list_deductions_across(snapshot, actor, whose, wanted, NOW, asked)
        now = snapshot.clock()
        waiting = [(shown_deduction(one), (now - from_micros(one.row.effective_at)).days) for one in found.items]
        zone = await zone_across(snapshot, actor, whose)
        zones = RowZones({one.row.contract_id: one.timezone for one in found.items}, zone)
        providers = await providers_of(snapshot, zones.by_contract)
        names = names_of(state, providers, appearance_of(request).language)
        customers = await customer_names(snapshot, actor, [*zones.by_contract])
        said = {"zones": zones, "names": names, "customers": customers}
        return {"waiting": waiting, "next": next_cursor(found), **said}

    shown = await state.long_questions.ask(ask)
    query = {"status": status, "older_than_days": str(older_than_days), "provider": provider}
    on = with_query(UNANSWERED, **query, cursor=shown["next"]) if shown["next"] else None
    shown |= {"status": status, "older_than_days": older_than_days, "cursor": cursor, "next": on, "ages": AGES}
    shown["provider"] = provider
    return page(request, visitor, "unanswered.html", **shown)
