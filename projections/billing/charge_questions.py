"""Questions to the view of charges: every amount owed or taken back, and the invoice that it stands on."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.kernel.access import Actor
from projections.asking import Condition, Page, PageAsked, all_of, equal
from projections.billing.charges_view import CHARGES, ChargeRow
from projections.billing.documents import charge_settling, number_of_charge, settled_until
from projections.contracts.questions import contract_as_of
from projections.reader import Snapshot, Times


@dataclass(slots=True, frozen=True)
class ListedCharge:
    """`settled_by` is the charge that cancels it, where neither will ever stand on a document."""

    row: ChargeRow
    invoice_number: str | None
    settled_by: str | None


async def list_charges(
    snapshot: Snapshot, actor: Actor, contract_id: str, times: Times, is_invoiced: bool | None, page: PageAsked
) -> Page[ListedCharge]:
    """The charges of a contract in the order in which they were recorded; those that stand on an invoice, or do not.

    Raises Refusal unknown-contract.
    """
    _, as_of = await contract_as_of(snapshot, actor, contract_id, times)
    number = number_of_charge("o")
    invoiced: Condition = ("", {})
    if is_invoiced is not None:
        invoiced = (f"{number} IS {'NOT ' if is_invoiced else ''}NULL", {})
    condition, params = all_of(
        equal("o", contract_id=contract_id), as_of.reached("o"), invoiced, page.past("o.position")
    )
    limited, limit = page.limited
    sql = (
        f"SELECT {number} AS invoice_number, {charge_settling('o')} AS settled_by, {CHARGES.columns_of('o')} "
        f"FROM charges o WHERE {condition} ORDER BY o.position{limited}"
    )
    rows = await snapshot.query(sql, params | limit | settled_until(as_of, times))
    found = [ListedCharge(CHARGES.row_of(row), row.invoice_number, row.settled_by) for row in rows]
    shown, next_after = page.cut(found, lambda charge: (charge.row.position,))
    return Page(as_of.position, shown, next_after)
