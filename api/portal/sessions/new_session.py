"""A session is booked: for which contract, when, how long; what the contract says of it stands beside the fields."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import Cursor, Filter
from api.languages import labels_in
from api.portal.contracts.choosing_contract import contracts_to_choose, only_one
from api.portal.frame.addresses import SESSIONS_PAGE
from api.portal.frame.appearance import appearance_of
from api.portal.frame.form_ids import form_in_address
from api.portal.frame.forms import PostedDep
from api.portal.frame.local_times import instant_of
from api.portal.frame.pages import page, told
from api.portal.frame.recorded import kept, recorded
from api.portal.frame.sending import send
from api.portal.frame.visitors import Visitor, VisitorDep
from api.portal.words.formats import Formats
from api.portal.words.hours_in_words import notice_in_words
from api.portal.words.names_of_keys import names_of
from api.state import State
from ledger.kernel.errors import Refusal
from projections.asking import PageAsked
from projections.contracts.terms_in_force import terms_in_force
from projections.credit.balances import balance_within
from projections.reader import NOW
from projections.tickets.questions import TicketFilter, list_tickets

NEW = f"{SESSIONS_PAGE}/new"
BOOK = "book-session"
GIVEN = ("starts_at", "estimate_minutes", "pool", "ticket_id", "service", "at", "command_id")
MOST_TICKETS = 50  # to choose from

router = APIRouter(dependencies=[Depends(form_in_address)])


@router.get("/sessions/new")
async def booking_page(
    request: Request,
    state: StateDep,
    visitor: VisitorDep,
    contract_id: Filter = None,
    ticket_id: Filter = None,
    cursor: Cursor = None,
) -> Response:
    """Raises Refusal forbidden for who books none, unknown-contract."""
    if contract_id is None:
        visitor.check_may(BOOK)
        choice = await contracts_to_choose(state, visitor, NEW, cursor)
        contract_id = only_one(choice)
        if contract_id is None:
            return page(request, visitor, "which_contract.html", **choice, what="session")
    shown = await _booking(request, state, visitor, contract_id)
    visitor.check_may(BOOK)
    given = dict.fromkeys(GIVEN, "") | {"ticket_id": ticket_id or ""}
    return page(request, visitor, "new_session.html", **shown, given=given)


@router.post("/sessions/new")
async def book_one(request: Request, state: StateDep, posted: PostedDep, contract_id: Filter = None) -> Response:
    """Books it. What is refused stands at its field, in the form as it was filled in."""
    visitor, form = posted.visitor, posted.form
    shown = await _booking(request, state, visitor, contract_id or form.one("contract_id"))
    visitor.check_may(BOOK)
    try:
        fields = form.texts(GIVEN) | {"contract_id": shown["contract"].contract_id}
        for name in ("starts_at", "at"):
            fields[name] = instant_of(form.one(name), shown["zone"], name)
        answer = await send(state, visitor, BOOK, fields)
    except Refusal as refusal:
        given = dict.fromkeys(GIVEN, "") | kept(form, GIVEN, refusal)
        reasons = told(request, refusal, shown["zone"], BOOK)
        return page(request, visitor, "new_session.html", refusal.status, **shown, given=given, reasons=reasons)
    return recorded(request, visitor, answer, f"{SESSIONS_PAGE}/{answer.named['session_id']}")


async def _booking(request: Request, state: State, visitor: Visitor, contract_id: str) -> dict[str, Any]:
    """The contract, what its terms say of sessions, what is available, and the tickets that one can be about."""
    actor = visitor.actor
    async with state.reader.snapshot() as snapshot:
        found = await terms_in_force(snapshot, actor, contract_id)
        balance = await balance_within(snapshot, actor, contract_id, NOW)
        live = TicketFilter(contract_id, is_live=True)
        tickets = await list_tickets(snapshot, actor, live, state.calendars, NOW, PageAsked(MOST_TICKETS))
    language = appearance_of(request).language
    labels = labels_in("api.portal", language)
    penalty = found.terms.penalty if found.terms is not None else None
    return {
        "contract": found.contract,
        "terms": found.terms,
        "notice": notice_in_words(penalty.notice, labels, Formats(labels)) if penalty is not None else None,
        "accounts": balance.accounts,
        "tickets": [(one.row.ticket_id, one.title or one.row.ticket_id) for one in tickets.items],
        "names": names_of(state, {contract_id: found.contract.provider}, language),
        "zone": found.contract.timezone,
        "action": f"{NEW}?contract_id={contract_id}",
    }
