"""The question to the view of contracts who a contract's customer is, at a place in both times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from ledger.contracts.parties import CustomerParty, read_party
from ledger.events import Sealed
from ledger.store.database import listed
from projections.reader import Snapshot, open_texts

_read_sealed = msgspec.json.Decoder(Sealed).decode


@dataclass(slots=True, frozen=True)
class KnownCustomer:
    """A contract's customer as known for a moment; `party` is empty where their key is gone."""

    country: str
    language: str | None
    party: CustomerParty


def latest_told(known: str) -> str:
    """The position of what is known of a row's contract's customer at a place in both times, in SQL."""
    return (
        f"SELECT m.position FROM customers m WHERE m.contract_id = {known}.contract_id AND m.effective_at <= :at "
        "AND (m.position <= :position OR m.effective_at = 0) ORDER BY m.effective_at DESC, m.position DESC LIMIT 1"
    )


async def known_customers(
    snapshot: Snapshot, contract_ids: Sequence[str], at: int, position: int
) -> dict[str, KnownCustomer]:
    """By contract, what is known of its customer at a place in both times: what is dated later does not count yet.

    What was signed is known at every place.
    """
    if not contract_ids:
        return {}
    places, params = listed("contract_id", contract_ids)
    sql = (
        "SELECT k.contract_id, k.country, k.language, k.party FROM customers k "
        f"WHERE k.contract_id IN ({places}) AND k.position = ({latest_told('k')})"
    )
    rows = await snapshot.query(sql, params | {"at": at, "position": position})
    boxes = {row.contract_id: _read_sealed(row.party) for row in rows}
    texts = await open_texts(snapshot, list(boxes.values()))
    return {
        row.contract_id: KnownCustomer(row.country, row.language, read_party(texts.get(boxes[row.contract_id])))
        for row in rows
    }
