"""Lists across contracts: the accounts, deductions, charges and drafts of all that a token sees."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.lists import AS_FILES, ListDep, Listing
from api.http.models.across import (
    AccountList,
    AccountSummary,
    ContractCharge,
    ContractChargeList,
    ContractDeductionList,
    DraftList,
    DraftSummary,
)
from api.http.models.credit import DeductionSummary
from api.http.models.shown_across import (
    add_accounts,
    add_charges,
    add_deductions,
    add_drafts,
    show_listed_account,
    show_listed_draft,
)
from api.http.paging import AsOfParam, DayParam, Filter, KnownAtParam, ShareParam, day_of, times_of
from api.http.problems import PROBLEMS
from api.http.routers.deductions import OnBehalf, show_charge, show_deduction
from ledger.credit.deduction_events import DeductionStatus
from ledger.kernel.values import parse_share
from projections.asking import Page, PageAsked
from projections.billing.charge_questions import ListedCharge, list_charges_across
from projections.billing.draft_lists import ListedDraft, list_drafts
from projections.contracts.across import ContractsAsked, DaysAsked
from projections.credit.balance_lists import ListedAccount, list_balances
from projections.credit.deduction_questions import DeductionsAsked, OpenedDeduction, list_deductions_across
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1", tags=["across"], responses=PROBLEMS, dependencies=[CaughtUp])


@router.get(
    "/balances", summary="Accounts", operation_id="list_balances", response_model=AccountList, responses=AS_FILES
)
async def balances(
    door: ListDep,
    actor: ActorDep,
    provider: Filter = None,
    customer_id: Filter = None,
    below_share: Annotated[
        ShareParam | None,
        Query(description="Less is available than this share of what the grants in force had."),
    ] = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> Response:
    """The accounts of all contracts that the token sees, by contract and pool.

    A page may hold fewer items than `limit` where a share is asked for.
    """
    asked, times = ContractsAsked(provider, customer_id), times_of(as_of, known_at)
    below = parse_share(below_share) if below_share is not None else None

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[ListedAccount]:
        return await list_balances(snapshot, actor, asked, below, times, page)

    listing = Listing(AccountSummary, ask, show_listed_account, totals=add_accounts)
    return await door.answer(listing, str, str)


@router.get(
    "/deductions",
    summary="Deductions",
    operation_id="list_all_deductions",
    response_model=ContractDeductionList,
    responses=AS_FILES,
)
async def deductions(
    door: ListDep,
    actor: ActorDep,
    status: Annotated[DeductionStatus | None, Query()] = None,
    on_behalf: OnBehalf = None,
    provider: Filter = None,
    customer_id: Filter = None,
    older_than_days: Annotated[
        int | None, Query(ge=0, le=100_000, description="Effective before so many times 24 hours ago.")
    ] = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> Response:
    """The deductions of all contracts that the token sees, by contract, each in the order of recording.

    A page may hold fewer items than `limit` where `status` or `on_behalf` is asked of the past.
    """
    asked, times = ContractsAsked(provider, customer_id), times_of(as_of, known_at)
    wanted = DeductionsAsked(status, older_than_days, on_behalf)

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[OpenedDeduction]:
        return await list_deductions_across(snapshot, actor, asked, wanted, times, page)

    listing = Listing(DeductionSummary, ask, show_deduction, totals=add_deductions)
    return await door.answer(listing, str, int)


@router.get(
    "/charges",
    summary="Charges",
    operation_id="list_all_charges",
    response_model=ContractChargeList,
    responses=AS_FILES,
)
async def charges(
    door: ListDep,
    actor: ActorDep,
    provider: Filter = None,
    customer_id: Filter = None,
    invoiced: Annotated[bool | None, Query()] = None,
    from_: Annotated[DayParam | None, Query(alias="from", description="Effective on this day or later.")] = None,
    to: Annotated[DayParam | None, Query(description="Effective on this day or earlier.")] = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> Response:
    """Every amount owed or taken back, of all contracts that the token sees, by contract, each in the order of
    recording. Days are the provider's, UTC's where the question spans providers.
    """
    asked, times = ContractsAsked(provider, customer_id), times_of(as_of, known_at)
    days = DaysAsked(day_of("from", from_), day_of("to", to))

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[ListedCharge]:
        return await list_charges_across(snapshot, actor, asked, days, times, invoiced, page)

    listing = Listing(ContractCharge, ask, _charge, totals=add_charges)
    return await door.answer(listing, str, int)


def _charge(found: ListedCharge) -> ContractCharge:
    whose: dict[str, Any] = {"contract_id": found.row.contract_id, "customer_id": found.customer_id}
    return ContractCharge(**show_charge(found).model_dump(), **whose)


@router.get(
    "/invoice-drafts",
    summary="Drafts of the next invoices",
    operation_id="list_invoice_drafts",
    response_model=DraftList,
    responses=AS_FILES,
)
async def invoice_drafts(
    door: ListDep,
    state: StateDep,
    actor: ActorDep,
    provider: Filter = None,
    customer_id: Filter = None,
    through_on: Annotated[DayParam | None, Query(description="The last day that counts; today if absent.")] = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> Response:
    """What `issue-invoices` would issue, or leave: each contract with something to invoice, and what is missing for it.

    For the provider's roles. A page may hold fewer items than `limit`: it ends early where it would read too much.
    """
    asked, times = ContractsAsked(provider, customer_id), times_of(as_of, known_at)
    through = day_of("through_on", through_on)

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[ListedDraft]:
        return await list_drafts(snapshot, actor, state.catalogue, asked, through, times, page)

    listing = Listing(DraftSummary, ask, show_listed_draft, totals=add_drafts)
    return await door.answer(listing, str)
