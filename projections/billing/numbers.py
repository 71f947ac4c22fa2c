"""On which document a charge stands, and which show a deduction, at a place in both times (M3, M6).

The SQL asks about `:at` and `:position`, the place's own names.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.store.database import listed
from projections.conditions import all_of
from projections.reader import AsOf, Snapshot


def number_of_charge(charge: str) -> str:
    """The number of the invoice that a charge stands on: what was told last; null once a credit note took it back."""
    return (
        f"(SELECT b.number FROM billed b WHERE b.charge_id = {charge}.charge_id AND b.effective_at <= :at "
        "AND b.position <= :position ORDER BY b.position DESC LIMIT 1)"
    )


def invoice_showing(deduction: str) -> str:
    """The number of the last invoice that shows a deduction and was not taken back by a credit note."""
    return (
        f"(SELECT s.number FROM shown s WHERE s.deduction_id = {deduction}.deduction_id AND s.kind = 'invoice' "
        "AND s.effective_at <= :at AND s.position <= :position AND NOT EXISTS (SELECT 1 FROM shown c "
        "WHERE c.deduction_id = s.deduction_id AND c.corrects = s.number AND c.effective_at <= :at "
        "AND c.position <= :position) ORDER BY s.position DESC LIMIT 1)"
    )


async def documents_showing(snapshot: Snapshot, deduction_ids: Sequence[str], as_of: AsOf) -> dict[str, list[str]]:
    """The numbers of all documents that show each deduction: the way from the minute to the invoice (M6)."""
    found: dict[str, list[str]] = {deduction_id: [] for deduction_id in deduction_ids}
    if found:
        places, params = listed("deduction_id", found)
        condition, params = all_of((f"s.deduction_id IN ({places})", params), as_of.reached("s"))
        sql = f"SELECT s.deduction_id, s.number FROM shown s WHERE {condition} ORDER BY s.position"
        for row in await snapshot.query(sql, params):
            found[row.deduction_id].append(row.number)
    return found
