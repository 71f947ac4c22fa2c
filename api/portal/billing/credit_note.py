"""Taking an invoice back: a page that asks, says what follows, and takes the reason (M3)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.documents.forms import is_from_poland
from api.http.authentication import StateDep
from api.http.routers.invoices import Number
from api.portal.billing.one_document import document_shown
from api.portal.frame.addresses import DOCUMENTS_PAGE
from api.portal.frame.form_ids import form_in_address
from api.portal.frame.forms import PostedDep
from api.portal.frame.pages import page, told
from api.portal.frame.recorded import kept, recorded
from api.portal.frame.sending import send
from api.portal.frame.visitors import Visitor, VisitorDep
from api.state import State
from ledger.kernel.errors import Refusal, unknown_invoice
from projections.billing.document_questions import find_document

CREDIT = "issue-credit-note"
GIVEN = ("reason", "issued_on", "ksef_number", "command_id")

router = APIRouter(dependencies=[Depends(form_in_address)])


@router.get("/documents/{number}/credit-note")
async def credit_page(request: Request, state: StateDep, visitor: VisitorDep, number: Number) -> Response:
    """Raises Refusal unknown-invoice; forbidden to those who issue nothing."""
    visitor.check_may(CREDIT)
    return page(request, visitor, "credit_note.html", **await _invoice(state, visitor, number))


@router.post("/documents/{number}/credit-note")
async def credit_invoice(request: Request, state: StateDep, posted: PostedDep, number: Number) -> Response:
    """What is refused stands at its field; what was issued is shown."""
    visitor, form = posted.visitor, posted.form
    try:
        answer = await send(state, visitor, CREDIT, form.texts(GIVEN) | {"invoice_number": number})
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        shown = await _invoice(state, visitor, number)
        shown["given"] |= kept(form, GIVEN, refusal)
        reasons = told(request, refusal, "UTC", CREDIT)
        return page(request, visitor, "credit_note.html", refusal.status, **shown, reasons=reasons)
    return recorded(request, visitor, answer, f"{DOCUMENTS_PAGE}/{answer.named['number']}")


async def _invoice(state: State, visitor: Visitor, number: str) -> dict[str, Any]:
    async with state.reader.snapshot() as snapshot:
        found = await find_document(snapshot, visitor.actor, number)
    shown = document_shown(found)
    if shown["invoice"] is None:
        raise unknown_invoice(number)
    given = dict.fromkeys(GIVEN, "")
    return {**shown, "own": f"{DOCUMENTS_PAGE}/{number}", "has_ksef": is_from_poland(found.texts), "given": given}
