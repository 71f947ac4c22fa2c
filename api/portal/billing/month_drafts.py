"""The drafts of a month: what is due of each contract until a day, and the button that issues them all (M2, M3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import Cursor, day_of, next_cursor, page_asked
from api.portal.billing.shown_drafts import drafts_shown, today_across
from api.portal.frame.addresses import DRAFTS, with_query
from api.portal.frame.forms import PostedDep, PostedForm
from api.portal.frame.pages import page, told
from api.portal.frame.recorded import kept
from api.portal.frame.sending import send
from api.portal.frame.visitors import Visitor, VisitorDep
from api.state import State
from ledger.events import InvoiceRunEnded, LeftByRun
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal
from ledger.kernel.fact import Fact
from ledger.kernel.faults import FieldFault, PlacedFault
from ledger.kernel.ids import ID_LENGTH
from projections.contracts.questions import customer_names
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

ISSUE_ALL = "issue-invoices"
GIVEN = ("provider", "through_on", "issued_on", "exchange_rate", "command_id")
DRAFTS_AT_ONCE = 25  # a draft is worked out from its contract's events
MOST_TOLD = 500  # of what one command issued

router = APIRouter()
# A field of a form may be left empty, which says nothing.
ProviderAsked = Annotated[str, Query(max_length=ID_LENGTH)]
DayTyped = Annotated[str, Query(max_length=60)]


@router.get("/drafts")
async def drafts_page(
    request: Request,
    state: StateDep,
    visitor: VisitorDep,
    through_on: DayTyped = "",
    provider: ProviderAsked = "",
    cursor: Cursor = None,
) -> Response:
    """Raises Refusal forbidden to customers and partners."""
    through = day_of("through_on", through_on or None)
    return page(request, visitor, "drafts.html", **await _drafts(state, visitor, through, provider, cursor))


@router.post("/drafts")
async def issue_all(request: Request, state: StateDep, posted: PostedDep) -> Response:
    """Issues the invoice of each contract of a provider that has something due; the page says one by one what came of
    it. Where that was broken off, the same form goes on.
    """
    visitor, form = posted.visitor, posted.form
    fields = form.texts(GIVEN)
    try:
        answer = await send(state, visitor, ISSUE_ALL, fields)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        provider = form.one("provider")
        known = provider if provider in providers_known(state, visitor.actor) else ""
        shown = await _drafts(state, visitor, day_of_form(form), known, None)
        shown["given"] = dict.fromkeys(GIVEN, "") | kept(form, GIVEN, refusal)
        reasons = told(request, refusal, "UTC", ISSUE_ALL)
        return page(request, visitor, "drafts.html", refusal.status, **shown, reasons=reasons)
    shown = await _drafts(state, visitor, day_of("through_on", fields["through_on"]), fields["provider"], None)
    heard = _heard(request, answer.facts)
    names = await _customers(state, visitor, [one["contract_id"] for one in heard["heard"]])
    return page(request, visitor, "drafts.html", **(shown | heard), customers=names)


async def _customers(state: State, visitor: Visitor, contract_ids: Sequence[str]) -> dict[str, str]:
    """Whose contract each is, by name or else by id."""

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, str]:
        return await customer_names(snapshot, visitor.actor, contract_ids)

    return await state.long_questions.ask(ask)


def day_of_form(form: PostedForm) -> date | None:
    """The day of the page that a form stood on, where it still is one."""
    try:
        return day_of("through_on", form.one("through_on") or None)
    except Refusal:
        return None


def _heard(request: Request, facts: Sequence[Fact]) -> dict[str, Any]:
    """What a run issued and left, each with its contract."""
    (run,) = (fact for fact in facts if isinstance(fact, InvoiceRunEnded))
    heard: list[dict[str, Any]] = [
        {"contract_id": one.contract_id, "number": one.number, "gross_cents": one.gross_cents, "currency": one.currency}
        for one in run.issued[:MOST_TOLD]
    ]
    for one in run.left[:MOST_TOLD]:
        reasons = told(request, _refusal(one), "UTC", "issue-invoice")
        sentences = [reason.sentence for reason in reasons]
        heard.append({"contract_id": one.contract_id, "number": "", "sentences": sentences})
    return {"is_answered": True, "heard": heard, "issued": len(run.issued), "left": len(run.left)}


def _refusal(left: LeftByRun) -> Refusal:
    faults = [PlacedFault(one.field, FieldFault(one.code, one.values)) for one in left.faults]
    return Refusal(left.code, left.detail, faults)


async def _drafts(
    state: State, visitor: Visitor, through_on: date | None, provider: str, cursor: str | None
) -> dict[str, Any]:
    actor, asked = visitor.actor, page_asked(cursor, DRAFTS_AT_ONCE, str)

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        today = await today_across(snapshot, actor)
        through = through_on or today
        found = await drafts_shown(snapshot, actor, state.catalogue, provider or None, through, asked)
        return {"drafts": found.items, "through": through, "today": today, "next": next_cursor(found)}

    shown = await state.long_questions.ask(ask)
    query = {"through_on": shown["through"].isoformat(), "provider": provider}
    return shown | {
        "provider": provider,
        "providers": providers_known(state, actor),
        "cursor": cursor,
        "next": with_query(DRAFTS, **query, cursor=shown["next"]) if shown["next"] else None,
        "given": dict.fromkeys(GIVEN, "") | query,
        "is_answered": False,
    }


def providers_known(state: State, actor: Actor) -> list[str]:
    """Those that the actor acts for."""
    return [actor.provider] if actor.provider is not None else sorted(state.catalogue.providers())
