"""One session: its life, and its forms, with what a change costs said before it costs (C7)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.http.authentication import StateDep
from api.http.paging import SessionIdParam
from api.portal.credit.shown_costs import ShownCost, shown_cost
from api.portal.frame.addresses import SESSIONS_PAGE
from api.portal.frame.appearance import appearance_of
from api.portal.frame.forms import PostedDep, PostedForm
from api.portal.frame.local_times import instant_of, local_of
from api.portal.frame.pages import page, told
from api.portal.frame.recorded import USED_UP, kept
from api.portal.frame.sending import rehearse, send
from api.portal.frame.visitors import Visitor, VisitorDep
from api.portal.frame.whose import whose
from api.portal.sessions.shown_sessions import session_steps
from api.portal.words.names_of_keys import names_of
from api.state import State
from ledger.door.rehearsal import Rehearsed
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import to_micros
from projections.asking import PageAsked
from projections.reader import NOW, open_texts
from projections.sessions.change_costs import change_costs
from projections.sessions.questions import session_with_history
from projections.tickets.titles import titles_of

COMMANDS_OF_CHANGES = {
    "move": "move-session",
    "cancel": "cancel-session",
    "missed": "record-no-show",
    "complete": "complete-session",
}
INSTANTS = ("starts_at", "at", "started_at", "ended_at")
COMPLETING = ("engineer", "minutes", "started_at", "ended_at", "note", "treatment", "reason", "service")
# What each form says, beside its session and the command's id.
FORM_FIELDS = {
    "move": ("starts_at", "by", "at"),
    "cancel": ("by", "at"),
    "missed": ("at",),
    "complete": (*COMPLETING, "at"),
}
GIVEN = ("word", "starts_at", "by", "at", *COMPLETING, "command_id")
FIRST_PAGE = PageAsked(100)  # of its history

router = APIRouter()


@router.get("/sessions/{session_id}")
async def session_page(request: Request, state: StateDep, visitor: VisitorDep, session_id: SessionIdParam) -> Response:
    """Raises Refusal unknown-session."""
    return page(request, visitor, "session.html", **await _session(request, state, visitor, session_id))


@router.post("/sessions/{session_id}")
async def change(request: Request, state: StateDep, posted: PostedDep, session_id: SessionIdParam) -> Response:
    """Carries a change out. One that costs more than was accepted is asked about first, on a page of its own."""
    visitor, form = posted.visitor, posted.form
    word = form.one("word")
    command = COMMANDS_OF_CHANGES.get(word)
    if command is None:
        raise malformed("word", FieldFault("one_of", {"members": tuple(COMMANDS_OF_CHANGES)}))
    shown = await _session(request, state, visitor, session_id)
    shown["given"] |= {name: form.one(name) for name in GIVEN}
    try:
        fields = _fields(visitor, form, word, session_id, shown["zone"])
        if form.one("only_cost"):
            cost = _cost(shown, await rehearse(state, visitor, command, fields))
            return page(request, visitor, "session.html", **shown | {"cost": cost})
        if word != "complete":
            rehearsed = await rehearse(state, visitor, command, fields)
            if _penalty_minutes(rehearsed) > _accepted(form):
                asked = {
                    "penalty_minutes": _penalty_minutes(rehearsed),
                    "cost": _cost(shown, rehearsed),
                }
                about = {"names": FORM_FIELDS[word], "moves_to": fields.get("starts_at")}
                return page(request, visitor, "change_session.html", **shown | asked | about)
        await send(state, visitor, command, fields)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        shown["given"] |= dict.fromkeys(USED_UP, "") | kept(form, GIVEN, refusal)
        reasons = told(request, refusal, shown["zone"], command)
        return page(request, visitor, "session.html", refusal.status, **shown, reasons=reasons)
    return RedirectResponse(f"{SESSIONS_PAGE}/{session_id}", 303)


def _fields(visitor: Visitor, form: PostedForm, word: str, session_id: str, zone: str) -> dict[str, str]:
    """A customer speaks as the customer, whatever a form says."""
    names = FORM_FIELDS[word]
    fields = form.texts((*names, "command_id")) | {"session_id": session_id}
    if "by" in names and visitor.actor.is_outside:
        fields["by"] = "customer"
    return fields | {name: instant_of(form.one(name), zone, name) for name in INSTANTS if name in names}


def _cost(shown: dict[str, Any], rehearsed: Rehearsed) -> ShownCost:
    return shown_cost(rehearsed, shown["names"], shown["row"].contract_id)


def _penalty_minutes(rehearsed: Rehearsed) -> int:
    return sum(one.billed_minutes for one in rehearsed.billed if one.kind == "penalty")


def _accepted(form: PostedForm) -> int:
    """The penalty that the page said before it was accepted, in minutes."""
    said = form.one("accepted")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


async def _session(request: Request, state: State, visitor: Visitor, session_id: str) -> dict[str, Any]:
    actor, now = visitor.actor, to_micros(state.clock())
    async with state.reader.snapshot() as snapshot:
        found, history = await session_with_history(snapshot, actor, session_id, NOW, FIRST_PAGE)
        row = found.row
        sealed = await titles_of(snapshot, [row.ticket_id])
        texts = await open_texts(snapshot, list(sealed.values()))
        costs = await change_costs(snapshot, actor, row)
        customer = await whose(snapshot, actor, row.contract_id)
    return {
        "one": found,
        "row": row,
        "customer": customer,
        "zone": row.timezone,
        "names": names_of(state, {row.contract_id: row.provider}, appearance_of(request).language),
        "title": texts.get(sealed[row.ticket_id]) if row.ticket_id in sealed else None,
        "steps": session_steps(history.items),
        "is_booked": row.state in ("booked", "moved"),
        "has_begun": row.starts_at <= now,
        "costs": costs,
        "cost": None,
        "given": dict.fromkeys(GIVEN, "")
        | {"starts_at": local_of(row.starts_at, row.timezone), "minutes": str(row.estimate_minutes)},
    }
