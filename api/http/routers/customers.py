"""Customers: who there are, with their contracts and what is open. For the provider's roles."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.lists import AS_FILES, ListDep, Listing
from api.http.models.contracts import show_contract
from api.http.models.customers import CustomerAnswer, CustomerList, CustomerSummary, show_customer
from api.http.paging import Cursor, Filter, Limit, next_cursor, page_asked
from api.http.problems import PROBLEMS
from ledger.kernel.ids import ID_LENGTH, ID_PATTERN
from projections.asking import Page, PageAsked
from projections.provider.customer_list import ListedCustomer, customer_with_contracts, list_customers
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1/customers", tags=["customers"], responses=PROBLEMS, dependencies=[CaughtUp])
CustomerIdParam = Annotated[str, Path(max_length=ID_LENGTH, pattern=ID_PATTERN, examples=["muster"])]


@router.get("", summary="Customers", operation_id="list_customers", response_model=CustomerList, responses=AS_FILES)
async def customers(
    door: ListDep,
    actor: ActorDep,
    provider: Filter = None,
) -> Response:
    """By id; the same id at another provider is somebody else."""

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[ListedCustomer]:
        return await list_customers(snapshot, actor, provider, page)

    listing = Listing(CustomerSummary, ask, show_customer)
    return await door.answer(listing, str, str)


@router.get("/{customer_id}", summary="A customer", operation_id="get_customer")
async def customer(
    customer_id: CustomerIdParam,
    state: StateDep,
    actor: ActorDep,
    provider: Filter = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> CustomerAnswer:
    """What is open of a customer, and a page of its contracts. A token of all providers names one where several have a
    customer of that id.
    """
    page = page_asked(cursor, limit, str)

    async def asked(snapshot: Snapshot, _: Calendars) -> CustomerAnswer:
        found, contracts = await customer_with_contracts(snapshot, actor, customer_id, provider, page)
        items = [show_contract(one) for one in contracts.items]
        shown = show_customer(found).model_dump()
        return CustomerAnswer(position=contracts.position, **shown, items=items, next=next_cursor(contracts))

    return await state.long_questions.ask(asked)
