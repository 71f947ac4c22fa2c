"""Time: each deduction with what was done and what bears it; the customer's yes to one, to some, or to a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import Cursor, next_cursor, page_asked
from api.portal.addresses import TIME
from api.portal.forms import PostedDep, PostedForm
from api.portal.pages import page, told
from api.portal.sending import id_within, send_each
from api.portal.shown_deductions import shown_deduction
from api.portal.visitors import Visitor, VisitorDep
from api.state import State
from ledger.credit.confirmation import Status
from ledger.door.batches import Answer
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal, malformed
from projections.asking import PageAsked
from projections.contracts.across import ContractsAsked, zone_across
from projections.contracts.questions import ContractFilter, list_contracts
from projections.credit.deduction_questions import DeductionsAsked, list_deductions_across
from projections.reader import NOW, Snapshot
from projections.sla.calendars import Calendars

SHOWN_AT_ONCE = 50
MOST_AT_ONCE = 500  # that one form confirms
CONFIRM = "confirm-deduction"

router = APIRouter()
StatusAsked = Annotated[Status | None, Query()]


@router.get("/time")
async def time_page(
    request: Request, state: StateDep, visitor: VisitorDep, status: StatusAsked = None, cursor: Cursor = None
) -> Response:
    """What a token sees, contract by contract, each in the order of recording; `status` narrows it."""
    return page(request, visitor, "time.html", **await _time(state, visitor, status, cursor), heard=[])


@router.post("/time")
async def confirm_many(
    request: Request, state: StateDep, posted: PostedDep, status: StatusAsked = None, cursor: Cursor = None
) -> Response:
    """Confirms what was chosen, each for itself; the page says one by one what went through."""
    visitor, form = posted.visitor, posted.form
    try:
        answers = await _confirmed(state, visitor, form)
    except Refusal as refusal:
        shown = await _time(state, visitor, status, cursor) | {"by": form.one("by")}
        reasons = told(request, refusal, shown["zone"], CONFIRM)
        return page(request, visitor, "time.html", refusal.status, **shown, heard=[], reasons=reasons)
    shown = await _time(state, visitor, status, cursor)
    refused = [one for one in answers.values() if isinstance(one, Refusal)]
    answered = refused[0].status if len(refused) == len(answers) else 200
    heard = [_heard(request, deduction_id, answer, shown["zone"]) for deduction_id, answer in answers.items()]
    return page(request, visitor, "time.html", answered, **shown, heard=heard)


async def _confirmed(state: State, visitor: Visitor, form: PostedForm) -> dict[str, Answer | Refusal]:
    """What came of each. Raises Refusal where none could be sent: nothing is chosen, or a name is none."""
    chosen = _chosen(form)
    by, command_id = form.one("by"), form.one("command_id")
    fields = [{"deduction_id": one, "by": by, "command_id": id_within(command_id, one)} for one in chosen]
    answers = await send_each(state, visitor, CONFIRM, fields)
    for one in answers:
        if isinstance(one, Refusal) and one.members.get("field") == "by":
            raise one
    return dict(zip(chosen, answers, strict=True))


def _heard(request: Request, deduction_id: str, answer: Answer | Refusal, zone: str) -> dict[str, Any]:
    reasons = told(request, answer, zone, CONFIRM) if isinstance(answer, Refusal) else []
    return {"name": deduction_id, "went_through": not reasons, "sentence": " ".join(one.sentence for one in reasons)}


def _chosen(form: PostedForm) -> Sequence[str]:
    """The row whose button was pressed, all rows of the page, or those with a mark."""
    if form.one("one"):
        return [form.one("one")]
    chosen = list(dict.fromkeys(form.all("shown" if form.one("all") else "deduction_id")))
    if not 1 <= len(chosen) <= MOST_AT_ONCE:
        raise malformed("deduction_id", f"is chosen at least once, and at most {MOST_AT_ONCE} times")
    return chosen


async def _time(state: State, visitor: Visitor, status: Status | None, cursor: str | None) -> dict[str, Any]:
    asked = page_asked(cursor, SHOWN_AT_ONCE, str, int)
    actor, everywhere = visitor.actor, ContractsAsked()

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        wanted = DeductionsAsked(status)
        found = await list_deductions_across(snapshot, actor, everywhere, wanted, NOW, asked)
        shown = [shown_deduction(one) for one in found.items]
        waiting = [one for one in shown if one.opened.status == "pending"]
        return {
            "deductions": shown,
            "waiting": waiting,
            "waiting_minutes": sum(one.row.billed_minutes for one in waiting),
            "next": next_cursor(found),
            "zone": await zone_across(snapshot, actor, everywhere),
            "by": await own_name(snapshot, actor),
        }

    shown = await state.long_questions.ask(ask)
    on = _address(status, shown["next"]) if shown["next"] else None
    return shown | {"status": status, "cursor": cursor, "next": on}


def _address(status: Status | None, cursor: str | None) -> str:
    asked = {name: value for name, value in (("status", status), ("cursor", cursor)) if value}
    return f"{TIME}?{urlencode(asked)}" if asked else TIME


async def own_name(snapshot: Snapshot, actor: Actor) -> str:
    """What stands in the field for who speaks, until somebody says otherwise: the customer's name, by its contract."""
    if actor.role != "customer":
        return ""
    found = await list_contracts(snapshot, actor, ContractFilter(), PageAsked(1))
    return str(found.items[0].customer.get("name") or "") if found.items else ""
