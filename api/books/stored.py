"""What books are made of: rows of the views of movements and charges, and the issued documents, as of one position.

Reads and filters by provider; what it comes to in the books is `entries`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ledger.events import CreditNoteIssued, InvoiceIssued
from ledger.kernel.mapper import decode
from projections.reader import Snapshot

_DOCUMENTS = [
    f"{cls.TOPIC}@{version}" for cls in (InvoiceIssued, CreditNoteIssued) for version in range(1, cls.VERSION + 1)
]


class Contract(NamedTuple):
    provider: str
    timezone: str


class Movement(NamedTuple):
    """A row of the view of movements; figures in minutes, or in minor units where `currency` is set."""

    position: int
    part: int
    contract_id: str
    pool: str
    grant_id: str | None
    effective_at: int
    recorded_at: int
    kind: str
    reference: str
    granted: int
    consumed: int
    reserved: int
    expires_at: int | None
    currency: str | None
    dated: int | None = None


class Charge(NamedTuple):
    """A row of the view of charges."""

    charge_id: str
    contract_id: str
    position: int
    effective_at: int
    recorded_at: int
    kind: str
    family: str
    amount_cents: int
    currency: str
    reverses: str | None
    dated: int | None = None


class Document(NamedTuple):
    position: int
    recorded_at: int
    fact: InvoiceIssued | CreditNoteIssued


class Stored(NamedTuple):
    """All of it, by position; every contract named is in `contracts`."""

    contracts: Mapping[str, Contract]
    movements: list[Movement]
    charges: list[Charge]
    documents: list[Document]


_OF_PROVIDER = " WHERE k.provider = ?"


async def read_stored(snapshot: Snapshot, provider: str | None, position: int) -> Stored:
    """One provider's, or everybody's; documents up to `position`, which is the views' own."""
    condition, params = (_OF_PROVIDER, (provider,)) if provider is not None else ("", ())
    contracts = await snapshot.query(
        f"SELECT k.contract_id, k.provider, k.timezone FROM contracts k{condition}", params
    )
    movements = await snapshot.query(
        "SELECT m.position, m.part, m.contract_id, m.pool, m.grant_id, m.effective_at, m.recorded_at, m.kind, "
        "m.reference, m.granted, m.consumed, m.reserved, m.expires_at, a.currency, m.dated FROM movements m "
        "JOIN accounts a ON a.contract_id = m.contract_id AND a.pool = m.pool "
        f"JOIN contracts k ON k.contract_id = m.contract_id{condition} ORDER BY m.position, m.part",
        params,
    )
    charges = await snapshot.query(
        "SELECT c.charge_id, c.contract_id, c.position, c.effective_at, c.recorded_at, c.kind, c.family, "
        "c.amount_cents, c.currency, c.reverses, c.dated FROM charges c "
        f"JOIN contracts k ON k.contract_id = c.contract_id{condition} ORDER BY c.position",
        params,
    )
    stored = await snapshot.query(
        "SELECT notification_id, recorded_at, topic, state FROM stored_events WHERE notification_id <= ? "
        f"AND topic IN ({','.join('?' * len(_DOCUMENTS))}) ORDER BY notification_id",
        (position, *_DOCUMENTS),
    )
    documents = (Document(row[0], row[1], _document(row[2], row[3])) for row in stored)
    return Stored(
        {row[0]: Contract(row[1], row[2]) for row in contracts},
        [Movement(*row) for row in movements],
        [Charge(*row) for row in charges],
        [one for one in documents if provider in (None, one.fact.provider)],
    )


def _document(topic: str, state: Any) -> InvoiceIssued | CreditNoteIssued:
    fact = decode(topic, bytes(state))
    assert isinstance(fact, InvoiceIssued | CreditNoteIssued)
    return fact
