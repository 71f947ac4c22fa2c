"""The view of charges: every amount owed or taken back, as its event carries it (M1)."""

from __future__ import annotations

import msgspec

from ledger.billing.charges import ChargeFact, Opposite
from ledger.events import (
    ChargeKind,
    ChargeReversed,
    CreditNoteIssued,
    FeeCharged,
    FeeReversed,
    InvoiceIssued,
    LumpSumCharged,
    LumpSumReversed,
    OverageCharged,
    ServiceCharged,
    ServiceCreditCharged,
    ServiceCreditReversed,
    SurchargeCharged,
    TopUpCharged,
    TopUpReversed,
)
from ledger.kernel.values import to_micros
from projections.tables import Table
from projections.views import Changes, EventMeta, Rows, View


class ChargeRow(msgspec.Struct):
    """`family` is the kind, for a reversal that of the charge it takes back: a family's sum is what is owed of it.

    `is_open` is 1 while it stands on no invoice, so that what is to be invoiced is found without reading what was.
    Of these `is_due` is 0 where the `opposite`, the charge that it takes back or that took it back, is open too: the
    two cancel, and neither is ever billed (M3).
    """

    charge_id: str
    contract_id: str
    position: int
    effective_at: int
    recorded_at: int
    kind: ChargeKind
    family: ChargeKind
    amount_cents: int
    currency: str
    reference: str
    minutes: int | None
    quantity: int | None
    rate_cents: int | None
    service: str | None
    deduction_id: str | None
    reverses: str | None
    dated: int | None  # when it was true, where that month was closed already (M5)
    is_open: int
    is_due: int
    opposite: str | None = None


CHARGES = Table(
    "charges",
    ChargeRow,
    "charge_id",
    [
        "(contract_id, position)",
        "(contract_id, effective_at)",
        "(reverses)",
        "(contract_id, position) WHERE is_open = 1",
        "(contract_id, position) WHERE is_open = 0",
        "(contract_id, position) WHERE is_due = 1",
        "(contract_id, position) WHERE family = 'overage'",
        "(contract_id, effective_at) WHERE family = 'overage'",
        "(contract_id, dated) WHERE dated IS NOT NULL",
    ],
    changing=["is_open", "is_due", "opposite"],
)
charges = View("charges", CHARGES)


def _row(
    fact: ChargeFact,
    meta: EventMeta,
    reference: str,
    *,
    family: ChargeKind | None = None,
    minutes: int | None = None,
    quantity: int | None = None,
    rate_cents: int | None = None,
    service: str | None = None,
    deduction_id: str | None = None,
    reverses: str | None = None,
) -> ChargeRow:
    return ChargeRow(
        charge_id=fact.charge_id,
        contract_id=fact.contract_id,
        position=meta.position,
        effective_at=meta.effective_at,
        recorded_at=meta.recorded_at,
        kind=fact.KIND,
        family=family or fact.KIND,
        amount_cents=fact.amount_cents,
        currency=fact.currency,
        reference=reference,
        minutes=minutes,
        quantity=quantity,
        rate_cents=rate_cents,
        service=service,
        deduction_id=deduction_id,
        reverses=reverses,
        dated=to_micros(fact.dated) if fact.dated is not None else None,
        is_open=1,
        is_due=1,
        opposite=reverses,
    )


def _reversed_charge(_: Rows, fact: Opposite) -> list[str]:
    return [fact.reverses]


WHAT_IT_REVERSES: Changes = [(CHARGES, _reversed_charge)]


def _put_opposite(rows: Rows, row: ChargeRow) -> None:
    rows.put(CHARGES, row)
    assert row.opposite is not None
    taken_back = rows.require(CHARGES, row.opposite)
    taken_back.opposite = row.charge_id
    _settle(row, taken_back)


def _settle(one: ChargeRow, other: ChargeRow) -> None:
    """What two opposites come to: `ledger.billing.charges.settled_by`, which a property test holds this to."""
    one.is_due, other.is_due = one.is_open * (1 - other.is_open), other.is_open * (1 - one.is_open)


@charges.on(FeeCharged)
def _fee(rows: Rows, fact: FeeCharged, meta: EventMeta) -> None:
    rows.put(CHARGES, _row(fact, meta, fact.contract_id))


@charges.on(FeeReversed, changes=WHAT_IT_REVERSES)
def _fee_reversed(rows: Rows, fact: FeeReversed, meta: EventMeta) -> None:
    _put_opposite(rows, _row(fact, meta, fact.contract_id, family=FeeCharged.KIND, reverses=fact.reverses))


@charges.on(LumpSumCharged)
def _lump_sum(rows: Rows, fact: LumpSumCharged, meta: EventMeta) -> None:
    rows.put(CHARGES, _row(fact, meta, fact.contract_id))


@charges.on(LumpSumReversed, changes=WHAT_IT_REVERSES)
def _lump_sum_reversed(rows: Rows, fact: LumpSumReversed, meta: EventMeta) -> None:
    row = _row(fact, meta, fact.contract_id, family=LumpSumCharged.KIND, reverses=fact.reverses)
    _put_opposite(rows, row)


@charges.on(ServiceCreditCharged)
def _service_credit(rows: Rows, fact: ServiceCreditCharged, meta: EventMeta) -> None:
    rows.put(CHARGES, _row(fact, meta, fact.ticket_id))


@charges.on(ServiceCreditReversed, changes=WHAT_IT_REVERSES)
def _service_credit_reversed(rows: Rows, fact: ServiceCreditReversed, meta: EventMeta) -> None:
    row = _row(fact, meta, fact.ticket_id, family=ServiceCreditCharged.KIND, reverses=fact.reverses)
    _put_opposite(rows, row)


@charges.on(TopUpCharged)
def _top_up(rows: Rows, fact: TopUpCharged, meta: EventMeta) -> None:
    row = _row(fact, meta, fact.grant_id, quantity=fact.quantity, rate_cents=fact.rate_cents_per_hour)
    rows.put(CHARGES, row)


@charges.on(TopUpReversed, changes=WHAT_IT_REVERSES)
def _top_up_reversed(rows: Rows, fact: TopUpReversed, meta: EventMeta) -> None:
    row = _row(
        fact,
        meta,
        fact.grant_id,
        family=TopUpCharged.KIND,
        quantity=fact.quantity,
        rate_cents=fact.rate_cents_per_hour,
        reverses=fact.reverses,
    )
    _put_opposite(rows, row)


@charges.on(OverageCharged)
def _overage(rows: Rows, fact: OverageCharged, meta: EventMeta) -> None:
    row = _row(
        fact,
        meta,
        fact.deduction_id,
        minutes=fact.minutes,
        rate_cents=fact.rate_cents_per_hour,
        deduction_id=fact.deduction_id,
    )
    rows.put(CHARGES, row)


@charges.on(ServiceCharged)
def _service(rows: Rows, fact: ServiceCharged, meta: EventMeta) -> None:
    row = _row(
        fact,
        meta,
        fact.deduction_id,
        minutes=fact.minutes,
        quantity=fact.quantity,
        rate_cents=fact.rate_cents,
        service=fact.service,
        deduction_id=fact.deduction_id,
    )
    rows.put(CHARGES, row)


@charges.on(SurchargeCharged)
def _surcharge(rows: Rows, fact: SurchargeCharged, meta: EventMeta) -> None:
    rows.put(CHARGES, _row(fact, meta, fact.deduction_id, deduction_id=fact.deduction_id))


@charges.on(ChargeReversed, changes=WHAT_IT_REVERSES)
def _reversed(rows: Rows, fact: ChargeReversed, meta: EventMeta) -> None:
    row = _row(
        fact,
        meta,
        fact.deduction_id,
        family=fact.kind,
        minutes=fact.minutes,
        rate_cents=fact.rate_cents,
        deduction_id=fact.deduction_id,
        reverses=fact.reverses,
    )
    _put_opposite(rows, row)


def _on_lines(_: Rows, fact: InvoiceIssued | CreditNoteIssued) -> list[str]:
    return [line.charge_id for line in fact.lines if line.charge_id is not None]


@charges.on(InvoiceIssued, CreditNoteIssued, changes=[(CHARGES, _on_lines)])
def _documented(rows: Rows, fact: InvoiceIssued | CreditNoteIssued, meta: EventMeta) -> None:
    documented = [rows.require(CHARGES, charge_id) for charge_id in _on_lines(rows, fact)]
    for row in documented:
        row.is_open = row.is_due = int(isinstance(fact, CreditNoteIssued))
    rows.found(CHARGES, [row.opposite for row in documented if row.opposite is not None])
    for row in documented:
        if row.opposite is not None:
            _settle(row, rows.require(CHARGES, row.opposite))
