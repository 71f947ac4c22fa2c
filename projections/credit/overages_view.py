"""The view of overage: the minutes beyond the credit that each contract was charged for, and what they came to."""

from __future__ import annotations

import msgspec

from ledger.events import ChargeReversed, ContractSigned, OverageCharged
from projections.tables import Table
from projections.views import EventMeta, Rows, View


class OverageRow(msgspec.Struct):
    """Totals over everything recorded, whatever its effective time; what was reversed is taken off."""

    contract_id: str
    minutes: int
    amount_cents: int
    currency: str


OVERAGES = Table("overages", OverageRow, "contract_id")
overages = View("overages", OVERAGES)


def _overages(_: Rows, fact: OverageCharged | ChargeReversed) -> list[str]:
    return [fact.contract_id]


@overages.on(ContractSigned)
def _signed(rows: Rows, fact: ContractSigned, meta: EventMeta) -> None:
    rows.put(OVERAGES, OverageRow(fact.contract_id, 0, 0, fact.currency))


@overages.on(OverageCharged, ChargeReversed, changes=[(OVERAGES, _overages)])
def _charged(rows: Rows, fact: OverageCharged | ChargeReversed, meta: EventMeta) -> None:
    if isinstance(fact, ChargeReversed) and fact.kind != "overage":
        return
    total = rows.require(OVERAGES, fact.contract_id)
    total.minutes += fact.minutes or 0
    total.amount_cents += fact.amount_cents
