"""What tickets are called: their sealed titles by id, for whatever names a ticket beside its own doors."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ledger.events import Sealed
from ledger.store.database import listed
from projections.reader import Snapshot, open_texts

_read_sealed = msgspec.json.Decoder(Sealed).decode


async def titles_of(snapshot: Snapshot, ticket_ids: Iterable[str | None]) -> dict[str, Sealed]:
    """The titles of tickets, which are for ever those that they were opened with."""
    named = sorted({ticket_id for ticket_id in ticket_ids if ticket_id is not None})
    if not named:
        return {}
    places, params = listed("ticket_id", named)
    rows = await snapshot.query(f"SELECT ticket_id, title FROM tickets WHERE ticket_id IN ({places})", params)
    return {row.ticket_id: _read_sealed(row.title) for row in rows}


async def opened_titles(snapshot: Snapshot, ticket_ids: Iterable[str]) -> dict[str, str | None]:
    """The same to be read, by ticket; None where the key is gone."""
    titles = await titles_of(snapshot, ticket_ids)
    texts = await open_texts(snapshot, list(titles.values()))
    return {ticket_id: texts.get(sealed) for ticket_id, sealed in titles.items()}
