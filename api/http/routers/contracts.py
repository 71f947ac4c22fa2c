"""Contracts and their balances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query

from api.http.authentication import ActorDep, CaughtUp, StateDep, find_contract, visible
from api.http.models import AccountOut, BalanceOut, ContractAnswer, ContractList, ContractOut, OverageOut, TermOut
from api.http.paging import (
    ID_PATTERN,
    AsOfParam,
    ContractId,
    Cursor,
    KnownAtParam,
    Limit,
    decode_cursor,
    moment_of,
    page,
)
from api.http.problems import PROBLEMS
from ledger.events import Sealed
from ledger.kernel.values import show_cents, to_micros
from projections.credit.balances import AccountBalance, OverageTotal, balance, current_balance
from projections.reader import Snapshot, open_texts, resolve_as_of, view_position

router = APIRouter(prefix="/v1/contracts", tags=["contracts"], responses=PROBLEMS, dependencies=[CaughtUp])
Filter = Annotated[str | None, Query(max_length=64, pattern=ID_PATTERN)]

_COLUMNS = (
    "contract_id, provider, customer_id, partner_id, plan, timezone, currency, country, language, starts_on, ends_on, "
    "starts_at, ends_at, terminated_on, direct_contact, subscriptions, party, partner, terms"
)
_sealed = msgspec.json.Decoder(Sealed).decode
_terms = msgspec.json.Decoder(list[dict[str, Any]]).decode
Phase = Literal["upcoming", "active", "lapsed", "terminated"]
_STATE_IS: dict[str, str] = {
    "upcoming": "c.starts_at > ?",
    "active": "c.starts_at <= ? AND c.ends_at > ?",
    "lapsed": "c.ends_at <= ? AND c.terminated_on IS NULL",
    "terminated": "c.ends_at <= ? AND c.terminated_on IS NOT NULL",
}


def _state(row: tuple[Any, ...], now: int) -> Phase:
    starts_at, ends_at, terminated_on = row[11:14]
    if ends_at <= now:
        return "terminated" if terminated_on is not None else "lapsed"
    return "upcoming" if starts_at > now else "active"


async def _contracts(snapshot: Snapshot, rows: list[tuple[Any, ...]]) -> list[ContractOut]:
    now = to_micros(snapshot.clock())
    boxes = {text: _sealed(text) for row in rows for text in (row[16], row[17]) if text is not None}
    texts = await open_texts(snapshot, list(boxes.values()))
    found = []
    for row in rows:
        party = texts.get(boxes[row[16]]) or {}
        partner = None
        if row[3] is not None:
            partner = {"partner_id": row[3]} | ((texts.get(boxes[row[17]]) or {}) if row[17] else {})
        found.append(
            ContractOut(
                contract_id=row[0],
                provider=row[1],
                plan=row[4],
                state=_state(row, now),
                starts_on=row[9],
                ends_on=row[10],
                terminated_on=row[13],
                timezone=row[5],
                currency=row[6],
                customer={"customer_id": row[2], "country": row[7], "language": row[8]} | party,
                partner=partner,
                direct_contact_authorised=bool(row[14]),
                subscriptions=row[15],
                terms=[TermOut(**term) for term in _terms(row[18])],
            )
        )
    return found


@router.get("", summary="Contracts")
async def contracts(
    state_: StateDep,
    actor: ActorDep,
    customer_id: Filter = None,
    provider: Filter = None,
    state: Annotated[Phase | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ContractList:
    """Contracts that the token may see, by id."""
    condition, params = visible(actor)
    for column, value in (("customer_id", customer_id), ("provider", provider)):
        if value is not None:
            condition += f" AND c.{column} = ?"
            params.append(value)
    if state is not None:
        condition += f" AND {_STATE_IS[state]}"
        params.extend([to_micros(state_.clock())] * _STATE_IS[state].count("?"))
    after = decode_cursor(cursor, str)
    if after:
        condition += " AND c.contract_id > ?"
        params.extend(after)
    async with state_.reader.snapshot() as snapshot:
        sql = f"SELECT {_COLUMNS} FROM contracts c WHERE {condition} ORDER BY c.contract_id LIMIT ?"
        rows, following = page(await snapshot.query(sql, (*params, limit + 1)), limit, lambda row: (row[0],))
        items = await _contracts(snapshot, rows)
        return ContractList(position=await view_position(snapshot), items=items, next=following)


@router.get("/{contract_id}", summary="A contract")
async def contract(contract_id: ContractId, state: StateDep, actor: ActorDep) -> ContractAnswer:
    """A contract with its terms, each term's full copy."""
    async with state.reader.snapshot() as snapshot:
        row = await find_contract(snapshot, actor, contract_id, _COLUMNS)
        (found,) = await _contracts(snapshot, [row])
        return ContractAnswer(position=await view_position(snapshot), **found.model_dump())


def figure(quantity: int, unit: str) -> int | str:
    return quantity if unit == "minutes" else show_cents(quantity)


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


@router.get("/{contract_id}/balance", summary="The balance of each pool")
async def contract_balance(
    contract_id: ContractId, state: StateDep, actor: ActorDep, as_of: AsOfParam = None, known_at: KnownAtParam = None
) -> BalanceOut:
    """What was granted, consumed, reserved, has expired and is available, cumulative since signing."""
    if as_of is None and known_at is None:
        found = await current_balance(state.reader, contract_id, *visible(actor), to_micros(state.clock()))
        if found is not None:
            return _balance(contract_id, found.position, found.currency, found.accounts, found.overage)
    async with state.reader.snapshot() as snapshot:
        zone, currency = await find_contract(snapshot, actor, contract_id, "timezone, currency")
        asked = await resolve_as_of(
            snapshot, moment_of("as_of", as_of), moment_of("known_at", known_at), zone, contract_id
        )
        return _balance(contract_id, asked.position, currency, *await balance(snapshot, contract_id, asked))


def _balance(
    contract_id: str, position: int, currency: str, accounts: Sequence[AccountBalance], overage: OverageTotal
) -> BalanceOut:
    return BalanceOut(
        position=position,
        contract_id=contract_id,
        accounts=[_account(one) for one in accounts],
        overage=OverageOut(minutes=overage.minutes, amount=show_cents(overage.amount_cents), currency=currency),
    )
