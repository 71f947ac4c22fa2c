"""Contracts and their balances."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.lists import AS_FILES, ListDep, Listing, answer_list, first_items
from api.http.models.contracts import (
    ContractAnswer,
    ContractList,
    ContractSummary,
    TermList,
    TermOut,
    show_contract,
    show_term,
)
from api.http.models.credit import BalanceOut, show_balance
from api.http.paging import (
    AsOfParam,
    ContractIdParam,
    Cursor,
    Filter,
    KnownAtParam,
    Limit,
    page_asked,
    times_of,
)
from api.http.problems import PROBLEMS
from ledger.contracts.term import ContractStatus
from projections.asking import Page, PageAsked
from projections.contracts.questions import (
    ContractFilter,
    OpenedContract,
    WholeTerm,
    contract_with_terms,
    list_contracts,
    list_terms,
)
from projections.credit.balances import balance
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1/contracts", tags=["contracts"], responses=PROBLEMS, dependencies=[CaughtUp])
FIRST_PAGE = PageAsked(20)  # of the terms that stand with the contract itself


@router.get("", summary="Contracts", operation_id="list_contracts", response_model=ContractList, responses=AS_FILES)
async def contracts(
    door: ListDep,
    actor: ActorDep,
    customer_id: Filter = None,
    provider: Filter = None,
    state: Annotated[ContractStatus | None, Query()] = None,
) -> Response:
    """Contracts that the token may see, by id."""
    filters = ContractFilter(customer_id, provider, state)

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[OpenedContract]:
        return await list_contracts(snapshot, actor, filters, page)

    listing = Listing(ContractSummary, ask, show_contract)
    return await door.answer(listing, str)


@router.get("/{contract_id}", summary="A contract", operation_id="get_contract")
async def contract(contract_id: ContractIdParam, state: StateDep, actor: ActorDep) -> ContractAnswer:
    """A contract with its terms, each a full copy; the first 20 of them."""
    async with state.reader.snapshot() as snapshot:
        found, terms = await contract_with_terms(snapshot, actor, contract_id, FIRST_PAGE)
    shown, following = first_items(terms, show_term)
    members = show_contract(found).model_dump()
    return ContractAnswer(position=found.position, **members, terms=shown, terms_next=following)


@router.get(
    "/{contract_id}/terms",
    summary="The terms of a contract",
    operation_id="list_terms",
    response_model=TermList,
    responses=AS_FILES,
)
async def contract_terms(
    request: Request,
    contract_id: ContractIdParam,
    state: StateDep,
    actor: ActorDep,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Term by term, each with the full copy of its plan's terms."""

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[WholeTerm]:
        return await list_terms(snapshot, actor, contract_id, page)

    listing = Listing(TermOut, ask, show_term, {"contract_id": contract_id})
    return await answer_list(state.long_questions, request.headers, listing, page_asked(cursor, limit, int))


@router.get("/{contract_id}/balance", summary="The balance of each pool", operation_id="get_balance")
async def contract_balance(
    contract_id: ContractIdParam,
    state: StateDep,
    actor: ActorDep,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> BalanceOut:
    """What was granted, consumed, reserved, has expired and is available, cumulative since signing."""
    return show_balance(contract_id, await balance(state.reader, actor, contract_id, times_of(as_of, known_at)))
