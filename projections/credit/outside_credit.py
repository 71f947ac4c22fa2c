"""What no credit bore: time and services that were charged or free, beside the lines of a statement."""

from __future__ import annotations

from dataclasses import dataclass

from projections.billing.documents import charge_settling, invoice_showing, number_of_charge, settled_until
from projections.reader import AsOf, Snapshot, Times

_OF_PERIOD = (
    "o.contract_id = :contract_id AND o.position <= :position AND o.effective_at <= :at "
    "AND o.effective_at >= :first AND o.effective_at <= :last"
)
_CHARGED = f"""
SELECT o.position, o.effective_at, coalesce(o.deduction_id, o.reference) AS deduction_id, o.family AS kind, o.reverses,
  o.minutes, o.rate_cents, o.amount_cents, {number_of_charge("o")} AS invoice_number,
  {charge_settling("o")} AS settled_by, o.charge_id AS in_order
FROM charges o WHERE o.family IN ('overage', 'service', 'surcharge') AND {_OF_PERIOD}"""
_FREE = f"""
SELECT o.position, o.effective_at, o.deduction_id, o.basis AS kind, NULL AS reverses,
  o.billed_minutes AS minutes, NULL AS rate_cents, 0 AS amount_cents, {invoice_showing("o")} AS invoice_number,
  NULL AS settled_by, o.deduction_id AS in_order
FROM deductions o WHERE o.basis IN ('flat', 'goodwill', 'warranty') AND {_OF_PERIOD}"""


@dataclass(slots=True, frozen=True)
class OutsideCredit:
    """Time or a service that no credit bore: charged, negative where a reversal takes it back, or free of charge.

    `kind` is `overage`, `service`, `surcharge`, or what bore it: `flat`, `goodwill`, `warranty`.
    `settled_by` is the charge that cancels it, where neither will ever stand on an invoice.
    """

    position: int
    effective_at: int
    deduction_id: str
    kind: str
    reverses: str | None
    minutes: int | None
    rate_cents: int | None
    amount_cents: int
    invoice_number: str | None
    settled_by: str | None


async def outside_credit(
    snapshot: Snapshot, contract_id: str, as_of: AsOf, times: Times, first: int | None, last: int
) -> list[OutsideCredit]:
    """What a period has beside its credit, both its instants included, by effective time, then position.

    Invoices as they stood at the place asked for.
    """
    sql = f"{_CHARGED} UNION ALL {_FREE} ORDER BY effective_at, position, in_order"
    params = {"contract_id": contract_id, "first": first or 0, "last": last, **as_of.params}
    params |= settled_until(as_of, times)
    return [
        OutsideCredit(
            position=row.position,
            effective_at=row.effective_at,
            deduction_id=row.deduction_id,
            kind=row.kind,
            reverses=row.reverses,
            minutes=row.minutes,
            rate_cents=row.rate_cents,
            amount_cents=row.amount_cents,
            invoice_number=row.invoice_number,
            settled_by=row.settled_by,
        )
        for row in await snapshot.query(sql, params)
    ]
