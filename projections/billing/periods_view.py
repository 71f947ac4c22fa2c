"""The view of a provider's months: those that are closed, with the totals of their events over all contracts (M5)."""

from __future__ import annotations

import msgspec

from ledger.events import AccountOpened, ContractSigned, CreditUnit, PeriodClosed, PeriodTotal
from projections.tables import Table, to_json
from projections.views import EventMeta, Rows, View


class MoneyTotal(msgspec.Struct):
    """What a month came to in one currency, net, in minor units."""

    currency: str
    charged_cents: int = 0
    invoiced_cents: int = 0
    credited_cents: int = 0


class CreditTotal(msgspec.Struct):
    """What moved in a month of all pools of one unit, and currency where that is money."""

    unit: CreditUnit
    currency: str | None
    granted: int = 0
    consumed: int = 0
    expired: int = 0


class ClosedMonthRow(msgspec.Struct):
    """A closed month; `money` and `credit` are its totals by currency and by unit."""

    closed_month_id: str
    provider: str
    month: str
    position: int
    closed_at: int
    contracts: int
    money: str
    credit: str


class ProviderBeginningRow(msgspec.Struct):
    """Since when a provider has contracts, and its zone; neither where it closed a month before it had any."""

    provider: str
    timezone: str | None
    begins_at: int | None


class PoolUnitRow(msgspec.Struct):
    """In which unit a pool is counted: the totals of a month do not say it."""

    account_id: str
    unit: CreditUnit
    currency: str | None


CLOSED_MONTHS = Table("closed_months", ClosedMonthRow, "closed_month_id", ["(provider, month)"])
BEGINNINGS = Table("provider_beginnings", ProviderBeginningRow, "provider")
POOL_UNITS = Table("pool_units", PoolUnitRow, "account_id")
periods = View("periods", CLOSED_MONTHS, BEGINNINGS, POOL_UNITS)
read_money = msgspec.json.Decoder(list[MoneyTotal]).decode
read_credit = msgspec.json.Decoder(list[CreditTotal]).decode


def _provider(_: Rows, fact: ContractSigned | PeriodClosed) -> list[str]:
    return [fact.provider]


def _pools(_: Rows, fact: PeriodClosed) -> list[str]:
    return [_account_id(total, pool) for total in fact.totals for pool in _pools_of(total)]


def _pools_of(total: PeriodTotal) -> list[str]:
    return sorted({*total.granted, *total.consumed, *total.expired})


def _account_id(total: PeriodTotal, pool: str) -> str:
    return f"{total.contract_id}:{pool}"


@periods.on(AccountOpened)
def _opened(rows: Rows, fact: AccountOpened, meta: EventMeta) -> None:
    rows.put(POOL_UNITS, PoolUnitRow(fact.key, fact.unit, fact.currency))


@periods.on(ContractSigned, changes=[(BEGINNINGS, _provider)])
def _signed(rows: Rows, fact: ContractSigned, meta: EventMeta) -> None:
    known = rows.get(BEGINNINGS, fact.provider)
    begins_at = meta.effective_at
    if known is not None and known.begins_at is not None:
        begins_at = min(begins_at, known.begins_at)
    rows.put(BEGINNINGS, ProviderBeginningRow(fact.provider, fact.timezone, begins_at))


@periods.on(PeriodClosed, changes=[(BEGINNINGS, _provider), (POOL_UNITS, _pools)])
def _closed(rows: Rows, fact: PeriodClosed, meta: EventMeta) -> None:
    money: dict[str, MoneyTotal] = {}
    credit: dict[tuple[str, str], CreditTotal] = {}
    for total in fact.totals:
        if total.charged_cents or total.invoiced_cents or total.credited_cents:
            of = money.setdefault(total.currency, MoneyTotal(total.currency))
            of.charged_cents += total.charged_cents
            of.invoiced_cents += total.invoiced_cents
            of.credited_cents += total.credited_cents
        for pool in _pools_of(total):
            of_pool = rows.get(POOL_UNITS, _account_id(total, pool))
            assert of_pool is not None, "what moved in a pool came after the pool was opened"
            unit = (of_pool.unit, of_pool.currency or "")
            moved = credit.setdefault(unit, CreditTotal(of_pool.unit, of_pool.currency))
            moved.granted += total.granted.get(pool, 0)
            moved.consumed += total.consumed.get(pool, 0)
            moved.expired += total.expired.get(pool, 0)
    rows.put(
        CLOSED_MONTHS,
        ClosedMonthRow(
            closed_month_id=f"{fact.provider}:{fact.month}",
            provider=fact.provider,
            month=fact.month,
            position=meta.position,
            closed_at=meta.recorded_at,
            contracts=len(fact.totals),
            money=to_json([money[currency] for currency in sorted(money)]),
            credit=to_json([credit[unit] for unit in sorted(credit)]),
        ),
    )
    if rows.get(BEGINNINGS, fact.provider) is None:
        rows.put(BEGINNINGS, ProviderBeginningRow(fact.provider, None, None))
