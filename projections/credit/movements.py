"""The view of credit: every movement of every account, and the totals that follow from them.

Balances are asked of it now or at any moment (`projections.credit.balances`), statements are its lines
(`projections.credit.statements`). A movement names its grant, so that expiry can be worked out for any moment.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from ledger.credit.expiry import lost
from ledger.events import (
    AccountOpened,
    CreditDrawn,
    CreditGranted,
    CreditReserved,
    CreditReturned,
    CreditUnit,
    DebtSettled,
    DebtSettlementWithdrawn,
    DeductionKind,
    GrantExpiryMoved,
    GrantTakenBack,
    ReservationReleased,
    Source,
)
from ledger.kernel.values import FAR_FUTURE, to_micros
from projections.tables import Table, seal_json
from projections.views import EventMeta, Rows, View

LineMovement = Literal[Source, DeductionKind, "reversal"]
# Leaves what is owned as it was, and is no line of a statement; a grant's end may move forwards or back.
SilentMovement = Literal["reserved", "released", "debt_settled", "expiry_moved"]
MovementKind = Literal[LineMovement, SilentMovement]


class MovementRow(msgspec.Struct):
    """What one event did to one grant (or to none: a debt), in the account's unit.

    `owned` is what the grant then has of all that was recorded, and `counts_until` its end, as they are known from
    here on; `expires_at` is an end that this event told.
    """

    position: int
    part: int
    contract_id: str
    pool: str
    grant_id: str | None
    effective_at: int
    recorded_at: int
    kind: MovementKind
    reference: str
    granted: int
    consumed: int
    reserved: int
    expires_at: int | None
    note: str | None
    dated: int | None  # when it was true, where that month was closed already (M5)
    charge_id: str | None  # of a grant that was bought
    owned: int | None = None
    counts_until: int | None = None


class AccountRow(msgspec.Struct):
    """Totals over everything recorded, whatever its effective time. `lost` is what its grants lose at their ends."""

    account_id: str
    contract_id: str
    pool: str
    unit: CreditUnit
    currency: str | None
    granted: int
    consumed: int
    reserved: int
    lost: int


class GrantRow(msgspec.Struct):
    """A grant over everything recorded; `position` is that of its granting, the order among those that end together.

    It counts from `counts_from`: later than it is valid where the month of its beginning was closed (M5). `rule` is
    that by which it was given. `lost` is what it loses at its end, if it has one.
    """

    grant_id: str
    contract_id: str
    pool: str
    source: Source
    rule: str
    granted: int
    consumed: int
    reserved: int
    valid_from: int
    expires_at: int
    counts_from: int
    position: int
    lost: int = 0


GRANTING = "granted <> 0"  # few of many, so that they have an index
MOVEMENTS = Table(
    "movements",
    MovementRow,
    ("position", "part"),
    [
        "(contract_id, effective_at)",
        "(contract_id, position)",
        "(contract_id, expires_at) WHERE expires_at IS NOT NULL",
        f"(contract_id, effective_at) WHERE {GRANTING}",
        "(grant_id, effective_at)",
        "(grant_id, position, part)",
    ],
)
ACCOUNTS = Table("accounts", AccountRow, "account_id", ["(contract_id)"])
UNUSED = "granted > consumed"
GRANTS = Table(
    "grants",
    GrantRow,
    "grant_id",
    [
        "(contract_id, expires_at, position)",
        "(expires_at, position)",
        f"(contract_id, pool, expires_at) WHERE {UNUSED}",
    ],
)
movements = View("movements", MOVEMENTS, ACCOUNTS, GRANTS)
NEVER = to_micros(FAR_FUTURE)


CreditMovement = (
    CreditGranted
    | GrantExpiryMoved
    | GrantTakenBack
    | CreditDrawn
    | CreditReturned
    | DebtSettled
    | DebtSettlementWithdrawn
    | CreditReserved
    | ReservationReleased
)


def account_id(contract_id: str, pool: str) -> str:
    return f"{contract_id}:{pool}"


def _account(_: Rows, fact: CreditMovement) -> list[str]:
    return [account_id(fact.contract_id, fact.pool)]


def _grant(_: Rows, fact: DebtSettled | DebtSettlementWithdrawn | GrantExpiryMoved | GrantTakenBack) -> list[str]:
    return [fact.grant_id]


def _grants_drawn(_: Rows, fact: CreditDrawn) -> list[str]:
    return [draw.grant_id for draw in fact.draws if draw.grant_id is not None]


def _grants_returned(_: Rows, fact: CreditReturned) -> list[str]:
    return [draw.grant_id for draw in fact.returns if draw.grant_id is not None]


def _grants_held(_: Rows, fact: CreditReserved | ReservationReleased) -> list[str]:
    return [part.grant_id for part in fact.allocations if part.grant_id is not None]


def _move(
    rows: Rows,
    fact: CreditMovement,
    meta: EventMeta,
    part: int,
    kind: MovementKind,
    reference: str,
    *,
    grant_id: str | None = None,
    granted: int = 0,
    consumed: int = 0,
    reserved: int = 0,
    expires_at: int | None = None,
    note: str | None = None,
    charge_id: str | None = None,
) -> None:
    account = rows.require(ACCOUNTS, account_id(fact.contract_id, fact.pool))
    account.granted += granted
    account.consumed += consumed
    account.reserved += reserved
    grant = rows.require(GRANTS, grant_id) if grant_id is not None else None
    if grant is not None:
        grant.consumed += consumed
        grant.reserved += reserved
        will_lose = lost(grant.granted - grant.consumed) if grant.expires_at < NEVER else 0
        account.lost += will_lose - grant.lost
        grant.lost = will_lose
    row = MovementRow(
        position=meta.position,
        part=part,
        contract_id=fact.contract_id,
        pool=fact.pool,
        grant_id=grant_id,
        effective_at=meta.effective_at,
        recorded_at=meta.recorded_at,
        kind=kind,
        reference=reference,
        granted=granted,
        consumed=consumed,
        reserved=reserved,
        expires_at=expires_at,
        note=note,
        dated=to_micros(fact.dated) if fact.dated is not None else None,
        charge_id=charge_id,
        owned=grant.granted - grant.consumed if grant is not None else None,
        counts_until=grant.expires_at if grant is not None else None,
    )
    rows.add(MOVEMENTS, row)


@movements.on(AccountOpened)
def _opened(rows: Rows, fact: AccountOpened, meta: EventMeta) -> None:
    key = account_id(fact.contract_id, fact.pool)
    rows.put(ACCOUNTS, AccountRow(key, fact.contract_id, fact.pool, fact.unit, fact.currency, 0, 0, 0, 0))


@movements.on(CreditGranted, changes=[(ACCOUNTS, _account)])
def _granted(rows: Rows, fact: CreditGranted, meta: EventMeta) -> None:
    expires_at = to_micros(fact.expires_at) if fact.expires_at else NEVER
    valid_from = to_micros(fact.valid_from)
    told = (fact.grant_id, fact.contract_id, fact.pool, fact.source, fact.rule, fact.quantity)
    counts_from = max(valid_from, meta.effective_at)
    rows.put(GRANTS, GrantRow(*told, 0, 0, valid_from, expires_at, counts_from, meta.position))
    _move(
        rows,
        fact,
        meta,
        0,
        fact.source,
        fact.grant_id,
        grant_id=fact.grant_id,
        granted=fact.quantity,
        expires_at=expires_at,
        note=seal_json(fact.reason),
        charge_id=fact.charge_id,
    )


@movements.on(GrantExpiryMoved, changes=[(ACCOUNTS, _account), (GRANTS, _grant)])
def _expiry_moved(rows: Rows, fact: GrantExpiryMoved, meta: EventMeta) -> None:
    expires_at = to_micros(fact.expires_at)
    rows.require(GRANTS, fact.grant_id).expires_at = expires_at
    _move(rows, fact, meta, 0, "expiry_moved", fact.grant_id, grant_id=fact.grant_id, expires_at=expires_at)


@movements.on(CreditDrawn, changes=[(ACCOUNTS, _account), (GRANTS, _grants_drawn)])
def _drawn(rows: Rows, fact: CreditDrawn, meta: EventMeta) -> None:
    for part, draw in enumerate(fact.draws):
        _move(rows, fact, meta, part, fact.kind, fact.deduction_id, grant_id=draw.grant_id, consumed=draw.quantity)


@movements.on(CreditReturned, changes=[(ACCOUNTS, _account), (GRANTS, _grants_returned)])
def _returned(rows: Rows, fact: CreditReturned, meta: EventMeta) -> None:
    for part, draw in enumerate(fact.returns):
        _move(rows, fact, meta, part, "reversal", fact.deduction_id, grant_id=draw.grant_id, consumed=-draw.quantity)


@movements.on(DebtSettled, DebtSettlementWithdrawn, changes=[(ACCOUNTS, _account), (GRANTS, _grant)])
def _settled(rows: Rows, fact: DebtSettled | DebtSettlementWithdrawn, meta: EventMeta) -> None:
    """The draw moves from the debt to the grant, or back: nothing more is consumed."""
    moved = fact.quantity if isinstance(fact, DebtSettled) else -fact.quantity
    _move(rows, fact, meta, 0, "debt_settled", fact.deduction_id, consumed=-moved)
    _move(rows, fact, meta, 1, "debt_settled", fact.deduction_id, grant_id=fact.grant_id, consumed=moved)


@movements.on(GrantTakenBack, changes=[(ACCOUNTS, _account), (GRANTS, _grant)])
def _taken_back(rows: Rows, fact: GrantTakenBack, meta: EventMeta) -> None:
    """What was granted is less: no breakage (C15, C17)."""
    rows.require(GRANTS, fact.grant_id).granted -= fact.quantity
    _move(
        rows,
        fact,
        meta,
        0,
        "reversal",
        fact.grant_id,
        grant_id=fact.grant_id,
        granted=-fact.quantity,
        note=seal_json(fact.reason),
    )


@movements.on(CreditReserved, ReservationReleased, changes=[(ACCOUNTS, _account), (GRANTS, _grants_held)])
def _held(rows: Rows, fact: CreditReserved | ReservationReleased, meta: EventMeta) -> None:
    kind: MovementKind = "reserved" if isinstance(fact, CreditReserved) else "released"
    sign = 1 if isinstance(fact, CreditReserved) else -1
    for part, held in enumerate(fact.allocations):
        _move(rows, fact, meta, part, kind, fact.session_id, grant_id=held.grant_id, reserved=sign * held.quantity)
