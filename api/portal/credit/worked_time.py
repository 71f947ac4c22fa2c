"""Time: each deduction with what was done and what bears it; the customer's yes to one, to some, or to a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import Cursor, Filter, next_cursor, page_asked
from api.portal.credit.shown_deductions import ShownDeduction, named_deduction, shown_deduction
from api.portal.frame.addresses import TIME_PAGE, with_query
from api.portal.frame.appearance import appearance_of
from api.portal.frame.forms import PostedDep, PostedForm
from api.portal.frame.pages import SHOWN_AT_ONCE, page, told
from api.portal.frame.row_zones import RowZones
from api.portal.frame.sending import id_within, send_each
from api.portal.frame.then import DayAsked, at_end_of, day_asked
from api.portal.frame.visitors import Visitor, VisitorDep
from api.portal.words.names_of_keys import names_of
from api.state import State
from ledger.credit.deduction_events import DeductionStatus
from ledger.door.batches import Answer
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.faults import FieldFault
from projections.contracts.across import ContractsAsked, providers_of, zone_across
from projections.contracts.questions import opened_contract
from projections.credit.deduction_questions import DeductionsAsked, deductions_seen, list_deductions_across
from projections.reader import Snapshot
from projections.sla.calendars import Calendars
from projections.visible import sees_billing

MOST_AT_ONCE = 500  # that one form confirms
CONFIRM = "confirm-deduction"

router = APIRouter()


@dataclass(slots=True, frozen=True)
class TimeAsked:
    """Which deductions, of which contract, at which day's end; none: all of them, now."""

    status: DeductionStatus | None
    contract_id: str | None
    day: date | None
    cursor: str | None

    def address(self, **other: str | None) -> str:
        """Its address, with what is to be otherwise; another choice begins with its first page."""
        day = self.day.isoformat() if self.day is not None else None
        asked = {"status": self.status, "contract_id": self.contract_id, "as_of": day} | other
        return with_query(TIME_PAGE, **asked)


def _asked(
    status: Annotated[DeductionStatus | None, Query()] = None,
    contract_id: Filter = None,
    as_of: DayAsked = None,
    cursor: Cursor = None,
) -> TimeAsked:
    return TimeAsked(status, contract_id, day_asked(as_of), cursor)


TimeDep = Annotated[TimeAsked, Depends(_asked)]


@router.get("/time")
async def time_page(request: Request, state: StateDep, visitor: VisitorDep, asked: TimeDep) -> Response:
    """What a token sees, contract by contract, of each what was recorded last first.

    Raises Refusal unknown-contract.
    """
    return page(request, visitor, "time.html", **await _time(request, state, visitor, asked), heard=[])


@router.post("/time")
async def confirm_many(request: Request, state: StateDep, posted: PostedDep, asked: TimeDep) -> Response:
    """Confirms what was chosen, each for itself; the page says one by one what went through."""
    visitor, form = posted.visitor, posted.form
    before = await _time(request, state, visitor, asked)
    try:
        answers = await _confirmed(state, visitor, form)
    except Refusal as refusal:
        reasons = told(request, refusal, before["zones"].of_now, CONFIRM)
        shown = before | {"by": form.one("by"), "ticked": form.all("deduction_id")}
        return page(request, visitor, "time.html", refusal.status, **shown, heard=[], reasons=reasons)
    shown = await _time(request, state, visitor, asked)
    refused = [one for one in answers.values() if isinstance(one, Refusal)]
    answered = refused[0].status if len(refused) == len(answers) else 200
    named = await _named(state, visitor, list(answers))
    heard = [_heard(request, each, named.get(each), answer, shown["zones"].of_now) for each, answer in answers.items()]
    return page(request, visitor, "time.html", answered, **shown, heard=heard)


async def _named(state: State, visitor: Visitor, deduction_ids: Sequence[str]) -> dict[str, ShownDeduction]:
    """Each that the visitor sees, also where it has left the list meanwhile: sent again it is known."""

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, ShownDeduction]:
        found = await deductions_seen(snapshot, visitor.actor, deduction_ids)
        return {each: named_deduction(one) for each, one in found.items()}

    return await state.long_questions.ask(ask)


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


def _heard(
    request: Request, deduction_id: str, named: ShownDeduction | None, answer: Answer | Refusal, zone: str
) -> dict[str, Any]:
    reasons = told(request, answer, zone, CONFIRM) if isinstance(answer, Refusal) else []
    sentence = " ".join(one.sentence for one in reasons)
    return {"id": deduction_id, "named": named, "went_through": not reasons, "sentence": sentence}


def _chosen(form: PostedForm) -> Sequence[str]:
    """The row whose button was pressed, all rows of the page, or those with a mark."""
    if form.one("one"):
        return [form.one("one")]
    chosen = list(dict.fromkeys(form.all("shown" if form.one("all") else "deduction_id")))
    if not 1 <= len(chosen) <= MOST_AT_ONCE:
        raise malformed("deduction_id", FieldFault("chosen_too_often", {"limit": MOST_AT_ONCE}))
    return chosen


async def _time(request: Request, state: State, visitor: Visitor, asked: TimeAsked) -> dict[str, Any]:
    wanted = page_asked(asked.cursor, SHOWN_AT_ONCE, str, int, from_the_end=True)
    actor, contracts = visitor.actor, ContractsAsked(contract_id=asked.contract_id)
    language = appearance_of(request).language

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        provider, customer = actor.provider, visitor.name or actor.customer
        if asked.contract_id is not None:
            contract = await opened_contract(snapshot, actor, asked.contract_id)
            provider = contract.row.provider
            customer = contract.customer.party.name or contract.row.customer_id
        zone = await zone_across(snapshot, actor, contracts)
        times = at_end_of(asked.day, zone)
        found = await list_deductions_across(snapshot, actor, contracts, DeductionsAsked(asked.status), times, wanted)
        shown = [shown_deduction(one) for one in found.items]
        waiting = [one for one in shown if one.opened.status == "pending"] if asked.day is None else []
        providers = await providers_of(snapshot, {one.row.contract_id for one in shown})
        return {
            "deductions": shown,
            "waiting": waiting,
            "waiting_minutes": sum(one.row.billed_minutes for one in waiting),
            "names": names_of(state, providers, language),
            "next": asked.address(cursor=next_cursor(found)) if found.next_after is not None else None,
            "zones": RowZones({one.row.contract_id: one.opened.timezone for one in shown}, zone),
            "by": own_name(visitor),
            "ticked": [],
            "whose": {"provider": provider, "customer": customer},
        }

    shown = await state.long_questions.ask(ask)
    return shown | {"asked": asked, "sees_documents": sees_billing(actor)}


def own_name(visitor: Visitor) -> str:
    """What stands in the field for who speaks, until somebody says otherwise: the customer's name, by its contract."""
    return (visitor.name or "") if visitor.actor.role == "customer" else ""
