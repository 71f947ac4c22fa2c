"""The draft of one contract's next invoice: its lines, what is missing for it and can be told here, and issuing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.http.authentication import StateDep
from api.http.paging import ContractIdParam, Cursor, day_of, next_cursor, page_asked
from api.portal.billing.month_drafts import DayTyped, day_of_form
from api.portal.billing.shown_drafts import buyer_named, missing_of, today_across
from api.portal.billing.shown_lines import lines_in_words, penalties_of, vat_rate
from api.portal.credit.shown_deductions import ShownDeduction, named_deduction
from api.portal.frame.addresses import DOCUMENTS_PAGE, DRAFTS, with_query
from api.portal.frame.appearance import appearance_of
from api.portal.frame.form_ids import form_in_address
from api.portal.frame.forms import PostedDep
from api.portal.frame.pages import SHOWN_AT_ONCE, page, told
from api.portal.frame.recorded import kept, recorded
from api.portal.frame.sending import send
from api.portal.frame.visitors import Visitor, VisitorDep
from api.portal.words.missing_words import FIELDS, MissingInWords, missing_in_words
from api.portal.words.names_of_keys import names_of
from api.portal.words.refusal_words import at_field
from api.state import State
from ledger.billing.draft import HeldBack
from ledger.billing.missing import MissingPartyData
from ledger.kernel.access import Actor, check_is_inside
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.faults import FieldFault
from projections.asking import Page
from projections.billing.document_questions import ShownLine
from projections.billing.drafts import InvoiceDraft, next_invoice
from projections.credit.deduction_questions import deductions_seen
from projections.reader import NOW, Snapshot
from projections.sla.calendars import Calendars

COMMANDS_OF_DRAFT = {"issue": "issue-invoice", "amend": "amend-customer"}
OF_ISSUING = ("through_on", "issued_on", "exchange_rate", "command_id")
OF_CUSTOMER = tuple(field for fields in FIELDS.values() for field in fields)
MOST_WAITING = 20

router = APIRouter(dependencies=[Depends(form_in_address)])


@dataclass(slots=True, frozen=True)
class WantedField:
    """A field of the customer's data that is missing, with what is known of it."""

    name: str
    known: str


@router.get("/drafts/{contract_id}")
async def draft_page(
    request: Request,
    state: StateDep,
    visitor: VisitorDep,
    contract_id: ContractIdParam,
    through_on: DayTyped = "",
    cursor: Cursor = None,
) -> Response:
    """Raises Refusal unknown-contract, forbidden to customers and partners."""
    through = day_of("through_on", through_on or None)
    shown = await _draft(request, state, visitor, contract_id, through, cursor)
    return page(request, visitor, "draft.html", **shown)


@router.post("/drafts/{contract_id}")
async def act_on_draft(request: Request, state: StateDep, posted: PostedDep, contract_id: ContractIdParam) -> Response:
    """Issues it, or tells what is missing of its customer. What is refused stands at its field."""
    visitor, form = posted.visitor, posted.form
    command = COMMANDS_OF_DRAFT.get(form.one("do"))
    if command is None:
        raise malformed("do", FieldFault("one_of", {"members": tuple(COMMANDS_OF_DRAFT)}))
    fields = form.texts(OF_ISSUING if form.one("do") == "issue" else (*OF_CUSTOMER, "command_id"))
    try:
        answer = await send(state, visitor, command, fields | {"contract_id": contract_id})
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        shown = await _draft(request, state, visitor, contract_id, day_of_form(form), None)
        shown["given"] |= {
            name: value
            for name, value in kept(form, {name for name, _ in form.kept}, refusal).items()
            if name in shown["given"] or name in OF_CUSTOMER
        }
        reasons = told(request, refusal, shown["zone"], command)
        if wanted := shown["wanted"]:  # where nothing was told the customer as a whole is refused, who has no field
            reasons = [at_field(one, wanted[0].name) if one.field == "customer" else one for one in reasons]
        return page(request, visitor, "draft.html", refusal.status, **shown, reasons=reasons)
    if command == "issue-invoice":
        return recorded(request, visitor, answer, f"{DOCUMENTS_PAGE}/{answer.named['number']}")
    return RedirectResponse(f"{DRAFTS}/{contract_id}?{urlencode({'through_on': form.one('through_on')})}", 303)


async def _draft(
    request: Request, state: State, visitor: Visitor, contract_id: str, through_on: date | None, cursor: str | None
) -> dict[str, Any]:
    actor, asked = visitor.actor, page_asked(cursor, SHOWN_AT_ONCE, int)
    check_is_inside(actor, "the drafts of a provider's invoices")
    language = appearance_of(request).language

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        today = await today_across(snapshot, actor)
        try:
            draft = await next_invoice(snapshot, actor, state.catalogue, contract_id, through_on, NOW)
        except MissingPartyData as refusal:
            missing = missing_in_words(refusal.missing)
            return {"draft": None, "missing": missing, "through": through_on or today, "customer": contract_id}
        lines: Page[ShownLine] = draft.lines(asked)
        invoice = draft.invoice
        return {
            "draft": draft,
            "missing": missing_of(draft) if draft.is_billable else [],
            "through": invoice.through_on,
            "customer": buyer_named(draft),
            "lines": lines_in_words(lines.items, invoice.currency, language),
            "penalties": await penalties_of(snapshot, actor, lines.items),
            "vat": [(vat, vat_rate(vat, language)) for vat in invoice.vat],
            "next": next_cursor(lines),
            "held": await _held(snapshot, actor, draft.waiting),
            "names_of_keys": names_of(state, {contract_id: invoice.provider}, language),
        }

    shown = {"lines": [], "vat": [], "next": None, "held": []} | await state.long_questions.ask(ask)
    own = f"{DRAFTS}/{contract_id}"
    on = with_query(own, through_on=shown["through"].isoformat(), cursor=shown["next"]) if shown["next"] else None
    wanted = _wanted(shown["missing"], shown["draft"])
    return shown | {
        "contract_id": contract_id,
        "own": own,
        "cursor": cursor,
        "next": on,
        "zone": "UTC",
        "wanted": wanted,
        "given": dict.fromkeys((*OF_ISSUING, "do"), "") | {one.name: one.known for one in wanted},
    }


async def _held(
    snapshot: Snapshot, actor: Actor, waiting: Sequence[HeldBack]
) -> list[tuple[HeldBack, ShownDeduction | None]]:
    """The first of what is held back, each with its deduction, by which it is named."""
    first = waiting[:MOST_WAITING]
    found = await deductions_seen(snapshot, actor, [one.deduction_id for one in first if one.deduction_id])
    named = {each: named_deduction(one) for each, one in found.items()}
    return [(one, named.get(one.deduction_id or "")) for one in first]


def _wanted(missing: list[MissingInWords], draft: InvoiceDraft | None) -> list[WantedField]:
    """The fields that tell what is missing, each once."""
    buyer = draft.texts.buyer if draft is not None else None
    known = {"customer": msgspec.to_builtins(buyer)}
    names = dict.fromkeys(field for one in missing for field in one.fields)
    return [WantedField(name, _known(known, name)) for name in names]


def _known(told: dict[str, Any], field: str) -> str:
    """What stands at a field's path: of what is in a form, by the names of its command."""
    value: Any = told
    for step in field.split("."):
        value = (value or {}).get(step)
    return str(value or "")
