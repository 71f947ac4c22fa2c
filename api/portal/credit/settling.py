"""The provider's answer to a dispute, and the reversal of a deduction, from its page (C8, C9)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.http.authentication import StateDep
from api.http.paging import DeductionIdParam
from api.portal.credit.one_deduction import GIVEN_WORD, deduction_told
from api.portal.frame.addresses import TIME_PAGE
from api.portal.frame.forms import PostedDep
from api.portal.frame.pages import page, told
from api.portal.frame.recorded import kept
from api.portal.frame.sending import send
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.faults import FieldFault

COMMANDS_OF_ANSWERS = {"settle": "settle-dispute", "reverse": "reverse-deduction"}
FIELDS_OF_COMMAND = {"settle": ("outcome", "reason", "command_id"), "reverse": ("reason", "command_id")}

router = APIRouter()


@router.post("/time/{deduction_id}/answer")
async def answer_deduction(
    request: Request, state: StateDep, posted: PostedDep, deduction_id: DeductionIdParam
) -> Response:
    """Settles its dispute or reverses it. What is refused stands at its field, in the form as it was filled in."""
    visitor, form = posted.visitor, posted.form
    answer = form.one("word")
    command = COMMANDS_OF_ANSWERS.get(answer)
    if command is None:
        raise malformed("word", FieldFault("one_of", {"members": tuple(COMMANDS_OF_ANSWERS)}))
    try:
        await send(state, visitor, command, form.texts(FIELDS_OF_COMMAND[answer]) | {"deduction_id": deduction_id})
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        shown = await deduction_told(request, state, visitor, deduction_id)
        shown["given"] = dict.fromkeys(GIVEN_WORD, "") | kept(form, GIVEN_WORD, refusal)
        reasons = told(request, refusal, shown["zone"], command)
        return page(request, visitor, "deduction.html", refusal.status, **shown, reasons=reasons)
    return RedirectResponse(f"{TIME_PAGE}/{deduction_id}", 303)
