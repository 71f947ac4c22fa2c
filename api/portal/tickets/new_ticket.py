"""A ticket is opened: what the contract offers and takes stands beside the fields, and is not found out by refusals."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import Cursor, Filter
from api.portal.contracts.choosing_contract import contracts_to_choose, only_one
from api.portal.frame.addresses import TICKETS_PAGE
from api.portal.frame.form_ids import form_in_address
from api.portal.frame.forms import PostedDep
from api.portal.frame.local_times import instant_of
from api.portal.frame.pages import page, told
from api.portal.frame.recorded import kept, recorded
from api.portal.frame.sending import send
from api.portal.frame.visitors import Visitor, VisitorDep
from api.portal.tickets.shown_tickets import PRIORITIES
from api.portal.words.choices import CHANNELS, GRADES, SCOPES, TICKET_KINDS
from api.state import State
from ledger.kernel.errors import Refusal
from ledger.tickets.scope import excluded
from projections.contracts.terms_in_force import terms_in_force

NEW = f"{TICKETS_PAGE}/new"
OPEN = "open-ticket"
CONTACT = ("contact.name", "contact.company", "contact.phone", "contact.email")
GIVEN = ("title", "kind", "channel", "priority", "impact", "urgency", "scope", "at", *CONTACT, "command_id")

router = APIRouter(dependencies=[Depends(form_in_address)])


@router.get("/tickets/new")
async def opening_page(
    request: Request, state: StateDep, visitor: VisitorDep, contract_id: Filter = None, cursor: Cursor = None
) -> Response:
    """Raises Refusal forbidden for who opens none, unknown-contract."""
    if contract_id is None:
        visitor.check_may(OPEN)
        choice = await contracts_to_choose(state, visitor, NEW, cursor)
        contract_id = only_one(choice)
        if contract_id is None:
            return page(request, visitor, "which_contract.html", **choice, what="ticket")
    shown = await _opening(state, visitor, contract_id)
    visitor.check_may(OPEN)
    return page(request, visitor, "new_ticket.html", **shown, given=dict.fromkeys(GIVEN, ""))


@router.post("/tickets/new")
async def open_one(request: Request, state: StateDep, posted: PostedDep, contract_id: Filter = None) -> Response:
    """Opens it. What is refused stands at its field, in the form as it was filled in."""
    visitor, form = posted.visitor, posted.form
    shown = await _opening(state, visitor, contract_id or form.one("contract_id"))
    visitor.check_may(OPEN)
    try:
        fields = form.texts(GIVEN) | {"contract_id": shown["contract"].contract_id}
        fields["at"] = instant_of(form.one("at"), shown["zone"])
        answer = await send(state, visitor, OPEN, fields)
    except Refusal as refusal:
        given = dict.fromkeys(GIVEN, "") | kept(form, GIVEN, refusal)
        reasons = told(request, refusal, shown["zone"], OPEN)
        return page(request, visitor, "new_ticket.html", refusal.status, **shown, given=given, reasons=reasons)
    return recorded(request, visitor, answer, f"{TICKETS_PAGE}/{answer.named['ticket_id']}")


async def _opening(state: State, visitor: Visitor, contract_id: str) -> dict[str, Any]:
    """The contract and its terms, with what these let one choose from."""
    async with state.reader.snapshot() as snapshot:
        found = await terms_in_force(snapshot, visitor.actor, contract_id)
    terms = found.terms
    return {
        "contract": found.contract,
        "terms": terms,
        "zone": found.contract.timezone,
        "action": f"{NEW}?contract_id={contract_id}",
        "channels": {name: CHANNELS[name] for name in terms.channels} if terms else {},
        "scopes": {name: SCOPES[name] for name in SCOPES if terms and not excluded(terms.scopes, name)},
        "kinds": TICKET_KINDS,
        "priorities": PRIORITIES,
        "grades": GRADES,
        "every_channel": CHANNELS,
        "every_scope": SCOPES,
    }
