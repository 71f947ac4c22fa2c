"""What a draft says beside its figures: that another contract of the customer has other data for VAT on the same day.

Each contract has its customer's data for itself, so two can differ by mistake, and one of the invoices would be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.kernel.values import from_micros, local_date
from projections.contracts.known_customers import KnownCustomer, known_customers
from projections.contracts.questions import has_time_in_sql
from projections.reader import AsOf, Snapshot

COMPARED = 100  # so many other contracts are looked at
NAMED = 5


async def vat_notes(
    snapshot: Snapshot, provider: str, customer_id: str, contract_id: str, timezone: str, as_of: AsOf
) -> list[str]:
    """A sentence for each other country or VAT id that contracts of the customer have which are not over by then."""
    sql = (
        "SELECT c.contract_id FROM contracts c WHERE c.provider = :provider AND c.customer_id = :customer_id "
        f"AND c.contract_id <> :contract_id AND c.position <= :position AND c.ends_at > :at AND {has_time_in_sql('c')} "
        "ORDER BY c.contract_id LIMIT :compared"
    )
    asked = {"provider": provider, "customer_id": customer_id, "contract_id": contract_id, "compared": COMPARED}
    others = [row.contract_id for row in await snapshot.query(sql, asked | as_of.params)]
    if not others:
        return []
    known = await known_customers(snapshot, [contract_id, *others], as_of.at, as_of.position)
    return _differences(contract_id, others, known, local_date(from_micros(as_of.at), timezone).isoformat())


def _differences(contract_id: str, others: list[str], known: Mapping[str, KnownCustomer], day: str) -> list[str]:
    own = _vat_data(known[contract_id])
    differing: dict[str, list[str]] = {}
    for other in sorted(others):
        theirs = _vat_data(known[other])
        if theirs != own:
            differing.setdefault(theirs, []).append(other)
    return [
        f"{_named(ids)} of the same customer: {theirs} on {day}; contract {contract_id}: {own}."
        for theirs, ids in differing.items()
    ]


def _vat_data(customer: KnownCustomer) -> str:
    """What VAT goes by (M4), in words."""
    vat_id = customer.party.vat_id
    return f"country {customer.country}, {f'VAT id {vat_id}' if vat_id else 'no VAT id'}"


def _named(ids: list[str]) -> str:
    shown, more = ids[:NAMED], len(ids) - NAMED
    listed = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    return f"Contract {listed}" if len(ids) == 1 else f"Contracts {listed}"
