"""One deduction: all that explains it, and the forms for the customer's word on it."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.http.authentication import StateDep
from api.http.paging import DeductionIdParam
from api.languages import Labels, labels_in
from api.portal.credit.shown_deductions import shown_deduction
from api.portal.credit.worked_time import own_name
from api.portal.frame.addresses import TIME_PAGE
from api.portal.frame.appearance import appearance_of
from api.portal.frame.forms import PostedDep
from api.portal.frame.pages import page, told
from api.portal.frame.recorded import kept
from api.portal.frame.sending import send
from api.portal.frame.then import DayAsked, day_asked
from api.portal.frame.visitors import Visitor, VisitorDep
from api.portal.frame.whose import whose
from api.portal.words.credit_words import happened_in_words
from api.portal.words.formats import Formats
from api.portal.words.hours_in_words import notice_in_words
from api.portal.words.names_of_keys import names_of
from api.state import State
from ledger.events import LateChangePenaltyDeducted
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.fact import Fact
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import MINUTE
from ledger.sessions.notice import notice_asked
from projections.contracts.across import providers_of
from projections.credit.deduction_questions import find_deduction
from projections.history import StoredFact
from projections.reader import Times
from projections.visible import sees_billing

COMMANDS_OF_WORDS = {"confirm": "confirm-deduction", "dispute": "dispute-deduction"}
GIVEN_WORD = ("word", "by", "reason", "outcome", "command_id")  # what the forms say

router = APIRouter()


@router.get("/time/{deduction_id}")
async def deduction_page(
    request: Request, state: StateDep, visitor: VisitorDep, deduction_id: DeductionIdParam, as_of: DayAsked = None
) -> Response:
    """Now, or at the end of a day of the contract's zone. Raises Refusal unknown-deduction."""
    shown = await deduction_told(request, state, visitor, deduction_id, day_asked(as_of))
    return page(request, visitor, "deduction.html", **shown)


@router.post("/time/{deduction_id}")
async def answer_one(request: Request, state: StateDep, posted: PostedDep, deduction_id: DeductionIdParam) -> Response:
    """Confirms or disputes it. What is refused stands at its field, in the form as it was filled in."""
    visitor, form = posted.visitor, posted.form
    command = COMMANDS_OF_WORDS.get(form.one("word"))
    if command is None:
        raise malformed("word", FieldFault("one_of", {"members": tuple(COMMANDS_OF_WORDS)}))
    fields = form.texts(("by", "reason", "command_id")) | {"deduction_id": deduction_id}
    try:
        await send(state, visitor, command, fields)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        shown = await deduction_told(request, state, visitor, deduction_id)
        shown["given"] = dict.fromkeys(GIVEN_WORD, "") | kept(form, GIVEN_WORD, refusal)
        reasons = told(request, refusal, shown["zone"], command)
        return page(request, visitor, "deduction.html", refusal.status, **shown, reasons=reasons)
    return RedirectResponse(f"{TIME_PAGE}/{deduction_id}", 303)


def _entered_apart(event: StoredFact) -> int | None:
    """When it was entered, where that was not when it happened."""
    return (
        event.recorded_at if abs(event.recorded_at - event.meta.effective_at) >= MINUTE else None
    )  # times are shown to it


def _notice(fact: Fact, labels: Labels) -> str | None:
    """What was asked for, of a penalty that a late change cost."""
    if not isinstance(fact, LateChangePenaltyDeducted):
        return None
    return notice_in_words(notice_asked(fact), labels, Formats(labels))


async def deduction_told(
    request: Request, state: State, visitor: Visitor, deduction_id: str, day: date | None = None
) -> dict[str, Any]:
    """What its page shows, for each of its forms."""
    async with state.reader.snapshot() as snapshot:
        found = await find_deduction(snapshot, visitor.actor, deduction_id, Times(as_of=day))
        contract_id = found.opened.row.contract_id
        providers = await providers_of(snapshot, [contract_id])
        customer = await whose(snapshot, visitor.actor, contract_id)
    language = appearance_of(request).language
    return {
        "one": shown_deduction(found.opened),
        "customer": customer,
        "names": names_of(state, providers, language),
        "sees_documents": sees_billing(visitor.actor),
        "grants": found.grants,
        "begun": found.history[0].data,
        "notice": _notice(found.history[0].stored.fact, labels_in("api.portal", language)),
        "history": [
            {
                "at": one.stored.meta.effective_at,
                "entered_at": _entered_apart(one.stored),
                "what": happened_in_words(one.stored.type),
                "is_on_behalf": one.data.get("on_behalf", False),
                "by": one.data.get("by", ""),
                "note": one.data.get("reason", ""),
            }
            for one in found.history
        ],
        "zone": found.opened.timezone,
        "day": day,
        "given": dict.fromkeys(GIVEN_WORD, "") | {"by": own_name(visitor)},
    }
