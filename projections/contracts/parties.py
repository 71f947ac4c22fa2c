"""Questions about customers and partners: a party is one of a provider's, and known by its contracts."""

from __future__ import annotations

from projections.reader import Snapshot


async def is_known(reader: Snapshot, provider: str, customer: str | None, partner: str | None) -> bool:
    """Whether a provider has a contract with this customer, or one that this partner serves."""
    column, party = ("customer_id", customer) if customer else ("partner_id", partner)
    sql = f"SELECT 1 AS found FROM contracts WHERE provider = :provider AND {column} = :party LIMIT 1"
    return bool(await reader.query(sql, {"provider": provider, "party": party}))
