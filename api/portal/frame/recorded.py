"""What comes after a form that records something new: it leads to what was recorded, and says where that was before.

Somebody went back and sent the form again, or never saw the first answer (C12).
"""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.portal.frame.form_ids import NAME_OF_FORM_ID
from api.portal.frame.forms import PostedForm
from api.portal.frame.pages import page
from api.portal.frame.visitors import Visitor
from ledger.door.batches import Answer
from ledger.kernel.errors import Refusal

USED_UP = ("command_id", "entry_id", "top_up_id")  # ids that a page gives to what its form makes


def recorded(request: Request, visitor: Visitor, answer: Answer, place: str) -> Response:
    """Leads to the place of what was recorded, or to a page that links there where it was known already."""
    if not answer.replayed:
        return RedirectResponse(place, 303)
    anew = request.url.remove_query_params(NAME_OF_FORM_ID)
    again = f"{anew.path}?{anew.query}" if anew.query else anew.path
    return page(request, visitor, "recorded_already.html", place=place, again=again)


def kept(form: PostedForm, names: Iterable[str], refusal: Refusal) -> dict[str, str]:
    """What the form shows again. One that was sent before with other content gets new ids: the next time it is new."""
    is_spent = refusal.code == "command-id-reused"
    return {name: form.one(name) for name in names if not (is_spent and name in USED_UP)}
