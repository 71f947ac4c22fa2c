"""What may be done to a contract: credit sold, given, taken back, direct contact; each a form on a page of its own.

A form tells what it would cost before it is sent: the same command is decided without being recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import ContractIdParam
from api.languages import word
from api.portal.frame.addresses import CONTRACTS_PAGE
from api.portal.frame.appearance import appearance_of
from api.portal.frame.form_ids import form_id, form_in_address
from api.portal.frame.forms import PostedDep
from api.portal.frame.notices import with_notice
from api.portal.frame.pages import page, told
from api.portal.frame.recorded import kept, recorded
from api.portal.frame.sending import rehearse, send
from api.portal.frame.visitors import Visitor, VisitorDep
from api.portal.words.names_of_keys import names_of
from api.state import State
from ledger.kernel.errors import Refusal
from ledger.kernel.ids import GRANT_ID_LENGTH
from ledger.kernel.values import local_date
from projections.contracts.questions import opened_contract
from projections.credit.balances import balance_within
from projections.reader import NOW

Action = Literal["top-up", "grant", "reverse", "authorise", "withdraw"]
BOUGHT = ("pool", "minutes", "amount", "expires_on")


@dataclass(slots=True, frozen=True)
class ContractForm:
    """The command that a form sends, its fields, and what is said when it was carried out."""

    command: str
    title: str
    fields: tuple[str, ...]
    done: str


ACTIONS: dict[Action, ContractForm] = {
    "top-up": ContractForm(
        "top-up-credit", word("Sell credit"), (*BOUGHT, "top_up_id", "price"), word("The credit was sold.")
    ),
    "grant": ContractForm(
        "grant-credit",
        word("Give credit"),
        (*BOUGHT, "grant_id", "source", "reason"),
        word("The credit was given."),
    ),
    "reverse": ContractForm(
        "reverse-credit", word("Take credit back"), ("grant_id", "reason"), word("The credit was taken back.")
    ),
    "authorise": ContractForm(
        "authorise-direct-contact",
        word("Allow direct contact"),
        ("by",),
        word("The provider may speak with the customer directly."),
    ),
    "withdraw": ContractForm(
        "withdraw-direct-contact",
        word("Withdraw direct contact"),
        ("by",),
        word("The provider speaks with the partner alone."),
    ),
}

router = APIRouter(dependencies=[Depends(form_in_address)])


@router.get("/contracts/{contract_id}/{action}")
async def contract_form(
    request: Request,
    state: StateDep,
    visitor: VisitorDep,
    contract_id: ContractIdParam,
    action: Action,
    grant_id: Annotated[str, Query(max_length=GRANT_ID_LENGTH)] = "",
) -> Response:
    """Raises Refusal forbidden for who may not do it, and unknown-contract."""
    shown = await _shown(request, state, visitor, contract_id, action)
    shown["given"]["grant_id"] = grant_id or shown["given"]["grant_id"]
    return page(request, visitor, "contract_form.html", **shown)


@router.post("/contracts/{contract_id}/{action}")
async def contract_done(
    request: Request, state: StateDep, posted: PostedDep, contract_id: ContractIdParam, action: Action
) -> Response:
    """Carries it out, or tells what it would cost. What is refused stands at its field, in the form as filled in."""
    visitor, form, meant = posted.visitor, posted.form, ACTIONS[action]
    shown = await _shown(request, state, visitor, contract_id, action)
    about = {} if action == "reverse" else {"contract_id": contract_id}
    fields = form.texts((*meant.fields, "command_id")) | about
    made = shown["given"]
    shown["given"] = made | {name: form.one(name) for name in (*meant.fields, "command_id")}
    try:
        if form.one("word") == "cost":
            shown["cost"] = await rehearse(state, visitor, meant.command, fields)
        else:
            answer = await send(state, visitor, meant.command, fields)
            told_there = with_notice(visitor, f"{CONTRACTS_PAGE}/{contract_id}", action)
            return recorded(request, visitor, answer, told_there)
    except Refusal as refusal:
        reasons = told(request, refusal, shown["zone"], meant.command)
        shown["given"] = made | kept(form, (*meant.fields, "command_id"), refusal)
        if form.one("word") == "cost":
            return page(request, visitor, "contract_form.html", **shown | {"no_cost": reasons})
        return page(request, visitor, "contract_form.html", refusal.status, **shown, reasons=reasons)
    return page(request, visitor, "contract_form.html", **shown)


async def _shown(request: Request, state: State, visitor: Visitor, contract_id: str, action: Action) -> dict[str, Any]:
    """What a form needs: the contract, its pools, and a name for new credit. Raises Refusal forbidden."""
    meant = ACTIONS[action]
    async with state.reader.snapshot() as snapshot:
        contract = await opened_contract(snapshot, visitor.actor, contract_id)
        visitor.check_may(meant.command)
        accounts = (await balance_within(snapshot, visitor.actor, contract_id, NOW)).accounts
        today = local_date(snapshot.clock(), contract.row.timezone)
    given = dict.fromkeys((*meant.fields, "grant_id", "command_id"), "")
    name = f"{action}-{today:%Y%m%d}-{form_id(request, visitor, 'credit')[:6]}"
    given |= {"top_up_id": name, "grant_id": name if action == "grant" else "", "source": "goodwill"}
    if len(accounts) == 1:
        given["pool"] = accounts[0].pool
    return {
        "contract": contract,
        "zone": contract.row.timezone,
        "names": names_of(state, {contract_id: contract.row.provider}, appearance_of(request).language),
        "action": action,
        "title": meant.title,
        "accounts": accounts,
        "currencies": sorted({one.currency for one in accounts if one.currency}),
        "given": given,
        "cost": None,
        "no_cost": [],
    }
