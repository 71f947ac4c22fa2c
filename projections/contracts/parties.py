"""Questions about customers and partners: a party is one of a provider's, and known by its contracts."""

from __future__ import annotations

from ledger.kernel.errors import malformed
from projections.reader import Snapshot


async def provider_of(reader: Snapshot, customer: str | None, partner: str | None) -> str | None:
    """The one provider at which a customer or partner exists, if there is one. Raises Refusal malformed if several."""
    column, party = ("customer_id", customer) if customer else ("partner_id", partner)
    sql = f"SELECT DISTINCT provider FROM contracts WHERE {column} = :party ORDER BY provider"
    providers = [str(row.provider) for row in await reader.query(sql, {"party": party})]
    if len(providers) > 1:
        raise malformed("provider", f"{party} exists at several providers ({', '.join(providers)}); name one")
    return providers[0] if providers else None
