"""Contracts and their balances."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.models.base import figure
from api.http.models.contracts import ContractAnswer, ContractList, ContractOut, TermOut
from api.http.models.credit import AccountOut, BalanceOut, OverageOut
from api.http.paging import (
    AsOfParam,
    ContractIdParam,
    Cursor,
    Filter,
    KnownAtParam,
    Limit,
    next_cursor,
    page_asked,
    times_of,
)
from api.http.problems import PROBLEMS
from ledger.kernel.values import show_cents
from projections.contracts.questions import (
    ContractFilter,
    ContractStatus,
    OpenedContract,
    list_contracts,
    opened_contract,
)
from projections.contracts.view import ContractTerm
from projections.credit.balances import AccountBalance, balance
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1/contracts", tags=["contracts"], responses=PROBLEMS, dependencies=[CaughtUp])


@router.get("", summary="Contracts", operation_id="list_contracts")
async def contracts(
    state_: StateDep,
    actor: ActorDep,
    customer_id: Filter = None,
    provider: Filter = None,
    state: Annotated[ContractStatus | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ContractList:
    """Contracts that the token may see, by id."""
    filters = ContractFilter(customer_id, provider, state)
    page = page_asked(cursor, limit, str)

    async def listed(snapshot: Snapshot, _: Calendars) -> ContractList:
        found = await list_contracts(snapshot, actor, filters, page)
        items = [_contract(one) for one in found.items]
        return ContractList(position=found.position, items=items, next=next_cursor(found))

    return await state_.long_questions.ask(listed)


@router.get("/{contract_id}", summary="A contract", operation_id="get_contract")
async def contract(contract_id: ContractIdParam, state: StateDep, actor: ActorDep) -> ContractAnswer:
    """A contract with its terms, each term's full copy."""
    async with state.reader.snapshot() as snapshot:
        found = await opened_contract(snapshot, actor, contract_id)
    return ContractAnswer(position=found.position, **_contract(found).model_dump())


def _contract(found: OpenedContract) -> ContractOut:
    row = found.row
    return ContractOut(
        contract_id=row.contract_id,
        provider=row.provider,
        plan=row.plan,
        state=found.state,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        terminated_on=row.terminated_on,
        timezone=row.timezone,
        currency=row.currency,
        customer=found.customer,
        partner={"partner_id": row.partner_id} | found.partner if row.partner_id is not None else None,
        direct_contact_authorised=bool(row.direct_contact),
        subscriptions=row.subscriptions,
        terms=[_term(one) for one in found.terms],
    )


def _term(term: ContractTerm) -> TermOut:
    return TermOut(
        term_no=term.term_no,
        plan=term.plan,
        plan_version=term.plan_version,
        starts_on=term.starts_on.isoformat(),
        ends_on=term.ends_on.isoformat() if term.ends_on is not None else None,
        terms=msgspec.json.decode(term.terms),
    )


@router.get("/{contract_id}/balance", summary="The balance of each pool", operation_id="get_balance")
async def contract_balance(
    contract_id: ContractIdParam,
    state: StateDep,
    actor: ActorDep,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> BalanceOut:
    """What was granted, consumed, reserved, has expired and is available, cumulative since signing."""
    found = await balance(state.reader, actor, contract_id, times_of(as_of, known_at))
    amount = show_cents(found.overage.amount_cents)
    return BalanceOut(
        position=found.position,
        contract_id=contract_id,
        accounts=[_account(one) for one in found.accounts],
        overage=OverageOut(minutes=found.overage.minutes, amount=amount, currency=found.currency),
    )


def _account(found: AccountBalance) -> AccountOut:
    unit = found.unit
    return AccountOut(
        pool=found.pool,
        unit="minutes" if unit == "minutes" else "money",
        currency=found.currency,
        granted=figure(found.granted, unit),
        consumed=figure(found.consumed, unit),
        reserved=figure(found.reserved, unit),
        expired=figure(found.expired, unit),
        available=figure(found.available, unit),
        pending_confirmation=figure(found.pending_confirmation, unit),
    )
