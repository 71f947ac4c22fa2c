"""Closing: the months of each provider, what to look at before one is closed, and closing it for good (M5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from api.http.authentication import StateDep
from api.http.paging import Cursor, next_cursor, page_asked
from api.portal.billing.month_drafts import ProviderAsked, providers_known
from api.portal.billing.shown_drafts import drafts_shown
from api.portal.frame.addresses import PERIODS, with_query
from api.portal.frame.forms import PostedDep
from api.portal.frame.pages import page, told
from api.portal.frame.recorded import kept
from api.portal.frame.sending import send
from api.portal.frame.visitors import Visitor, VisitorDep
from api.state import State
from ledger.billing.closed_periods import month_bounds, month_of
from ledger.billing.closing import Month
from ledger.kernel.errors import Refusal
from ledger.kernel.ids import ID_LENGTH, ID_PATTERN
from ledger.kernel.values import add_months, to_micros
from projections.asking import PageAsked
from projections.billing.period_questions import find_period, list_periods, months_to_close
from projections.contracts.across import ContractsAsked, zone_across
from projections.credit.unanswered import MOST_COUNTED, count_unanswered
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

CLOSE = "close-period"
MONTHS_AT_ONCE = 24
DRAFTS_LOOKED_AT = 10

router = APIRouter()
ProviderOfMonth = Annotated[str, Path(max_length=ID_LENGTH, pattern=ID_PATTERN)]


@router.get("/periods")
async def periods_page(
    request: Request, state: StateDep, visitor: VisitorDep, provider: ProviderAsked = "", cursor: Cursor = None
) -> Response:
    """Raises Refusal forbidden to customers and partners."""
    asked = page_asked(cursor, MONTHS_AT_ONCE, str, str)

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        found = await list_periods(snapshot, visitor.actor, provider or None, asked)
        return {"periods": found.items, "next": next_cursor(found)}

    shown = await state.long_questions.ask(ask)
    on = with_query(PERIODS, provider=provider, cursor=shown["next"]) if shown["next"] else None
    shown |= {"next": on, "cursor": cursor, "provider": provider, "providers": providers_known(state, visitor.actor)}
    return page(request, visitor, "periods.html", **shown)


@router.get("/periods/{provider}/{month}")
async def period_page(
    request: Request, state: StateDep, visitor: VisitorDep, provider: ProviderOfMonth, month: Month
) -> Response:
    """Raises Refusal forbidden to customers and partners, not-found."""
    return page(request, visitor, "period.html", **await _period(state, visitor, provider, month))


@router.post("/periods/{provider}/{month}")
async def close_month(
    request: Request, state: StateDep, posted: PostedDep, provider: ProviderOfMonth, month: Month
) -> Response:
    """Closes it; what is refused is told on its page."""
    visitor, form = posted.visitor, posted.form
    visitor.check_may(CLOSE)
    try:
        await send(state, visitor, CLOSE, form.texts(("command_id",)) | {"provider": provider, "month": month})
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        shown = await _period(state, visitor, provider, month)
        shown |= kept(form, ("command_id",), refusal)
        reasons = told(request, refusal, shown["zone"], CLOSE)
        return page(request, visitor, "period.html", refusal.status, **shown, reasons=reasons)
    return RedirectResponse(f"{PERIODS}/{provider}/{month}", 303)


async def _period(state: State, visitor: Visitor, provider: str, month: str) -> dict[str, Any]:
    """A closed month has its totals, one that is open what is to be looked at before it is closed."""
    actor, whose = visitor.actor, ContractsAsked(provider)

    through = add_months(month_of(month), 1) - timedelta(days=1)

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        found = await find_period(snapshot, actor, provider, month)
        zone = await zone_across(snapshot, actor, whose)
        shown: dict[str, Any] = {"period": found, "zone": zone, "through": through}
        if found.closing is not None:
            return shown
        ends = month_bounds(month_of(month), zone)[1]
        first = PageAsked(DRAFTS_LOOKED_AT)
        return shown | {
            "drafts": await drafts_shown(snapshot, actor, state.catalogue, provider, through, first),
            "unanswered": await count_unanswered(snapshot, actor, whose, (0,), to_micros(ends)),
            "closed_too": (await months_to_close(snapshot, actor, provider, month))[:-1],
        }

    shown: dict[str, Any] = await state.long_questions.ask(ask)
    return shown | {"most": MOST_COUNTED, "command_id": "", "own": f"{PERIODS}/{provider}/{month}"}
