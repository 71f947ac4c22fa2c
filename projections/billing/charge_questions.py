"""Questions to the view of charges: every amount owed or taken back, and the invoice that it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.kernel.access import Actor
from projections.asking import Condition, Page, PageAsked, all_of, equal
from projections.billing.charges_view import CHARGES, ChargeRow
from projections.billing.documents import charge_settling, number_of_charge, settled_until
from projections.contracts.across import ContractsAsked, DaysAsked, as_of_across, behind_of_contract, zone_across
from projections.contracts.questions import contract_as_of
from projections.reader import AsOf, Snapshot, Times

MANY_CHARGES = 200


@dataclass(slots=True, frozen=True)
class ListedCharge:
    """`settled_by` is the charge that cancels it, where neither will ever stand on a document."""

    row: ChargeRow
    invoice_number: str | None
    settled_by: str | None
    customer_id: str


async def list_charges(
    snapshot: Snapshot, actor: Actor, contract_id: str, times: Times, is_invoiced: bool | None, page: PageAsked
) -> Page[ListedCharge]:
    """The charges of a contract in the order in which they were recorded; those that stand on an invoice, or do not.

    What is dated ahead is among them unless a moment is asked for.

    Raises Refusal unknown-contract.
    """
    _, as_of = await contract_as_of(snapshot, actor, contract_id, times)
    condition = all_of(equal("o", contract_id=contract_id), _invoiced(is_invoiced, times), page.past("o.position"))
    found = await _charges(snapshot, condition, "o.position", as_of, times, page)
    shown, next_after = page.cut(found, lambda one: (one.row.position,))
    return Page(as_of.position, shown, next_after, lambda one: (one.row.position,))


async def list_charges_across(
    snapshot: Snapshot,
    actor: Actor,
    asked: ContractsAsked,
    days: DaysAsked,
    times: Times,
    is_invoiced: bool | None,
    page: PageAsked,
    many: int = MANY_CHARGES,
) -> Page[ListedCharge]:
    """The charges of all contracts that the actor sees, contract by contract, each in the order of recording.

    Of days, a contract with few charges on them has them found by day, and put in order; one with more than `many` is
    walked through in order.
    Raises Refusal malformed for days that are the wrong way round.
    """
    as_of = await as_of_across(snapshot, actor, asked, times)
    zone = await zone_across(snapshot, actor, asked)
    of = all_of(asked.seen_by(actor), _invoiced(is_invoiced, times))
    if days == DaysAsked():
        parts = [(all_of(of, behind_of_contract(page, "o.position")), "o.position")]
    else:
        within, params = days.within("m.effective_at", zone)
        more = f"SELECT 1 FROM charges m WHERE m.contract_id = c.contract_id AND {within} LIMIT 1 OFFSET :many"
        has_many, params = f"EXISTS ({more})", params | {"many": many}
        by_day = all_of(days.within("o.effective_at", zone), behind_of_contract(page, "+o.position"))
        in_order = all_of(days.within("+o.effective_at", zone), behind_of_contract(page, "o.position"))
        parts = [
            (all_of(of, by_day, (f"NOT {has_many}", params)), "+o.position"),
            (all_of(of, in_order, (has_many, params)), "o.position"),
        ]
    found: list[ListedCharge] = []
    for condition, order in parts:
        found += await _charges(snapshot, condition, f"c.contract_id, {order}", as_of, times, page)
    found.sort(key=_place)
    shown, next_after = page.cut(found, _place)
    return Page(as_of.position, shown, next_after, _place)


def _invoiced(is_invoiced: bool | None, times: Times) -> Condition:
    """Documents are never dated ahead: now each charge knows whether it stands on one, and an index too."""
    if is_invoiced is None:
        return "", {}
    if times.is_now:
        return f"o.is_open = {int(not is_invoiced)}", {}
    return f"{number_of_charge('o')} IS {'NOT ' if is_invoiced else ''}NULL", {}


async def _charges(
    snapshot: Snapshot, condition: Condition, order: str, as_of: AsOf, times: Times, page: PageAsked
) -> list[ListedCharge]:
    """Of contracts `c` and charges `o`; one more than the page holds, perhaps.

    Asked without a moment all that was recorded: the fee of a term is owed from its signing on, and says when it
    begins. Asked of a moment what was effective by then.
    """
    where, params = all_of(condition, ("+o.effective_at <= :until AND +o.position <= :position", as_of.params))
    limited, limit = page.limited
    sql = (
        f"SELECT {number_of_charge('o')} AS invoice_number, {charge_settling('o')} AS settled_by, c.customer_id, "
        f"{CHARGES.columns_of('o')} FROM contracts c CROSS JOIN charges o "
        f"WHERE o.contract_id = c.contract_id AND {where} ORDER BY {order}{limited}"
    )
    asked: dict[str, Any] = params | limit | settled_until(as_of, times)
    rows = await snapshot.query(sql, asked)
    return [ListedCharge(CHARGES.row_of(row), row.invoice_number, row.settled_by, row.customer_id) for row in rows]


def _place(charge: ListedCharge) -> tuple[str, int]:
    return charge.row.contract_id, charge.row.position
