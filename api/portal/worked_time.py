"""Time: each deduction with what was done and what bears it; the customer's word on it, one by one or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.http.authentication import StateDep
from api.http.models.credit import DeductionSummary
from api.http.models.history import show_entry
from api.http.paging import Cursor, DeductionIdParam, next_cursor, page_asked
from api.http.routers.deductions import show_deduction
from api.portal.addresses import TIME
from api.portal.forms import PostedDep, PostedForm
from api.portal.pages import page
from api.portal.sending import Fields, id_within, send, send_each
from api.portal.visitors import Visitor, VisitorDep
from api.state import State
from ledger.credit.confirmation import Status
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal, malformed
from projections.asking import PageAsked
from projections.contracts.across import ContractsAsked, zone_across
from projections.contracts.questions import ContractFilter, list_contracts
from projections.credit.deduction_questions import DeductionsAsked, find_deduction, list_deductions_across
from projections.reader import NOW, Snapshot
from projections.sla.calendars import Calendars

SHOWN_AT_ONCE = 50
MOST_AT_ONCE = 500  # that one form confirms
COMMANDS_OF_WORDS = {"confirm": "confirm-deduction", "dispute": "dispute-deduction"}

NOT_GIVEN = dict.fromkeys(("word", "by", "reason", "command_id"), "")

router = APIRouter()
StatusAsked = Annotated[Status | None, Query()]


@dataclass(slots=True, frozen=True)
class WordHeard:
    """What came of the word on one deduction: nothing is refused where it went through."""

    deduction_id: str
    refusal: Refusal | None


@router.get("/time")
async def time_page(
    request: Request, state: StateDep, visitor: VisitorDep, status: StatusAsked = None, cursor: Cursor = None
) -> Response:
    """What a token sees, contract by contract, each in the order of recording; `status` narrows it."""
    return page(request, visitor, "time.html", **await _time(state, visitor, status, cursor), told=[], refusal=None)


@router.post("/time")
async def confirm_many(
    request: Request, state: StateDep, posted: PostedDep, status: StatusAsked = None, cursor: Cursor = None
) -> Response:
    """Confirms what was chosen, each for itself; the page says one by one what went through."""
    visitor, form = posted.visitor, posted.form
    told, refusal = await _confirmed(state, visitor, form)
    shown = await _time(state, visitor, status, cursor) | ({"by": form.one("by")} if refusal is not None else {})
    refused = [one.refusal for one in told if one.refusal is not None]
    if refusal is None and told and len(refused) == len(told):
        answered = refused[0].status
    else:
        answered = refusal.status if refusal is not None else 200
    return page(request, visitor, "time.html", answered, **shown, told=told, refusal=refusal)


@router.get("/time/{deduction_id}")
async def deduction_page(
    request: Request, state: StateDep, visitor: VisitorDep, deduction_id: DeductionIdParam
) -> Response:
    """All that explains one deduction, and the forms for the customer's word. Raises Refusal unknown-deduction."""
    return page(request, visitor, "deduction.html", **await _deduction(state, visitor, deduction_id), refusal=None)


@router.post("/time/{deduction_id}")
async def answer_one(request: Request, state: StateDep, posted: PostedDep, deduction_id: DeductionIdParam) -> Response:
    """Confirms or disputes it. What is refused stands at its field, in the form as it was filled in."""
    visitor, form = posted.visitor, posted.form
    fields = form.texts(("by", "reason", "command_id")) | {"deduction_id": deduction_id}
    try:
        await send(state, visitor, _command_of(form.one("word")), fields)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        shown = await _deduction(state, visitor, deduction_id) | {"given": _given(form)}
        return page(request, visitor, "deduction.html", refusal.status, **shown, refusal=refusal)
    return RedirectResponse(f"{TIME}/{deduction_id}", 303)


def _given(form: PostedForm) -> Fields:
    """What the form said, to be shown again."""
    return {name: form.one(name) for name in NOT_GIVEN}


def _command_of(word: str) -> str:
    if word not in COMMANDS_OF_WORDS:
        raise malformed("word", f"is one of {', '.join(COMMANDS_OF_WORDS)}")
    return COMMANDS_OF_WORDS[word]


async def _confirmed(state: State, visitor: Visitor, form: PostedForm) -> tuple[list[WordHeard], Refusal | None]:
    """What came of each, or why none was sent: nothing chosen, or a name that is none."""
    try:
        chosen = _chosen(form)
    except Refusal as refusal:
        return [], refusal
    by, command_id = form.one("by"), form.one("command_id")
    fields = [{"deduction_id": one, "by": by, "command_id": id_within(command_id, one)} for one in chosen]
    answers = await send_each(state, visitor, "confirm-deduction", fields)
    told = [
        WordHeard(one, answer if isinstance(answer, Refusal) else None)
        for one, answer in zip(chosen, answers, strict=True)
    ]
    of_name = [one.refusal for one in told if one.refusal is not None and one.refusal.members.get("field") == "by"]
    return ([], of_name[0]) if of_name else (told, None)


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
        shown = [show_deduction(one) for one in found.items]
        waiting = [one for one in shown if one.status == "pending"]
        return {
            "deductions": shown,
            "waiting": waiting,
            "waiting_minutes": sum(one.billed_minutes for one in waiting),
            "next": next_cursor(found),
            "zone": await zone_across(snapshot, actor, everywhere),
            "by": await _own_name(snapshot, actor),
        }

    shown = await state.long_questions.ask(ask)
    here, on = _address(status, cursor), _address(status, shown["next"]) if shown["next"] else None
    return shown | {"status": status, "here": here, "next": on}


def _address(status: Status | None, cursor: str | None) -> str:
    asked = {name: value for name, value in (("status", status), ("cursor", cursor)) if value}
    return f"{TIME}?{urlencode(asked)}" if asked else TIME


async def _deduction(state: State, visitor: Visitor, deduction_id: str) -> dict[str, Any]:
    async with state.reader.snapshot() as snapshot:
        found = await find_deduction(snapshot, visitor.actor, deduction_id, NOW)
        zone = await zone_across(snapshot, visitor.actor, ContractsAsked())
        by = await _own_name(snapshot, visitor.actor)
    shown: DeductionSummary = show_deduction(found.opened)
    history = [show_entry(one) for one in found.history]
    return {"one": shown, "history": history, "zone": zone, "given": NOT_GIVEN | {"by": by}}


async def _own_name(snapshot: Snapshot, actor: Actor) -> str:
    """What stands in the field for who speaks, until somebody says otherwise: the customer's name, by its contract."""
    if actor.role != "customer":
        return ""
    found = await list_contracts(snapshot, actor, ContractFilter(), PageAsked(1))
    return str(found.items[0].customer.get("name") or "") if found.items else ""
